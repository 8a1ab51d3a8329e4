"""When a time limit ends: each row counted by hand from the notices, most of them across a holiday."""

import sys
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from workdays.calendar import packaged
from workdays.clock import Clock, begin
from workdays.counting import SHANGHAI, day_of, deadline
from workdays.rules import Unit, rules

MOMENTS = st.datetimes(datetime(2004, 7, 1), datetime(2026, 12, 1), timezones=st.just(UTC))  # noqa: DTZ001  naive bounds
LAST_MOMENT = "23:59:59.999000+08:00"


def at(day_and_time: str) -> datetime:
    return datetime.fromisoformat(day_and_time).replace(tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("start", "days", "end", "because"),
    [
        # plain weeks
        ("2026-11-02T11:05", 7, "2026-11-11", "Monday isn't counted; one weekend lies between"),
        ("2026-11-02T00:00", 1, "2026-11-03", "the day is Shanghai's: it is still Sunday in UTC"),
        ("2026-11-01T23:59", 1, "2026-11-02", "late on a Sunday: Monday is the first"),
        ("2026-11-07T10:00", 2, "2026-11-10", "begun on a Saturday: Monday, Tuesday"),
        ("2026-11-02T11:05", 0, "2026-11-02", "no day at all ends with the day itself"),
        # New Year's Day, which the next year's notice may spread over the end of December
        ("2006-12-29T10:00", 2, "2006-12-31", "Saturday the 30th and Sunday the 31st are made up"),
        ("2007-12-28T10:00", 2, "2008-01-02", "Saturday the 29th is made up; off 30 December to 1 January"),
        ("2011-12-30T10:00", 2, "2012-01-04", "Saturday the 31st is made up; off 1 to 3 January"),
        ("2018-12-28T10:00", 2, "2019-01-02", "Saturday the 29th is made up; off 30 December to 1 January"),
        ("2022-12-30T10:00", 1, "2023-01-03", "off from Saturday the 31st to Monday 2 January"),
        ("2024-12-31T10:00", 1, "2025-01-02", "only 1 January, a Wednesday, is off"),
        ("2025-12-29T10:00", 3, "2026-01-04", "30, 31; off 1 to 3 January; Sunday the 4th is made up"),
        ("2025-12-31T10:00", 1, "2026-01-04", "the first working day of 2026 is a Sunday"),
        ("2025-12-31T10:00", 2, "2026-01-05", "Sunday the 4th, Monday the 5th"),
        # Spring Festival
        ("2008-02-01T10:00", 5, "2008-02-13", "Saturday the 2nd, Sunday the 3rd, 4, 5; off 6 to 12; the 13th"),
        ("2014-01-30T10:00", 3, "2014-02-10", "off 31 January to 6 February; 7, Saturday the 8th, 10"),
        ("2017-01-26T10:00", 3, "2017-02-06", "off 27 January to 2 February; 3, Saturday the 4th, 6"),
        ("2018-02-14T10:00", 3, "2018-02-24", "off 15 to 21; 22, 23, Saturday the 24th"),
        ("2019-02-01T10:00", 3, "2019-02-11", "Saturday the 2nd, Sunday the 3rd; off 4 to 10; the 11th"),
        ("2020-01-23T10:00", 1, "2020-02-03", "prolonged to 2 February by the second notice of that year"),
        ("2020-01-17T10:00", 6, "2020-02-03", "Sunday the 19th, 20 to 23, and then only Monday, 3 February"),
        ("2021-02-10T10:00", 3, "2021-02-20", "off 11 to 17; 18, 19, Saturday the 20th"),
        ("2022-01-28T10:00", 3, "2022-02-07", "Saturday the 29th, Sunday the 30th; off until 6 February"),
        ("2023-01-20T10:00", 3, "2023-01-30", "off 21 to 27; Saturday the 28th, Sunday the 29th, 30"),
        ("2024-02-02T10:00", 2, "2024-02-05", "Sunday the 4th is made up, Monday the 5th"),
        ("2024-02-07T10:00", 15, "2024-03-05", "8, 9; off 10 to 17; Sunday the 18th; 19–23; 26–1; 4, 5 March"),
        ("2024-02-12T10:00", 1, "2024-02-18", "begun within the holiday: the first day after it is a Sunday"),
        ("2024-02-18T10:00", 1, "2024-02-19", "begun on a make-up Sunday, which isn't counted as the day of the start"),
        ("2025-01-13T10:00", 15, "2025-02-08", "14–17, 20–24, Sunday 26, 27; 5, 6, 7, Saturday 8 February"),
        ("2025-01-24T10:00", 2, "2025-01-27", "Sunday the 26th is made up, Monday the 27th"),
        ("2025-01-24T10:00", 3, "2025-02-05", "off 28 January to 4 February"),
        ("2025-01-27T10:00", 5, "2025-02-10", "5, 6, 7, Saturday the 8th, 10"),
        ("2026-02-09T10:00", 15, "2026-03-06", "10–13, Saturday 14; 24–27, Saturday 28; 2–6 March"),
        ("2026-02-13T10:00", 1, "2026-02-14", "Saturday the 14th is made up"),
        ("2026-02-13T10:00", 2, "2026-02-24", "made up on Saturday the 14th, then off until the 23rd"),
        ("2026-02-26T10:00", 3, "2026-03-02", "27, Saturday the 28th, Monday 2 March"),
        # Tomb-sweeping Day
        ("2012-03-30T10:00", 3, "2012-04-05", "Saturday the 31st, Sunday 1 April; off 2 to 4; the 5th"),
        ("2022-04-01T10:00", 2, "2022-04-06", "Saturday the 2nd is made up; off 3 to 5"),
        ("2023-04-04T10:00", 1, "2023-04-06", "only Wednesday the 5th is off"),
        ("2024-04-03T10:00", 1, "2024-04-07", "off 4 to 6; Sunday the 7th is made up"),
        ("2025-04-03T10:00", 1, "2025-04-07", "off from Friday the 4th to Sunday the 6th"),
        ("2026-04-03T10:00", 1, "2026-04-07", "off from Saturday the 4th to Monday the 6th"),
        # Labour Day
        ("2019-04-30T10:00", 1, "2019-05-05", "off 1 to 4; Sunday the 5th is made up"),
        ("2022-04-22T10:00", 7, "2022-05-05", "Sunday the 24th, 25–29; off 30 April to 4 May"),
        ("2023-04-28T10:00", 3, "2023-05-06", "off 29 April to 3 May; 4, 5, Saturday the 6th"),
        ("2024-04-26T10:00", 4, "2024-05-06", "Sunday the 28th, 29, 30; off 1 to 5"),
        ("2024-05-08T10:00", 3, "2024-05-11", "9, 10, Saturday the 11th"),
        ("2025-04-25T10:00", 5, "2025-05-06", "Sunday the 27th, 28, 29, 30; off 1 to 5"),
        ("2026-04-30T10:00", 4, "2026-05-09", "off 1 to 5; 6, 7, 8, Saturday the 9th"),
        ("2026-04-30T10:00", 5, "2026-05-11", "6, 7, 8, Saturday the 9th, Monday the 11th"),
        # Dragon Boat Festival
        ("2013-06-07T10:00", 3, "2013-06-13", "Saturday the 8th, Sunday the 9th; off 10 to 12"),
        ("2020-06-24T10:00", 1, "2020-06-28", "off 25 to 27; Sunday the 28th is made up"),
        ("2023-06-21T10:00", 1, "2023-06-25", "off 22 to 24; Sunday the 25th is made up"),
        ("2024-06-07T10:00", 1, "2024-06-11", "a weekend, and Monday the 10th off"),
        ("2025-05-30T10:00", 1, "2025-06-03", "off from Saturday the 31st to Monday 2 June"),
        ("2026-06-18T10:00", 1, "2026-06-22", "off from Friday the 19th to Sunday the 21st"),
        # Mid-Autumn Festival and National Day
        ("2008-09-26T10:00", 3, "2008-10-06", "Saturday the 27th, Sunday the 28th; off 29 September to 5 October"),
        ("2009-09-30T10:00", 3, "2009-10-12", "off 1 to 8; 9, Saturday the 10th, 12"),
        ("2015-09-02T10:00", 2, "2015-09-07", "off 3 to 5, that year only; Sunday the 6th is made up"),
        ("2020-09-30T10:00", 3, "2020-10-12", "off 1 to 8; 9, Saturday the 10th, 12"),
        ("2021-09-17T10:00", 8, "2021-09-29", "Saturday 18; off 19–21; 22, 23, 24, Sunday 26, 27, 28, 29"),
        ("2021-09-30T10:00", 2, "2021-10-09", "off 1 to 7; 8, Saturday the 9th"),
        ("2022-09-30T10:00", 3, "2022-10-10", "off 1 to 7; Saturday the 8th, Sunday the 9th, 10"),
        ("2023-09-28T10:00", 3, "2023-10-09", "off 29 September to 6 October; Saturday the 7th, Sunday the 8th, 9"),
        ("2024-09-13T10:00", 2, "2024-09-18", "Saturday the 14th is made up; off 15 to 17"),
        ("2024-09-27T10:00", 3, "2024-10-08", "Sunday the 29th, 30; off 1 to 7"),
        ("2024-10-08T10:00", 4, "2024-10-12", "9, 10, 11, Saturday the 12th"),
        ("2025-09-15T10:00", 15, "2025-10-11", "16–19, 22–26, Sunday 28, 29, 30; 9, 10, Saturday 11 October"),
        ("2025-09-26T10:00", 4, "2025-10-09", "Sunday the 28th, 29, 30; off 1 to 8"),
        ("2026-09-14T10:00", 15, "2026-10-10", "15–18, Sunday 20, 21–24; 28, 29, 30; 8, 9, Saturday 10 October"),
        ("2026-09-18T10:00", 3, "2026-09-22", "Sunday the 20th is made up for National Day"),
        ("2026-09-24T10:00", 3, "2026-09-30", "off 25 to 27; 28, 29, 30"),
        ("2026-09-24T10:00", 4, "2026-10-08", "28, 29, 30; off 1 to 7"),
        ("2026-09-30T10:00", 3, "2026-10-10", "off 1 to 7; 8, 9, Saturday the 10th"),
    ],
)
def test_a_limit_in_working_days(start: str, days: int, end: str, because: str) -> None:
    due = deadline(at(start), days, packaged())
    assert due.at.tzinfo is UTC
    assert due.at.astimezone(SHANGHAI).isoformat() == f"{end}T{LAST_MOMENT}", because
    assert not due.provisional


