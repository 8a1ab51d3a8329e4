"""By when a petition has to be answered, and what its clock brings about by itself."""

from datetime import datetime

import pytest
from contracts.tenants import superior
from petition import domain
from petition.handling import cards, jurisdiction
from petition.handling.clock import clock_of, explanation_of, limit_of, rule_of
from petition.kinds import Ground, Kind
from petition.petition import Involved, Outcome
from petition.workflow import UNANSWERED, State
from workdays.counting import SHANGHAI
from workdays.explanation import Explanation

from contracts.events import PetitionEscalated, PetitionOverdue, PetitionReceived, PetitionWarned, ReportOverdue

from .test_domain import (
    CITIZEN,
    CONTENT,
    ID,
    NOW,
    SENDER,
    TRIAGE,
    classified,
    elsewhere,
    handler,
    in_hand,
    rebuilt,
    received,
    transferred,
)


def at(moment: str) -> datetime:
    return datetime.fromisoformat(f"{moment}+08:00")


def explained_from(moment: str) -> Explanation:
    return explanation_of(clock_of(rule_of(None, at(moment)), at(moment), stops=(), extended=None))


@pytest.mark.parametrize(
    ("ground", "received_at", "warn_at", "due_at", "because"),
    [
        (None, "2024-02-07T10:00", "2024-02-27", "2024-03-05", "off 10–17 February, the 18th is made up"),
        (None, "2026-02-09T23:59", "2026-02-28", "2026-03-06", "off 15–23 February; 14 and 28 February are made up"),
        (None, "2026-02-10T00:00", "2026-03-02", "2026-03-09", "a minute later is another day in Shanghai"),
        (Ground.POLICE, "2026-03-02T09:00", "2026-03-16", "2026-03-23", "a complaint about police is a petition"),
        (Ground.MOVED, "2026-03-02T09:00", "2026-03-16", "2026-03-23", "what was moved away was one"),
        (Ground.CRIME, "2026-03-02T09:00", "2026-03-04", "2026-03-05", "a report has three days"),
        (Ground.CRIME, "2026-11-04T09:00", "2026-11-06", "2026-11-09", "calendar days; a Saturday moves on to Monday"),
    ],
)  # fmt: skip
def test_a_petition_has_fifteen_working_days_and_a_report_of_crime_its_own_three(
    ground: Ground | None, received_at: str, warn_at: str, due_at: str, because: str
) -> None:
    limit = limit_of(ground, at(received_at))
    days = [moment.astimezone(SHANGHAI).isoformat(timespec="milliseconds") for moment in (limit.warn_at, limit.due_at)]
    assert days == [f"{day}T23:59:59.999+08:00" for day in (warn_at, due_at)], because
    assert not limit.provisional


def test_a_year_that_is_not_announced_makes_it_provisional() -> None:
    assert limit_of(None, at("2026-12-08T09:00")).provisional
    explained = explained_from("2026-12-08T09:00").sentence
    assert "暂按周一至周五计算" in explained.zh
    assert "isn't" not in explained.zh


def test_the_sum_is_told_day_by_day_and_in_words() -> None:
    explained = explained_from("2024-02-07T10:00")
    assert explained.due is not None
    assert explained.due.at == limit_of(None, at("2024-02-07T10:00")).due_at
    assert [step.number for step in explained.steps if step.number] == list(range(1, 16))
    assert "2月18日（周末）为春节调休上班，计入" in explained.sentence.zh
    assert rule_of(Ground.CRIME, NOW).shown_to == "officers"


def test_it_is_told_with_the_first_receipt_and_not_moved_by_any_transfer() -> None:
    decision = received()
    first = decision.events[0]
    assert isinstance(first, PetitionReceived)
    assert (first.due_at, first.provisional) == (at("2026-03-23T23:59:59.999"), False)
    assert first.warn_at == at("2026-03-16T23:59:59.999")
    there = jurisdiction.transfer(decision.after, "fire", by=TRIAGE, now=NOW).after
    again = jurisdiction.transfer(there, "household", Involved(handlers=frozenset({"p_1"})), by=TRIAGE, now=NOW).after
    for course in (there.course, again.course):
        assert (course.due_at, course.warn_at, course.deadline) == (first.due_at, first.warn_at, 1)


def test_what_is_moved_into_the_small_circle_runs_on_its_own_clock_from_first_receipt() -> None:
    petition = received().after
    _, begun = domain.move(petition, Kind.REPORT, CONTENT, elsewhere(Ground.CRIME), sender=SENDER, by=TRIAGE, now=NOW)
    assert begun.after.course.due_at == at("2026-03-05T23:59:59.999")
    _, back = domain.move(begun.after, Kind.CONSULT, CONTENT, elsewhere(None), sender=SENDER, by=TRIAGE, now=NOW)
    assert back.after.course.due_at == petition.course.due_at


def test_a_receipt_of_before_that_does_not_tell_its_time_limit_gets_the_same_one() -> None:
    decision = received()
    told = decision.events[0].to_data()
    for name in ("due_at", "warn_at", "provisional"):
        del told[name]
    first = decision.events[0].from_data(told)
    assert rebuilt([first, *decision.events[1:]]) == decision.after


def test_cards_are_given_once_each_and_the_red_one_goes_one_tier_up() -> None:
    petition = transferred()
    warned = cards.warn(petition, deadline=1)
    due_at, warn_at = petition.course.due_at, petition.course.warn_at
    assert warned.events == (PetitionWarned(clock="answer", effective_at=warn_at, due_at=due_at),)
    assert cards.warn(warned.after, deadline=1).events == ()
    red = cards.breach(warned.after, deadline=1)
    assert red.events == (
        PetitionOverdue(clock="answer", effective_at=due_at),
        PetitionEscalated(to="440000", effective_at=due_at),
    )
    assert (red.after.course.overdue, red.after.course.escalated_to) == (True, "440000")
    assert red.after.state is State.TRANSFERRED
    assert cards.breach(red.after, deadline=1).events == cards.warn(red.after, deadline=1).events == ()


def test_a_report_gets_its_cards_in_the_small_circle() -> None:
    petition = received(ground=Ground.CRIME).after
    assert isinstance(cards.breach(petition, deadline=1).events[0], ReportOverdue)


def test_above_the_province_there_is_nobody_to_tell() -> None:
    assert [superior(code) for code in ("440106", "440100", "440000")] == ["440100", "440000", None]
    place = domain.Place(id=ID, tenant="440000", number="440000-20260302-000000000001-0")
    provincial = domain.receive(CONTENT, classified(), place, sender=SENDER, by=CITIZEN, now=NOW).after
    assert [type(event) for event in cards.breach(provincial, deadline=1).events] == [PetitionOverdue]


def test_what_was_answered_or_has_another_deadline_gets_no_card() -> None:
    answered = domain.reply(in_hand(), "您好。", by=handler("traffic-police")).after
    for petition, deadline in (
        (answered, 1),
        (domain.close(answered, Outcome.ANSWERED, by=handler("traffic-police")).after, 1),
        (transferred(), 2),
    ):
        assert petition.state not in UNANSWERED or deadline == 2
        for decide in (cards.warn, cards.breach):
            decision = decide(petition, deadline=deadline)
            assert (decision.after, decision.events) == (petition, ())
