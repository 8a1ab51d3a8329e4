"""Answers questions about reviews, for the supervision desk that decides them."""

from typing import Final
from uuid import UUID

from casework.queue import Place
from chassis.unit import Unit

from petition.access import asker
from petition.review import store
from petition.review.views import ReviewDetail, ReviewPage, ReviewSummary
from petition.store import REVIEWS

SHOWN: Final = frozenset(
    {
        *("title", "text", "revised_title", "revised_text", "supplement_request", "supplement"),
        "revised_supplement",
        *("reply", "correction", "objection", "review_objection", "review_reasons", "review_reply"),
    }
)
"""Content that a review shows: what was asked, what was answered, and what is said against that."""


async def list_reviews(after: Place | None, limit: int, unit: Unit) -> ReviewPage:
    """Show a page of the queue."""
    shown, following = await store.queue(unit, asker(unit), after=after, limit=limit)
    return ReviewPage(items=tuple(ReviewSummary.of(stored.case) for stored in shown), next=following)


async def get_review(petition: UUID, unit: Unit) -> ReviewDetail:
    """Show a review with what it is about.

    Raises:
        Problem: 404, also for what isn't the asker's to decide; 400: they have to say what for.
    """
    who = asker(unit)
    stored = await REVIEWS.get(unit, petition, who)
    ((access, content),) = await REVIEWS.contents(unit, [stored], reader=who, only=SHOWN)
    return ReviewDetail.of(stored.case, access, content)