@pytest.mark.parametrize(
    ("rule", "start", "end", "because"),
    [
        ("letters-and-visits/registration", "2021-01-23", "2021-02-07", "the 15th day is a Sunday, but made up"),
        ("letters-and-visits/registration", "2021-01-27", "2021-02-18", "11 February begins Spring Festival"),
        ("letters-and-visits/acceptance", "2022-01-22", "2022-02-07", "6 February is the last day of Spring Festival"),
        ("letters-and-visits/acceptance", "2021-03-01", "2021-03-16", "a Tuesday; weekends on the way are counted"),
        ("letters-and-visits/closing", "2020-03-02", "2020-05-06", "the 60th day is 1 May, off until the 5th"),
        ("letters-and-visits/closing", "2021-08-02", "2021-10-08", "the 60th day is 1 October, off until the 7th"),
        ("letters-and-visits/closing", "2022-05-02", "2022-07-01", "by the later regulation; a Friday"),
        ("letters-and-visits/review-request", "2021-08-20", "2021-09-22", "19 September, Mid-Autumn until the 21st"),
        (
            "crime-report/filing-review",
            "2026-02-14",
            "2026-02-24",
            "the 17th is in Spring Festival, off until the 23rd",
        ),
        ("crime-report/filing-review", "2026-09-29", "2026-10-08", "2 October, off until the 7th"),
        ("crime-report/filing-review-checked", "2026-10-03", "2026-10-10", "a Saturday, but made up"),
        ("crime-report/filing-review-major", "2024-01-11", "2024-02-18", "10 February; the first worked is a Sunday"),
        ("licence/renewal-request", "2026-03-31", "2026-03-01", "thirty days before; a Sunday, where it stays"),
        ("licence/renewal-decision", "2026-10-01", "2026-10-01", "with the licence, though it is a holiday"),
        ("licence/supplement-notice", "2026-09-28", "2026-10-10", "29, 30; off 1 to 7; 8, 9, Saturday the 10th"),
        ("licence/decision", "2024-01-29", "2024-02-29", "30–2, Sunday 4, 5–9; Sunday 18, 19–23, 26–29"),
        ("petition/answer", "2024-02-07", "2024-03-05", "the public promise of 15 working days"),
        ("petition/triage", "2026-09-30", "2026-10-08", "an officer's own day is counted after the holiday"),
        ("consultation/answer", "2025-09-30", "2025-10-10", "off 1 to 8; 9, 10"),
    ],
)
def test_a_limit_of_the_table(rule: str, start: str, end: str, because: str) -> None:
    due = begin_at(rule, at(start)).due(packaged())
    assert due is not None
    assert (due.day.isoformat(), due.provisional) == (end, False), because


