"""A clock's days one by one, by the plain meaning of its rule. Pure.

:meth:`Clock.due` reaches the same day by arithmetic; tests hold the two together.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from workdays.calendar import Calendar, Day
from workdays.clock import Clock, Stop
from workdays.counting import day_of
from workdays.rules import Unit


class Effect(StrEnum):
    """What a day did to a clock."""

    START = "start"  # 起算当日，不计
    COUNTED = "counted"  # 计入
    OFF = "off"  # 休息日，不计
    STOPPED = "stopped"  # 中止，不计
    MOVED = "moved"  # 顺延


@dataclass(frozen=True, slots=True)
class Step:
    """A day, and what it did.

    Attributes:
        day: Shanghai's.
        effect: See there.
        number: Which of the clock's days it is, if it counted.
        what: What kind of day it is.
        stop: For which the clock stood still.
    """

    day: date
    effect: Effect
    what: Day
    number: int | None = None
    stop: Stop | None = None


def walk(clock: Clock, calendar: Calendar) -> Iterator[Step]:
    """Go through a clock's days, from the one on which it starts on.

    Raises:
        OutOfRange: The calendar doesn't reach so far.
    """
    day, number = day_of(clock.started_at), 0
    onward = timedelta(days=1 if clock.rule.counts == "after" else -1)
    yield Step(day, Effect.START, calendar.look_up(day))
    while number < clock.days or (clock.rule.moves and not calendar.is_workday(day)) or _stopped_on(clock, day):
        day += onward
        what, stop = calendar.look_up(day), _stopped_on(clock, day)
        if stop:
            yield Step(day, Effect.STOPPED, what, stop=stop)
            if stop.resumed_at is None:
                return
        elif number == clock.days:
            yield Step(day, Effect.MOVED if what.worked else Effect.OFF, what)
        elif clock.rule.unit is Unit.WORKDAYS and not what.worked:
            yield Step(day, Effect.OFF, what)
        else:
            number += 1
            yield Step(day, Effect.COUNTED, what, number)


def _stopped_on(clock: Clock, day: date) -> Stop | None:
    """Give the stop for which the clock doesn't run when the day ends."""
    for stop in clock.stops:
        if day_of(stop.at) <= day and (stop.resumed_at is None or day < day_of(stop.resumed_at)):
            return stop
    return None
