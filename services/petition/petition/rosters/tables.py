"""The rows in which rosters and the register lie."""

from datetime import datetime

from casework.rows import Row
from sqlalchemy import ARRAY, DateTime, Index, String
from sqlmodel import Field


class ShiftRow(Row, table=True):
    """A shift; the accounts of both lie under a key of its own."""

    __tablename__ = "shifts"
    __table_args__ = (Index("shifts_by_roster", "tenant", "post", "ends_at"),)

    post: str
    starts_at: datetime = Field(sa_type=DateTime(timezone=True))
    ends_at: datetime = Field(sa_type=DateTime(timezone=True))
    officer: str
    deputy: str
    added_by: str
    ended_at: datetime | None = Field(sa_type=DateTime(timezone=True))
    keyid: str | None
    officer_account: str | None
    deputy_account: str | None


class SpokespersonRow(Row, table=True):
    """A tenant's place in the public register; nothing in it is personal, so nothing is sealed."""

    __tablename__ = "spokespersons"
    __table_args__ = (Index("spokespersons_by_tenant", "tenant", unique=True),)

    office: str
    title: str
    channels: list[str] = Field(sa_type=ARRAY(String))
    hours: str | None
    registered_by: str
    registered_at: datetime = Field(sa_type=DateTime(timezone=True))
