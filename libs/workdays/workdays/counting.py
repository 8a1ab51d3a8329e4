"""From a moment to a day and back: a time limit is counted in Shanghai's days and ends with the last of them. Pure."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Final
from zoneinfo import ZoneInfo

from workdays.calendar import Calendar

SHANGHAI: Final = ZoneInfo("Asia/Shanghai")
LAST_MOMENT: Final = time(23, 59, 59, 999_000)


@dataclass(frozen=True, slots=True)
class Due:
    """When a time limit ends (届满).

    Attributes:
        at: UTC: 23:59:59.999 of its last day in Shanghai.
        provisional: A year in it isn't announced yet, Monday to Friday were taken as worked there, and it is to be
            computed again when the notice comes (暂定).
    """

    at: datetime
    provisional: bool

    @property
    def day(self) -> date:
        """The last day, as Shanghai counts."""
        return day_of(self.at)


def day_of(moment: datetime) -> date:
    """Give the day of a moment in Shanghai.

    Raises:
        ValueError: The moment has no time zone.
    """
    if moment.tzinfo is None:
        raise ValueError("a moment without a time zone belongs to no day")
    return moment.astimezone(SHANGHAI).date()


def end_of(day: date) -> datetime:
    """Give the last moment of a day in Shanghai, as UTC."""
    return datetime.combine(day, LAST_MOMENT, SHANGHAI).astimezone(UTC)


def deadline(start: datetime, workdays: int, calendar: Calendar) -> Due:
    """Give the end of a time limit in working days that nothing stops, such as a promised one (承诺时限).

    Args:
        start: When it begins; its day, Shanghai's, isn't counted.
        workdays: How many working days it has; 0 ends with the day itself.
        calendar: Which days are worked.

    Raises:
        ValueError: The start has no time zone, or the calendar doesn't reach so far.
    """
    day = day_of(start)
    last = calendar.add(day, workdays)
    return Due(end_of(last), provisional=not calendar.firm(day, last))
