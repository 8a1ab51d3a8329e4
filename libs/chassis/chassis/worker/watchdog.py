"""Ends the process when one of its consumers hangs, so that the supervisor starts it again.

Consumers have hung after rebalances and broker outages, without an exception and with a live event loop. So a thread
of its own asks the broker how far the consumer's group has come. A log that has records for the consumer while its
committed position stands still for too long means a hang, unless the consumer has an excuse: it waits for its
database, or it has stopped and said so.
"""

import logging
import os
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final, Protocol

from chassis.worker.logs import BrokerUnavailableError, Incarnation, LogDirectory, Partition

log = logging.getLogger(__name__)

EXIT_STATUS: Final = 75
"""EX_TEMPFAIL: try again."""


class Watched(Protocol):
    """A consumer, as its watchdog sees it. All of this is read from the watchdog's thread."""

    @property
    def name(self) -> str:
        """Its name."""
        ...

    @property
    def group(self) -> str | None:
        """Its consumer group; None while it hasn't joined one."""
        ...

    @property
    def topics(self) -> tuple[str, ...]:
        """What it reads, as the broker names it."""
        ...

    def assigned(self) -> frozenset[Partition]:
        """Give the partitions that are its own now."""
        ...

    def excuse(self) -> str | None:
        """Say why standing still is right, if it is."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """What the watchdog saw last.

    Attributes:
        incarnations: The topics that exist.
        lag: Records between the group's committed position and the end, by partition.
        standing_s: For how long the partition that stands longest has had records and not moved.
    """

    incarnations: Mapping[str, Incarnation] = field(default_factory=dict)
    lag: Mapping[Partition, int] = field(default_factory=dict)
    standing_s: float = 0.0


class Watchdog(threading.Thread):
    """Watches one consumer."""

    def __init__(
        self,
        watched: Watched,
        directory: LogDirectory,
        *,
        patience_s: float = 45.0,
        every_s: float = 2.0,
        seen: Callable[[Observation], None] = lambda _: None,
        end: Callable[[int], object] = os._exit,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Watch a consumer once started.

        Args:
            watched: The consumer.
            directory: Asks the broker.
            patience_s: How long a log may stand still while it has records.
            every_s: Seconds between two looks.
            seen: Told after each look, in this thread.
            end: Ends the process.
            clock: Seconds, monotonic.
        """
        super().__init__(name=f"watchdog {watched.name}", daemon=True)
        self._watched = watched
        self._directory = directory
        self._patience_s = patience_s
        self._every_s = every_s
        self._seen = seen
        self._end = end
        self._clock = clock
        self._stopping = threading.Event()
        self._since: dict[Partition, tuple[int | None, float]] = {}
        self._looked: float | None = None
        self.observation = Observation()

    def run(self) -> None:
        """Look, again and again, until stopped."""
        while not self._stopping.wait(self._every_s):
            try:
                self.look()
            except BrokerUnavailableError:
                self._since.clear()  # nobody can move while the broker is away
        self._directory.close()

    def stop(self) -> None:
        """Stop looking. Returns at once; the thread ends by itself."""
        self._stopping.set()

    def end(self) -> None:
        """End the process, for the supervisor to start it again."""
        self._end(EXIT_STATUS)

    def look(self) -> None:
        """Look once.

        Raises:
            BrokerUnavailableError: The broker gives no answer.
        """
        incarnations = self._directory.incarnations(self._watched.topics)
        partitions = [(topic, number) for topic, found in incarnations.items() for number in range(found.partitions)]
        ends = self._directory.ends(partitions)
        group = self._watched.group
        committed = {} if group is None else self._directory.committed(group)
        mine = self._watched.assigned() or ends.keys()  # without any, those of whoever should have given it some
        lag = {partition: ends[partition] - committed.get(partition, 0) for partition in mine if partition in ends}
        standing = self._standing(lag, committed)
        self.observation = Observation(incarnations=incarnations, lag=lag, standing_s=standing)
        self._seen(self.observation)
        if standing > self._patience_s and not self._stopping.is_set():
            log.critical(
                "%s has stood still for %.0f s with %d records before it: this process ends, to be started again",
                self._watched.name, standing, sum(lag.values()),
            )  # fmt: skip
            self.end()

    def _standing(self, lag: Mapping[Partition, int], committed: Mapping[Partition, int]) -> float:
        now = self._clock()
        # A process that was itself stopped for a while couldn't move either.
        asleep = self._looked is not None and now - self._looked > max(self._patience_s / 2, 5 * self._every_s)
        self._looked = now
        if asleep or self._watched.excuse() is not None:
            self._since.clear()
            return 0.0
        longest = 0.0
        for partition, records in lag.items():
            position = committed.get(partition)
            before, since = self._since.get(partition, (position, now))
            if records <= 0 or position != before:
                since = now
            self._since[partition] = (position, since)
            longest = max(longest, now - since)
        for gone in self._since.keys() - lag.keys():
            del self._since[gone]
        return longest
