"""Does the input and output around a decision, in the transaction that the edge opened and will commit."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from uuid import UUID

from casework.access import Asker
from casework.timed import take_effect
from chassis.envelope import Envelope, new_id
from chassis.sealing import open_fields
from chassis.timers import Timer
from chassis.unit import Unit
from chassis.worker.processor import Reaction

from approve import domain, store
from approve.access import asker
from approve.domain import Decision, Recommendation
from approve.review import Review
from approve.store import ERASURES, REVIEWS
from approve.workflow import Action
from contracts.events import CaseAccepted, CaseWithdrawn

CASES = "accept.cases.v1"
WITHDRAWN = "withdrawn"

CLOCKS: dict[str, Callable[[Review, int], Decision]] = {
    "warning": lambda review, deadline: domain.warn(review, deadline=deadline),
    "breach": lambda review, deadline: domain.breach(review, deadline=deadline),
}
"""What comes of each clock of a review (黄牌, 红牌)."""


@dataclass(frozen=True, slots=True)
class ClaimReview:
    """An officer takes the open task on; ``version`` is the one that the officer looked at."""

    review: UUID
    version: int


@dataclass(frozen=True, slots=True)
class ReleaseReview:
    """An officer gives the task back."""

    review: UUID
    version: int


@dataclass(frozen=True, slots=True)
class CompleteExamination:
    """The examiner is through, and recommends."""

    review: UUID
    version: int
    recommendation: Recommendation
    opinion: str


@dataclass(frozen=True, slots=True)
class ApproveReview:
    """The approver grants it."""

    review: UUID
    version: int


@dataclass(frozen=True, slots=True)
class DenyReview:
    """The approver denies it, with reasons as the catalogue explains them and a notice to the applicant."""

    review: UUID
    version: int
    reasons: tuple[str, ...]
    notice: str


async def claim_review(command: ClaimReview, unit: Unit) -> Review:
    """Take the task on.

    Raises:
        Problem: 404, 412.
        Beyond: See the policy.
        Refused: See ``domain.claim``.
    """
    review, who = await _held(command.review, Action.CLAIM, command.version, unit)
    return await REVIEWS.save(unit, domain.claim(review, by=who.actor))


async def release_review(command: ReleaseReview, unit: Unit) -> Review:
    """Give the task back.

    Raises:
        Problem: 404, 412.
        Beyond: See the policy.
        Refused: See ``domain.release``.
    """
    review, who = await _held(command.review, Action.RELEASE, command.version, unit)
    return await REVIEWS.save(unit, domain.release(review, by=who.actor))


async def complete_examination(command: CompleteExamination, unit: Unit) -> Review:
    """Put it up for decision.

    Raises:
        Problem: 404, 412.
        Beyond: See the policy.
        Refused: See ``domain.complete``.
    """
    review, who = await _held(command.review, Action.COMPLETE, command.version, unit)
    decision = domain.complete(review, command.recommendation, command.opinion, by=who.actor)
    return await REVIEWS.save(unit, decision, {"opinion": command.opinion})


async def approve_review(command: ApproveReview, unit: Unit) -> Review:
    """Grant it.

    Raises:
        Problem: 404, 412.
        Beyond: See the policy.
        Refused: See ``domain.approve``.
    """
    review, who = await _held(command.review, Action.APPROVE, command.version, unit)
    return await REVIEWS.save(unit, domain.approve(review, by=who.actor))


async def deny_review(command: DenyReview, unit: Unit) -> Review:
    """Deny it.

    Raises:
        Problem: 404, 412.
        Beyond: See the policy.
        Refused: See ``domain.deny``.
    """
    review, who = await _held(command.review, Action.DENY, command.version, unit)
    decision = domain.deny(review, command.reasons, command.notice, by=who.actor)
    return await REVIEWS.save(unit, decision, {"notice": command.notice})


async def start_review(event: Envelope, unit: Unit) -> None:
    """Take an accepted case up, once, however often it is told.

    Raises:
        UnsealableError: The form was changed or moved; the event is parked.
    """
    if await store.find_by_case(unit.session, UUID(event.subject)) is not None:
        return
    accepted = CaseAccepted.from_data(event.data)
    opened = await open_fields(unit.outbox.keyring, event, {"form": accepted.form})
    form = opened["form"] if opened else None
    decision = domain.start(accepted, form, id=new_id(), case=event.subject, tenant=event.tenant)
    review = await REVIEWS.add(unit, decision, {"form": form})
    unit.set_timers(timers_of(review, unit.correlationid))


async def discontinue_review(event: Envelope, unit: Unit) -> None:
    """End the review of a case that was withdrawn; one that was withdrawn before it was accepted never had one."""
    review = await store.find_by_case(unit.session, UUID(event.subject))
    if review is not None:
        await REVIEWS.save(unit, domain.discontinue(review, WITHDRAWN))


REACTIONS = (
    Reaction(
        name="cases",
        topics=(CASES,),
        handlers={CaseAccepted.TYPE: start_review, CaseWithdrawn.TYPE: discontinue_review},
    ),
    ERASURES.reaction,
)


async def give_cards(due: Sequence[Timer], unit: Unit) -> None:
    """Give yellow and red cards, to whichever reviews are still due them.

    Raises:
        LookupError: A timer belongs to no review.
    """
    await take_effect(REVIEWS, due, unit, CLOCKS)


def timers_of(review: Review, correlationid: str) -> tuple[Timer, ...]:
    """Give the timers of a review's deadline."""
    moments = {"warning": review.warn_at, "breach": review.due_at}
    return tuple(
        Timer(
            subject=review.id, clock=clock, version=review.deadline, due_at=moments[clock], correlationid=correlationid
        )
        for clock in CLOCKS
    )


async def _held(id_: UUID, action: Action, version: int, unit: Unit) -> tuple[Review, Asker]:
    """Give a review to an officer who wants to change it, and the officer."""
    who = asker(unit)
    stored = await REVIEWS.get_for_change(unit, id_, who, action, version=version)
    return stored.case, who
