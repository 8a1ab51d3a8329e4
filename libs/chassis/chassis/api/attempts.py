"""Counts wrong answers, so that nobody can try codes for long. In memory and bounded, each process for itself.

Only hashes are kept, under a key that lives as long as the process. An unknown number counts like a known one, so
that the count tells nothing, either.
"""

import hashlib
import math
import secrets
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Final

from chassis.api.errors import TOO_MANY, Problem

MOST_KEPT: Final = 50_000


class Attempts:
    """Wrong answers by what they were tried on."""

    def __init__(
        self, *, most: int, window_s: float, kept: int = MOST_KEPT, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """Set the limit.

        Args:
            most: Wrong answers in a window; after them everybody has to wait for its end.
            window_s: Seconds, from the first wrong answer.
            kept: Most windows in memory; beyond them the oldest is forgotten.
            clock: Seconds, monotonic.
        """
        self._most = most
        self._window_s = window_s
        self._kept = kept
        self._clock = clock
        self._key = secrets.token_bytes(32)
        self._windows: OrderedDict[bytes, tuple[float, int]] = OrderedDict()

    def check(self, tried: str) -> None:
        """Let somebody try.

        Raises:
            Problem: 429 with Retry-After, when there were too many wrong answers.
        """
        ends, wrong = self._windows.get(self._hash(tried), (0.0, 0))
        left = ends - self._clock()
        if left > 0 and wrong >= self._most:
            raise Problem(TOO_MANY, headers={"Retry-After": str(math.ceil(left))})

    def was_wrong(self, tried: str) -> None:
        """Count a wrong answer."""
        key, now = self._hash(tried), self._clock()
        ends, wrong = self._windows.get(key, (0.0, 0))
        if ends <= now:
            self._windows.pop(key, None)
            ends, wrong = now + self._window_s, 0
        self._windows[key] = (ends, wrong + 1)
        while len(self._windows) > self._kept:
            self._windows.popitem(last=False)

    def _hash(self, tried: str) -> bytes:
        return hashlib.blake2b(tried.encode(), key=self._key, digest_size=16).digest()
