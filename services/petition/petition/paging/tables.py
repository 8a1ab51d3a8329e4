"""The rows of pages, and the columns of a petition's row in which its alarm lies."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, DateTime, Index, String, text
from sqlmodel import Field, SQLModel

from petition.paging.alarm import Alarm, Rung
from petition.petition import Petition


class AlarmColumns(SQLModel):
    """What a petition's row has beside the rest.

    Attributes:
        alarm: What can't wait; None: nobody was ever paged.
        alarm_waiting: Somebody has to take it.
    """

    alarm: str | None
    alarm_waiting: bool
    alarm_raised_at: datetime | None = Field(sa_type=DateTime(timezone=True))
    alarm_page: int | None
    alarm_rung: str | None
    alarm_to: list[str] = Field(sa_type=ARRAY(String))
    alarm_paged_at: datetime | None = Field(sa_type=DateTime(timezone=True))
    alarm_answer_by: datetime | None = Field(sa_type=DateTime(timezone=True))
    taken_by: str | None
    taken_at: datetime | None = Field(sa_type=DateTime(timezone=True))
    alarm_over: bool


class PageRow(SQLModel, table=True):
    """A page (传呼), and how far its delivery has come. What it is about lies with its petition.

    Attributes:
        petition: Its subject.
        sequence: Of the event that tells of it; with the petition, what a pager knows a repeated page by.
        tenant: Whose duty desk is paged, a GB/T 2260 code.
        next_at: When it is delivered next, UTC; None: not any more.
        trouble: Why the last attempt came to nothing, a short reason.
    """

    __tablename__ = "pages"
    __table_args__ = (Index("pages_due", "next_at", postgresql_where=text("next_at IS NOT NULL")),)

    petition: UUID = Field(primary_key=True)
    sequence: int = Field(primary_key=True)
    tenant: str
    rung: str
    paged_at: datetime = Field(sa_type=DateTime(timezone=True))
    next_at: datetime | None = Field(sa_type=DateTime(timezone=True))
    attempts: int
    delivered_at: datetime | None = Field(sa_type=DateTime(timezone=True))
    trouble: str | None


def columns_of(petition: Petition) -> dict[str, Any]:
    """Give the values of these columns."""
    alarm = petition.alarm
    return {
        "alarm": alarm and alarm.danger,
        "alarm_waiting": alarm is not None and alarm.waiting,
        "alarm_raised_at": alarm and alarm.raised_at,
        "alarm_page": alarm and alarm.page,
        "alarm_rung": alarm and alarm.rung.value,
        "alarm_to": list(alarm.to) if alarm else [],
        "alarm_paged_at": alarm and alarm.paged_at,
        "alarm_answer_by": alarm and alarm.answer_by,
        "taken_by": alarm and alarm.taken_by,
        "taken_at": alarm and alarm.taken_at,
        "alarm_over": alarm is not None and alarm.over,
    }


def alarm_in(row: AlarmColumns) -> Alarm | None:
    """Give the alarm that lies in a row."""
    if not (row.alarm and row.alarm_raised_at and row.alarm_paged_at and row.alarm_page and row.alarm_rung):
        return None
    return Alarm(
        danger=row.alarm,
        raised_at=row.alarm_raised_at,
        page=row.alarm_page,
        rung=Rung(row.alarm_rung),
        to=tuple(row.alarm_to),
        paged_at=row.alarm_paged_at,
        answer_by=row.alarm_answer_by,
        taken_by=row.taken_by,
        taken_at=row.taken_at,
        over=row.alarm_over,
    )
