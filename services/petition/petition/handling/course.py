"""How far the handling of a petition has come: by when it has to be answered, and whose it is. Pure."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Final

from workdays.clock import Extended, Stop

from contracts.events import (
    PetitionDeadlineRecalculated,
    PetitionExtended,
    PetitionJurisdictionDecided,
    PetitionPersonAsked,
    PetitionReceived,
    PetitionReopened,
    PetitionReturned,
    PetitionReviewDecided,
    PetitionReviewRequested,
    PetitionSupplemented,
    PetitionSupplementLapsed,
    PetitionTransferred,
    ReportDeadlineRecalculated,
    ReportReceived,
    ReportReturned,
    ReportTransferred,
)
from petition.handling.clock import ANSWER, BINDING, SUPPLEMENT, limit_again, limit_of
from petition.kinds import Ground

HEAD: Final = "agency-head"
"""Who extends it, as the table of time limits and the access tokens say (本机关负责人)."""


ToHandOut = (
    PetitionReceived | ReportReceived | PetitionReturned | ReportReturned | PetitionPersonAsked | PetitionReopened
)


class Extension(StrEnum):
    """What became of an extension (延期)."""

    ASKED = "asked"
    GRANTED = "granted"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """How far it has come.

    Attributes:
        due_at: End of the time limit that binds, UTC; return, re-transfer and dispute leave it where it is.
        warn_at: When a yellow card is due, UTC.
        provisional: A year in it isn't announced yet (暂定).
        moved_from: Its end as it was told before a new calendar moved it, UTC.
        deadline: Version of the deadline: the sequence of the event that set it.
        clock: Which clock it is, as events name it: that of the answer, or of a review.
        again_at: When it was taken up again, reviewed or sent back, and its clock began anew, UTC.
        warned: A yellow card was given (黄牌).
        overdue: A red card was given (红牌).
        escalated_to: GB/T 2260 code of the tier above that was told then.
        internal_by: End of the office's own time limit for what comes next, UTC: to hand it out, to sign for it, to
            decide a dispute.
        internal_since: When that began, UTC; None: nobody noted it then, so no new calendar moves it.
        assignment: Version of that: the sequence of the event that set it.
        late: It has passed.
        first_receiver: The department that got it first; it answers to the citizen meanwhile (首接责任).
        returned_by: Departments that gave it back, in order.
        disputed_by: Departments that said that it is another one's, in order.
        contender: The other side, while it is disputed.
        bound: Whose it is was decided by the common superior.
        stopped_at: Since when its clock stands still, or stood still, for more from its sender, UTC.
        resumed_at: Since when it runs again, UTC.
        supplement_origin: Keyed name of the message by which they sent more, if it was one; see ``Message``.
        supplement_revision: How often it had been edited.
        extension: What became of an extension: see ``Extension``; None: nobody has asked for one.
        extension_asked_by: Pseudonym of whoever asked.
        extended_by: So many days.
        extended_at: Since when, UTC.
        urged: How often its sender urged.
        urged_on: The last day, Shanghai's, on which they did.
        watched_on: The last day on which a volunteer supervisor did.
        transfers: How often a department got it.
        done_on: The day, Shanghai's, on which it was answered, or ended without an answer.
    """

    due_at: datetime
    warn_at: datetime
    provisional: bool
    moved_from: datetime | None = None
    deadline: int = 1
    clock: str = ANSWER
    again_at: datetime | None = None
    warned: bool = False
    overdue: bool = False
    escalated_to: str | None = None
    internal_by: datetime | None = None
    internal_since: datetime | None = None
    assignment: int = 0
    late: bool = False
    first_receiver: str | None = None
    returned_by: tuple[str, ...] = ()
    disputed_by: tuple[str, ...] = ()
    contender: str | None = None
    bound: bool = False
    stopped_at: datetime | None = None
    resumed_at: datetime | None = None
    supplement_origin: str | None = None
    supplement_revision: int = 0
    extension: Extension | None = None
    extension_asked_by: str | None = None
    extended_by: int = 0
    extended_at: datetime | None = None
    urged: int = 0
    urged_on: date | None = None
    watched_on: date | None = None
    transfers: int = 0
    done_on: date | None = None

    @property
    def stands_still(self) -> bool:
        """Whether its clock does, until its sender has sent more."""
        return self.stopped_at is not None and self.resumed_at is None

    @property
    def stops(self) -> tuple[Stop, ...]:
        """When its clock stood still."""
        return (Stop(SUPPLEMENT, self.stopped_at, None, self.resumed_at),) if self.stopped_at else ()

    @property
    def extended(self) -> Extended | None:
        """By how much it was extended."""
        if self.extended_at is None:
            return None
        return Extended(self.extended_by, HEAD, "-", self.extended_at)


def begin(event: PetitionReceived | ReportReceived, ground: Ground | None) -> Course:
    """Give the course that begins with a receipt; of one that doesn't say its time limit yet, it is computed."""
    if event.due_at is None or event.warn_at is None:
        limit = limit_of(ground, event.received_at)
        course = Course(due_at=limit.due_at, warn_at=limit.warn_at, provisional=limit.provisional)
    else:
        course = Course(due_at=event.due_at, warn_at=event.warn_at, provisional=bool(event.provisional))
    return to_hand_out(course, event, sequence=1)


