"""What a review is, which rung it is on and who decides it, and what its events make of a petition. Pure."""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from contracts.tenants import superior

from contracts.events import PetitionReviewDecided, PetitionReviewRequested
from petition.handling.clock import FINAL_REVIEW, REVIEW
from petition.handling.course import reviewed, sent_back, settled
from petition.publishing.publication import PRIVATE
from petition.workflow import State

if TYPE_CHECKING:  # a petition is replayed by its own module, which hands over here
    from petition.petition import Petition

ReviewEvent = PetitionReviewRequested | PetitionReviewDecided


class Rung(StrEnum):
    """Which rung of the ladder: 复查, then 复核, which is final."""

    FIRST = "first"
    FINAL = "final"


class Result(StrEnum):
    """What a review comes to (维持, 变更, 责令重新答复)."""

    UPHELD = "upheld"
    CHANGED = "changed"
    SENT_BACK = "sent-back"


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """The last review that was asked for; until somebody asks, there is none.

    Attributes:
        rung: Which.
        authority: GB/T 2260 code of the tenant whose supervision desk decides it.
        result: What it came to; None: it goes on.
    """

    rung: Rung
    authority: str
    result: Result | None = None

    @property
    def goes_on(self) -> bool:
        """Whether nobody has decided it yet."""
        return self.result is None


CLOCKS: Final = {Rung.FIRST: REVIEW, Rung.FINAL: FINAL_REVIEW}
"""Its clock, as events name it."""
RUNNING: Final = {Rung.FIRST: State.IN_REVIEW, Rung.FINAL: State.IN_FINAL}
"""Where a petition stands meanwhile."""
DECIDED: Final = {Rung.FIRST: State.REVIEWED, Rung.FINAL: State.FINAL}
"""And afterwards, unless it was sent back."""


def authority_of(rung: Rung, tenant: str) -> str | None:
    """Say whose supervision desk (督察) decides a review; None: no tier of this suite is above.

    First it is that of the tenant, which is above its departments; then that of the tier above.

    Args:
        rung: Which review.
        tenant: Whose departments answered.
    """
    return tenant if rung is Rung.FIRST else superior(tenant)


def after_review(petition: "Petition", event: ReviewEvent) -> "Petition":
    """Give the petition after an event of its review; its sequence is that of the event already."""
    if isinstance(event, PetitionReviewRequested):
        return replace(petition, **_asked(petition, event))
    return replace(petition, **_decided(petition, event))


def _asked(petition: "Petition", event: PetitionReviewRequested) -> dict[str, Any]:
    """Nothing public is left, nobody is called back any more about what is being reviewed."""
    rung, rating = Rung(event.rung), petition.rating
    return {
        "state": RUNNING[rung],
        "review": Review(rung=rung, authority=event.authority),
        "course": reviewed(event, CLOCKS[rung], petition.sequence),
        "outcome": None,
        "publication": replace(PRIVATE, corrected=petition.publication.corrected),
        "rating": rating and rating.left_alone(),
        "reopenable_until": None,
        "reviewable_until": None,
    }


def _decided(petition: "Petition", event: PetitionReviewDecided) -> dict[str, Any]:
    rung, result = Rung(event.rung), Result(event.result)
    now: dict[str, Any] = {
        "review": Review(rung=rung, authority=event.authority, result=result),
        "reviewable_until": event.reviewable_until,
        "repliers": tuple(sorted({*petition.repliers, event.by})),
    }
    if result is Result.UPHELD:
        return now | {"state": DECIDED[rung], "course": settled(petition.course)}
    now |= {"rating": None, "answer": None, "answer_version": None, "drafted_by": None}
    if result is Result.CHANGED:
        return now | {"state": DECIDED[rung], "course": settled(petition.course)}
    back = sent_back(event, petition.sequence)
    return now | {"state": State.IN_HAND, "course": back, "publication": PRIVATE}
