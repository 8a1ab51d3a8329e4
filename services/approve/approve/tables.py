"""The rows in which reviews lie. Form, opinion and notice are sealed: a copy of the database tells nothing."""

from datetime import datetime
from uuid import UUID

from casework.rows import Row
from sqlalchemy import ARRAY, DateTime, Index, String, text
from sqlmodel import Field

OPEN = text("open")


class ReviewRow(Row, table=True):
    """A review. ``form``, ``opinion`` and ``notice`` are sealed under the applicant's key."""

    __tablename__ = "reviews"
    __table_args__ = (
        Index("reviews_queue", "tenant", "due_at", "id", postgresql_where=OPEN),
        Index("reviews_queue_of_all", "due_at", "id", postgresql_where=OPEN),
        Index("reviews_held", "holder", "due_at", "id", postgresql_where=OPEN),
        Index("reviews_by_state", "tenant", "state", "due_at", "id"),
        Index("reviews_by_key", "keyid", postgresql_where=text("keyid IS NOT NULL")),
        Index("reviews_by_opinion_key", "opinion_keyid", postgresql_where=text("opinion_keyid IS NOT NULL")),
        Index("reviews_by_notice_key", "notice_keyid", postgresql_where=text("notice_keyid IS NOT NULL")),
    )

    case: UUID = Field(unique=True)
    number: str
    item: str
    applicant: str | None
    accepted_at: datetime = Field(sa_type=DateTime(timezone=True))
    warn_at: datetime = Field(sa_type=DateTime(timezone=True))
    due_at: datetime = Field(sa_type=DateTime(timezone=True))
    deadline: int
    state: str
    open: bool
    holder: str | None
    examiner: str | None
    recommendation: str | None
    decider: str | None
    reasons: list[str] = Field(sa_type=ARRAY(String))
    warned: bool
    breached: bool
    keyid: str | None
    form: str | None
    opinion_keyid: str | None
    opinion: str | None
    notice_keyid: str | None
    notice: str | None
