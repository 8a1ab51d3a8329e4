"""The thread and event loop in which a batch is consumed, and what its consumer hears of rebalances."""

import asyncio
from collections.abc import Callable, Collection
from typing import Protocol

from aiokafka import TopicPartition
from aiokafka.abc import ConsumerRebalanceListener
from mode.threads import ServiceThread

from chassis.infrastructure import Patience


class Work(Protocol):
    """What the thread does."""

    @property
    def name(self) -> str:
        """Its name."""
        ...

    @property
    def patience(self) -> Patience:
        """Ends its waiting when it is stopped."""
        ...

    async def run(self) -> None:
        """Work until stopped."""
        ...


class ConsumerThread(ServiceThread):
    """The thread; mode's service stops it, closes its loop and reports its crash."""

    abstract = False

    def __init__(self, work: Work, drain_s: float) -> None:
        """Prepare.

        Args:
            work: What to run.
            drain_s: How long what is in hand may take at the end.
        """
        super().__init__()
        self._work = work
        self._drain_s = drain_s
        self._running: asyncio.Task[None] | None = None

    async def on_thread_started(self) -> None:
        """Begin, on the thread's own loop."""
        self._running = asyncio.create_task(self._work.run(), name=self._work.name)

    async def on_thread_stop(self) -> None:
        """Let what is in hand be finished."""
        self._work.patience.stop()
        if self._running is not None:
            await asyncio.wait((self._running,), timeout=self._drain_s)


class RebalanceListener(ConsumerRebalanceListener):  # type: ignore[misc]  # aiokafka has no types
    """Forgets all logs at each rebalance: what comes back has to be opened anew, at the stored position."""

    def __init__(self, forget: Callable[[], None]) -> None:
        """Tell whom to tell."""
        self._forget = forget

    async def on_partitions_revoked(self, revoked: Collection[TopicPartition]) -> None:  # noqa: ARG002
        """Forget."""
        self._forget()

    async def on_partitions_assigned(self, assigned: Collection[TopicPartition]) -> None:  # noqa: ARG002
        """Forget."""
        self._forget()
