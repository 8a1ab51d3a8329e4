"""Waits are bounded, and say what they waited for."""

import asyncio
from collections.abc import Iterator
from datetime import datetime

import pytest
from chassis.testing.clock import Clock
from chassis.testing.waiting import NeverHappenedError, eventually, eventually_sync


async def test_a_wait_gives_what_the_predicate_gave() -> None:
    results = iter([0, None, "there"])
    assert await eventually(lambda: next(results)) == "there"


async def test_a_wait_takes_an_asynchronous_predicate_and_cancels_it_at_the_end() -> None:
    cancelled = asyncio.Event()

    async def never() -> bool:
        try:
            await asyncio.Event().wait()
        finally:
            cancelled.set()
        return True

    with pytest.raises(NeverHappenedError):
        await eventually(never, within=0.05)
    assert cancelled.is_set()


async def test_a_wait_that_ends_says_what_never_happened_and_what_came_last() -> None:
    with pytest.raises(NeverHappenedError, match=r"not within 0\.05 s: the cows come home \(last: \[\]\)"):
        await eventually(list, within=0.05, that="the cows come home")


async def test_an_exception_counts_as_not_yet_only_if_it_was_named() -> None:
    results: Iterator[OSError | bool] = iter([OSError(), True])

    def poll() -> bool:
        result = next(results)
        if isinstance(result, Exception):
            raise result
        return result

    assert await eventually(poll, ignoring=(OSError,))
    with pytest.raises(ZeroDivisionError):
        await eventually(lambda: 1 // 0)


def test_the_same_holds_without_a_loop() -> None:
    results = iter([0, 7])
    assert eventually_sync(lambda: next(results)) == 7
    with pytest.raises(NeverHappenedError, match="last: 0"):
        eventually_sync(lambda: 0, within=0.05)


def test_a_clock_moves_only_when_it_is_told_to_and_never_back() -> None:
    clock = Clock()
    before = clock()
    assert clock() == before
    assert (clock.advance(minutes=2) - before).total_seconds() == 120
    assert clock.monotonic() == 120
    with pytest.raises(ValueError, match="backwards"):
        clock.advance(seconds=-1)
    with pytest.raises(ValueError, match="time zone"):
        Clock(datetime(2026, 1, 1))  # noqa: DTZ001  that is the mistake
