"""The rows in which deliveries lie. Nothing in them is personal, so nothing is sealed."""

from datetime import datetime
from uuid import UUID

from casework.rows import Row
from sqlalchemy import BigInteger, DateTime, Index, text
from sqlmodel import Field


class DeliveryRow(Row, table=True):
    """A delivery, and when it is tried next; while it waits only.

    Attributes:
        attempts: How often it wasn't taken, though its counterpart was there.
        since: Since when it waits; after too long it is left to a person.
    """

    __tablename__ = "deliveries"
    __table_args__ = (
        Index("deliveries_by_petition", "petition", "told"),
        Index("deliveries_waiting", "channel", "source", "since", postgresql_where=text("state = 'waiting'")),
        Index("deliveries_parked", "id", postgresql_where=text("state = 'parked'")),
    )

    petition: UUID
    told: int = Field(sa_type=BigInteger)
    what: str
    channel: str
    source: str
    state: str
    way: str | None
    reason: str | None
    code_until: datetime | None = Field(sa_type=DateTime(timezone=True))
    code_taken: bool
    attempts: int | None
    since: datetime | None = Field(sa_type=DateTime(timezone=True))
    next_at: datetime | None = Field(sa_type=DateTime(timezone=True))
