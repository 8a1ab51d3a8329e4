"""Answers questions about ratings, for whoever rated and for those who had no hand in the answer."""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from chassis.unit import Unit

from petition.access import asker
from petition.feedback.rating import CallBack
from petition.feedback.views import RatingDetail, RatingPage, RatingSummary
from petition.store import RATINGS

SHOWN: Final = frozenset({"title", "text", "reply", "comment", "note"})
"""Content that a rating shows: whoever calls back has to know what was asked and what was answered."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which ratings; None leaves nothing out.

    Attributes:
        call_back: Only those whose call-back has come so far.
        late: Only those whose call-back was late, or wasn't.
    """

    call_back: CallBack | None
    late: bool | None


async def list_ratings(after: UUID | None, limit: int, wanted: Wanted, unit: Unit) -> RatingPage:
    """Show a page of what was rated, newest petition first."""
    narrowed = {"call_back": wanted.call_back, "call_back_late": wanted.late}
    shown, following = await RATINGS.page(unit, asker(unit), after=after, limit=limit, **narrowed)
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
