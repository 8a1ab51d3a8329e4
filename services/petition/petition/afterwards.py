"""What events make of a petition once it was answered: rated, taken up again, reviewed, corrected, published. Pure."""

from dataclasses import replace
from typing import TYPE_CHECKING

from contracts.events import PetitionCalledBack, PetitionRated, PetitionReopened, PetitionReplyCorrected
from petition.feedback.rating import Rating
from petition.handling.course import again
from petition.publishing.publication import PRIVATE, PublicationEvent
from petition.review.review import ReviewEvent, after_review
from petition.workflow import State

if TYPE_CHECKING:
    from petition.petition import Petition

AfterAnAnswer = PetitionRated | PetitionCalledBack | PetitionReopened | PublicationEvent | ReviewEvent


def followed(petition: "Petition", event: AfterAnAnswer) -> "Petition":
    """Give the petition after what followed its answer."""
    if isinstance(event, ReviewEvent):
        return after_review(petition, event)
    match event:
        case PetitionRated():
            return replace(petition, rating=Rating.of(event, petition.sequence))
        case PetitionCalledBack():
            return replace(petition, rating=petition.rating.after(event) if petition.rating else None)
        case PetitionReopened(times=times):
            return replace(_reopened(petition, times), course=again(event, petition.sequence))
        case _:
            hand = {event.by} if isinstance(event, PetitionReplyCorrected) else set()
            repliers = tuple(sorted(hand.union(petition.repliers)))
            return replace(petition, publication=petition.publication.after(event), repliers=repliers)


def _reopened(petition: "Petition", times: int) -> "Petition":
    """Give it back to the desk: nobody has it in hand, and what was said of the former answer is history."""
    return replace(
        petition,
        state=State.CLASSIFIED,
        department=None,
        handlers=(),
        outcome=None,
        answer=None,
        answer_version=None,
        drafted_by=None,
        rating=None,
        reopenable_until=None,
        reviewable_until=None,
        reopened=times,
        publication=PRIVATE,
    )
