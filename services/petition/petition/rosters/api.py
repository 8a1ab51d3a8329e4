"""Translates HTTP into commands and queries about rosters and the register. Nothing else."""

from datetime import UTC, datetime
from typing import Annotated, Final
from uuid import UUID

from casework.access import permit
from chassis.api.models import VISIBLE, Body
from chassis.api.pages import Cursor, Limit, from_cursor
from chassis.api.reads import PURPOSE_OF_USE
from chassis.api.route import CommandRoute, PublicRoute, QueryRoute, Work
from chassis.api.versions import ExpectedVersion, etag
from fastapi import APIRouter, Path, Query, Response
from pydantic import AwareDatetime, Field

from petition.petition import Channel
from petition.rosters import handlers, queries
from petition.rosters.handlers import AddShift
from petition.rosters.shift import Post
from petition.rosters.spokesperson import Entry
from petition.rosters.views import ShiftChanged, ShiftPage, ShiftView, SpokespersonPage, SpokespersonView

ROSTERS_EXIST: Final = datetime(2020, 1, 1, tzinfo=UTC)
NO_LATER: Final = datetime(9000, 1, 1, tzinfo=UTC)
TENANT: Final = "^[0-9]{6}$"

Account = Annotated[str, Field(min_length=1, max_length=255, pattern=VISIBLE)]
Moment = Annotated[AwareDatetime, Field(ge=ROSTERS_EXIST, le=NO_LATER)]


class ShiftBody(Body):
    """A shift as it is put on the roster; a moment says its offset, ``+08:00`` in China."""

    post: Annotated[Post, Field(description="duty 值班，spokesperson 网络发言人 · What for")]
    starts_at: Annotated[Moment, Field(description="起，如 2026-11-07T08:00:00+08:00 · From when on")]
    ends_at: Annotated[Moment, Field(description="止，不含 · Until when")]
    officer: Annotated[Account, Field(description="值班人员账号 · Account of who has it")]
    deputy: Annotated[Account, Field(description="副班账号 · Account of who stands in")]


class SpokespersonBody(Body):
    """What everybody may read of a spokesperson: an office, never a person."""

    office: Annotated[str, Field(min_length=2, max_length=60, pattern=VISIBLE, description="单位名称 · The office")]
    title: Annotated[
        str,
        Field(
            min_length=4,
            max_length=60,
            pattern=r"^[^\x00-\x1f\x7f]{1,57}发言人$",
            description="对外名称，以“发言人”结尾，不写姓名 · The title under which it speaks; nobody's name",
        ),
    ]
    channels: Annotated[
        frozenset[Channel], Field(min_length=1, max_length=9, description="在哪些渠道答复 · Where it answers")
    ]
    hours: Annotated[
        str | None, Field(min_length=1, max_length=100, pattern=VISIBLE, description="服务时间 · When it answers")
    ] = None

    def entry(self) -> Entry:
        """Give it as decisions see it."""
        return Entry(office=self.office, title=self.title, channels=tuple(sorted(self.channels)), hours=self.hours)


ShiftId = Annotated[UUID, Path(description="班次的 id · Id of the shift")]

questions = APIRouter(prefix="/v1", route_class=QueryRoute)
commands = APIRouter(prefix="/v1", route_class=CommandRoute)
for_everybody = APIRouter(prefix="/v1", route_class=PublicRoute)
ROUTERS = (questions, commands, for_everybody)


@questions.get("/shifts", summary="值班表 · List shifts", dependencies=[permit("shift", "list"), PURPOSE_OF_USE])
async def list_shifts(
    work: Work,
    cursor: Cursor = None,
    limit: Limit = 20,
    post: Annotated[Post | None, Query(description="岗位 · What for")] = None,
) -> ShiftPage:
    """本地的班次，新排的在前；查看账号留有记录。Those of one's city, newest first; reading accounts is on record."""
    return await queries.list_shifts(from_cursor(cursor), limit, post, work)


@questions.get(
    "/shifts/{shift_id}", summary="查看班次 · Show a shift", dependencies=[permit("shift", "read"), PURPOSE_OF_USE]
)
async def show_shift(shift_id: ShiftId, response: Response, work: Work) -> ShiftView:
    """本地的一个班次。One of one's city."""
    shift = await queries.get_shift(shift_id, work)
    response.headers["ETag"] = etag(shift.version)
    return shift


@commands.post("/shifts", status_code=201, summary="排班 · Add a shift", dependencies=[permit("shift", "add")])
async def add_shift(body: ShiftBody, response: Response, work: Work) -> ShiftChanged:
    """同一岗位的班次不得重叠；值班至多 48 小时，发言人至多 92 天。Shifts of one post don't overlap."""
    command = AddShift(
        body.post, body.starts_at.astimezone(UTC), body.ends_at.astimezone(UTC), body.officer, body.deputy
    )
    shift = await handlers.add_shift(command, work)
    response.headers["ETag"] = etag(shift.sequence)
    return ShiftChanged.of(shift)


@commands.post("/shifts/{shift_id}/end", summary="结束班次 · End a shift", dependencies=[permit("shift", "end")])
async def end_shift(shift_id: ShiftId, version: ExpectedVersion, response: Response, work: Work) -> ShiftChanged:
    """立即结束；尚未开始的即取消。Now; one that hasn't begun never will be."""
    shift = await handlers.end_shift(shift_id, version, work)
    response.headers["ETag"] = etag(shift.sequence)
    return ShiftChanged.of(shift)


@commands.post(
    "/spokesperson",
    status_code=201,
    summary="登记网络发言人 · Register the spokesperson",
    dependencies=[permit("spokesperson", "register")],
)
async def register_spokesperson(body: SpokespersonBody, work: Work) -> SpokespersonView:
    """本地发言人的对外信息，即时公开，取代先前的；不写姓名、电话。Public at once, instead of what was there."""
    return SpokespersonView.of(await handlers.register_spokesperson(body.entry(), work))


@for_everybody.get("/spokespersons", summary="网络发言人名录 · Register of spokespersons")
async def list_spokespersons(
    work: Work,
    cursor: Cursor = None,
    limit: Limit = 20,
    tenant: Annotated[str | None, Query(pattern=TENANT, description="区划代码 · Only of this city")] = None,
) -> SpokespersonPage:
    """无须登录；只有单位、对外名称、渠道和服务时间。No login; offices, titles, channels, hours, nothing personal."""
    return await queries.list_spokespersons(from_cursor(cursor), limit, tenant, work)
