"""A new calendar of holidays: what it moves, what it leaves, and which files it is refused for."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from petition.domain import Decision
from petition.feedback import domain as feedback
from petition.feedback.rating import Level
from petition.handling import cards, jurisdiction, supplement
from petition.handling.calendar import count_by, in_force
from petition.handling.clock import limit_of
from petition.handling.notices import WrongCalendar, calendar_of
from petition.handling.recalculation import recalculate
from petition.handling.timers import BREACH, WARNING, next_of, timers_of
from petition.kinds import Ground
from petition.petition import Involved
from petition.workflow import State
from workdays.calendar import packaged
from workdays.notice import Notice

from contracts.events import PetitionDeadlineRecalculated, PetitionReceived, ReportDeadlineRecalculated

from .test_domain import CITIZEN, NOW, TRIAGE, handler, in_hand, rebuilt, received, replied, transferred

NEW_YEAR = {date(2027, 1, each): "元旦" for each in (1, 2, 3)}
NOTICE_2027 = Notice(2027, off=NEW_YEAR, made_up={})
ANNOUNCED = packaged().with_notice(NOTICE_2027)
QINGMING = packaged().with_notice(
    Notice(2026, off={date(2026, 3, day): "清明节" for day in (3, 4, 5)}, made_up={date(2026, 3, 7): "清明节"})
)
"""As if three days were off after the day on which petitions come in here, and a Saturday were worked for them."""


def at(moment: str) -> datetime:
    return datetime.fromisoformat(f"{moment}+08:00")


def of_december() -> Decision:
    """Give a petition of 15 December 2026, before the holidays of 2027 were announced."""
    limit = limit_of(None, at("2026-12-15T10:00"))
    came, second = received().events
    assert isinstance(came, PetitionReceived)
    first = replace(
        came,
        received_at=at("2026-12-15T10:00"),
        due_at=limit.due_at,
        warn_at=limit.warn_at,
        provisional=limit.provisional,
    )
    return Decision(rebuilt([first, second]), (first, second))


def all_of(decision: Decision) -> list[PetitionDeadlineRecalculated]:
    return [event for event in decision.events if isinstance(event, PetitionDeadlineRecalculated)]


def only(decision: Decision) -> PetitionDeadlineRecalculated:
    (event,) = all_of(decision)
    return event


def test_an_announcement_makes_a_provisional_deadline_certain_and_moves_it() -> None:
    petition = of_december().after
    assert (petition.course.due_at, petition.course.provisional) == (at("2027-01-05T23:59:59.999"), True)
    decision = recalculate(petition, ANNOUNCED)
    told = only(decision)
    assert (told.clock, told.reason, told.old_due_at, told.due_at, told.provisional) == (
        "answer", "announced", at("2027-01-05T23:59:59.999"), at("2027-01-06T23:59:59.999"), False,
    )  # fmt: skip
    course = decision.after.course
    assert (course.due_at, course.moved_from, course.deadline) == (told.due_at, told.old_due_at, 3)
    assert recalculate(decision.after, ANNOUNCED).events == (), "nothing is told twice"


def test_a_deadline_that_only_becomes_certain_is_told_too_and_was_moved_from_nowhere() -> None:
    early = of_december().after
    provisional = replace(early, course=replace(early.course, due_at=at("2027-01-06T23:59:59.999")))
    decision = recalculate(provisional, ANNOUNCED)
    assert only(decision).old_due_at == only(decision).due_at
    assert (decision.after.course.provisional, decision.after.course.moved_from) == (False, None)


def test_the_timers_move_with_it_and_those_of_before_do_nothing() -> None:
    decision = recalculate(of_december().after, ANNOUNCED)
    (timer,) = timers_of(decision, "c")
    assert (timer.clock, timer.version, timer.due_at) == (WARNING, 3, only(decision).warn_at)
    assert cards.breach(decision.after, deadline=1).events == ()
    (following,) = next_of(timer, decision.after)
    assert (following.clock, following.due_at) == (BREACH, decision.after.course.due_at)


def test_in_the_small_circle_it_is_told_there() -> None:
    entrusted = Involved(handlers=frozenset({"p_1"}))
    report = received(ground=Ground.CRIME).after
    entrusted_report = jurisdiction.transfer(report, "anti-fraud", entrusted, by=TRIAGE, now=NOW).after
    decision = recalculate(entrusted_report, QINGMING)
    assert {type(event) for event in decision.events} == {ReportDeadlineRecalculated}


def test_an_offices_own_limit_moves_with_its_timer_and_one_that_nobody_noted_the_start_of_stays() -> None:
    petition = transferred()
    decision = recalculate(petition, QINGMING)
    told = [event for event in all_of(decision) if event.clock == "sign-for"]
    assert [(each.old_due_at, each.due_at) for each in told] == [
        (at("2026-03-03T23:59:59.999"), at("2026-03-06T23:59:59.999"))
    ]
    assert [timer.clock for timer in timers_of(decision, "c")] == [WARNING, "sign-for"]
    sequence = decision.after.course.assignment
    assert cards.miss(decision.after, "sign-for", assignment=petition.course.assignment).events == ()
    assert cards.miss(decision.after, "sign-for", assignment=sequence).events
    before = replace(petition, course=replace(petition.course, internal_since=None))
    assert [event.clock for event in all_of(recalculate(before, QINGMING))] == ["answer"]


def test_what_stands_still_is_computed_when_it_runs_on_but_not_by_when_more_has_to_come() -> None:
    petition = supplement.request(in_hand(), "请补充地址。", by=handler("traffic-police"), now=NOW).after
    decision = recalculate(petition, QINGMING)
    assert only(decision).clock == "supplement"
    assert supplement.lapse(decision.after, asked=petition.course.assignment).events == ()
    assert supplement.lapse(decision.after, asked=decision.after.course.assignment).events


def test_a_call_back_moves_and_what_has_passed_was_answered_or_was_rated_well_does_not() -> None:
    badly, well = (
        feedback.rate(replied(), level, solved=None, comment=None, by=CITIZEN, now=NOW).after
        for level in (Level.DISSATISFIED, Level.SATISFIED)
    )
    decision = recalculate(badly, QINGMING)
    assert only(decision).clock == "call-back"
    assert decision.after.rating is not None
    assert decision.after.rating.call_back_due == only(decision).due_at
    assert recalculate(well, QINGMING).events == ()
    overdue = cards.breach(in_hand(), deadline=1).after
    assert (overdue.state, recalculate(overdue, QINGMING).events) == (State.IN_HAND, ())


@pytest.fixture
def counting() -> Iterator[None]:
    """Leave the process counting as it did."""
    before = in_force()
    yield
    count_by(before)


def written(folder: Path, name: str, year: int, *, off: dict[date, str], made_up: tuple[date, ...] = ()) -> Path:
    days = [{"name": holiday, "date": str(day), "isOffDay": True} for day, holiday in off.items()]
    days += [{"name": "调休", "date": str(day), "isOffDay": False} for day in made_up]
    (folder / name).write_text(json.dumps({"year": year, "days": days}))
    return folder


WHOLE = {**NEW_YEAR, date(2027, 5, 1): "劳动节", date(2027, 10, 1): "国庆节"}


@pytest.mark.usefixtures("counting")
def test_what_comes_in_is_counted_by_the_notices_of_the_folder(tmp_path: Path) -> None:
    assert limit_of(None, at("2026-12-15T10:00")).due_at == at("2027-01-05T23:59:59.999")
    count_by(calendar_of(written(tmp_path, "2027.json", 2027, off=WHOLE)))
    assert limit_of(None, at("2026-12-15T10:00")).due_at == at("2027-01-06T23:59:59.999")


def test_a_wrong_file_is_refused_with_what_is_wrong_and_what_to_do(tmp_path: Path) -> None:
    assert calendar_of(None) is packaged()
    for name, year, off, said in (
        ("2027.json", 2028, WHOLE, "it is of 2028"),
        ("2027.json", 2027, NEW_YEAR, "2027-05-01, 2027-10-01 should be off"),
        ("holidays.json", 2027, WHOLE, "name the file after its year"),
        ("2026.json", 2026, {day.replace(year=2026): name for day, name in WHOLE.items()}, "differs on 2026-0"),
    ):
        for path in tmp_path.iterdir():
            path.unlink()
        with pytest.raises(WrongCalendar, match=said):
            calendar_of(written(tmp_path, name, year, off=off))


def test_a_file_that_says_what_was_announced_changes_nothing(tmp_path: Path) -> None:
    off = {
        day: name
        for start in (date(2026, 1, 1),)
        for day in days_from(start)
        if (name := packaged().look_up(day).holiday)
    }
    worked = tuple(day for day in off if packaged().is_workday(day))
    known = {day: name for day, name in off.items() if day not in worked}
    folder = written(tmp_path, "2026.json", 2026, off=known, made_up=worked)
    assert calendar_of(folder).add(date(2026, 1, 1), 100) == packaged().add(date(2026, 1, 1), 100)


def days_from(start: date) -> list[date]:
    return [start + timedelta(days=each) for each in range(365)]
