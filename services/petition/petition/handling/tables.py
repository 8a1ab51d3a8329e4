"""The columns of a petition's row in which its handling lies."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ARRAY, DateTime, String
from sqlmodel import Field, SQLModel

from petition.handling.course import Course, Extension
from petition.kinds import Danger
from petition.petition import Petition
from petition.workflow import UNANSWERED, UNTAKEN

URGENCY = {Danger.LIFE.value: 0, Danger.CRIME.value: 1, Danger.MONEY.value: 2}
LEAST_URGENT = 3


class CourseColumns(SQLModel):
    """What a petition's row has beside the rest.

    Attributes:
        open: Somebody has to answer it, or to take what can't wait in it: it is in the queue.
        urgency: Its place there before any deadline: danger comes first, until somebody has taken it.
        card: The last that was given: yellow, red.
        supplement_request: What its sender was asked for; sealed, like what they sent.
        supplement_attachments: The files that came with that.
        revised_supplement: Its last version, if it was edited where it was posted.
    """

    open: bool
    urgency: int
    due_at: datetime = Field(sa_type=DateTime(timezone=True))
    warn_at: datetime = Field(sa_type=DateTime(timezone=True))
    provisional: bool
    moved_from: datetime | None = Field(sa_type=DateTime(timezone=True))
    deadline: int
    clock: str
    again_at: datetime | None = Field(sa_type=DateTime(timezone=True))
    warned: bool
    overdue: bool
    escalated_to: str | None
    internal_by: datetime | None = Field(sa_type=DateTime(timezone=True))
    internal_since: datetime | None = Field(sa_type=DateTime(timezone=True))
    assignment: int
    late: bool
    first_receiver: str | None
    returned_by: list[str] = Field(sa_type=ARRAY(String))
    disputed_by: list[str] = Field(sa_type=ARRAY(String))
    contender: str | None
    bound: bool
    card: str | None
    stopped_at: datetime | None = Field(sa_type=DateTime(timezone=True))
    resumed_at: datetime | None = Field(sa_type=DateTime(timezone=True))
    supplement_request_keyid: str | None
    supplement_request: str | None
    supplement_keyid: str | None
    supplement: str | None
    supplement_attachments: str | None
    supplement_origin: str | None
    supplement_revision: int
    revised_supplement_keyid: str | None
    revised_supplement: str | None
    extension: str | None
    extension_asked_by: str | None
    extended_by: int
    extended_at: datetime | None = Field(sa_type=DateTime(timezone=True))
    urged: int
    urged_on: date | None
    watched_on: date | None
    transfers: int
    done_on: date | None


def columns_of(petition: Petition) -> dict[str, Any]:
    """Give the values of these columns."""
    course = petition.course
    alarm = petition.alarm
    return {
        "open": petition.state in UNANSWERED or (alarm is not None and alarm.waiting),
        "urgency": _urgency(petition),
        "due_at": course.due_at,
        "warn_at": course.warn_at,
        "provisional": course.provisional,
        "moved_from": course.moved_from,
        "deadline": course.deadline,
        "clock": course.clock,
        "again_at": course.again_at,
        "warned": course.warned,
        "overdue": course.overdue,
        "escalated_to": course.escalated_to,
        "internal_by": course.internal_by,
        "internal_since": course.internal_since,
        "assignment": course.assignment,
        "late": course.late,
        "first_receiver": course.first_receiver,
        "returned_by": list(course.returned_by),
        "disputed_by": list(course.disputed_by),
        "contender": course.contender,
        "bound": course.bound,
        "card": "red" if course.overdue else "yellow" if course.warned else None,
        "stopped_at": course.stopped_at,
        "resumed_at": course.resumed_at,
        "supplement_origin": course.supplement_origin,
        "supplement_revision": course.supplement_revision,
        "extension": course.extension.value if course.extension else None,
        "extension_asked_by": course.extension_asked_by,
        "extended_by": course.extended_by,
        "extended_at": course.extended_at,
        "urged": course.urged,
        "urged_on": course.urged_on,
        "watched_on": course.watched_on,
        "transfers": course.transfers,
        "done_on": course.done_on,
    }


def _urgency(petition: Petition) -> int:
    """Give its place before any deadline; what somebody was paged about keeps it wherever it stands, until taken."""
    alarm = petition.alarm
    if alarm is not None:
        return URGENCY.get(alarm.danger, LEAST_URGENT) if alarm.waiting else LEAST_URGENT
    return URGENCY.get(petition.danger or "", LEAST_URGENT) if petition.state in UNTAKEN else LEAST_URGENT


def course_in(row: CourseColumns) -> Course:
    """Give the course that lies in a row."""
    return Course(
        due_at=row.due_at,
        warn_at=row.warn_at,
        provisional=row.provisional,
        moved_from=row.moved_from,
        deadline=row.deadline,
        clock=row.clock,
        again_at=row.again_at,
        warned=row.warned,
        overdue=row.overdue,
        escalated_to=row.escalated_to,
        internal_by=row.internal_by,
        internal_since=row.internal_since,
        assignment=row.assignment,
        late=row.late,
        first_receiver=row.first_receiver,
        returned_by=tuple(row.returned_by),
        disputed_by=tuple(row.disputed_by),
        contender=row.contender,
        bound=row.bound,
        stopped_at=row.stopped_at,
        resumed_at=row.resumed_at,
        supplement_origin=row.supplement_origin,
        supplement_revision=row.supplement_revision,
        extension=Extension(row.extension) if row.extension else None,
        extension_asked_by=row.extension_asked_by,
        extended_by=row.extended_by,
        extended_at=row.extended_at,
        urged=row.urged,
        urged_on=row.urged_on,
        watched_on=row.watched_on,
        transfers=row.transfers,
        done_on=row.done_on,
    )
