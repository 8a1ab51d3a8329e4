"""Translates HTTP into commands and queries about deliveries and one-time links. Nothing else."""

import base64
import hashlib
import re
from collections.abc import Sequence
from pathlib import Path as File
from typing import Annotated, Final, Literal
from uuid import UUID

from casework.access import permit
from chassis.api.attempts import Attempts
from chassis.api.client import client_network
from chassis.api.models import Body
from chassis.api.pages import Cursor, Limit, from_cursor
from chassis.api.route import CommandRoute, PublicRoute, QueryRoute, Work
from chassis.api.versions import ExpectedVersion, etag
from chassis.api.webhooks import HolderRoute
from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.responses import HTMLResponse
from pydantic import Field

from petition.access import asker
from petition.outbound import codes, handlers, store
from petition.outbound.domain import CodeGone
from petition.outbound.views import CodeView, DeliveryPage, DeliveryView, Resent
from petition.outbound.workflow import Action, State

PAGE: Final = File(__file__).with_name("code.html").read_text("utf-8")
WRONG, WINDOW_S = 20, 600.0
"""Links that give nothing, by one client in a while."""


def _hash_of(tag: str) -> str:
    (inner,) = re.findall(f"<{tag}>(.*?)</{tag}>", PAGE, re.DOTALL)
    return f"'sha256-{base64.b64encode(hashlib.sha256(inner.encode()).digest()).decode()}'"


HEADERS: Final = {
    "Content-Security-Policy": f"default-src 'none'; script-src {_hash_of('script')}; style-src {_hash_of('style')}; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}

DeliveryId = Annotated[UUID, Path(description="发送记录的 id · The delivery's id")]


class OneTimeRoute(HolderRoute):
    """A write by whoever holds a one-time link: no token, no signature; the endpoint asks for the link."""

    holder = "one-time-link"


class LinkBody(Body):
    """What stands behind the # of a one-time link."""

    token: Annotated[
        str, Field(pattern=r"^[A-Za-z0-9_-]{46}$", description="链接中 # 之后的部分 · What is behind the # of the link")
    ]


def routers() -> Sequence[APIRouter]:
    """Make the endpoints."""
    commands = APIRouter(prefix="/v1", route_class=CommandRoute)
    questions = APIRouter(prefix="/v1", route_class=QueryRoute)

    @questions.get("/deliveries", summary="发送记录 · List deliveries", dependencies=[permit("delivery", "list")])
    async def list_deliveries(
        work: Work,
        cursor: Cursor = None,
        limit: Limit = 20,
        state: Annotated[
            Literal[State.WAITING, State.PARKED, State.SENT],
            Query(description="默认为发送失败、待处理的 · By default those that somebody has to look at"),
        ] = State.PARKED,
    ) -> DeliveryPage:
        """发给来信人的回执和答复，不含内容。What goes out to whoever wrote, without what it says."""
        after = from_cursor(cursor)
        found, following = await store.page(work, asker(work), state=state, after=after, limit=limit)
        return DeliveryPage(items=tuple(DeliveryView.of(each, number) for each, number in found), next=following)

    @questions.get(
        "/deliveries/{delivery_id}", summary="查看发送记录 · Show a delivery", dependencies=[permit("delivery", "read")]
    )
    async def show_delivery(delivery_id: DeliveryId, response: Response, work: Work) -> DeliveryView:
        """一条回执或答复送到哪里、为何未送出。How something went out, or why it didn't."""
        found, number = await store.shown(work, asker(work), delivery_id)
        response.headers["ETag"] = etag(found.case.sequence)
        return DeliveryView.of(found, number)

    @commands.post(
        "/deliveries/{delivery_id}/resend",
        summary="重新发送 · Send it after all",
        dependencies=[permit("delivery", Action.RESEND)],
    )
    async def resend(delivery_id: DeliveryId, version: ExpectedVersion, response: Response, work: Work) -> Resent:
        """连同该件其后未送出的，按顺序重新发送。With all that is parked of the same petition, in their order."""
        delivery, resumed = await handlers.resend(delivery_id, version, work)
        response.headers["ETag"] = etag(delivery.sequence)
        return Resent(id=delivery.id, state=delivery.state, version=delivery.sequence, resumed=resumed)

    return commands, questions, *_links()


def _links() -> Sequence[APIRouter]:
    shown = APIRouter(prefix="/v1", route_class=PublicRoute)
    taken = APIRouter(prefix="/v1", route_class=OneTimeRoute)
    by_client = Attempts(most=WRONG, window_s=WINDOW_S)

    @shown.get("/codes", summary="领取查询码的网页 · Page of one-time links", response_class=HTMLResponse)
    async def page() -> HTMLResponse:
        """打开不会用掉链接，点击领取才会。Opening it uses nothing up; only asking for the code does."""
        return HTMLResponse(PAGE, headers=HEADERS)

    @taken.post("/codes", summary="领取查询码 · Take a query code, once")
    async def take_code(body: LinkBody, request: Request, work: Work) -> CodeView:
        """一次性链接，30 天内有效；用过、过期或不存在的答复相同。Once; a used link reads like one that never was."""
        client = client_network(request)
        by_client.check(client)
        try:
            return CodeView.of(await codes.take(body.token, work))
        except CodeGone:
            by_client.was_wrong(client)
            raise

    return shown, taken