def to_hand_out(course: Course, event: ToHandOut, sequence: int) -> Course:
    """Give the course of what lies with the desk: it has to be handed out, answered or closed (分拣)."""
    if event.triage_by is None:
        return course
    since = event.reopened_at if isinstance(event, PetitionReopened) else event.since
    return replace(course, internal_by=event.triage_by, internal_since=since, assignment=sequence, late=False)


def assigned(
    course: Course, event: PetitionTransferred | ReportTransferred | PetitionJurisdictionDecided, sequence: int
) -> Course:
    """Give the course after a department got it."""
    return replace(
        settled(course),
        internal_by=event.sign_by,
        internal_since=event.since,
        assignment=sequence,
        late=False,
        first_receiver=course.first_receiver or event.department,
        transfers=course.transfers + 1,
    )


def again(event: PetitionReopened, sequence: int) -> Course:
    """Give the course of what is taken up again (重新办理): it begins anew, with a clock of its own."""
    limit = limit_again(event.reopened_at)
    course = Course(
        due_at=limit.due_at if event.due_at is None else event.due_at,
        warn_at=limit.warn_at if event.warn_at is None else event.warn_at,
        provisional=limit.provisional if event.provisional is None else event.provisional,
        deadline=sequence,
        again_at=event.reopened_at,
    )
    return to_hand_out(course, event, sequence)


def ended(course: Course, done_on: str | None) -> Course:
    """Give the course of what was answered, or has ended: nothing more is due. The day of the answer stays its day."""
    day = course.done_on or (date.fromisoformat(done_on) if done_on else None)
    return replace(taken(settled(course)), done_on=day)


def reviewed(event: PetitionReviewRequested, clock: str, sequence: int) -> Course:
    """Give the course of a review (复查、复核): it has a clock of its own, and the answer's has ended."""
    return Course(
        due_at=event.due_at,
        warn_at=event.warn_at,
        provisional=event.provisional,
        deadline=sequence,
        clock=clock,
        again_at=event.requested_at,
    )


def sent_back(event: PetitionReviewDecided, sequence: int) -> Course:
    """Give the course of what the department has to answer anew (责令重新答复): as long as what is taken up again."""
    limit = limit_again(event.decided_at)
    return Course(
        due_at=event.due_at or limit.due_at,
        warn_at=event.warn_at or limit.warn_at,
        provisional=limit.provisional if event.provisional is None else event.provisional,
        deadline=sequence,
        again_at=event.decided_at,
        bound=True,
    )


def settled(course: Course) -> Course:
    """Give the course once nobody asks for more time any more: it was answered, has ended, or is another's."""
    if course.extension is not Extension.ASKED:
        return course
    return replace(course, extension=None, extension_asked_by=None, extended_by=0)


def taken(course: Course) -> Course:
    """Give the course once nothing of the office's own is due: it is signed for, or given back."""
    return replace(course, internal_by=None, internal_since=None, late=False)


def moved(
    course: Course, event: PetitionSupplemented | PetitionSupplementLapsed | PetitionExtended, sequence: int
) -> Course:
    """Give the course once its deadline was moved; a card that was given stays given."""
    return replace(course, due_at=event.due_at, warn_at=event.warn_at, provisional=event.provisional, deadline=sequence)


def recalculated(
    course: Course, event: PetitionDeadlineRecalculated | ReportDeadlineRecalculated, sequence: int
) -> Course:
    """Give the course once a new calendar has moved one of its time limits; a card that was given stays given."""
    if event.clock not in BINDING or event.warn_at is None:
        return replace(course, internal_by=event.due_at, assignment=sequence)
    moved_from = course.moved_from if event.due_at == event.old_due_at else event.old_due_at
    return replace(
        course,
        due_at=event.due_at,
        warn_at=event.warn_at,
        provisional=event.provisional,
        moved_from=moved_from,
        deadline=sequence,
    )
