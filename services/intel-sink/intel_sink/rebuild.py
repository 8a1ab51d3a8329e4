"""``intel-sink rebuild``: makes the projections again from the journal, beside the old ones, then switches.

Readers and the mirror go on meanwhile. History raises no alert: those that were raised stay as they are. The switch
happens when the new projections have come exactly as far as the old ones, while nobody follows the mirror, so that
every later batch is followed once, by the new ones.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from chassis.database import Database
from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncEngine

from intel_sink import tables as t
from intel_sink.handlers import FOLLOWER_LOCK
from intel_sink.projections import Projector

BESIDE: Final = "projections_next"
PAST: Final = "projections_past"
REBUILD_LOCK: Final = 0x7265_6275  # "rebu"


class RebuildRunningError(Exception):
    """Another rebuild is under way."""


@dataclass(slots=True)
class Rebuilt:
    """What a rebuild did."""

    records: int = 0
    ordinal: int = 0


async def rebuild(database: Database, projector: Projector) -> Rebuilt:
    """Make all projections again.

    Args:
        database: The mirror's.
        projector: With the rules that are to hold; other rules give other bursts, but no alerts about the past.

    Raises:
        RebuildRunningError: somebody else is at it.
    """
    engine = database.engine
    async with engine.connect() as guard:
        if not await guard.scalar(select(func.pg_try_advisory_lock(REBUILD_LOCK))):
            raise RebuildRunningError("another rebuild is under way")
        await guard.commit()
        try:
            return await _rebuild(engine, projector)
        finally:
            await guard.execute(select(func.pg_advisory_unlock(REBUILD_LOCK)))
            await guard.commit()


async def _rebuild(engine: AsyncEngine, projector: Projector) -> Rebuilt:
    done = Rebuilt()
    await _statements(engine, *_prepare())
    beside = engine.execution_options(schema_translate_map={t.PROJECTIONS: BESIDE})
    while True:
        async with engine.connect() as connection:
            goal = await connection.scalar(select(t.progress.c.ordinal)) or 0
        if await _catch_up(beside, projector, goal, done):
            break
    async with engine.begin() as switching:
        # Whoever follows the mirror holds this lock for a step; from here on nobody does, until the switch is done.
        await switching.execute(select(func.pg_advisory_xact_lock(FOLLOWER_LOCK)))
        goal = await switching.scalar(select(t.progress.c.ordinal)) or 0
        while not await _catch_up(beside, projector, goal, done):
            pass
        await switching.execute(text(f"ALTER SCHEMA {t.PROJECTIONS} RENAME TO {PAST}"))
        await switching.execute(text(f"ALTER SCHEMA {BESIDE} RENAME TO {t.PROJECTIONS}"))
    await _statements(engine, f"DROP SCHEMA {PAST} CASCADE")
    done.ordinal = goal
    return done


async def _catch_up(beside: AsyncEngine, projector: Projector, goal: int, done: Rebuilt) -> bool:
    """Take one step towards the goal; True when it is reached, or nothing is left before it."""
    async with beside.begin() as connection:
        read = await projector.advance(connection, until=goal)
        done.records += read
        reached = await connection.scalar(select(t.progress.c.ordinal)) or 0
    return not read or reached >= goal


def _prepare() -> Sequence[str]:
    return (
        f"DROP SCHEMA IF EXISTS {BESIDE} CASCADE",
        f"DROP SCHEMA IF EXISTS {PAST} CASCADE",
        f"CREATE SCHEMA {BESIDE}",
        *(
            f"CREATE TABLE {BESIDE}.{table.name} (LIKE {t.PROJECTIONS}.{table.name} INCLUDING ALL)"
            for table in t.projections()
        ),
        f"INSERT INTO {BESIDE}.progress VALUES (1, 0)",  # noqa: S608  a constant
    )


async def _statements(engine: AsyncEngine, *statements: str) -> None:
    async with engine.begin() as connection:
        for statement in statements:
            await connection.execute(text(statement))
