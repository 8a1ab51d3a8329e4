"""The rows in which draws lie."""

from datetime import date

from casework.rows import Row
from sqlalchemy import Index
from sqlmodel import Field


class DrawRow(Row, table=True):
    """A day's draw of a tenant; which petitions it is of lies under a key of its own."""

    __tablename__ = "sample_draws"
    __table_args__ = (Index("sample_draws_by_day", "tenant", "day", unique=True),)

    day: date = Field()
    pool: int
    drawn: int
    keyid: str | None
    samples: str | None
