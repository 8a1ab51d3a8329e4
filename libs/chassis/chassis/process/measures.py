"""What a process reports about itself: the state it is in, its parts, and its pools of database connections."""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from enum import StrEnum

from opentelemetry.metrics import CallbackOptions, Observation
from sqlalchemy.pool import QueuePool

from chassis.database import Database
from chassis.process.health import Check, Status, look
from chassis.telemetry import meter

LOOK_EVERY_S = 5.0


class State(StrEnum):
    """The life of a process."""

    STARTING = "starting"
    RECOVERING = "recovering"
    READY = "ready"
    STOPPING = "stopping"


class Readiness:
    """Looks at a process' parts every five seconds, and reports what it saw last whenever metrics are collected."""

    def __init__(self, checks: Sequence[Check]) -> None:
        """Prepare; nothing is looked at before ``start``.

        Args:
            checks: What ``/readyz`` asks.
        """
        self._checks = checks
        self._seen: Sequence[tuple[str, Status]] = ()
        self._looking: asyncio.Task[None] | None = None
        meter().create_observable_gauge("yiwangban.part.ready", [self._observe], "1")

    def start(self) -> None:
        """Begin, in the background."""
        self._looking = asyncio.create_task(self._look(), name="readiness")

    async def stop(self) -> None:
        """End, and report nothing any more."""
        self._seen = ()
        if self._looking is not None:
            self._looking.cancel()
            with suppress(asyncio.CancelledError):
                await self._looking

    async def _look(self) -> None:
        while True:
            self._seen = await look(self._checks)
            await asyncio.sleep(LOOK_EVERY_S)

    def _observe(self, _: CallbackOptions) -> Iterable[Observation]:
        return [Observation(int(found.ready), {"yiwangban.part": name}) for name, found in self._seen]


def observe_process(state: Callable[[], State], pools: Mapping[str, Database]) -> None:
    """Report state and pools whenever metrics are collected.

    Args:
        state: Gives the state now.
        pools: Databases by the name of their pool.
    """

    def states(_: CallbackOptions) -> Iterable[Observation]:
        now = state()
        return [Observation(int(each is now), {"yiwangban.state": each}) for each in State]

    def counts(_: CallbackOptions) -> Iterable[Observation]:
        for name, pool in _queue_pools(pools):
            for kind, count in (("used", pool.checkedout()), ("idle", pool.checkedin())):
                yield Observation(count, {"db.client.connection.pool.name": name, "db.client.connection.state": kind})

    def sizes(_: CallbackOptions) -> Iterable[Observation]:
        for name, pool in _queue_pools(pools):
            yield Observation(pool.size(), {"db.client.connection.pool.name": name})

    of = meter()
    of.create_observable_gauge("yiwangban.service.state", [states], "1")
    of.create_observable_gauge("db.client.connection.count", [counts], "{connection}")
    of.create_observable_gauge("db.client.connection.max", [sizes], "{connection}")


def _queue_pools(pools: Mapping[str, Database]) -> Iterable[tuple[str, QueuePool]]:
    for name, database in pools.items():
        pool = database.engine.pool
        if isinstance(pool, QueuePool):
            yield name, pool
