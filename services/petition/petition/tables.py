"""The rows in which petitions and bulletins lie. Content is sealed here, too: a copy of the database tells nothing."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ARRAY, DateTime, Index, LargeBinary, String
from sqlmodel import Field, SQLModel


class PetitionRow(SQLModel, table=True):
    """A petition. ``title``, ``text``, ``handle`` and ``reply`` are sealed under the author's key."""

    __tablename__ = "petitions"
    __table_args__ = (
        Index("petitions_by_tenant", "tenant", "id"),
        Index("petitions_by_state", "tenant", "state", "id"),
    )

    id: UUID = Field(primary_key=True)
    tenant: str
    number: str = Field(unique=True)
    query_code_hash: bytes = Field(sa_type=LargeBinary)
    channel: str
    author: str
    received_at: datetime = Field(sa_type=DateTime(timezone=True))
    posted_at: datetime | None = Field(sa_type=DateTime(timezone=True))
    sequence: int
    state: str
    kind: str | None
    matter: str | None
    confidence: float | None
    reasons: list[str] = Field(sa_type=ARRAY(String))
    department: str | None
    outcome: str | None
    keyid: str | None
    title: str | None
    text: str | None
    handle: str | None
    reply_keyid: str | None
    reply: str | None


class BulletinRow(SQLModel, table=True):
    """A bulletin draft; one an alert, whatever is delivered how often."""

    __tablename__ = "bulletins"
    __table_args__ = (Index("bulletins_by_tenant", "tenant", "id"),)

    id: UUID = Field(primary_key=True)
    tenant: str
    alert: UUID = Field(unique=True)
    state: str
    drafted_at: datetime = Field(sa_type=DateTime(timezone=True))
    sequence: int
    title: str
    text: str
    kind: str
    matter: str
