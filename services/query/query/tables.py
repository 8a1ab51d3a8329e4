"""The tables. Each of the two models, blue and green, has both; readers see the active one's through views.

Plain tables instead of mapped classes: a batch is written by a few statements, never one object at a time.
"""

from enum import StrEnum
from typing import Final

from sqlalchemy import ARRAY, BigInteger, Column, DateTime, MetaData, Table, Text, Uuid


class Colour(StrEnum):
    """One of the two models."""

    BLUE = "blue"
    GREEN = "green"

    @property
    def other(self) -> "Colour":
        """The other one."""
        return Colour.GREEN if self is Colour.BLUE else Colour.BLUE


_views = MetaData()
_moment = DateTime(timezone=True)

model = Table(  # which model is read, and which one is being built, if one is
    "model",
    _views,
    Column("active", Text),
    Column("building", Text),
    Column("epoch", BigInteger),
    Column("switched_at", _moment),
)

matters = Table(
    "matters",
    _views,
    Column("id", Uuid(as_uuid=False), primary_key=True),
    Column("kind", Text),
    Column("tenant", Text),
    Column("number", Text),
    Column("owner", Text),
    Column("item", Text),
    Column("opened_at", _moment),
    Column("due_at", _moment),
    Column("updated_at", _moment),
    Column("own_subject", Text),
    Column("own_sequence", BigInteger),
    Column("own_stage", Text),
    Column("review_subject", Text),
    Column("review_sequence", BigInteger),
    Column("review_stage", Text),
    Column("accused", ARRAY(Text)),
    Column("named", ARRAY(Text)),
)

timeline = Table(
    "timeline",
    _views,
    Column("subject", Uuid(as_uuid=False), primary_key=True),
    Column("sequence", BigInteger, primary_key=True),
    Column("matter", Uuid(as_uuid=False)),
    Column("topic", Text),
    Column("type", Text),
    Column("time", _moment),
    Column("wording", Text),
    Column("unit", Text),
    Column("change", BigInteger),
)

SCHEMA_OF: Final = {colour: {None: colour.value} for colour in Colour}
"""For ``schema_translate_map``: makes statements about the views mean one model's tables."""