def begin_at(rule: str, moment: datetime) -> Clock:
    kind, clock = rule.split("/")
    return begin(rules().find(kind, clock, on=day_of(moment)), moment)


@pytest.mark.parametrize(
    ("start", "days", "end", "because"),
    [
        ("2026-12-31T10:00", 2, "2027-01-04", "2027 isn't announced: Friday, New Year's Day, is taken as worked"),
        ("2026-12-10T10:00", 15, "2026-12-31", "its notice may give New Year's holidays at the end of December"),
        ("2026-12-10T10:00", 10, "2026-12-24", ""),
        ("2003-12-31T10:00", 2, "2004-01-05", "nor is the notice of 2003 known; off on 1 January, then 2, 5"),
    ],
)
def test_a_limit_into_a_year_that_is_not_announced_is_provisional(
    start: str, days: int, end: str, because: str
) -> None:
    due = deadline(at(start), days, packaged())
    assert (due.day.isoformat(), due.provisional) == (end, bool(because))


def test_calendar_days_are_provisional_only_if_the_last_one_may_move() -> None:
    clock = begin_at("letters-and-visits/closing", at("2026-11-25T10:00"))
    due = clock.due(packaged())
    assert due is not None
    assert (due.day, due.provisional) == (date(2027, 1, 25), True)
    beside = begin_at("licence/renewal-request", at("2027-06-01T10:00")).due(packaged())
    assert beside is not None
    assert (beside.day, beside.provisional) == (date(2027, 5, 2), False)


