"""Keeps the outbox in a thread of its own, so that the pump hands rows to the broker meanwhile.

It does one thing after the other, over the leader's one session: while a batch is being sent, the next rows are
fetched, and what the broker has taken is marked.
"""

import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Final, TypedDict, Unpack

from chassis.relay.outgoing import Outgoing, Place, Row
from chassis.testing.faults import fault_point

FRESH_S: Final = 1.0
"""Rows that have lain here for longer are asked for again: a leader that was stopped may not be one any more."""


class Wanted(TypedDict):
    """Which rows: see ``Outgoing.fetch``."""

    topics: Sequence[str]
    limit: int
    max_bytes: int
    in_flight: Sequence[int]


class Clerk:
    """Fetches ahead, and marks behind. Whatever fails here is raised by the next call."""

    def __init__(self, outgoing: Outgoing) -> None:
        """Begin with nothing in hand.

        Args:
            outgoing: Nobody else fetches or marks.
        """
        self._outgoing = outgoing
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="relay-clerk")
        self._ahead: Future[tuple[float, list[Row]]] | None = None
        self._marks: deque[Future[None]] = deque()

    def fetch(self, **wanted: Unpack[Wanted]) -> list[Row]:
        """Give the next rows: what was fetched ahead, else what there is now."""
        self._raise_failures(wait=False)
        ahead, self._ahead = self._ahead, None
        if ahead is not None:
            moment, rows = ahead.result()
            if rows and time.monotonic() - moment < FRESH_S:
                return rows
        return self._thread.submit(self._fetch, wanted).result()[1]

    def fetch_ahead(self, **wanted: Unpack[Wanted]) -> None:
        """Begin to fetch what comes after all that is in flight; marks that were ordered before are made before."""
        self._ahead = self._thread.submit(self._fetch, wanted)

    def mark(self, places: Sequence[Place], then: Callable[[Sequence[Place]], None]) -> None:
        """Order rows to be marked as sent; what is to be done then is done in the clerk's thread."""
        self._marks.append(self._thread.submit(self._mark, places, then))

    def settle(self) -> None:
        """Wait until everything is marked, and forget what was fetched ahead: the order may be another one now."""
        self._ahead = None
        self._raise_failures(wait=True)

    def close(self) -> None:
        """Finish what is in hand, and end the thread."""
        self._thread.shutdown(cancel_futures=True)

    def _fetch(self, wanted: Wanted) -> tuple[float, list[Row]]:
        return time.monotonic(), self._outgoing.fetch(**wanted)

    def _mark(self, places: Sequence[Place], then: Callable[[Sequence[Place]], None]) -> None:
        self._outgoing.mark_sent(places)
        fault_point("relay.after_mark")
        then(places)

    def _raise_failures(self, *, wait: bool) -> None:
        while self._marks and (wait or self._marks[0].done()):
            self._marks.popleft().result()
