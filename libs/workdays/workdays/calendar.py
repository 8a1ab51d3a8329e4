"""Which days are worked, and how many lie between two. Pure; a calendar never changes.

Working days are numbered once, so that adding and counting are one search each, however long a time limit is.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import cache
from typing import Final

from workdays.notice import REACH, SATURDAY, Notice, packaged_notices

FIRST: Final = date(2000, 1, 1)
LAST: Final = date(2100, 12, 31)


class OutOfRange(ValueError):
    """The calendar doesn't reach so far."""


class Kind(StrEnum):
    """What a day is."""

    WORKED = "worked"
    MADE_UP = "made-up"  # 调休上班
    WEEKEND = "weekend"
    HOLIDAY = "holiday"


@dataclass(frozen=True, slots=True)
class Day:
    """What a day is, and the holiday, in Chinese, that made it so."""

    kind: Kind
    holiday: str | None = None

    @property
    def worked(self) -> bool:
        """Whether it is a working day (工作日)."""
        return self.kind in {Kind.WORKED, Kind.MADE_UP}


class Calendar:
    """Working days from 2000 to 2100, by the notices it is given.

    In a year without a notice Monday to Friday are taken as worked; see :meth:`firm`.
    """

    def __init__(self, notices: Iterable[Notice]) -> None:
        self._notices = {notice.year: notice for notice in notices}
        self._off: dict[date, str] = {}
        self._made_up: dict[date, str] = {}
        for _, notice in sorted(self._notices.items()):  # a later one has the last word on the end of a December
            for day in (*notice.off, *notice.made_up):
                self._off.pop(day, None)
                self._made_up.pop(day, None)
            self._off |= notice.off
            self._made_up |= notice.made_up
        ordinals = range(FIRST.toordinal(), LAST.toordinal() + 1)
        worked = {ordinal for ordinal in ordinals if (ordinal - 1) % 7 < SATURDAY}  # the first day of all was a Monday
        worked -= {day.toordinal() for day in self._off}
        worked |= {day.toordinal() for day in self._made_up}
        self._worked = sorted(worked)

    @property
    def announced(self) -> frozenset[int]:
        """The years whose notices it has."""
        return frozenset(self._notices)

    def with_notice(self, notice: Notice) -> "Calendar":
        """Give a calendar that has this notice, instead of an earlier one of its year if there was one."""
        return Calendar((self._notices | {notice.year: notice}).values())

    def look_up(self, day: date) -> Day:
        """Tell what a day is.

        Raises:
            OutOfRange: It is before 2000 or after 2100.
        """
        _reached(day)
        if day in self._made_up:
            return Day(Kind.MADE_UP, self._made_up[day])
        if day in self._off:
            return Day(Kind.HOLIDAY, self._off[day])
        return Day(Kind.WORKED if day.weekday() < SATURDAY else Kind.WEEKEND)

    def is_workday(self, day: date) -> bool:
        """Tell whether the day is worked.

        Raises:
            OutOfRange: It is before 2000 or after 2100.
        """
        return self.look_up(day).worked

    def add(self, day: date, workdays: int) -> date:
        """Give the n-th working day after a day; the n-th before it, for a negative number; the day itself for 0.

        Raises:
            OutOfRange: It would be before 2000 or after 2100.
        """
        _reached(day)
        if not workdays:
            return day
        ordinal = day.toordinal()
        later = bisect_right(self._worked, ordinal) - 1  # the place before the first one after the day
        place = workdays + (later if workdays > 0 else bisect_left(self._worked, ordinal))
        if not 0 <= place < len(self._worked):
            raise OutOfRange(f"{workdays} working days from {day}: this calendar reaches from {FIRST} to {LAST}")
        return date.fromordinal(self._worked[place])

    def count(self, start: date, end: date) -> int:
        """Count the working days after ``start`` up to ``end``, that day included; ``add`` undone.

        If ``end`` comes first, the working days from it up to the day before ``start``, as a negative number.

        Raises:
            OutOfRange: A day is before 2000 or after 2100.
        """
        _reached(start)
        _reached(end)
        side = bisect_right if start <= end else bisect_left
        return side(self._worked, end.toordinal()) - side(self._worked, start.toordinal())

    def firm(self, first: date, last: date) -> bool:
        """Tell whether every notice that rules these days is known; none can change them but a corrected one."""
        return all(year in self._notices for year in range(first.year, (last + timedelta(days=REACH)).year + 1))


@cache
def packaged() -> Calendar:
    """Give the calendar of the installed ``chinesecalendar``; each November's release has the next year."""
    return Calendar(packaged_notices())


def _reached(day: date) -> None:
    if not FIRST <= day <= LAST:
        raise OutOfRange(f"{day}: this calendar reaches from {FIRST} to {LAST}")
