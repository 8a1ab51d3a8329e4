"""Words that a person reads, in both languages, and how days read in each."""

from datetime import date
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

WEEKDAYS_ZH = "一二三四五六日"

Text = Annotated[str, Field(min_length=1)]


class Part(BaseModel):
    """Something written in a data file: whatever isn't meant to be there is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Words(Part):
    """A text in both languages."""

    zh: Text
    en: Text


class Term(Words):
    """A word of the table, and how it reads."""

    code: Text


def day_zh(day: date) -> str:
    """Write a day: 2024年3月5日（星期二）."""
    return f"{day.year}年{day.month}月{day.day}日（星期{WEEKDAYS_ZH[day.weekday()]}）"


def day_en(day: date) -> str:
    """Write a day: Tuesday, 5 March 2024."""
    return f"{day:%A}, {day.day} {day:%B} {day.year}"


def span_zh(first: date, last: date) -> str:
    """Write days in a row: 2月10日至2月17日."""
    days = [f"{day.month}月{day.day}日" for day in (first, last)]
    return days[0] if first == last else "至".join(days)


def span_en(first: date, last: date) -> str:
    """Write days in a row: 10 February to 17 February."""
    days = [f"{day.day} {day:%B}" for day in (first, last)]
    return days[0] if first == last else " to ".join(days)
