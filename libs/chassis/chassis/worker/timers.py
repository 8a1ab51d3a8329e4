"""Runs timers that have come due: in batches, each in one transaction with its effects and events.

Deadlines end at the same moment, so thousands of timers may come due at once. They are taken in bounded batches over a
connection of their own, with a rest after each, so that requests go on being answered meanwhile. A batch that fails is
tried timer by timer: one that fails holds up no other.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from typing import Final, TypeVar

from chassis.infrastructure import Patience, StoppedError, describe, is_infrastructure
from chassis.process.health import Status
from chassis.telemetry import meter
from chassis.testing.faults import fault_point
from chassis.timers import Fire
from chassis.unit import Unit, Units
from chassis.worker import due
from chassis.worker.due import Due, Standing
from chassis.worker.tasks import Task

log = logging.getLogger(__name__)

T = TypeVar("T")

MOST: Final = 200
"""Timers of one transaction."""
EVERY_S: Final = 0.5
STANDING_EVERY_S: Final = 5.0
FIRE_S: Final = 8.0
"""Longest time for the effects of one transaction; less than the database lets it idle."""
KEPT_DAYS: Final = 7


class TimersTookTooLongError(Exception):
    """The effects of timers took longer than they may."""


class TimerRunner:
    """Runs the timers of a service until it is stopped. Several processes may: they never take the same one."""

    name = "timers"

    def __init__(self, fire: Fire, units: Units, *, most: int = MOST, every_s: float = EVERY_S) -> None:
        """Prepare; nothing runs before ``start``.

        Args:
            fire: What comes of timers that are due.
            units: Opens units of work, on a connection that nobody else waits for.
            most: Timers of one transaction.
            every_s: Seconds between two looks while nothing is due.
        """
        self._fire = fire
        self._units = units
        self._most = most
        self._every_s = every_s
        self._patience = Patience()
        self._telemetry = _Telemetry()
        self._standing = Standing()
        self._loop: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin, in the background."""
        self._loop = asyncio.create_task(self._run(), name=self.name)

    async def stop(self) -> None:
        """Finish the batch in hand, then end."""
        self._patience.stop()
        if self._loop is not None:
            await self._loop

    async def check(self) -> Status:
        """Say whether timers are run, and how many wait; one that fails doesn't take the process out of service."""
        if self._loop is None or self._loop.done():
            return Status(ready=False, detail="not running")
        if self._patience.waiting_for is not None:
            return Status(ready=False, detail=f"waiting: {self._patience.waiting_for}")
        return Status(ready=True, detail=f"{self._standing.overdue} overdue, {self._standing.parked} set aside")

    async def once(self) -> int:
        """Run one batch of what is due; give how many timers were taken, whatever became of them.

        Raises:
            Exception: The infrastructure failed; nothing was decided about the timers that it hit.
        """
        claimed: Sequence[Due] = ()
        try:
            async with self._units.begin() as unit:
                claimed = await due.claim(unit.session, most=self._most)
                if claimed:
                    await self._take_effect(claimed, unit)
        except Exception as error:
            if is_infrastructure(error):
                raise
            log.warning("%d timers together failed, each is tried alone: %s", len(claimed), describe(error))
            for one in claimed:
                await self._alone(one)
        else:
            self._telemetry.fired(claimed)
            fault_point("timers.after_commit")
        return len(claimed)

    async def look(self) -> None:
        """Count what is overdue, and report it."""
        async with self._units.begin(read_only=True) as unit:
            self._standing = await due.standing(unit.session)
        self._telemetry.standing(self._standing)

    async def _run(self) -> None:
        looked = float("-inf")
        try:
            while True:
                started = time.monotonic()
                taken = await self._safely(self.once)
                if time.monotonic() - looked > STANDING_EVERY_S:
                    await self._safely(self.look)
                    looked = time.monotonic()
                # After a full batch there is more. A rest of twice the work leaves room for requests.
                worked = time.monotonic() - started
                await self._patience.pause(min(2 * worked, self._every_s) if taken == self._most else self._every_s)
        except StoppedError:
            return

    async def _safely(self, work: Callable[[], Awaitable[T]]) -> T | None:
        """Work once the infrastructure allows it; what nobody foresaw is logged, and the next look tries again.

        Raises:
            StoppedError: The process stops.
        """
        try:
            return await self._patience.until_done(self.name, work)
        except StoppedError:
            raise
        except Exception:
            log.exception("timers failed")
            return None

    async def _alone(self, one: Due) -> None:
        """Run one timer in a transaction of its own; put it off if it fails."""
        try:
            async with self._units.begin() as unit:
                claimed = await due.claim_one(unit.session, one.id)
                if claimed is None:
                    return
                await self._take_effect([claimed], unit)
        except Exception as error:
            if is_infrastructure(error):
                raise
            await self._put_off(one, error)
        else:
            self._telemetry.fired([one])

    async def _put_off(self, one: Due, error: Exception) -> None:
        async with self._units.begin() as unit:
            parked = await due.failed(unit.session, one.id, describe(error))
        self._telemetry.failed(one, error)
        log.log(
            logging.ERROR if parked else logging.WARNING,
            "a timer failed and %s: %s",
            "is set aside" if parked else "is tried again later",
            describe(error),
            extra={"event.name": "timers.failed", "yiwangban.subject": one.timer.subject},
        )

    async def _take_effect(self, claimed: Sequence[Due], unit: Unit) -> None:
        """Let timers take effect and mark them, in the caller's transaction."""
        try:
            async with asyncio.timeout(FIRE_S) as limit:
                await self._fire([one.timer for one in claimed], unit)
        except TimeoutError as error:
            if limit.expired():
                raise TimersTookTooLongError from error
            raise
        await due.fired(unit.session, claimed)
        fault_point("timers.before_commit")


class _Telemetry:
    """Reports on timers by the names of their clocks."""

    def __init__(self) -> None:
        of = meter()
        self._delay = of.create_histogram("yiwangban.timer.delay", unit="s")
        self._fired = of.create_counter("yiwangban.timers.fired", unit="{timer}")
        self._failures = of.create_counter("yiwangban.timers.failures", unit="{failure}")
        self._overdue = of.create_gauge("yiwangban.timers.overdue", unit="{timer}")
        self._oldest = of.create_gauge("yiwangban.timers.oldest", unit="s")
        self._parked = of.create_gauge("yiwangban.timers.parked", unit="{timer}")

    def fired(self, done: Sequence[Due]) -> None:
        now = datetime.now(UTC)
        for one in done:
            clock = {"yiwangban.clock": one.timer.clock}
            self._fired.add(1, clock)
            self._delay.record(max(0.0, (now - one.timer.due_at).total_seconds()), clock)

    def failed(self, one: Due, error: Exception) -> None:
        self._failures.add(1, {"yiwangban.clock": one.timer.clock, "error.type": type(error).__name__})

    def standing(self, standing: Standing) -> None:
        self._overdue.set(standing.overdue)
        self._oldest.set(standing.oldest_s)
        self._parked.set(standing.parked)


async def _forget(unit: Unit) -> None:
    await due.forget(unit.session, days=KEPT_DAYS, most=10_000)


FORGET_TIMERS = Task(name="forget timers", every_s=30.0, run=_forget)
"""Drops timers that had their effect a week ago, 10,000 at a time."""
