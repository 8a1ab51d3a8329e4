"""Does the input and output around a decision, in the transaction that the edge opened and will commit."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from uuid import UUID

from casework.access import Asker
from casework.handling import announce
from chassis.api.errors import NOT_FOUND, Problem
from chassis.api.versions import require_version
from chassis.envelope import Envelope, new_id
from chassis.sealing import open_fields
from chassis.timers import Timer, set_timers
from chassis.unit import Unit
from chassis.worker.processor import Reaction

from approve import domain, store
from approve.access import DESK, acting
from approve.domain import Decision, Recommendation
from approve.review import Review
from approve.store import CONTENT
from contracts.events import CaseAccepted, CaseWithdrawn

CASES = "accept.cases.v1"
REVIEWS = "approve.reviews.v1"
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
        Refused: See ``domain.claim``.
    """
    return await _change(
        command.review, command.version, lambda review, who: domain.claim(review, by=who.actor, owner=who.owner), unit
    )


async def release_review(command: ReleaseReview, unit: Unit) -> Review:
    """Give the task back.

    Raises:
        Problem: 404, 412.
        Refused: See ``domain.release``.
    """
    return await _change(
        command.review, command.version, lambda review, who: domain.release(review, by=who.actor), unit
    )


async def complete_examination(command: CompleteExamination, unit: Unit) -> Review:
    """Put it up for decision.

    Raises:
        Problem: 404, 412.
        Refused: See ``domain.complete``.
    """

    def decide(review: Review, who: Asker) -> Decision:
        return domain.complete(review, command.recommendation, command.opinion, by=who.actor)

    return await _change(command.review, command.version, decide, unit, written={"opinion": command.opinion})


async def approve_review(command: ApproveReview, unit: Unit) -> Review:
    """Grant it.

    Raises:
        Problem: 404, 412.
        Refused: See ``domain.approve``.
    """
    return await _change(
        command.review, command.version, lambda review, who: domain.approve(review, by=who.actor), unit
    )


async def deny_review(command: DenyReview, unit: Unit) -> Review:
    """Deny it.

    Raises:
        Problem: 404, 412.
        Refused: See ``domain.deny``.
    """

    def decide(review: Review, who: Asker) -> Decision:
        return domain.deny(review, command.reasons, command.notice, by=who.actor)

    return await _change(command.review, command.version, decide, unit, written={"notice": command.notice})


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
    review, sealed = decision.after, None
    if form is not None:
        sealed = await CONTENT.seal(
            unit.outbox.keyring, person=accepted.applicant, row=review.id, columns={"form": form}
        )
    await store.add(unit.session, review, sealed)
    await set_timers(unit.session, timers_of(review, unit.correlationid))
    await announce(decision, unit, topic=REVIEWS, person=accepted.applicant)


async def discontinue_review(event: Envelope, unit: Unit) -> None:
    """End the review of a case that was withdrawn; one that was withdrawn before it was accepted never had one."""
    review = await store.find_by_case(unit.session, UUID(event.subject))
    if review is None:
        return
    decision = domain.discontinue(review, WITHDRAWN)
    if decision.events:
        await store.save(unit.session, decision.after)
        await announce(decision, unit, topic=REVIEWS)


REACTIONS = (
    Reaction(
        name="cases",
        topics=(CASES,),
        handlers={CaseAccepted.TYPE: start_review, CaseWithdrawn.TYPE: discontinue_review},
    ),
)


async def give_cards(due: Sequence[Timer], unit: Unit) -> None:
    """Give yellow and red cards, to whichever reviews are still due them.

    Raises:
        LookupError: A timer belongs to no review.
    """
    reviews = dict(await store.find_all(unit.session, [UUID(timer.subject) for timer in due]))
    changed: dict[str, Review] = {}
    for timer in due:
        decision = CLOCKS[timer.clock](reviews[timer.subject], timer.version)
        if decision.events:
            reviews[timer.subject] = changed[timer.subject] = decision.after
            await announce(decision, unit.resuming(timer.correlationid), topic=REVIEWS)
    await store.save_all(unit.session, changed.values())


def timers_of(review: Review, correlationid: str) -> tuple[Timer, ...]:
    """Give the timers of a review's deadline."""
    moments = {"warning": review.warn_at, "breach": review.due_at}
    return tuple(
        Timer(
            subject=review.id, clock=clock, version=review.deadline, due_at=moments[clock], correlationid=correlationid
        )
        for clock in CLOCKS
    )


async def _change(
    id_: UUID,
    version: int,
    decide: Callable[[Review, Asker], Decision],
    unit: Unit,
    *,
    written: dict[str, str] | None = None,
) -> Review:
    """Find, compare, decide, save; the row is locked meanwhile, because reactions and timers name no version."""
    who = DESK.asker(unit)
    stored = await store.find(unit.session, id_, acting(who), lock=True)
    if stored is None:
        raise Problem(NOT_FOUND)
    before = stored.review
    require_version(version, before.sequence)
    decision = decide(before, who)
    person, sealed = before.applicant or before.id, None
    if written is not None:
        sealed = await CONTENT.seal(unit.outbox.keyring, person=person, row=before.id, columns=written)
    await store.save(unit.session, decision.after, written=sealed)
    await announce(decision, unit, topic=REVIEWS, person=person)
    return decision.after
