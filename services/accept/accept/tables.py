"""The rows in which cases lie. Form and notice are sealed here, too: a copy of the database tells nothing."""

from datetime import datetime
from uuid import UUID

from casework.rows import Row
from sqlalchemy import ARRAY, DateTime, Index, String, text
from sqlmodel import Field


class CaseRow(Row, table=True):
    """A case. ``form`` and ``notice`` are sealed under the applicant's key."""

    __tablename__ = "cases"
    __table_args__ = (
        Index("cases_by_tenant", "tenant", "id"),
        Index("cases_by_state", "tenant", "state", "id"),
        Index("cases_by_item", "tenant", "item", "id"),
        Index("cases_by_applicant", "applicant", "id"),
        Index("cases_by_key", "keyid", postgresql_where=text("keyid IS NOT NULL")),
        Index("cases_by_notice_key", "notice_keyid", postgresql_where=text("notice_keyid IS NOT NULL")),
    )

    number: str = Field(unique=True)
    item: str
    channel: str
    applicant: str
    submitted_at: datetime = Field(sa_type=DateTime(timezone=True))
    state: str
    accepted_at: datetime | None = Field(sa_type=DateTime(timezone=True))
    workdays: int | None
    reasons: list[str] = Field(sa_type=ARRAY(String))
    outcome: str | None
    review: UUID | None
    keyid: str | None
    form: str | None
    notice_keyid: str | None
    notice: str | None
