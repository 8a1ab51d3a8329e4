"""Translates HTTP into commands and queries about bulletins. Nothing else."""

import hashlib
from typing import Annotated, Any, Final
from uuid import UUID

from casework.access import permit
from chassis.api.models import VISIBLE, Body, View
from chassis.api.pages import Cursor, Limit, from_cursor
from chassis.api.route import CommandRoute, PublicRoute, QueryRoute, Work
from chassis.api.versions import ExpectedVersion, etag
from contracts.tenants import PROVINCE
from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import Field

from petition.bulletins import handlers, queries
from petition.bulletins.bulletin import Bulletin, Category, Content
from petition.bulletins.views import BulletinPage, BulletinView, PublishedBulletin, PublishedBulletinPage
from petition.bulletins.workflow import Action, State
from petition.kinds import Matter
from petition.replies.bodies import Day, ReasonBody, Text

FRESH_S: Final = 30
"""For how long portals and browsers may show what they have: how late they may learn of a withdrawal."""
CACHED: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "headers": {
            "ETag": {"description": "以 If-None-Match 带回 · Sent back as If-None-Match", "schema": {"type": "string"}}
        }
    },
    304: {"description": "未变，见 If-None-Match · Nothing has changed"},
}

BulletinId = Annotated[UUID, Path(description="通报的 id · Id of the bulletin")]


class BulletinBody(Body):
    """What a bulletin says; nothing personal."""

    category: Annotated[Category, Field(description="warning 预警，notice 通告 · Warning or notice")]
    matter: Annotated[Matter, Field(description="事由 · What it is about")]
    title: Annotated[str, Field(min_length=1, max_length=200, pattern=VISIBLE, description="标题 · Title")]
    text: Annotated[Text, Field(description="正文 · Text")]
    effective_until: Annotated[Day | None, Field(description="最后一天，无则省略 · Last day, if there is one")] = None

    def content(self) -> Content:
        """Give it as decisions see it."""
        return Content(
            category=self.category,
            matter=self.matter.value,
            title=self.title,
            text=self.text,
            effective_until=self.effective_until,
        )


questions = APIRouter(prefix="/v1", route_class=QueryRoute)
commands = APIRouter(prefix="/v1", route_class=CommandRoute)
public = APIRouter(prefix="/v1", route_class=PublicRoute)
routers = (questions, commands, public)


@questions.get("/bulletins", summary="通报列表 · List bulletins", dependencies=[permit("bulletin", "list")])
async def list_bulletins(
    work: Work,
    cursor: Cursor = None,
    limit: Limit = 20,
    state: Annotated[State | None, Query(description="状态，drafted 为待签发 · State")] = None,
) -> BulletinPage:
    """本地的通报及草稿，新的在前。Those of one's city, drafts among them, newest first."""
    return await queries.list_bulletins(from_cursor(cursor), limit, state, work)


@questions.get(
    "/bulletins/{bulletin_id}", summary="查看通报 · Show a bulletin", dependencies=[permit("bulletin", "read")]
)
async def show_bulletin(bulletin_id: BulletinId, response: Response, work: Work) -> BulletinView:
    """草稿，或已发布、已撤回的通报。A draft, or what was published or withdrawn."""
    bulletin = await queries.get_bulletin(bulletin_id, work)
    response.headers["ETag"] = etag(bulletin.version)
    return bulletin


@commands.post(
    "/bulletins",
    status_code=201,
    summary="起草通报 · Draft a bulletin",
    dependencies=[permit("bulletin", Action.DRAFT)],
)
async def draft_bulletin(body: BulletinBody, response: Response, work: Work) -> BulletinView:
    """为本地起草预警或通告。A warning or a notice of one's own city."""
    bulletin = await handlers.draft_bulletin(body.content(), work)
    response.headers["Location"] = f"/v1/bulletins/{bulletin.id}"
    return _bulletin(bulletin, response)


