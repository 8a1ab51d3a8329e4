"""Tells a fault of the ground we stand on, which passes, from a fault of the record or the code, which stays."""

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable
from pathlib import Path
from traceback import extract_tb
from typing import Final, TypeVar

import psycopg
from psycopg.errors import QueryCanceled
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from chassis.api.errors import UNAVAILABLE, Problem

log = logging.getLogger(__name__)

T = TypeVar("T")

FIRST_DELAY_S: Final = 0.05
LONGEST_DELAY_S: Final = 5.0

READ_ONLY: Final = "25006"
"""SQLSTATE of a write to a server that was demoted to a standby."""


class StoppedError(Exception):
    """The process is stopping while it waited for the infrastructure; nothing was decided."""


def is_infrastructure(error: BaseException) -> bool:
    """Tell whether the same work may succeed later without anybody changing it.

    A cancelled statement counts as the work's own fault: it may be the work that takes too long.
    """
    if isinstance(error, DBAPIError):
        return error.connection_invalidated or (error.orig is not None and is_infrastructure(error.orig))
    if isinstance(error, psycopg.Error):
        if isinstance(error, QueryCanceled):
            return False
        return isinstance(error, psycopg.OperationalError | psycopg.InterfaceError) or error.sqlstate == READ_ONLY
    if isinstance(error, Problem):
        return error.status == UNAVAILABLE.status
    return isinstance(error, OSError | PoolTimeoutError)


def describe(error: BaseException) -> str:
    """Say what went wrong and where, without the exception's own text, which may quote personal data."""
    cause = error.orig if isinstance(error, DBAPIError) and error.orig is not None else error
    state = f" ({cause.sqlstate})" if isinstance(cause, psycopg.Error) and cause.sqlstate else ""
    frames = extract_tb(error.__traceback__)
    place = f" at {Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    return f"{type(cause).__name__}{state}{place}"


class Patience:
    """Waits with growing pauses, and no longer than the process lives.

    Attributes:
        waiting_for: What is waited for now (for health, and so that no watchdog takes patience for a hang).
    """

    def __init__(self, *, longest_s: float = LONGEST_DELAY_S) -> None:
        """Wait at most ``longest_s`` between two attempts."""
        self._longest_s = longest_s
        self._stopping = asyncio.Event()
        self.waiting_for: str | None = None

    def stop(self) -> None:
        """Wake whoever waits; they raise StoppedError."""
        self._stopping.set()

    @property
    def stopping(self) -> bool:
        """Whether stop was called."""
        return self._stopping.is_set()

    async def pause(self, seconds: float) -> None:
        """Wait.

        Raises:
            StoppedError: The process stops.
        """
        try:
            await asyncio.wait_for(self._stopping.wait(), seconds)
        except TimeoutError:
            return
        raise StoppedError

    async def until_done(self, what: str, work: Callable[[], Awaitable[T]]) -> T:
        """Do the work, again and again while the infrastructure is what fails.

        Args:
            what: Names the work in the log and in health.
            work: Makes a fresh attempt at each call.

        Raises:
            StoppedError: The process stops before the infrastructure is back.
            Exception: Whatever the work raises that isn't the infrastructure's fault.
        """
        delay = FIRST_DELAY_S
        while True:
            try:
                result = await work()
            except Exception as error:
                if not is_infrastructure(error):
                    raise
                if self.waiting_for is None:
                    log.warning("%s has to wait: %s", what, describe(error))
                self.waiting_for = f"{what}: {describe(error)}"
                await self.pause(delay * random.uniform(0.5, 1.0))  # noqa: S311  spreads the retries, no secret
                delay = min(delay * 2, self._longest_s)
            else:
                if self.waiting_for is not None:
                    log.info("%s goes on", what)
                    self.waiting_for = None
                return result
