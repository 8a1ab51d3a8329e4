"""What a review is, and what its events make of it. Pure.

The state that a decision leads to is what replaying its events gives: a review rebuilt from its topic is the review
that was decided, by construction.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from approve.workflow import STEPS, State, Step
from contracts.events import (
    ReviewApproved,
    ReviewBreached,
    ReviewDenied,
    ReviewDiscontinued,
    ReviewStarted,
    ReviewTaskAssigned,
    ReviewTaskCompleted,
    ReviewTaskReleased,
    ReviewWarned,
)

ReviewEvent = (
    ReviewStarted
    | ReviewTaskAssigned
    | ReviewTaskReleased
    | ReviewTaskCompleted
    | ReviewWarned
    | ReviewBreached
    | ReviewApproved
    | ReviewDenied
    | ReviewDiscontinued
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """A review (审批件) without form, opinion and notice, which no decision needs.

    Attributes:
        id: UUIDv7; the subject of its events.
        tenant: GB/T 2260 code of the city, or of the province, that decides.
        case: Id of the case (办件) under review.
        number: 办件编号, for people.
        item: Slug of the service item (事项).
        applicant: Pseudonym; None if it isn't known, so that nobody can be told apart from them.
        accepted_at: When the clock began, UTC.
        warn_at: When a yellow card is due, UTC.
        due_at: End of the promised time limit, UTC.
        deadline: Version of the deadline: the sequence of the event that set it.
        sequence: Of its last event; also the version that an officer's change must name.
        holder: Pseudonym of whoever has taken the present task on.
        examiner: Pseudonym of whoever completed the examination.
        decider: Pseudonym of whoever decided.
        reasons: Why it was denied, as codes.
        warned: A yellow card was given.
        breached: A red card was given.
    """

    id: str
    tenant: str
    case: str
    number: str
    item: str
    applicant: str | None
    accepted_at: datetime
    warn_at: datetime
    due_at: datetime
    deadline: int
    sequence: int
    state: State
    holder: str | None = None
    examiner: str | None = None
    recommendation: str | None = None
    decider: str | None = None
    reasons: tuple[str, ...] = ()
    warned: bool = False
    breached: bool = False

    @property
    def step(self) -> Step | None:
        """What has to be done now; None once it has ended."""
        return STEPS.get(self.state)


def begin(event: ReviewStarted, *, id: str, tenant: str) -> Review:  # noqa: A002
    """Give the review that its first event makes."""
    return Review(
        id=id,
        tenant=tenant,
        case=event.case,
        number=event.number,
        item=event.item,
        applicant=event.applicant,
        accepted_at=event.accepted_at,
        warn_at=event.warn_at,
        due_at=event.due_at,
        deadline=1,
        sequence=1,
        state=State.TO_EXAMINE,
    )


def replay(review: Review, event: ReviewEvent) -> Review:
    """Give the review after its next event. Whether it was allowed was asked when it was decided.

    Raises:
        ValueError: A review is started only once.
    """
    match event:
        case ReviewTaskAssigned():
            review = replace(review, state=_TAKEN[Step(event.step)], holder=event.by)
        case ReviewTaskReleased():
            review = replace(review, state=_OPEN[Step(event.step)], holder=None)
        case ReviewTaskCompleted():
            review = replace(
                review,
                state=_OPEN[Step(event.next_step)],
                holder=None,
                examiner=event.by,
                recommendation=event.recommendation,
            )
        case ReviewWarned():
            review = replace(review, warned=True)
        case ReviewBreached():
            review = replace(review, breached=True)
        case ReviewApproved():
            review = replace(review, state=State.APPROVED, holder=None, decider=event.by)
        case ReviewDenied():
            review = replace(review, state=State.DENIED, holder=None, decider=event.by, reasons=tuple(event.reasons))
        case ReviewDiscontinued():
            review = replace(review, state=State.DISCONTINUED, holder=None)
        case ReviewStarted():
            raise ValueError("a review is started only once")
    return replace(review, sequence=review.sequence + 1)


_OPEN = {Step.EXAMINATION: State.TO_EXAMINE, Step.APPROVAL: State.TO_DECIDE}
_TAKEN = {Step.EXAMINATION: State.EXAMINING, Step.APPROVAL: State.DECIDING}