@commands.post(
    "/bulletins/{bulletin_id}/revise", summary="修改草稿 · Revise", dependencies=[permit("bulletin", Action.REVISE)]
)
async def revise_bulletin(
    bulletin_id: BulletinId, body: BulletinBody, version: ExpectedVersion, response: Response, work: Work
) -> BulletinView:
    """预警生成的草稿须先经人工核实修改。What an alert drafted has to be put into words by somebody first."""
    return _bulletin(await handlers.revise_bulletin(bulletin_id, version, body.content(), work), response)


@commands.post(
    "/bulletins/{bulletin_id}/discard", summary="弃用草稿 · Discard", dependencies=[permit("bulletin", Action.DISCARD)]
)
async def discard_bulletin(
    bulletin_id: BulletinId, body: ReasonBody, version: ExpectedVersion, response: Response, work: Work
) -> BulletinView:
    """不发布。It won't be published."""
    return _bulletin(await handlers.discard_bulletin(bulletin_id, version, body.reason, work), response)


@commands.post(
    "/bulletins/{bulletin_id}/publish",
    summary="签发 · Sign and publish",
    dependencies=[permit("bulletin", Action.PUBLISH)],
)
async def publish_bulletin(
    bulletin_id: BulletinId, version: ExpectedVersion, response: Response, work: Work
) -> BulletinView:
    """发言人签发，即公开；起草人不能签发。The spokesperson signs, and it is public; never who wrote it."""
    return _bulletin(await handlers.publish_bulletin(bulletin_id, version, work), response)


@commands.post(
    "/bulletins/{bulletin_id}/withdraw", summary="撤回 · Withdraw", dependencies=[permit("bulletin", Action.WITHDRAW)]
)
async def withdraw_bulletin(
    bulletin_id: BulletinId, body: ReasonBody, version: ExpectedVersion, response: Response, work: Work
) -> BulletinView:
    """仍可查看，注明已撤回及理由。It can still be seen, and says that it was withdrawn, and why."""
    return _bulletin(await handlers.withdraw_bulletin(bulletin_id, version, body.reason, work), response)


@public.get(
    "/published-bulletins",
    summary="公开的通报 · Published bulletins",
    response_model=PublishedBulletinPage,
    responses=CACHED,
)
async def list_published_bulletins(
    request: Request,
    work: Work,
    tenant: Annotated[
        str, Query(pattern="^[0-9]{6}$", description="区划代码；另含省级通报 · Of this city, and of its province")
    ] = PROVINCE,
    cursor: Cursor = None,
    limit: Limit = 20,
) -> Response:
    """无须登录；未过期的，新发布的在前，已撤回的注明。No login; those not over yet, newest first."""
    return _cached(await queries.list_published(tenant, from_cursor(cursor), limit, work), request)


@public.get(
    "/published-bulletins/{bulletin_id}",
    summary="查看公开的通报 · Show a published bulletin",
    response_model=PublishedBulletin,
    responses=CACHED,
)
async def show_published_bulletin(bulletin_id: BulletinId, request: Request, work: Work) -> Response:
    """无须登录；过期、撤回后仍可查看。No login; it can still be seen when it is over or withdrawn."""
    return _cached(await queries.get_published(bulletin_id, work), request)


def _bulletin(bulletin: Bulletin, response: Response) -> BulletinView:
    response.headers["ETag"] = etag(bulletin.sequence)
    return BulletinView.of(bulletin)


def _cached(view: View, request: Request) -> Response:
    """Let anybody keep the answer for a while, and ask afterwards whether it has changed (RFC 9110, 13.1.2)."""
    body = view.model_dump_json().encode()
    tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    headers = {"Cache-Control": f"public, max-age={FRESH_S}", "ETag": tag}
    known = {each.strip().removeprefix("W/") for each in request.headers.get("if-none-match", "").split(",")}
    if not known.isdisjoint({tag, "*"}):
        return Response(status_code=304, headers=headers)
    return Response(body, media_type="application/json", headers=headers)
