"""When a time limit in working days ends (工作日时限). Pure.

A deadline is the last millisecond of its n-th working day in Shanghai; the day on which the clock begins isn't counted.
Which days are worked is the State Council's yearly notice, make-up days (调休) included, as ``chinesecalendar`` has it.
For a year whose notice that package doesn't know, Monday to Friday are taken as worked: the deadline can then only be
earlier than it had to be, and once set it stays.
"""

from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import chinese_calendar

SHANGHAI: Final = ZoneInfo("Asia/Shanghai")
LAST_MOMENT: Final = time(23, 59, 59, 999_000)
SATURDAY: Final = 5


def is_workday(day: date) -> bool:
    """Tell whether the day is worked."""
    if day in chinese_calendar.workdays:  # made up for a holiday
        return True
    return day.weekday() < SATURDAY and day not in chinese_calendar.holidays


def deadline(start: datetime, workdays: int) -> datetime:
    """Give the end of a time limit.

    Args:
        start: When its clock begins; its day, Shanghai's, isn't counted.
        workdays: How many working days it has; 0 ends with the day itself.

    Returns:
        UTC.
    """
    day = start.astimezone(SHANGHAI).date()
    while workdays:
        day += timedelta(days=1)
        workdays -= is_workday(day)
    return datetime.combine(day, LAST_MOMENT, SHANGHAI).astimezone(UTC)


def warning(start: datetime, workdays: int) -> datetime:
    """Give the moment from which at most three working days of a time limit are left, or half of a short one."""
    return deadline(start, max(workdays - 3, workdays // 2))
