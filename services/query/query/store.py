"""Reads the active model. What somebody may see of it, as the policy says, is part of each query."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from casework.access import columns_of
from casework.rows import newest
from chassis.database import driver_of
from chassis.policy import EVERYTHING, Reach
from chassis.vector import Vector
from psycopg.rows import namedtuple_row
from sqlalchemy import and_, bindparam, literal_column, or_, select
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlmodel.ext.asyncio.session import AsyncSession

from query.domain import Matter, Step, in_order
from query.rows import matter_of, step_of
from query.tables import matters, timeline

# Built once, so that SQLAlchemy finds what it has compiled at once.
_ATTRIBUTES: Final = columns_of(matters)
_HISTORY: Final = (
    select(matters, timeline)
    .join_from(matters, timeline, timeline.c.matter == bindparam("matter"), isouter=True)
    .where(matters.c.id == bindparam("matter"))
)
"""A matter beside each of its steps."""
_BY_NUMBER: Final = str(
    select(matters, timeline)
    .join_from(matters, timeline, timeline.c.matter == matters.c.id, isouter=True)
    .where(
        matters.c.id
        == select(matters.c.id)
        .where(matters.c.number == bindparam("number"))
        .limit(literal_column("1"))
        .scalar_subquery()
    )
    .compile(dialect=PGDialect_psycopg())  # type: ignore[no-untyped-call]
)
"""The question that is asked most, so it goes to the driver as it is."""


@dataclass(frozen=True, slots=True)
class History:
    """A matter with its steps, in order."""

    matter: Matter
    steps: tuple[Step, ...]

    @property
    def seen(self) -> dict[str, int]:
        """How far whoever has read this has seen."""
        last: dict[str, int] = {}
        for step in self.steps:
            last[step.subject] = max(step.sequence, last.get(step.subject, 0))
        return last


async def find(session: AsyncSession, matter: UUID | str, reach: Reach) -> History | None:
    """Give a matter within somebody's reach, or None: what isn't there and what isn't theirs look alike.

    Everything is within reach of whoever has proved by a ticket that a matter is theirs.
    """
    statement = _HISTORY if reach is EVERYTHING else _HISTORY.where(reach.where(_ATTRIBUTES))
    return _history((await (await session.connection()).execute(statement, {"matter": str(matter)})).all())


async def find_by_number(session: AsyncSession, number: str) -> History | None:
    """Give a matter to whoever has proved by its code that it is theirs; None if it isn't known here (yet)."""
    cursor = driver_of(session).cursor(row_factory=namedtuple_row)
    await cursor.execute(_BY_NUMBER, {"number": number})
    return _history(await cursor.fetchall())


async def page(session: AsyncSession, reach: Reach, *, after: UUID | None, limit: int) -> Sequence[Matter]:
    """Give the matters within somebody's reach, newest first, following one id."""
    theirs = select(matters).where(reach.where(_ATTRIBUTES))
    statement = newest(theirs, matters.c.id, after=after, limit=limit)
    return [matter_of(row) for row in await (await session.connection()).execute(statement)]


async def is_visible(session: AsyncSession, wanted: Vector) -> bool:
    """Tell whether everything up to the vector can be seen."""
    if not wanted:
        return True
    reached = [
        and_(timeline.c.subject == str(subject), timeline.c.sequence >= sequence)
        for subject, sequence in wanted.items()
        if _is_uuid(subject)
    ]
    if len(reached) < len(wanted):
        return False
    found = select(timeline.c.subject).where(or_(*reached)).distinct()
    return len((await (await session.connection()).execute(found)).all()) == len(wanted)


def _history(rows: Sequence[Any]) -> History | None:
    if not rows:
        return None
    return History(matter_of(rows[0]), in_order(step_of(row) for row in rows if row.subject is not None))


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
