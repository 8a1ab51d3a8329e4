"""Deadlines of the table by the numbered days of ``workdays``, against going through days with ``chinesecalendar``."""

import random
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import chinese_calendar
from workdays.calendar import packaged
from workdays.clock import Clock, begin
from workdays.counting import day_of
from workdays.rules import Unit, rules

from benchmarks.harness import Comparison, Side, Void, compare

DEADLINES = 100_000
SAMPLE = 5_000
"""So many for the slower side."""
FIRST, DAYS, SEED = datetime(2023, 1, 1, tzinfo=UTC), 1_000, 20240207
AIM = 20


def run(blocks: int) -> list[Comparison]:
    """Compare; both sides have the same clocks, with limits of 1 to 45 working days.

    Raises:
        Void: The two give another day.
    """
    drawn = random.Random(SEED)
    limits = [rule for rule in rules() if rule.unit is Unit.WORKDAYS and rule.in_effect(day_of(FIRST))]
    clocks = [
        begin(drawn.choice(limits), FIRST + timedelta(minutes=drawn.randrange(DAYS * 24 * 60)))
        for _ in range(DEADLINES)
    ]
    if [_numbered(clock) for clock in clocks[:SAMPLE]] != [_walked(clock) for clock in clocks[:SAMPLE]]:
        raise Void("the two sides give different deadlines")
    ours = Side("deadlines", lambda: _speed(_numbered, clocks))
    theirs = Side("day by day", lambda: _speed(_walked, clocks[:SAMPLE]))
    return [compare("deadlines", ours, theirs, unit="deadlines/s", aim=AIM, blocks=blocks)]


def _speed(side: Callable[[Clock], date], clocks: list[Clock]) -> float:
    began = time.perf_counter()
    for clock in clocks:
        side(clock)
    return len(clocks) / (time.perf_counter() - began)


def _numbered(clock: Clock) -> date:
    due = clock.due(packaged())
    if due is None:
        raise Void("a clock stands still that nobody stopped")
    return due.day


def _walked(clock: Clock) -> date:
    day, left = day_of(clock.started_at), clock.days
    while left:
        day += timedelta(days=1)
        left -= chinese_calendar.is_workday(day)
    return day
