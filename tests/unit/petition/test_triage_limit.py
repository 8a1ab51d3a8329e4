"""Triage has one working day (分拣时限): when it runs, what stops it for good, and who learns that it has passed."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from petition import domain
from petition.domain import Decision
from petition.feedback import domain as feedback
from petition.handling import cards, jurisdiction
from petition.handling.basis import Basis
from petition.handling.clock import ANSWER, TRIAGE
from petition.handling.timers import WARNING, timers_of
from petition.handling.views import CourseView
from petition.kinds import Ground, Kind
from petition.petition import Outcome, Petition
from petition.replies import answering
from petition.replies.answering import Sure

from contracts.events import PetitionOverdue, PetitionReceived, ReportOverdue

from .test_domain import (
    CITIZEN,
    CONTENT,
    LIBRARY,
    NOW,
    SENDER,
    elsewhere,
    handler,
    rebuilt,
    received,
    replied,
    transferred,
)
from .test_domain import TRIAGE as DESK

LATER = NOW + timedelta(days=2)


def at(moment: str) -> datetime:
    return datetime.fromisoformat(f"{moment}+08:00")


def missed(petition: Petition) -> Decision:
    return cards.miss(petition, TRIAGE, assignment=petition.course.assignment)


def returned() -> Decision:
    return jurisdiction.give_back(
        transferred(), Basis.ANOTHER_UNITS_DUTY, "不归我们管。", by=handler("traffic-police"), now=LATER
    )


def test_it_runs_from_first_receipt_to_the_end_of_the_next_working_day() -> None:
    decision = received()
    course = decision.after.course
    assert (course.internal_by, course.internal_since, course.assignment) == (at("2026-03-03T23:59:59.999"), NOW, 1)
    assert [timer.clock for timer in timers_of(decision, "c")] == [WARNING, TRIAGE]
    late = missed(decision.after)
    assert late.events == (PetitionOverdue(clock=TRIAGE, effective_at=at("2026-03-03T23:59:59.999")),)
    assert (late.after.course.late, late.after.course.overdue) == (True, False), "its sender's clock is another one"
    assert missed(late.after).events == (), "told once"


def test_whoever_gets_it_back_or_anew_has_the_time_once_more() -> None:
    ended, begun = domain.move(
        received().after, Kind.REPORT, CONTENT, elsewhere(Ground.CRIME), sender=SENDER, by=DESK, now=LATER
    )
    again = feedback.reopen(replace(replied(), reopenable_until=LATER), "仍未解决", by=CITIZEN, now=LATER)
    for decision in (returned(), begun, again):
        course = decision.after.course
        assert (course.internal_by, course.internal_since) == (at("2026-03-05T23:59:59.999"), LATER)
        assert TRIAGE in [timer.clock for timer in timers_of(decision, "c")]
        assert missed(decision.after).events
    assert {type(event) for event in missed(begun.after).events} == {ReportOverdue}, "told in its circle"
    assert missed(ended.after).events == ()


def test_what_was_handed_out_answered_or_closed_meanwhile_is_late_for_nobody() -> None:
    come = received().after
    for petition in (
        jurisdiction.transfer(come, "fire", by=DESK, now=NOW).after,
        answering.answer(come, "请到大厅办理。", LIBRARY, 1, by=DESK).after,
        domain.close(come, Outcome.DUPLICATE, by=DESK).after,
    ):
        assert cards.miss(petition, TRIAGE, assignment=1).events == ()
    assert [answering.answer(come, "好", LIBRARY, 1, by=DESK).after.course.internal_by] == [None]


def test_after_an_automatic_answer_it_runs_only_once_a_person_is_asked_for() -> None:
    sure = Sure(confidence=0.5, likeness=0.5)
    answered = answering.auto_answer(received(), "请到大厅办理。", LIBRARY, 1, likeness=0.9, sure=sure).after
    assert answered.automatic
    assert (answered.course.internal_by, missed(answered).events) == (None, ())
    asked = answering.ask_a_person(answered, by=CITIZEN, now=LATER)
    assert asked.after.course.internal_by == at("2026-03-05T23:59:59.999")
    assert [timer.clock for timer in timers_of(asked, "c")] == [TRIAGE]
    assert missed(asked.after).events


def test_a_timer_of_before_says_nothing_of_the_time_that_runs_now() -> None:
    assert cards.miss(returned().after, TRIAGE, assignment=1).events == ()


def test_what_came_in_before_that_limit_was_kept_has_none() -> None:
    first, second = received().events
    assert isinstance(first, PetitionReceived)
    before = rebuilt([replace(first, triage_by=None, since=None), second])
    assert (before.course.internal_by, missed(before).events) == (None, ())


@pytest.mark.parametrize("late", [True, False])
def test_officers_see_that_it_is_late_and_its_sender_nothing_of_it(*, late: bool) -> None:
    petition = missed(received().after).after if late else received().after
    shown, sent = CourseView.of(petition), CourseView.for_sender(petition)
    assert shown.offices is not None
    assert shown.offices.late is late
    assert sent is not None
    assert (sent.offices, sent.overdue) == (None, False)
    assert ANSWER not in {getattr(event, "clock", "") for event in missed(petition).events}
