"""The rows in which bulletins lie. Nothing in them is personal, so nothing is sealed."""

from datetime import date, datetime
from uuid import UUID

from casework.rows import Row
from sqlalchemy import ARRAY, DateTime, Index, String, text
from sqlmodel import Field


class BulletinRow(Row, table=True):
    """A bulletin; one an alert, whatever is delivered how often."""

    __tablename__ = "bulletins"
    __table_args__ = (
        Index("bulletins_by_tenant", "tenant", "id"),
        Index("bulletins_published", "tenant", "publication", postgresql_where=text("publication IS NOT NULL")),
    )

    alert: UUID | None = Field(unique=True)
    state: str
    category: str
    drafted_at: datetime = Field(sa_type=DateTime(timezone=True))
    title: str
    text: str
    kind: str | None
    matter: str
    makers: list[str] = Field(sa_type=ARRAY(String))
    last_day: date | None
    publication: UUID | None
    published_at: datetime | None = Field(sa_type=DateTime(timezone=True))
    withdrawn_at: datetime | None = Field(sa_type=DateTime(timezone=True))
    reason: str | None
