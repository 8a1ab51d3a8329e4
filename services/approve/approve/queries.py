"""Answers questions. The policy is part of each: which rows come, and for whom their content opens."""

from dataclasses import dataclass
from types import MappingProxyType
from typing import Final
from uuid import UUID

from casework.export import Part, part
from casework.queue import Place, cut
from chassis.unit import Unit

from approve import store
from approve.access import asker
from approve.store import REVIEWS
from approve.views import ReviewDetail, ReviewQueue, ReviewSummary
from approve.workflow import State

EXPORTED: Final = MappingProxyType(
    {
        "id": "标识 id",
        "case": "办件 case",
        "number": "编号 number",
        "tenant": "区划 tenant",
        "item": "事项 item",
        "state": "状态 state",
        "accepted_at": "受理时间 accepted_at",
        "due_at": "承诺时限 due_at",
        "warned": "黄牌 warned",
        "breached": "红牌 breached",
    }
)
"""Columns of the exported table."""


@dataclass(frozen=True, slots=True)
class ListReviews:
    """A page of the queue; ``after`` is the place of the last review of the page before."""

    after: Place | None
    limit: int
    state: State | None = None
    mine: bool = False


async def get_review(id_: UUID, unit: Unit) -> ReviewDetail:
    """Show one review.

    Raises:
        Problem: 404; what isn't the asker's to see isn't there, either.
    """
    who = asker(unit)
    stored = await REVIEWS.get(unit, id_, who)
    ((access, content),) = await REVIEWS.contents(unit, [stored], reader=who)
    return ReviewDetail.shown(stored.case, who.actor.pseudonym, access, content)


async def list_reviews(query: ListReviews, unit: Unit) -> ReviewQueue:
    """Show a page of the queue, the earliest deadline first: of one's city, or of all cities."""
    who = asker(unit)
    me = who.actor.pseudonym
    found = await store.queue(
        unit.session,
        who,
        after=query.after,
        limit=query.limit + 1,
        state=query.state,
        holder=me if query.mine else None,
    )
    shown, following = cut(found, query.limit, lambda review: Place(review.due_at, UUID(review.id)))
    return ReviewQueue(items=tuple(ReviewSummary.of(review, me) for review in shown), next=following)


async def export_reviews(after: UUID | None, limit: int, unit: Unit) -> Part:
    """Show a part of them as a table, newest first."""
    found, following = await REVIEWS.part(unit, asker(unit), after=after, limit=limit)
    return part("reviews", EXPORTED, found, following)
