"""Translates HTTP into commands and queries about what follows an answer. Nothing else."""

from typing import Annotated, Final, Literal

from casework.access import permit
from chassis.api.models import VISIBLE, Body
from chassis.api.pages import Cursor, Limit, from_cursor
from chassis.api.reads import PURPOSE_OF_USE
from chassis.api.route import CommandRoute, QueryRoute, Work
from chassis.api.versions import ExpectedVersion, etag
from fastapi import APIRouter, Query, Response
from pydantic import Field

from petition.feedback import handlers, queries
from petition.feedback.handlers import RatePetition, RecordCallBack, ReopenPetition
from petition.feedback.queries import Wanted
from petition.feedback.rating import CallBack, Level
from petition.feedback.views import RatingDetail, RatingPage
from petition.replies.bodies import PetitionId
from petition.views import PetitionChanged, changed
from petition.workflow import Action

Words = Annotated[str | None, Field(min_length=1, max_length=2_000, pattern=VISIBLE)]


class RatingBody(Body):
    """How good the answer is."""

    level: Annotated[Level, Field(description="满意度，五级，无默认 · One of five levels; none is chosen for anybody")]
    solved: Annotated[
        bool | None, Field(strict=True, description="是否解决，可不说 · Whether it solved the matter, if said")
    ] = None
    comment: Annotated[Words, Field(description="留言，承办人看不到 · Words that the handler never sees")] = None


class CallBackBody(Body):
    """What a call-back came to."""

    result: Annotated[
        Literal[CallBack.SOLVED, CallBack.NOT_SOLVED, CallBack.UNREACHABLE, CallBack.DECLINED],
        Field(description="已解决、未解决、未联系上、不愿回访 · What it came to"),
    ]
    note: Annotated[Words, Field(description="回访记录 · What was said")] = None


class ReopeningBody(Body):
    """Why it is taken up again."""

    objection: Annotated[
        str,
        Field(min_length=1, max_length=2_000, pattern=VISIBLE, description="仍未解决的事项 · What is still open"),
    ]


commands = APIRouter(prefix="/v1", route_class=CommandRoute)
questions = APIRouter(prefix="/v1", route_class=QueryRoute)
ROUTERS: Final = (commands, questions)


@commands.post(
    "/petitions/{petition_id}/rate",
    summary="评价 · Rate the answer",
    dependencies=[permit("petition", Action.RATE)],
)
async def rate(
    petition_id: PetitionId, body: RatingBody, version: ExpectedVersion, response: Response, work: Work
) -> PetitionChanged:
    """本人评价一次；承办人看不到。不满意的限期回访。Once, by whoever wrote it; a bad rating is followed by a call."""
    command = RatePetition(petition_id, version, body.level, body.solved, body.comment)
    return changed(await handlers.rate_petition(command, work), response)


@commands.post(
    "/ratings/{petition_id}/call-back",
    summary="登记回访 · Record a call-back",
    dependencies=[permit("rating", Action.CALL_BACK)],
)
async def call_back(
    petition_id: PetitionId, body: CallBackBody, version: ExpectedVersion, response: Response, work: Work
) -> PetitionChanged:
    """由未参与答复的人员回访。By an officer who had no hand in the answer."""
    command = RecordCallBack(petition_id, version, body.result, body.note)
    return changed(await handlers.record_call_back(command, work), response)


@commands.post(
    "/petitions/{petition_id}/reopen",
    summary="重新办理 · Have it taken up again",
    dependencies=[permit("petition", Action.REOPEN)],
)
async def reopen(
    petition_id: PetitionId, body: ReopeningBody, version: ExpectedVersion, response: Response, work: Work
) -> PetitionChanged:
    """答复或办结后，本人在期限内可要求重新办理，至多两次。By whoever wrote it, in time, twice at most."""
    return changed(await handlers.reopen_petition(ReopenPetition(petition_id, version, body.objection), work), response)


@commands.post(
    "/ratings/{petition_id}/reopen",
    summary="回访未解决，重新办理 · Have it taken up again after a call-back",
    dependencies=[permit("rating", Action.REOPEN)],
)
async def reopen_unsolved(
    petition_id: PetitionId, body: ReopeningBody, version: ExpectedVersion, response: Response, work: Work
) -> PetitionChanged:
    """回访得知未解决的，由未参与答复的人员退回分办。By an officer who had no hand in the answer."""
    return changed(await handlers.reopen_unsolved(ReopenPetition(petition_id, version, body.objection), work), response)


@questions.get("/ratings", summary="评价列表 · List ratings", dependencies=[permit("rating", "list")])
async def list_ratings(
    work: Work,
    cursor: Cursor = None,
    limit: Limit = 20,
    call_back: Annotated[CallBack | None, Query(description="回访情况，waiting 为待回访 · Of the call-back")] = None,
    late: Annotated[bool | None, Query(description="曾逾期未回访 · Whether the call-back was late")] = None,
) -> RatingPage:
    """本地的评价；参与答复的人员看不到。Those of one's city; who had a hand in an answer doesn't see its rating."""
    return await queries.list_ratings(from_cursor(cursor), limit, Wanted(call_back, late), work)


@questions.get(
    "/ratings/{petition_id}",
    summary="查看评价 · Show a rating",
    dependencies=[permit("rating", "read"), PURPOSE_OF_USE],
)
async def show_rating(petition_id: PetitionId, response: Response, work: Work) -> RatingDetail:
    """本人或负责回访的人员查看。For whoever rated, and for who may call back."""
    rating = await queries.get_rating(petition_id, work)
    response.headers["ETag"] = etag(rating.version)
    return rating
