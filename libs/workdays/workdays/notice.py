"""A year's notice on holidays (国务院办公厅关于部分节假日安排的通知): which days are off, which are made up. Pure."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

import chinese_calendar
from pydantic import BaseModel, Field, ValidationError

SATURDAY: Final = 5
DECEMBER: Final = 12
REACH: Final = 7
"""The notice of a year may rule so many of the last days of the year before it; until now it was three at most."""
ALWAYS_OFF: Final = ((1, 1), (5, 1), (10, 1))
"""Month and day of what every notice has named; one without them is only a part of it."""


class BrokenNotice(ValueError):
    """A file isn't the notice that it should be; the message says all that is wrong with it."""


@dataclass(frozen=True, slots=True)
class Notice:
    """What was announced for a year.

    Attributes:
        year: That of the notice's title. It may name days at the end of the year before, too.
        off: Days off, with the holiday's name in Chinese.
        made_up: Weekend days that are worked for it (调休上班), with the same name. A notice may name a Monday on which
            work begins again, as that of January 2020 did; it is no make-up day.
    """

    year: int
    off: Mapping[date, str]
    made_up: Mapping[date, str]


class _Day(BaseModel):
    name: str = Field(min_length=1, max_length=64)
    date: date
    is_off: bool = Field(alias="isOffDay")


class _File(BaseModel):
    year: int
    days: list[_Day] = Field(max_length=366)


def parse_notice(text: str | bytes, year: int) -> Notice:
    """Read a notice in the form of the ``holiday-cn`` files.

    Args:
        text: JSON: ``{"year": 2027, "days": [{"name": "元旦", "date": "2027-01-01", "isOffDay": true}, …]}``.
        year: The year whose notice it should be.

    Raises:
        BrokenNotice: It is none, it is another year's, or only a part of one.
    """
    try:
        file = _File.model_validate_json(text)
    except ValidationError as error:
        faults = [f"{'/'.join(map(str, wrong['loc']))}: {wrong['msg']}".removeprefix(": ") for wrong in error.errors()]
    else:
        faults = list(_faults(file, year))
    if faults:
        raise BrokenNotice(f"not the notice of {year}: " + "; ".join(faults))
    return Notice(
        year,
        off={day.date: day.name for day in file.days if day.is_off},
        made_up={day.date: day.name for day in file.days if not day.is_off and day.date.weekday() >= SATURDAY},
    )


def packaged_notices() -> Iterator[Notice]:
    """Give the notices that the installed ``chinesecalendar`` knows.

    It lists days by date alone. New Year's days at the end of a December come from the next year's notice.
    """
    off: defaultdict[int, dict[date, str]] = defaultdict(dict)
    made_up: defaultdict[int, dict[date, str]] = defaultdict(dict)
    for days, found in ((chinese_calendar.holidays, off), (chinese_calendar.workdays, made_up)):
        for day, english in days.items():
            holiday = chinese_calendar.Holiday(english)
            of_next_year = day.month == DECEMBER and holiday is chinese_calendar.Holiday.new_years_day
            found[day.year + of_next_year][day] = holiday.chinese
    for year in sorted(off):
        yield Notice(year, off[year], made_up[year])


def _faults(file: _File, year: int) -> Iterator[str]:
    if file.year != year:
        yield f"it is of {file.year}"
    if not file.days:
        yield "it names no day: that year isn't announced yet"
        return
    for day, times in Counter(day.date for day in file.days).items():
        if times > 1:
            yield f"{day} stands in it {times} times"
        if not date(year - 1, DECEMBER, 32 - REACH) <= day <= date(year, DECEMBER, 31):
            yield f"{day} is no day of that year"
    off = {day.date for day in file.days if day.is_off}
    missing = [str(date(year, *day)) for day in ALWAYS_OFF if date(year, *day) not in off]
    if missing:
        yield f"{', '.join(missing)} should be off"
