"""The table of timers as the worker sees it: claim what is due, mark what has had its effect, put off what failed."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Row
from sqlmodel.ext.asyncio.session import AsyncSession

from chassis.timers import Timer

MOST_ATTEMPTS: Final = 8
"""Of one timer; the last comes about an hour after the first. Then it is set aside, for somebody to find out why."""

_COLUMNS: Final = "id, subject, clock, version, due_at, correlationid"
_WAITING: Final = "fired_at IS NULL AND parked_at IS NULL"
# Locked until the transaction ends: of several workers, each takes other ones.
_CLAIM: Final = f"""
SELECT {_COLUMNS} FROM timers
WHERE {_WAITING} AND next_at <= now()
ORDER BY next_at, id
LIMIT %(most)s
FOR UPDATE SKIP LOCKED
"""  # noqa: S608  constants of this module
_CLAIM_ONE: Final = f"""
SELECT {_COLUMNS} FROM timers
WHERE {_WAITING} AND next_at <= now() AND id = %(id)s
FOR UPDATE SKIP LOCKED
"""  # noqa: S608  constants of this module
_FIRED: Final = "UPDATE timers SET fired_at = now() WHERE id = ANY(%(ids)s)"
_FAILED: Final = f"""
UPDATE timers
SET attempts = attempts + 1,
    error = %(error)s,
    next_at = now() + least(power(4, attempts), 900) * interval '1 second',
    parked_at = CASE WHEN attempts + 1 >= {MOST_ATTEMPTS} THEN now() END
WHERE id = %(id)s AND {_WAITING}
RETURNING parked_at IS NOT NULL AS parked
"""  # noqa: S608  constants of this module
# next_at is never before due_at: what waits for another attempt is found by its index, too.
_STANDING: Final = f"""
SELECT overdue, coalesce(extract(epoch FROM now() - oldest), 0)::float AS oldest_s, parked
FROM (SELECT count(*) AS overdue, min(due_at) AS oldest FROM timers WHERE {_WAITING} AND due_at <= now()) AS waiting,
     (SELECT count(*) AS parked FROM timers WHERE parked_at IS NOT NULL AND fired_at IS NULL) AS aside
"""  # noqa: S608  constants of this module
_FORGET: Final = """
DELETE FROM timers WHERE id IN (
    SELECT id FROM timers WHERE fired_at < now() - %(days)s * interval '1 day' LIMIT %(most)s FOR UPDATE SKIP LOCKED
)
"""


@dataclass(frozen=True, slots=True)
class Due:
    """A timer that has come due, and its row."""

    id: int
    timer: Timer


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What has come due and hasn't had its effect.

    Attributes:
        overdue: Timers that wait for their turn or for another attempt.
        oldest_s: For how long the first of them has been due.
        parked: Timers that were set aside.
    """

    overdue: int = 0
    oldest_s: float = 0.0
    parked: int = 0


async def claim(session: AsyncSession, *, most: int) -> Sequence[Due]:
    """Take timers that are due by the database's clock, the earliest first; nobody else gets them meanwhile."""
    connection = await session.connection()
    return [_due(row) for row in await connection.exec_driver_sql(_CLAIM, {"most": most})]


async def claim_one(session: AsyncSession, timer: int) -> Due | None:
    """Take one timer, if it is still due and nobody has it."""
    connection = await session.connection()
    row = (await connection.exec_driver_sql(_CLAIM_ONE, {"id": timer})).one_or_none()
    return None if row is None else _due(row)


async def fired(session: AsyncSession, due: Sequence[Due]) -> None:
    """Mark timers that have had their effect, in the transaction of the effect."""
    await (await session.connection()).exec_driver_sql(_FIRED, {"ids": [one.id for one in due]})


async def failed(session: AsyncSession, timer: int, error: str) -> bool:
    """Put a timer off: 1, 4, 16, 64, 256 s, then 15 min; tell whether it was set aside instead."""
    connection = await session.connection()
    row = (await connection.exec_driver_sql(_FAILED, {"id": timer, "error": error})).one_or_none()
    return bool(row is not None and row.parked)


async def standing(session: AsyncSession) -> Standing:
    """Count what is overdue."""
    row = (await (await session.connection()).exec_driver_sql(_STANDING)).one()
    return Standing(overdue=row.overdue, oldest_s=row.oldest_s, parked=row.parked)


async def forget(session: AsyncSession, *, days: int, most: int) -> None:
    """Delete timers that had their effect some days ago."""
    await (await session.connection()).exec_driver_sql(_FORGET, {"days": days, "most": most})


def _due(row: Row[tuple[object, ...]]) -> Due:
    timer = Timer(
        subject=row.subject,
        clock=row.clock,
        version=row.version,
        due_at=row.due_at,
        correlationid=row.correlationid,
    )
    return Due(row.id, timer)
