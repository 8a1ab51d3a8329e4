"""Translates HTTP into questions, and answers back. Nothing else."""

from collections.abc import Sequence
from typing import Annotated, Any
from uuid import UUID

from casework.access import permit
from casework.codes import CodeBody
from chassis import vector
from chassis.api.client import client_network
from chassis.api.consistency import ConsistencyToken
from chassis.api.pages import Cursor, Limit, from_cursor
from chassis.api.route import PublicRoute, QueryRoute, Work
from chassis.api.streams import (
    EventStream,
    Place,
    PublicStreamRoute,
    Reader,
    StreamRoute,
    Streams,
    place,
    reader,
    streams,
)
from fastapi import APIRouter, Depends, Header, Path, Query, Request

from query.queries import Answers, Lookup
from query.views import ChangesView, MatterDetail, MatterPage, Progress

STEP: dict[str, Any] = {
    "type": "object",
    "required": ["id", "event", "data"],
    "properties": {
        "id": {"type": "string", "description": "读到此处 · The position that is reached with it"},
        "event": {"type": "string", "enum": ["step"]},
        "data": {
            "type": "string",
            "contentMediaType": "application/json",
            "contentSchema": {"$ref": "#/components/schemas/ChangesView"},
        },
    },
}
"""One event of a stream; OpenAPI 3.1 has no word for the stream itself."""
STREAM: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "每步一个事件（step），数据同 changes · An event (step) for each, its data as in changes",
        "content": {"text/event-stream": {"schema": STEP}},
    }
}


class ProgressBody(CodeBody):
    """What somebody holds who isn't signed in."""


Reading = Annotated[Reader, Depends(reader)]
Placed = Annotated[Place, Depends(place)]
Waiting = Annotated[Streams, Depends(streams)]
MatterId = Annotated[UUID, Path(description="id, 不是办件编号 · The id, not the number")]
After = Annotated[
    str | None, Query(pattern=vector.PATTERN, description="已读到的 position · The position that was reached")
]
LastEventId = Annotated[str | None, Header(pattern=vector.PATTERN, description="由浏览器自动带上 · Sent by browsers")]
Ticket = Annotated[
    str,
    Query(
        pattern=r"^[A-Za-z0-9_-]{1,200}\.[A-Za-z0-9_-]{22}$", description="POST /progress 所得 · From POST /progress"
    ),
]


def routers(answers: Answers) -> Sequence[APIRouter]:
    """Make the endpoints.

    Args:
        answers: Gives the answers.
    """
    return (*_public(answers), *_signed_in(answers))


def _public(answers: Answers) -> Sequence[APIRouter]:
    questions = APIRouter(prefix="/v1", route_class=PublicRoute)
    streaming = APIRouter(prefix="/v1", route_class=PublicStreamRoute)

    @questions.post("/progress", summary="凭编号和查询码查进度 · Progress by number and query code")
    async def progress(body: ProgressBody, request: Request, work: Work) -> Progress:
        """无须登录；编号不存在与查询码错误答复相同。No login; an unknown number reads like a wrong code."""
        lookup = Lookup(number=body.number.upper(), code=body.query_code.upper(), client=client_network(request))
        return await answers.progress(lookup, work)

    @streaming.get(
        "/progress/events",
        summary="凭凭证实时跟进 · Follow by ticket",
        response_class=EventStream,
        responses=STREAM,
    )
    async def follow_by_ticket(
        ticket: Ticket, reading: Reading, placed: Placed, after: After = None, last_event_id: LastEventId = None
    ) -> EventStream:
        """凭 POST /progress 所得凭证，以服务器推送事件跟进。Server-sent events, by the ticket of POST /progress."""
        live = await answers.follow_by_ticket(ticket, last_event_id or after, reading, placed)
        return EventStream(live.events(), placed)

    return questions, streaming


def _signed_in(answers: Answers) -> Sequence[APIRouter]:
    questions = APIRouter(prefix="/v1", route_class=QueryRoute)
    streaming = APIRouter(prefix="/v1", route_class=StreamRoute)

    @questions.get("/matters", summary="我的事项 · My matters", dependencies=[permit("matter", "list")])
    async def mine(work: Work, cursor: Cursor = None, limit: Limit = 20) -> MatterPage:
        """本人的办件和诉求，新的在前。One's own applications and petitions, newest first."""
        return await answers.mine(from_cursor(cursor), limit, work)

    @streaming.get("/matters/{matter_id}", summary="查看进度 · Show a matter", dependencies=[permit("matter", "read")])
    async def show(
        matter_id: MatterId, reading: Reading, waiting: Waiting, token: ConsistencyToken = None
    ) -> MatterDetail:
        """本人或本地工作人员查看；带 Consistency-Token 则等刚才的写入，最多 2 秒。For its owner and local officers."""
        return await answers.show(matter_id, token, reading, waiting)

    @streaming.get(
        "/matters/{matter_id}/events",
        summary="实时跟进 · Follow a matter",
        dependencies=[permit("matter", "stream")],
        response_class=EventStream,
        responses=STREAM,
    )
    async def follow(
        matter_id: MatterId, reading: Reading, placed: Placed, after: After = None, last_event_id: LastEventId = None
    ) -> EventStream:
        """服务器推送事件；断线后从 Last-Event-ID 继续。Server-sent events; they go on from Last-Event-ID."""
        live = await answers.follow(matter_id, last_event_id or after, reading, placed)
        return EventStream(live.events(), placed)

    @streaming.get(
        "/matters/{matter_id}/changes", summary="等待变化 · Wait for changes", dependencies=[permit("matter", "stream")]
    )
    async def changes(matter_id: MatterId, reading: Reading, placed: Placed, after: After = None) -> ChangesView:
        """长轮询：有新进展即答，否则最多等 25 秒。Long polling: answers when something is new, or after 25 s."""
        return await answers.changes(await answers.follow(matter_id, after, reading, placed), placed)

    return questions, streaming
