"""Periodic work: each run is bounded, in a transaction of its own, and done by one process of the service at a time."""

import asyncio
import logging
import zlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from chassis.api import idempotency
from chassis.infrastructure import describe
from chassis.process.health import Status
from chassis.unit import Unit, Units

log = logging.getLogger(__name__)

_LOCK_SPACE = 0x7461736B
"""First half of the advisory locks of tasks ("task"), so that they never meet another kind of lock."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """Something that a worker does again and again.

    Attributes:
        name: For logs and the readiness page; unique in the service.
        every_s: Seconds from the end of one run to the start of the next.
        run: The work. An error rolls it back and is logged; the next run comes at its time.
        timeout_s: Longest run, in seconds; then it is cancelled and rolled back.
    """

    name: str
    every_s: float
    run: Callable[[Unit], Awaitable[None]]
    timeout_s: float = 30.0


class TaskRunner:
    """Runs one task until it is stopped."""

    def __init__(self, task: Task, units: Units) -> None:
        """Prepare; nothing runs before ``start``."""
        self.name = f"task {task.name}"
        self._task = task
        self._units = units
        self._stopping = asyncio.Event()
        self._loop: asyncio.Task[None] | None = None
        self._failing_since: datetime | None = None

    async def start(self) -> None:
        """Begin; the first run starts at once."""
        self._loop = asyncio.create_task(self._run(), name=self.name)

    async def stop(self) -> None:
        """Let the run that is under way end within its time, then end."""
        self._stopping.set()
        if self._loop is not None:
            await self._loop

    async def check(self) -> Status:
        """Say whether the loop lives; a run that fails is told, but doesn't take the process out of service."""
        if self._loop is None or self._loop.done():
            return Status(ready=False, detail="not running")
        failing = self._failing_since
        return Status(ready=True, detail=f"failing since {failing.isoformat(timespec='seconds')}" if failing else "")

    async def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                async with asyncio.timeout(self._task.timeout_s):
                    await self._once()
                self._failing_since = None
            except Exception as error:  # noqa: BLE001  the next run tries again
                self._failing_since = self._failing_since or datetime.now(UTC)
                log.warning("%s failed: %s", self.name, describe(error))
            try:
                await asyncio.wait_for(self._stopping.wait(), self._task.every_s)
            except TimeoutError:
                continue

    async def _once(self) -> None:
        async with self._units.begin() as unit:
            connection = await unit.session.connection()
            key = zlib.crc32(self._task.name.encode()) - 2**31  # PostgreSQL's integer is signed
            locked = await connection.exec_driver_sql("SELECT pg_try_advisory_xact_lock(%s, %s)", (_LOCK_SPACE, key))
            if locked.scalar_one():
                await self._task.run(unit)


async def _forget_answers(unit: Unit) -> None:
    await idempotency.purge(unit.session, most=10_000)


FORGET_ANSWERS = Task(name="forget expired answers", every_s=30.0, run=_forget_answers)
"""Every service's: drops stored answers whose Idempotency-Key has expired, 10,000 at a time."""
