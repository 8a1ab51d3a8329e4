"""The rows in which cases lie. Form and notice are sealed here, too: a copy of the database tells nothing."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ARRAY, DateTime, Index, LargeBinary, String
from sqlmodel import Field, SQLModel


class CaseRow(SQLModel, table=True):
    """A case. ``form`` and ``notice`` are sealed under the applicant's key."""

    __tablename__ = "cases"
    __table_args__ = (
        Index("cases_by_tenant", "tenant", "id"),
        Index("cases_by_state", "tenant", "state", "id"),
        Index("cases_by_item", "tenant", "item", "id"),
        Index("cases_by_applicant", "applicant", "id"),
    )

    id: UUID = Field(primary_key=True)
    tenant: str
    number: str = Field(unique=True)
    query_code_hash: bytes = Field(sa_type=LargeBinary)
    item: str
    channel: str
    applicant: str
    submitted_at: datetime = Field(sa_type=DateTime(timezone=True))
    sequence: int
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
