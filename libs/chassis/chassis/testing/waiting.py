"""Bounded waiting for what another thread, process or server is about to do."""

from __future__ import annotations

import asyncio
import inspect
import time
from typing import TYPE_CHECKING, TypeVar, overload

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

T = TypeVar("T")

POLL_S = 0.02


class NeverHappenedError(AssertionError):
    """The condition didn't hold within the time that the test granted."""


@overload
async def eventually(
    predicate: Callable[[], Awaitable[T]],
    *,
    within: float = ...,
    that: str = ...,
    ignoring: tuple[type[Exception], ...] = ...,
) -> T: ...


@overload
async def eventually(
    predicate: Callable[[], T],
    *,
    within: float = ...,
    that: str = ...,
    ignoring: tuple[type[Exception], ...] = ...,
) -> T: ...


async def eventually(
    predicate: Callable[[], T | Awaitable[T]],
    *,
    within: float = 10.0,
    that: str = "",
    ignoring: tuple[type[Exception], ...] = (),
) -> T:
    """Wait until the predicate is true, polling every 20 ms, and give back what it returned.

    Args:
        predicate: Plain or asynchronous; its result counts by its truth.
        within: Seconds to wait. A pending asynchronous predicate is cancelled at the end.
        that: What is waited for, for the message.
        ignoring: Exceptions that only mean "not yet".

    Raises:
        NeverHappenedError: The time ran out; the message holds the last result or exception.
    """
    last: object = None
    try:
        async with asyncio.timeout(within):
            while True:
                try:
                    result = predicate()
                    value = await result if inspect.isawaitable(result) else result
                except ignoring as error:
                    last = error
                else:
                    if value:
                        return value
                    last = value
                await asyncio.sleep(POLL_S)
    except TimeoutError:
        raise NeverHappenedError(_message(predicate, within, that, last)) from None


def eventually_sync(
    predicate: Callable[[], T],
    *,
    within: float = 10.0,
    that: str = "",
    ignoring: tuple[type[Exception], ...] = (),
) -> T:
    """`eventually` for tests without an event loop.

    Raises:
        NeverHappenedError: The time ran out; the message holds the last result or exception.
    """
    deadline = time.monotonic() + within
    while True:
        last: object
        try:
            value = predicate()
        except ignoring as error:
            last = error
        else:
            if value:
                return value
            last = value
        if time.monotonic() >= deadline:
            raise NeverHappenedError(_message(predicate, within, that, last))
        time.sleep(POLL_S)


def _message(predicate: Callable[[], object], within: float, that: str, last: object) -> str:
    what = that or getattr(predicate, "__qualname__", repr(predicate))
    return f"not within {within:g} s: {what} (last: {last!r})"
