"""What may follow an answer: a rating, and the call-back that a bad one starts."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from casework.roles import Actor, Role
from casework.workflow import WrongRole, WrongState
from petition import domain
from petition.domain import NothingAnswered
from petition.feedback import domain as feedback
from petition.feedback.domain import (
    InConfidence,
    NoCallBack,
    NotUnsolved,
    RatedAlready,
    ReopenedEnough,
    WindowClosed,
    reopenable,
)
from petition.feedback.rating import CallBack, Level
from petition.handling import jurisdiction
from petition.handling.timers import CLOCKS, timers_of
from petition.kinds import Ground, Kind
from petition.petition import Channel, Involved, Outcome, Petition
from petition.workflow import State

from contracts.events import PetitionCalledBack, PetitionOverdue, PetitionRated

from .test_domain import (
    CITIZEN,
    CONTENT,
    NOW,
    SENDER,
    TRIAGE,
    classified,
    elsewhere,
    handler,
    in_hand,
    received,
    replied,
    transferred,
)

BEFORE_SPRING_FESTIVAL = datetime(2026, 2, 13, 2, 0, tzinfo=UTC)
CONNECTOR = Actor(pseudonym="p_connector", roles=frozenset({Role.CONNECTOR}))


def rated(petition: Petition, level: Level = Level.DISSATISFIED, *, solved: bool | None = None) -> Petition:
    return feedback.rate(petition, level, solved=solved, comment=None, by=CITIZEN, now=BEFORE_SPRING_FESTIVAL).after


def reopened(petition: Petition, now: datetime = BEFORE_SPRING_FESTIVAL) -> Petition:
    return feedback.reopen(petition, "还没解决", by=CITIZEN, now=now).after


def settled(before: Petition | None = None) -> Petition:
    """Give what was answered on that Friday."""
    petition = in_hand()
    if before:
        there = jurisdiction.transfer(before, "traffic-police", by=TRIAGE, now=NOW).after
        petition = jurisdiction.sign_for(there, by=handler("traffic-police")).after
    answered = domain.reply(petition, "您好。", by=handler("traffic-police"))
    return reopenable(answered, now=BEFORE_SPRING_FESTIVAL).after


def test_nobody_is_taken_for_content_or_their_matter_for_solved_before_they_say_so() -> None:
    closed = domain.close(replied(), Outcome.ANSWERED, by=handler("traffic-police")).after
    assert closed.rating is None
    content = rated(closed, Level.VERY_SATISFIED)
    assert content.rating is not None
    assert content.rating.solved is None, "an answer that pleases isn't a solution yet"
    assert content.state is State.CLOSED


def test_a_bad_rating_starts_a_call_back_in_working_days() -> None:
    decision = feedback.rate(
        replied(), Level.VERY_DISSATISFIED, solved=False, comment="没用", by=CITIZEN, now=BEFORE_SPRING_FESTIVAL
    )
    # Friday; Saturday 14 February is made up, 15 to 23 February are off, so the third working day is Wednesday 25th.
    due = datetime(2026, 2, 25, 15, 59, 59, 999_000, tzinfo=UTC)
    assert decision.events == (
        PetitionRated(
            level="very-dissatisfied", solved=False, comment="没用", call_back_due=due, since=BEFORE_SPRING_FESTIVAL
        ),
    )
    assert decision.after.rating is not None
    assert (decision.after.rating.call_back, decision.after.rating.call_back_due) == (CallBack.WAITING, due)


@pytest.mark.parametrize("level", [Level.VERY_SATISFIED, Level.SATISFIED, Level.BASICALLY_SATISFIED])
def test_no_other_rating_does(level: Level) -> None:
    petition = rated(replied(), level, solved=False)
    assert petition.rating is not None
    assert petition.rating.call_back is None
    with pytest.raises(NoCallBack):
        feedback.call_back(petition, CallBack.SOLVED, None, by=TRIAGE)


def test_nobody_is_called_back_who_never_signed_in() -> None:
    post = received(by=CONNECTOR, channel=Channel.FORUM).after
    there = jurisdiction.transfer(post, "traffic-police", by=TRIAGE, now=NOW).after
    there = jurisdiction.sign_for(there, by=handler("traffic-police")).after
    petition = rated(domain.reply(there, "您好。", by=handler("traffic-police")).after)
    assert petition.rating is not None
    assert petition.rating.call_back is None


def test_an_answer_is_rated_once() -> None:
    with pytest.raises(RatedAlready):
        rated(rated(replied()))


@pytest.mark.parametrize("outcome", [Outcome.FINALLY_DECIDED, Outcome.DUPLICATE, Outcome.NOT_POLICE])
def test_what_was_closed_without_an_answer_has_none_to_rate(outcome: Outcome) -> None:
    with pytest.raises(NothingAnswered):
        rated(domain.close(received().after, outcome, by=TRIAGE).after)


def test_what_nobody_has_answered_is_not_rated() -> None:
    for petition in (received().after, transferred()):
        with pytest.raises(WrongState):
            rated(petition)


@pytest.mark.parametrize("ground", [Ground.CRIME, Ground.POLICE])
def test_what_is_hidden_is_neither_rated_nor_followed_by_a_call(ground: Ground) -> None:
    involved = Involved(accused=frozenset({"fire"}), handlers=frozenset({"p_1"}))
    hidden = received(ground=ground, classified=classified(Kind.REPORT)).after
    desk = Actor(pseudonym="p_desk", roles=frozenset({Role.TRIAGE, Role.SUPERVISOR}))
    there = jurisdiction.transfer(hidden, "criminal", involved, by=desk, now=NOW).after
    there = jurisdiction.sign_for(there, by=handler("criminal")).after
    answered = reopenable(domain.reply(there, "您好。", by=handler("criminal")), now=BEFORE_SPRING_FESTIVAL).after
    with pytest.raises(InConfidence):
        rated(answered)
    with pytest.raises(InConfidence):
        reopened(answered)


@pytest.mark.parametrize(
    ("result", "solved"),
    [
        (CallBack.SOLVED, True),
        (CallBack.NOT_SOLVED, False),
        (CallBack.UNREACHABLE, None),
        (CallBack.DECLINED, None),
    ],
)
def test_what_was_said_at_the_call_back_counts_and_silence_does_not(result: CallBack, *, solved: bool | None) -> None:
    decision = feedback.call_back(rated(replied()), result, None, by=TRIAGE)
    assert decision.events == (PetitionCalledBack(by=TRIAGE.pseudonym, result=result.value),)
    assert decision.after.rating is not None
    assert (decision.after.rating.call_back, decision.after.rating.solved) == (result, solved)
    with pytest.raises(NoCallBack):
        feedback.call_back(decision.after, CallBack.SOLVED, None, by=TRIAGE)


def test_a_handler_calls_nobody_back() -> None:
    with pytest.raises(WrongRole):
        feedback.call_back(rated(replied()), CallBack.SOLVED, None, by=handler("traffic-police"))


def test_everybody_who_had_a_hand_in_an_answer_is_known() -> None:
    assert replied().repliers == (handler(None).pseudonym,)


def test_whoever_wrote_it_has_it_taken_up_again_within_fifteen_days_of_all_kinds() -> None:
    last = datetime(2026, 2, 28, 15, 59, 59, 999_000, tzinfo=UTC)
    petition = settled()
    assert petition.reopenable_until == last
    again = reopened(petition, now=last)
    assert (again.state, again.reopened, again.department, again.answer) == (State.CLASSIFIED, 1, None, None)
    with pytest.raises(WindowClosed):
        reopened(petition, now=last + timedelta(milliseconds=1))


def test_closing_it_begins_the_window_anew() -> None:
    closed = domain.close(settled(), Outcome.ANSWERED, by=handler("traffic-police"))
    later = reopenable(closed, now=BEFORE_SPRING_FESTIVAL + timedelta(days=10)).after
    assert later.reopenable_until == datetime(2026, 3, 10, 15, 59, 59, 999_000, tzinfo=UTC)
    assert reopened(later, now=BEFORE_SPRING_FESTIVAL + timedelta(days=20)).outcome is None


def test_it_is_taken_up_again_twice_at_most_and_never_once_it_has_moved() -> None:
    twice = reopened(settled(reopened(settled())))
    with pytest.raises(ReopenedEnough):
        reopened(settled(twice))
    moved, _ = domain.move(
        received().after, Kind.REPORT, CONTENT, elsewhere(Ground.CRIME), sender=SENDER, by=TRIAGE, now=NOW
    )
    assert reopenable(moved, now=BEFORE_SPRING_FESTIVAL) == moved


def test_who_had_it_taken_up_again_rates_the_new_answer() -> None:
    again = reopened(rated(settled(), Level.VERY_DISSATISFIED))
    assert again.rating is None, "what was said of the former answer is history"
    better = rated(settled(again), Level.SATISFIED, solved=True)
    assert better.rating is not None
    assert better.rating.level is Level.SATISFIED
    assert better.repliers == (handler(None).pseudonym,), "who answered before is still known"


def test_the_desk_has_it_taken_up_again_only_after_a_call_that_found_it_unsolved() -> None:
    petition = rated(settled())
    for found in (petition, feedback.call_back(petition, CallBack.DECLINED, None, by=TRIAGE).after):
        with pytest.raises(NotUnsolved):
            feedback.reopen_unsolved(found, "未解决", by=TRIAGE, now=BEFORE_SPRING_FESTIVAL)
    unsolved = feedback.call_back(petition, CallBack.NOT_SOLVED, None, by=TRIAGE).after
    years = BEFORE_SPRING_FESTIVAL + timedelta(days=800)
    assert feedback.reopen_unsolved(unsolved, "未解决", by=TRIAGE, now=years).after.state is State.CLASSIFIED
    with pytest.raises(WrongRole):
        feedback.reopen(unsolved, "未解决", by=TRIAGE, now=BEFORE_SPRING_FESTIVAL)


def test_a_call_back_that_nobody_makes_in_time_is_told_once_and_one_that_was_made_never() -> None:
    decision = feedback.rate(
        replied(), Level.DISSATISFIED, solved=None, comment=None, by=CITIZEN, now=BEFORE_SPRING_FESTIVAL
    )
    waiting = decision.after
    (timer,) = timers_of(decision, "c")
    assert (timer.clock, timer.version) == ("call-back", waiting.sequence)
    missed = CLOCKS[timer.clock](waiting, timer.version)
    assert waiting.rating is not None
    assert waiting.rating.call_back_due is not None
    assert missed.events == (PetitionOverdue(clock="call-back", effective_at=waiting.rating.call_back_due),)
    assert missed.after.rating is not None
    assert (missed.after.rating.call_back_late, missed.after.course.late) == (True, False), "the handler's is another"
    assert CLOCKS[timer.clock](missed.after, timer.version).events == ()
    called = feedback.call_back(waiting, CallBack.SOLVED, None, by=TRIAGE).after
    again = feedback.reopen(
        replace(waiting, reopenable_until=BEFORE_SPRING_FESTIVAL), "仍未解决", by=CITIZEN, now=BEFORE_SPRING_FESTIVAL
    ).after
    for petition in (called, again):
        assert CLOCKS[timer.clock](petition, timer.version).events == ()
    assert CLOCKS[timer.clock](waiting, timer.version - 1).events == (), "of an earlier rating"
    content = feedback.rate(
        replied(), Level.SATISFIED, solved=None, comment=None, by=CITIZEN, now=BEFORE_SPRING_FESTIVAL
    )
    assert timers_of(content, "c") == []
