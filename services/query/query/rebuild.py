"""``query rebuild``: has the worker build the model again beside the one that is read, then switches.

The worker builds; this only says that it shall, watches, compares, and switches. So it may be stopped at any moment
and started again. Readers go on with the old model until the switch, and with the new one from then on.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Collection
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

import psycopg
from chassis.database import Database
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection

from query.tables import Colour
from query.writing import CHANNEL, TURN

LOCK: Final = int.from_bytes(b"rebuild")
LOOK_S: Final = 0.5
HOLD_S: Final = 8.0
"""For how long the old model may stand still while the new one takes the last step; PostgreSQL ends it after 10."""
TRIES: Final = 20

_BEGIN: Final = (
    "SET LOCAL lock_timeout = '2s'",  # emptying waits for readers, and new readers would wait for it
    "DELETE FROM positions WHERE consumer = 'progress-COLOUR'",
    "SELECT pg_advisory_xact_lock(hashtext('query COLOUR'))",
    "TRUNCATE COLOUR.matters, COLOUR.timeline RESTART IDENTITY",
    "UPDATE model SET building = 'COLOUR'",
)
_PROGRESS: Final = """
SELECT coalesce(sum(old.next_offset), 0)::bigint AS total,
       coalesce(sum(least(new.next_offset, old.next_offset)), 0)::bigint AS done
FROM positions old LEFT JOIN positions new
     ON new.consumer = %(new)s AND new.topic_uuid = old.topic_uuid AND new.partition = old.partition
WHERE old.consumer = %(old)s AND old.topic_uuid = ANY(%(logs)s::uuid[])
"""
_MISSING: Final = """
SELECT count(*) FROM OLD.timeline AS old
WHERE old.change > %(after)s AND old.change <= %(until)s
  AND NOT EXISTS (SELECT FROM NEW.timeline AS new WHERE new.subject = old.subject AND new.sequence = old.sequence)
"""
_COUNTS: Final = """
SELECT (SELECT count(*) FROM COLOUR.matters) AS matters, (SELECT count(*) FROM COLOUR.timeline) AS steps
"""
_SWITCH: Final = "UPDATE model SET active = building, building = NULL, epoch = epoch + 1, switched_at = now()"


class RebuildRunningError(Exception):
    """Another one is watching over a rebuild."""


class IncompleteError(Exception):
    """The new model lacks something that the old one has; it isn't switched to.

    Attributes:
        missing: How many steps.
    """

    def __init__(self, missing: int) -> None:
        super().__init__(f"{missing} steps are missing")
        self.missing = missing


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the new model has come: records read, of those that the old one has read."""

    done: int
    total: int


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """What there is now."""

    active: Colour
    matters: int
    steps: int


