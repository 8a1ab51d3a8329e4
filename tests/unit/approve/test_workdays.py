"""When a time limit in working days ends, each row with its reason."""

from datetime import UTC, date, datetime, timedelta

import pytest
from approve.workdays import SHANGHAI, deadline, is_workday, warning
from hypothesis import given
from hypothesis import strategies as st

MOMENTS = st.datetimes(datetime(2020, 1, 1), datetime(2026, 12, 1), timezones=st.just(UTC))  # noqa: DTZ001  naive bounds
LAST_MOMENT = "23:59:59.999000+08:00"


@pytest.mark.parametrize(
    ("start", "days", "end", "because"),
    [
        ("2026-11-02T11:05", 7, "2026-11-11", "Monday's acceptance isn't counted; one weekend lies between"),
        ("2026-11-02T00:00", 1, "2026-11-03", "the day is Shanghai's: it is still Sunday in UTC"),
        ("2026-11-01T23:59", 1, "2026-11-02", "late on a Sunday: Monday is the first"),
        ("2026-11-07T10:00", 2, "2026-11-10", "accepted on a Saturday: counted from Monday on"),
        ("2024-02-07T10:00", 15, "2024-03-05", "Spring Festival off 10 to 17 February, made up on Sunday the 18th"),
        ("2026-02-13T10:00", 2, "2026-02-24", "made up on Saturday the 14th, then off until the 23rd"),
        ("2026-09-18T10:00", 3, "2026-09-22", "Sunday the 20th is made up for National Day"),
        ("2026-09-30T10:00", 3, "2026-10-10", "off 1 to 7 October, made up on Saturday the 10th"),
        ("2026-12-31T10:00", 2, "2027-01-04", "2027 isn't announced: Friday, New Year's Day, is taken as worked"),
        ("2026-11-02T11:05", 0, "2026-11-02", "no day at all ends with the day itself"),
    ],
)
def test_a_deadline_is_the_last_moment_of_its_last_working_day(start: str, days: int, end: str, because: str) -> None:
    found = deadline(datetime.fromisoformat(f"{start}+08:00"), days)
    assert found.tzinfo is UTC
    assert found.astimezone(SHANGHAI).isoformat() == f"{end}T{LAST_MOMENT}", because


@pytest.mark.parametrize(
    ("days", "end", "because"),
    [
        (20, "2026-11-25", "three of twenty are left"),
        (7, "2026-11-06", "three of seven are left"),
        (5, "2026-11-04", "three of five are left"),
        (4, "2026-11-04", "half of four"),
        (2, "2026-11-03", "half of two"),
        (1, "2026-11-02", "a single day: it has just begun"),
    ],
)
def test_a_warning_comes_when_three_working_days_are_left_or_half_of_a_short_limit(
    days: int, end: str, because: str
) -> None:
    found = warning(datetime.fromisoformat("2026-11-02T11:05+08:00"), days)
    assert found.astimezone(SHANGHAI).isoformat() == f"{end}T{LAST_MOMENT}", because


@given(MOMENTS, st.integers(1, 60))
def test_between_start_and_deadline_lie_as_many_working_days_as_were_promised(start: datetime, days: int) -> None:
    first, last = start.astimezone(SHANGHAI).date(), deadline(start, days).astimezone(SHANGHAI).date()
    between = [first + timedelta(days=ahead) for ahead in range(1, (last - first).days + 1)]
    assert sum(map(is_workday, between)) == days
    assert is_workday(last)


@given(MOMENTS, st.integers(1, 60))
def test_a_warning_is_never_before_the_start_nor_after_the_deadline(start: datetime, days: int) -> None:
    assert start <= warning(start, days) + timedelta(milliseconds=1)
    assert warning(start, days) < deadline(start, days) <= deadline(start, days + 1)


def test_this_years_notice_is_known() -> None:
    assert not is_workday(date(2026, 10, 1))
    assert is_workday(date(2026, 10, 10))
