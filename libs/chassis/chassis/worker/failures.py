"""How often one record may fail, and how many records may fail before the fault is looked for elsewhere."""

import time
from collections import deque
from dataclasses import dataclass, field
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class Retry:
    """How often and how long a handler may try one event before it is parked.

    Attributes:
        attempts: Tries in all.
        first_delay_s: Pause after the first; each later one is four times as long.
        handler_s: Longest run of a handler; less than the database lets a transaction idle.
    """

    attempts: int = 3
    first_delay_s: float = 0.1
    handler_s: float = 8.0


@dataclass(frozen=True, slots=True, kw_only=True)
class FailureLimit:
    """When to stop taking records for poison, and start to suspect ourselves.

    Attributes:
        in_a_row: Failed or invalid records without a good one between them.
        in_window: Failed or invalid records within the window.
        window_s: Length of the window.
    """

    in_a_row: int = 20
    in_window: int = 100
    window_s: float = 60.0


DEFAULT_RETRY: Final = Retry()
DEFAULT_LIMIT: Final = FailureLimit()


class TooManyFailuresError(Exception):
    """So many records failed that the fault is more likely here than in them. The consumer stops."""


@dataclass(slots=True)
class Failures:
    """Counts failed and invalid records."""

    limit: FailureLimit
    row: int = 0
    times: deque[float] = field(default_factory=deque)

    def good(self) -> None:
        """A record was applied."""
        self.row = 0

    def bad(self) -> None:
        """A record failed or was invalid.

        Raises:
            TooManyFailuresError: It was one too many.
        """
        now = time.monotonic()
        self.row += 1
        self.times.append(now)
        while self.times[0] < now - self.limit.window_s:
            self.times.popleft()
        if self.row >= self.limit.in_a_row:
            raise TooManyFailuresError(f"{self.row} records in a row failed or were invalid")
        if len(self.times) >= self.limit.in_window:
            raise TooManyFailuresError(
                f"{len(self.times)} records failed or were invalid within {self.limit.window_s:g} s"
            )
