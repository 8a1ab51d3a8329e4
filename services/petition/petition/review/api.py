"""Translates HTTP into commands and queries about reviews. Nothing else."""

from typing import Annotated, Final

from casework.access import permit
from casework.queue import QueueCursor, from_cursor
from chassis.api.models import VISIBLE, Body
from chassis.api.pages import Limit
from chassis.api.reads import PURPOSE_OF_USE
from chassis.api.route import CommandRoute, QueryRoute, Work
from chassis.api.versions import ExpectedVersion, etag
from fastapi import APIRouter, Response
from pydantic import Field

from petition.replies.bodies import PetitionId
from petition.review import handlers, queries
from petition.review.handlers import DecideReview, RequestReview
from petition.review.review import Result, Rung
from petition.review.views import ReviewDetail, ReviewPage
from petition.views import PetitionChanged, changed
from petition.workflow import Action

Why = Annotated[str, Field(min_length=1, max_length=5_000, pattern=VISIBLE, description="理由 · Why")]


class ReviewRequestBody(Body):
    """What is wrong with the answer."""

    objection: Why


class ReviewReasonsBody(Body):
    """Why it is decided so; whoever asked reads it."""

    reasons: Why


class ReviewChangeBody(ReviewReasonsBody):
    """The answer that stands instead, and why."""

    text: Annotated[
        str, Field(min_length=1, max_length=20_000, pattern=VISIBLE, description="变更后的答复 · The answer instead")
    ]


commands = APIRouter(prefix="/v1", route_class=CommandRoute)
questions = APIRouter(prefix="/v1", route_class=QueryRoute)
ROUTERS: Final = (commands, questions)


@commands.post(
    "/petitions/{petition_id}/request-review",
    summary="请求复查 · Ask for a review",
    dependencies=[permit("petition", Action.ASK_REVIEW)],
)
async def request_review(
    petition_id: PetitionId, body: ReviewRequestBody, version: ExpectedVersion, response: Response, work: Work
) -> PetitionChanged:
    """收到答复之日起三十日内，由本人提出一次。Once, by whoever wrote it, within thirty days of the answer."""
    command = RequestReview(petition_id, version, Rung.FIRST, body.objection)
    return changed(await handlers.request_review(command, work), response)


@commands.post(
    "/petitions/{petition_id}/request-final-review",
    summary="请求复核 · Ask for the final review",
    dependencies=[permit("petition", Action.ASK_FINAL)],
)
async def request_final_review(
    petition_id: PetitionId, body: ReviewRequestBody, version: ExpectedVersion, response: Response, work: Work
) -> PetitionChanged:
    """对复查意见不服的，三十日内向上一级提出；复核意见为终局。One tier further up, in thirty days; final."""
    command = RequestReview(petition_id, version, Rung.FINAL, body.objection)
    return changed(await handlers.request_review(command, work), response)


@questions.get(
    "/petition-reviews", summary="复查复核队列 · The queue of reviews", dependencies=[permit("petition-review", "list")]
)
async def list_petition_reviews(work: Work, cursor: QueueCursor = None, limit: Limit = 20) -> ReviewPage:
    """待决定的复查、复核，按期限；参与答复的人员看不到。What waits for a decision; never for who answered."""
    return await queries.list_reviews(from_cursor(cursor), limit, work)


@questions.get(
    "/petition-reviews/{petition_id}",
    summary="查看复查、复核 · Show a review",
    dependencies=[permit("petition-review", "read"), PURPOSE_OF_USE],
)
async def show_petition_review(petition_id: PetitionId, response: Response, work: Work) -> ReviewDetail:
    """来信、答复与请求的理由。What was asked, what was answered, and what is said against that."""
    review = await queries.get_review(petition_id, work)
    response.headers["ETag"] = etag(review.version)
    return review


@commands.post(
    "/petition-reviews/{petition_id}/uphold",
    summary="维持 · Uphold the answer",
    dependencies=[permit("petition-review", Action.UPHOLD)],
)
async def uphold(
    petition_id: PetitionId, body: ReviewReasonsBody, version: ExpectedVersion, response: Response, work: Work
) -> PetitionChanged:
    """由未参与答复的督察人员决定并说明理由。By somebody who had no hand in the answer, with reasons."""
    command = DecideReview(petition_id, version, Result.UPHELD, body.reasons)
    return changed(await handlers.decide_review(command, work), response)


@commands.post(
    "/petition-reviews/{petition_id}/change",
    summary="变更答复 · Answer differently",
    dependencies=[permit("petition-review", Action.CHANGE)],
)
async def change(
    petition_id: PetitionId, body: ReviewChangeBody, version: ExpectedVersion, response: Response, work: Work
) -> PetitionChanged:
    """以复查、复核机关的答复代替原答复，原答复保留。Another answer stands instead; the first one is kept."""
    command = DecideReview(petition_id, version, Result.CHANGED, body.reasons, body.text)
    return changed(await handlers.decide_review(command, work), response)


@commands.post(
    "/petition-reviews/{petition_id}/send-back",
    summary="责令重新答复 · Have the department answer anew",
    dependencies=[permit("petition-review", Action.SEND_BACK)],
)
async def send_back(
    petition_id: PetitionId, body: ReviewReasonsBody, version: ExpectedVersion, response: Response, work: Work
) -> PetitionChanged:
    """仅限复查：原承办部门在新的期限内重新答复。Only of a first review: the department answers anew."""
    command = DecideReview(petition_id, version, Result.SENT_BACK, body.reasons)
    return changed(await handlers.decide_review(command, work), response)
