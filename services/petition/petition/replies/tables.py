"""The rows in which the reply library lies. Nothing in it is personal, so nothing is sealed; a version is JSON."""

from datetime import date
from uuid import UUID

from casework.rows import Row
from sqlalchemy import ARRAY, BigInteger, Boolean, Column, Index, MetaData, String, Table, Uuid, text
from sqlmodel import Field, SQLModel


class AnswerRow(Row, table=True):
    """An answer: the version that is worked on, and the one that petitions are answered with.

    ``makers`` are those of the newest version, ``last_day`` is the published one's: both are asked for in queries.
    """

    __tablename__ = "answers"
    __table_args__ = (
        Index("answers_by_tenant", "tenant", "id"),
        Index("answers_by_last_day", "last_day", postgresql_where=text("last_day IS NOT NULL")),
        Index("answers_overriding", "overrides", postgresql_where=text("overrides IS NOT NULL")),
    )

    state: str
    overrides: UUID | None
    proposed_by: str | None
    makers: list[str] = Field(sa_type=ARRAY(String))
    newest: str
    published: str | None
    last_day: date | None


class AnswerVersionRow(SQLModel, table=True):
    """A version that was published once: what a petition was answered with can be read for ever."""

    __tablename__ = "answer_versions"

    answer: UUID = Field(primary_key=True)
    number: int = Field(primary_key=True, sa_type=BigInteger)
    version: str


answer_feedback = Table(
    "answer_feedback",
    MetaData(),
    Column("answer", Uuid, primary_key=True),
    Column("version", BigInteger, primary_key=True),
    Column("petition", Uuid, primary_key=True),
    Column("solved", Boolean, nullable=False),
)
"""What those who were answered with a version say: whether it solved their matter. Who says nothing has no row."""
reply_library = Table("reply_library", MetaData(), Column("revision", BigInteger, nullable=False))
"""One row: it counts what has changed what is in force, in the order of the commits."""
