"""Which days are worked: by the notices of each year, and by no other source."""

import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from workdays.calendar import FIRST, LAST, Calendar, Kind, OutOfRange, packaged
from workdays.notice import REACH, BrokenNotice, Notice, parse_notice
from workdays.sentence import HOLIDAYS

NOTICES = Path(__file__).resolve().parents[4] / "shared/data/holiday_cn"
ANNOUNCED = range(2007, 2027)
DAYS = st.dates(date(2003, 1, 1), date(2040, 1, 1))


def notice(year: int, **changes: Any) -> str:
    names = {(1, 1): "元旦", (2, 8): "春节", (5, 1): "劳动节", (10, 1): "国庆节"}
    off = [{"name": name, "date": str(date(year, *day)), "isOffDay": True} for day, name in names.items()]
    made_up = {"name": "春节", "date": "2027-02-06", "isOffDay": False}
    return json.dumps({"year": year, "papers": [], "days": [*off, made_up]} | changes)


@pytest.mark.skipif(not NOTICES.is_dir(), reason="the notices aren't beside this checkout (../shared/data/holiday_cn)")
def test_the_package_agrees_with_the_notices_day_by_day() -> None:
    files = {year: (NOTICES / f"{year}.json").read_bytes() for year in ANNOUNCED}
    ours = Calendar(parse_notice(file, year) for year, file in files.items())
    days = [date(2007, 1, 1) + timedelta(days=ahead) for ahead in range(365 * 20 + 5)]
    assert days[-1] == date(2026, 12, 31)
    assert not [day for day in days if ours.is_workday(day) is not packaged().is_workday(day)]
    early = [day for year, file in files.items() for day in _named(file) if day.year < year]
    assert len(early) == 10
    assert all(date(day.year + 1, 1, 1) - day < timedelta(days=REACH) for day in early)
    names = {each["name"] for file in files.values() for each in json.loads(file)["days"]}
    assert [name for name in names if not any(part in name for part in HOLIDAYS)] == [
        "抗日战争暨世界反法西斯战争胜利70周年纪念日"
    ]


def _named(file: bytes) -> list[date]:
    return [date.fromisoformat(day["date"]) for day in json.loads(file)["days"]]


@pytest.mark.skipif(not NOTICES.is_dir(), reason="the notices aren't beside this checkout (../shared/data/holiday_cn)")
def test_a_year_that_is_not_announced_has_no_notice() -> None:
    with pytest.raises(BrokenNotice, match="isn't announced yet"):
        parse_notice((NOTICES / "2027.json").read_bytes(), 2027)


def test_the_package_knows_the_notices_of_2004_to_2026() -> None:
    assert packaged().announced >= set(range(2004, 2027))
    assert packaged().look_up(date(2026, 10, 1)).kind is Kind.HOLIDAY
    assert packaged().look_up(date(2026, 10, 10)).kind is Kind.MADE_UP
    assert packaged().look_up(date(2026, 10, 11)).kind is Kind.WEEKEND
    assert packaged().look_up(date(2026, 10, 12)).kind is Kind.WORKED


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (notice(2026), "it is of 2026"),
        (notice(2027).replace('"year": 2027', '"year": 2026'), "it is of 2026"),
        (notice(2027, days=json.loads(notice(2026))["days"]), "2026-10-01 is no day of that year"),
        (notice(2027, days=[]), "it names no day: that year isn't announced yet"),
        (notice(2027, days=json.loads(notice(2027))["days"][:2]), "2027-05-01, 2027-10-01 should be off"),
        (notice(2027, days=json.loads(notice(2027))["days"] * 2), "2027-01-01 stands in it 2 times"),
        (notice(2027, days=[{"name": "元旦", "date": "2027-02-29", "isOffDay": True}]), "days/0/date"),
        (notice(2027, days=[{"name": "元旦", "date": "2027-01-01"}]), "days/0/isOffDay: Field required"),
        ("[]", "not the notice of 2027: Input should be an object"),
        ("{", "not the notice of 2027: Invalid JSON"),
        ("", "Invalid JSON"),
    ],
)
def test_a_file_that_is_not_the_notice_says_why(text: str, says: str) -> None:
    with pytest.raises(BrokenNotice) as refused:
        parse_notice(text, 2027)
    assert says in str(refused.value)


def test_a_notice_takes_the_place_of_an_earlier_one_of_its_year() -> None:
    first = Calendar([parse_notice(notice(2027), 2027)])
    assert [first.is_workday(date(2027, 2, day)) for day in (6, 8)] == [True, False]
    corrected = first.with_notice(Notice(2027, off={date(2027, 2, 9): "春节"}, made_up={}))
    assert [corrected.is_workday(date(2027, 2, day)) for day in (6, 8, 9)] == [False, True, False]
    assert not first.is_workday(date(2027, 2, 8)), "a calendar never changes"


def test_the_end_of_a_december_is_ruled_by_the_next_years_notice() -> None:
    eve = date(2026, 12, 31)
    calendar = packaged().with_notice(Notice(2027, off={eve: "元旦"}, made_up={date(2026, 12, 27): "元旦"}))
    assert packaged().is_workday(eve)
    assert not calendar.is_workday(eve)
    assert calendar.is_workday(date(2026, 12, 27))
    assert not packaged().firm(eve, eve)
    assert calendar.firm(eve, eve)
    assert calendar.with_notice(Notice(2026, {}, {})).look_up(eve).kind is Kind.HOLIDAY


@given(DAYS, st.integers(-500, 500))
def test_adding_and_counting_are_inverses(day: date, workdays: int) -> None:
    assert packaged().count(day, packaged().add(day, workdays)) == workdays


@given(DAYS, DAYS)
def test_counting_and_adding_are_inverses(one: date, other: date) -> None:
    worked = packaged().add(other, 1)
    assert packaged().add(one, packaged().count(one, worked)) == worked


@given(DAYS, st.integers(-500, 500).filter(bool))
def test_whatever_is_added_a_working_day_is_reached(day: date, workdays: int) -> None:
    assert packaged().is_workday(packaged().add(day, workdays))


@given(DAYS, DAYS)
def test_counting_is_what_looking_at_each_day_gives(one: date, other: date) -> None:
    first, last = min(one, other), max(one, other)
    shift = 1 if one <= other else 0  # forwards the last day is counted, backwards the first
    days = [first + timedelta(days=ahead + shift) for ahead in range(min((last - first).days, 400))]
    expected = sum(map(packaged().is_workday, days))
    end = first + timedelta(days=len(days))
    found = packaged().count(first, end) if one <= other else -packaged().count(end, first)
    assert found == expected


@pytest.mark.parametrize(
    "asked",
    [
        lambda: packaged().add(LAST, 1),
        lambda: packaged().add(FIRST, -1),
        lambda: packaged().add(date(2026, 1, 1), 100_000),
        lambda: packaged().count(date(1999, 12, 31), FIRST),
        lambda: packaged().is_workday(LAST + timedelta(days=1)),
    ],
)
def test_beyond_its_years_a_calendar_says_so(asked: Any) -> None:
    with pytest.raises(OutOfRange, match=r"2000-01-01 to 2100-12-31"):
        asked()