@given(st.sampled_from(list(rules())), MOMENTS)
def test_no_deadline_is_on_a_day_off(rule: Any, start: datetime) -> None:
    due = Clock(rule, start).due(packaged())
    assert due is not None
    assert packaged().is_workday(due.day) or rule.counts == "before"
    assert rule.unit is Unit.WORKDAYS or due.day - day_of(start) >= timedelta(days=rule.days) or rule.counts == "before"


@given(MOMENTS, st.integers(1, 366))
def test_between_start_and_deadline_lie_as_many_working_days_as_the_limit_has(start: datetime, days: int) -> None:
    first, last = day_of(start), deadline(start, days, packaged()).day
    between = [first + timedelta(days=ahead) for ahead in range(1, (last - first).days + 1)]
    assert sum(map(packaged().is_workday, between)) == days


def test_a_moment_without_a_time_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        deadline(datetime(2026, 11, 2, 11, 5), 7, packaged())  # noqa: DTZ001  the point


def test_a_limit_of_years_takes_as_many_steps_as_one_of_a_day() -> None:
    packaged()

    def steps(days: int) -> int:
        taken = 0

        def count(*_: Any) -> None:
            nonlocal taken
            taken += 1

        sys.setprofile(count)
        try:
            deadline(at("2020-01-06T10:00"), days, packaged())
        finally:
            sys.setprofile(None)
        return taken

    assert steps(1) > 5
    assert steps(1000) - steps(1) < 20  # a year that it reaches is asked for once
