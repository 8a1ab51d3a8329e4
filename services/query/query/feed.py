"""Follows the changes of the active model for everybody in this process who waits for some.

One connection listens for the batches' notifications and looks every second anyway, so a lost notification costs a
second and a lost connection costs the time to connect again. What it finds is handed to whoever watches the matter or
the subject: no query per client. Whoever doesn't take it in time is let go, and so is everybody when the changes
aren't the ones they followed any more (another model became the active one); they come back with what they have seen.
"""

import asyncio
import contextlib
import logging
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

import psycopg
from chassis.infrastructure import describe
from chassis.process.health import Status
from psycopg import sql
from psycopg.rows import namedtuple_row

from query.domain import Matter, Step
from query.rows import matter_of, step_of
from query.telemetry import Staleness
from query.writing import CHANNEL

log = logging.getLogger(__name__)

POLL_S: Final = 1.0
MOST_AT_ONCE: Final = 1_000
MOST_WAITING: Final = 64
"""Changes that wait for one client."""
ANSWER_S: Final = 10.0
RETRY_S: Final = 0.5
TROUBLE_S: Final = 15.0

_END: Final = "SELECT epoch, (SELECT coalesce(max(change), 0) FROM timeline) AS change FROM model"
_CHANGES: Final = """
SELECT model.epoch, step.*
FROM model LEFT JOIN LATERAL (
    SELECT timeline.change, timeline.subject, timeline.sequence, timeline.matter, timeline.topic, timeline.type,
           timeline.time, timeline.wording, timeline.unit, matters.*
    FROM timeline JOIN matters ON matters.id = timeline.matter
    WHERE timeline.change > %s ORDER BY timeline.change LIMIT %s
) AS step ON true
ORDER BY step.change
"""


class LetGo(Exception):
    """Whoever watched has to come again, with what they have seen."""


@dataclass(frozen=True, slots=True)
class Change:
    """A step that became visible, and its matter as it is since."""

    matter: Matter
    step: Step


@dataclass(slots=True, eq=False)
class Watch:
    """Takes the changes for one client."""

    _changes: "asyncio.Queue[Change | None]" = field(default_factory=lambda: asyncio.Queue(MOST_WAITING + 1))
    _over: bool = False

    async def next(self) -> Change:
        """Give the next change.

        Raises:
            LetGo: There is none to come.
        """
        change = await self._changes.get()
        if change is None:
            raise LetGo
        return change

    def tell(self, change: Change) -> None:
        """Hand a change over; let go of a client that has too many of them already."""
        if self._changes.qsize() < MOST_WAITING:
            self._changes.put_nowait(change)
        else:
            self.let_go()

    def let_go(self) -> None:
        """Tell nothing more."""
        if not self._over:
            self._over = True
            self._changes.put_nowait(None)


class Feed:
    """Follows the changes while it runs; a part of the process in role api."""

    name = "feed"

    def __init__(self, database_url: str) -> None:
        """Connect at the start, not here."""
        self._url = database_url
        self._watches: dict[str, set[Watch]] = {}
        self._epoch = 0
        self._cursor = 0
        self._task: asyncio.Task[None] | None = None
        self._trouble: str | None = "starting"
        self._staleness = Staleness()

    @contextlib.contextmanager
    def watch(self, *keys: str) -> Iterator[Watch]:
        """Watch matters or subjects while the block runs; read what there was before inside of it."""
        watch = Watch()
        for key in keys:
            self._watches.setdefault(key, set()).add(watch)
        try:
            yield watch
        finally:
            for key in keys:
                watching = self._watches[key]
                watching.discard(watch)
                if not watching:
                    del self._watches[key]

    async def start(self) -> None:
        """Begin to follow."""
        self._task = asyncio.create_task(self._run(), name=self.name)

    async def stop(self) -> None:
        """Let everybody go, and end."""
        self._let_go()
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def check(self) -> Status:
        """Say whether changes are being followed; without it readers get less live, not wrong."""
        return Status(ready=True, detail=self._trouble or f"{len(self._watches)} watched")

    async def _run(self) -> None:
        while True:
            try:
                await self._follow()
            except (psycopg.Error, OSError, TimeoutError) as error:
                if self._trouble is None:
                    log.warning("the feed has to wait: %s", describe(error))
                self._trouble = f"waiting: {describe(error)}"
            await asyncio.sleep(RETRY_S)

    async def _follow(self) -> None:
        connection = await psycopg.AsyncConnection.connect(
            self._url,
            autocommit=True,
            connect_timeout=5,
            application_name="query-feed",
            tcp_user_timeout=10_000,
            row_factory=namedtuple_row,
        )
        async with connection:
            await connection.execute(sql.SQL("LISTEN {}").format(sql.Identifier(CHANNEL)))
            await self._begin(connection)
            self._trouble = None
            while True:
                while await self._step(connection) == MOST_AT_ONCE:
                    pass
                async for _ in connection.notifies(timeout=POLL_S, stop_after=1):
                    pass

    async def _begin(self, connection: psycopg.AsyncConnection[Any]) -> None:
        """Go on where we were if these are still the same changes, else begin with those to come."""
        async with asyncio.timeout(ANSWER_S):
            (end,) = await (await connection.execute(_END)).fetchall()
        if end.epoch != self._epoch or end.change < self._cursor:
            self._epoch, self._cursor = end.epoch, end.change
            self._let_go()

    async def _step(self, connection: psycopg.AsyncConnection[Any]) -> int:
        async with asyncio.timeout(ANSWER_S):
            rows = await (await connection.execute(_CHANGES, (self._cursor, MOST_AT_ONCE))).fetchall()
        if rows[0].epoch != self._epoch:
            await self._begin(connection)
            return 0
        changes = [row for row in rows if row.change is not None]
        for row in changes:
            self._tell(Change(matter_of(row), step_of(row)))
            self._cursor = row.change
        return len(changes)

    def _tell(self, change: Change) -> None:
        self._staleness.seen(change.step)
        for key in {change.step.matter, change.step.subject}:
            for watch in self._watches.get(key, ()):
                watch.tell(change)

    def _let_go(self) -> None:
        for watching in self._watches.values():
            for watch in watching:
                watch.let_go()