class Rebuild:
    """One rebuild, from the first step or from wherever an earlier one was stopped."""

    def __init__(self, database: Database, logs: Callable[[], Collection[UUID]]) -> None:
        """Prepare.

        Args:
            database: The service's.
            logs: Gives the UUIDs of the topics as they exist now; a topic that is gone can't be read again.
        """
        self._engine = database.engine
        self._logs = logs

    async def run(self, report: Callable[[Progress], None] = lambda _: None) -> Rebuilt:
        """Build, compare, switch.

        Args:
            report: Told how far it is, twice a second.

        Raises:
            RebuildRunningError: Somebody else is at it.
            IncompleteError: The comparison found something missing; the rebuild may be given up.
            TimeoutError: The new model never caught up with the last step of the old one.
        """
        async with self._alone():
            old = await self._begin()
            compared = 0
            for _ in range(TRIES):
                end = await self._end_of(old)
                await self._caught_up(old, report)
                await self._compare(old, after=compared, until=end)
                compared = end
                if await self._switch(old, compared):
                    return await self._counted(old.other)
            raise TimeoutError

    async def give_up(self) -> bool:
        """Have nothing built any more; False if nothing was."""
        async with self._engine.begin() as connection:
            found = await connection.exec_driver_sql("UPDATE model SET building = NULL WHERE building IS NOT NULL")
            return found.rowcount == 1

    @asynccontextmanager
    async def _alone(self) -> AsyncIterator[None]:
        async with self._engine.connect() as connection:
            guard = await connection.execution_options(isolation_level="AUTOCOMMIT")
            if not (await guard.exec_driver_sql(f"SELECT pg_try_advisory_lock({LOCK})")).scalar_one():
                raise RebuildRunningError
            try:
                yield
            finally:
                await guard.exec_driver_sql(f"SELECT pg_advisory_unlock({LOCK})")

    async def _begin(self) -> Colour:
        """Empty the idle model and have it built, unless it is being built already; give the old one."""
        for left in reversed(range(TRIES)):
            try:
                async with self._engine.begin() as connection:
                    model = (await connection.exec_driver_sql("SELECT active, building FROM model FOR UPDATE")).one()
                    old = Colour(model.active)
                    for statement in () if model.building else _BEGIN:
                        await connection.exec_driver_sql(statement.replace("COLOUR", old.other))
            except OperationalError as error:
                if not left or not isinstance(error.orig, psycopg.errors.LockNotAvailable):
                    raise
                await asyncio.sleep(LOOK_S)
            else:
                return old
        raise TimeoutError

    async def _caught_up(self, old: Colour, report: Callable[[Progress], None]) -> None:
        """Return once the new model has read all that the old one had read when this was called, or more."""
        async with self._engine.connect() as connection:
            goal = (await self._progress(connection, old)).total
        while (progress := await self._look(old)).done < goal:
            report(progress)
            await asyncio.sleep(LOOK_S)
        report(progress)

    async def _look(self, old: Colour) -> Progress:
        async with self._engine.connect() as connection:
            return await self._progress(connection, old)

    async def _progress(self, connection: AsyncConnection, old: Colour) -> Progress:
        names = {"old": f"progress-{old}", "new": f"progress-{old.other}"}
        logs = [str(uuid) for uuid in await asyncio.to_thread(self._logs)]
        row = (await connection.exec_driver_sql(_PROGRESS, {**names, "logs": logs})).one()
        return Progress(row.done, row.total)

    async def _end_of(self, colour: Colour) -> int:
        async with self._engine.connect() as connection:
            return await _end(connection, colour)

    async def _compare(self, old: Colour, *, after: int, until: int) -> None:
        async with self._engine.connect() as connection:
            await _compare(connection, old, after=after, until=until)

    async def _switch(self, old: Colour, compared: int) -> bool:
        """Hold the old model, let the new one take the last step, compare that, switch; False if it took too long."""
        async with self._engine.begin() as holding:
            await holding.exec_driver_sql(TURN, {"colour": old.value})
            try:
                async with asyncio.timeout(HOLD_S):
                    await self._caught_up(old, lambda _: None)
            except TimeoutError:
                return False
            await _compare(holding, old, after=compared, until=await _end(holding, old))
            await holding.exec_driver_sql(_SWITCH)
            await holding.exec_driver_sql("SELECT pg_notify(%(channel)s, '')", {"channel": CHANNEL})
        return True

    async def _counted(self, active: Colour) -> Rebuilt:
        async with self._engine.connect() as connection:
            counts = (await connection.exec_driver_sql(_COUNTS.replace("COLOUR", active))).one()
        return Rebuilt(active, counts.matters, counts.steps)


async def _end(connection: AsyncConnection, colour: Colour) -> int:
    found = await connection.exec_driver_sql(f"SELECT coalesce(max(change), 0) FROM {colour}.timeline")  # noqa: S608
    return int(found.scalar_one())


async def _compare(connection: AsyncConnection, old: Colour, *, after: int, until: int) -> None:
    """Look for steps of the old model, between two changes, that the new one lacks.

    Raises:
        IncompleteError: There are some.
    """
    await connection.exec_driver_sql("SET LOCAL statement_timeout = 0")
    statement = _MISSING.replace("OLD", old).replace("NEW", old.other)
    found: Any = await connection.exec_driver_sql(statement, {"after": after, "until": until})
    if missing := int(found.scalar_one()):
        raise IncompleteError(missing)
