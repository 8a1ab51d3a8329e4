"""Translates HTTP into commands and queries. Nothing else."""

from typing import Annotated
from uuid import UUID

from casework.access import permit
from casework.export import MOST, Part, PartLimit
from casework.queue import QueueCursor
from casework.queue import from_cursor as place_of
from chassis.api.models import VISIBLE, Body
from chassis.api.pages import Cursor, Limit, from_cursor
from chassis.api.reads import PURPOSE_OF_USE
from chassis.api.route import CommandRoute, QueryRoute, Work
from chassis.api.versions import ExpectedVersion, etag
from fastapi import APIRouter, Path, Query, Response
from pydantic import Field

from approve import handlers, queries
from approve.domain import Recommendation
from approve.handlers import ApproveReview, ClaimReview, CompleteExamination, DenyReview, ReleaseReview
from approve.queries import ListReviews
from approve.review import Review
from approve.views import ReviewChanged, ReviewDetail, ReviewQueue
from approve.workflow import Action, State

CODE = r"^[a-z][a-z0-9-]*$"

Written = Annotated[str, Field(min_length=1, max_length=2_000, pattern=VISIBLE)]


class ExaminationBody(Body):
    """What the examiner found."""

    recommendation: Annotated[Recommendation, Field(description="拟准予或拟不予 · What to decide")]
    opinion: Annotated[Written, Field(description="审查意见 · Why")]


class DenialBody(Body):
    """Why it is denied."""

    reasons: Annotated[
        tuple[Annotated[str, Field(max_length=64, pattern=CODE)], ...],
        Field(min_length=1, max_length=20, description="理由代码，见事项目录 · Codes, as the catalogue explains them"),
    ]
    notice: Annotated[Written, Field(description="告知申请人的话，含救济途径 · What the applicant is told")]


ReviewId = Annotated[UUID, Path(description="id, 不是办件编号 · The id, not the number")]

commands = APIRouter(prefix="/v1", route_class=CommandRoute)
queries_router = APIRouter(prefix="/v1", route_class=QueryRoute)


@queries_router.get("/reviews", summary="待办队列 · The queue", dependencies=[permit("review", "list")])
async def list_reviews(
    work: Work,
    cursor: QueueCursor = None,
    limit: Limit = 20,
    state: Annotated[State | None, Query(description="状态，默认未办结 · State; by default all that is open")] = None,
    mine: Annotated[bool, Query(description="只看本人领办的 · Only what one has taken on")] = False,  # noqa: FBT002
) -> ReviewQueue:
    """本地的件，时限最近的在前。Those of one's city, the earliest deadline first."""
    return await queries.list_reviews(ListReviews(place_of(cursor), limit, state, mine), work)


@queries_router.get(
    "/reviews/export",
    summary="导出审批件 · Export reviews",
    dependencies=[permit("review", "export")],
    response_class=Part,
)
async def export(work: Work, cursor: Cursor = None, limit: PartLimit = MOST) -> Part:
    """不含申请表、意见和姓名的表格，新的在前。A table without forms, opinions or names, newest first."""
    return await queries.export_reviews(from_cursor(cursor), limit, work)


@queries_router.get(
    "/reviews/{review_id}",
    summary="查看审批件 · Show a review",
    dependencies=[permit("review", "read"), PURPOSE_OF_USE],
)
async def show(review_id: ReviewId, response: Response, work: Work) -> ReviewDetail:
    """申请表和意见只对本地办理人员公开。Form and opinions open for the city's examiners and approvers, and audit."""
    review = await queries.get_review(review_id, work)
    response.headers["ETag"] = etag(review.version)
    return review


@commands.post(
    "/reviews/{review_id}/claim",
    summary="领办 · Take on",
    dependencies=[permit("review", Action.CLAIM)],
)
async def claim(review_id: ReviewId, version: ExpectedVersion, response: Response, work: Work) -> ReviewChanged:
    """申请人须回避；审查人不得审批同一件。Never the applicant; and never the examiner to decide."""
    review = await handlers.claim_review(ClaimReview(review_id, version), work)
    return _changed(review, response)


@commands.post(
    "/reviews/{review_id}/release",
    summary="退回 · Give back",
    dependencies=[permit("review", Action.RELEASE)],
)
async def release(review_id: ReviewId, version: ExpectedVersion, response: Response, work: Work) -> ReviewChanged:
    """退回队列，由他人领办；管理员可代为退回。Back into the queue; an administrator may, for somebody who can't."""
    review = await handlers.release_review(ReleaseReview(review_id, version), work)
    return _changed(review, response)


@commands.post(
    "/reviews/{review_id}/complete",
    summary="完成审查 · Complete the examination",
    dependencies=[permit("review", Action.COMPLETE)],
)
async def complete(
    review_id: ReviewId, body: ExaminationBody, version: ExpectedVersion, response: Response, work: Work
) -> ReviewChanged:
    """附建议和意见，转入审批。With a recommendation and an opinion; then it is up for decision."""
    command = CompleteExamination(review_id, version, body.recommendation, body.opinion)
    review = await handlers.complete_examination(command, work)
    return _changed(review, response)


@commands.post(
    "/reviews/{review_id}/approve",
    summary="准予 · Grant",
    dependencies=[permit("review", Action.APPROVE)],
)
async def approve(review_id: ReviewId, version: ExpectedVersion, response: Response, work: Work) -> ReviewChanged:
    """由领办的审批人决定。By the approver who has taken it on."""
    review = await handlers.approve_review(ApproveReview(review_id, version), work)
    return _changed(review, response)


@commands.post(
    "/reviews/{review_id}/deny",
    summary="不予许可 · Deny",
    dependencies=[permit("review", Action.DENY)],
)
async def deny(
    review_id: ReviewId, body: DenialBody, version: ExpectedVersion, response: Response, work: Work
) -> ReviewChanged:
    """须说明理由并告知救济途径。With reasons, and a notice that says what can be done about it."""
    review = await handlers.deny_review(DenyReview(review_id, version, body.reasons, body.notice), work)
    return _changed(review, response)


def _changed(review: Review, response: Response) -> ReviewChanged:
    response.headers["ETag"] = etag(review.sequence)
    return ReviewChanged.of(review)
