"""Answers questions about ratings, for whoever rated and for those who had no hand in the answer."""

from typing import Final
from uuid import UUID

from chassis.unit import Unit

from petition.access import asker
from petition.feedback.rating import CallBack
from petition.feedback.views import RatingDetail, RatingPage, RatingSummary
from petition.store import RATINGS

SHOWN: Final = frozenset({"title", "text", "reply", "comment", "note"})
"""Content that a rating shows: whoever calls back has to know what was asked and what was answered."""


async def list_ratings(after: UUID | None, limit: int, call_back: CallBack | None, unit: Unit) -> RatingPage:
    """Show a page of what was rated, newest petition first."""
    shown, following = await RATINGS.page(unit, asker(unit), after=after, limit=limit, call_back=call_back)
    return RatingPage(items=tuple(RatingSummary.of(stored.case, now=unit.now) for stored in shown), next=following)


async def get_rating(petition: UUID, unit: Unit) -> RatingDetail:
    """Show how a petition was rated.

    Raises:
        Problem: 404, also for what isn't the asker's to see; 400: they have to say what for.
    """
    who = asker(unit)
    stored = await RATINGS.get(unit, petition, who)
    ((access, content),) = await RATINGS.contents(unit, [stored], reader=who, only=SHOWN)
    return RatingDetail.of(stored.case, access, content, now=unit.now)
