"""Up the tiers: who decides a review, by when, what it does to the answer, and where it ends."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from casework.roles import TOKEN_ROLES, Actor, Role
from casework.workflow import WrongRole, WrongState
from petition import domain
from petition.feedback import domain as feedback
from petition.feedback.rating import CallBack, Level
from petition.handling import cards
from petition.handling.running import running
from petition.handling.timers import timers_of
from petition.kinds import Ground
from petition.outbound.delivery import Way, What, told_by
from petition.outbound.wording import Facts, told
from petition.petition import Outcome, Petition
from petition.publishing import domain as publishing
from petition.publishing.domain import Public
from petition.replies import answering
from petition.review import domain as review
from petition.review.domain import (
    NobodyToSendBackTo,
    NoReviewHere,
    NoTierAbove,
    NotReviewedYet,
    ReviewedBefore,
    ReviewWindowClosed,
    open_to_objections,
)
from petition.review.review import Result, Rung, authority_of
from petition.workflow import State

from contracts.events import PetitionEscalated, PetitionOverdue, PetitionReviewDecided, PetitionUnpublished

from .test_domain import CITIZEN, LIBRARY, SPOKESPERSON, TRIAGE, handler, in_hand, received, replied

NOW = datetime(2026, 3, 3, 2, 0, tzinfo=UTC)
"""A Tuesday; the thirtieth day after it is Thursday, 2 April, a working day."""
END = datetime(2026, 4, 2, 15, 59, 59, 999_000, tzinfo=UTC)
SUPERVISOR = Actor(pseudonym="p_supervisor", roles=frozenset({Role.SUPERVISOR}))
MINISTER = Actor(pseudonym="p_province", roles=frozenset({Role.SUPERVISOR}))


def answered(petition: Petition | None = None) -> Petition:
    reply = domain.reply(petition or in_hand(), "您好。", by=handler("traffic-police"))
    return open_to_objections(reply, now=NOW).after


def asked(petition: Petition, rung: Rung = Rung.FIRST, *, now: datetime = NOW) -> Petition:
    return review.request(petition, rung, "答非所问", by=CITIZEN, now=now).after


def decided(petition: Petition, result: Result = Result.UPHELD, *, by: Actor = SUPERVISOR) -> Petition:
    return review.decide(petition, result, "已核查", "应予办理。", by=by, now=NOW).after


def test_each_rung_lies_one_tier_further_up_and_above_the_province_there_is_none_here() -> None:
    assert [authority_of(rung, "440300") for rung in Rung] == ["440300", "440000"]
    assert [authority_of(rung, "440000") for rung in Rung] == ["440000", None]


def test_an_answer_says_until_when_it_may_be_reviewed_and_the_last_day_is_one_of_them() -> None:
    there = answered()
    assert there.reviewable_until == END
    assert asked(there, now=END).state is State.IN_REVIEW
    with pytest.raises(ReviewWindowClosed):
        asked(there, now=END + timedelta(milliseconds=1))
    with pytest.raises(ReviewWindowClosed):
        asked(replied())  # of an answer from before, no window is known


def test_a_review_runs_by_a_clock_of_its_own_with_one_timer_and_its_cards_are_told_one_tier_up() -> None:
    decision = review.request(answered(), Rung.FIRST, "答非所问", by=CITIZEN, now=NOW)
    there, (timer,) = decision.after, timers_of(decision, "c")
    assert (there.course.due_at, there.course.clock, running(there).rule.clock) == (END, "review", "review-decision")
    assert (timer.clock, timer.version, timer.due_at) == ("warning", there.sequence, there.course.warn_at)
    assert there.course.warn_at == datetime(2026, 3, 23, 15, 59, 59, 999_000, tzinfo=UTC), "two thirds: 20 days"
    warned = cards.warn(there, deadline=there.course.deadline).after
    overdue, escalated = cards.breach(warned, deadline=there.course.deadline).events
    assert overdue == PetitionOverdue(clock="review", effective_at=END)
    assert escalated == PetitionEscalated(to="440000", effective_at=END)
    assert not cards.warn(there, deadline=1).events, "the answer's own clock has ended"
    final = asked(decided(there), Rung.FINAL)
    assert running(final).rule.clock == "final-review-decision"
    (late,) = cards.breach(final, deadline=final.course.deadline).events
    assert late == PetitionOverdue(clock="final-review", effective_at=END), "nobody is above the province here"


def test_what_the_final_review_decides_is_final_and_nothing_follows() -> None:
    end = decided(asked(decided(asked(answered())), Rung.FINAL), Result.CHANGED, by=MINISTER)
    assert (end.state, end.reviewable_until, end.reopenable_until) == (State.FINAL, None, None)
    tries = (
        lambda: asked(end),
        lambda: asked(end, Rung.FINAL),
        lambda: feedback.reopen(end, "仍未解决", by=CITIZEN, now=NOW),
        lambda: feedback.rate(end, Level.DISSATISFIED, solved=False, comment=None, by=CITIZEN, now=NOW),
        lambda: publishing.consent(end, by=CITIZEN),
        lambda: publishing.correct(end, "改", "改", by=TRIAGE),
        lambda: domain.close(end, Outcome.ANSWERED, by=TRIAGE),
    )
    for attempt in tries:
        with pytest.raises(WrongState):
            attempt()


def test_each_rung_is_climbed_once_and_in_order() -> None:
    with pytest.raises(NotReviewedYet):
        asked(answered(), Rung.FINAL)
    anew = answered(decided(asked(answered()), Result.SENT_BACK))
    with pytest.raises(ReviewedBefore):
        asked(anew)
    with pytest.raises(WrongState):
        asked(decided(asked(answered())))
    assert asked(anew, Rung.FINAL).state is State.IN_FINAL


def test_the_final_review_sends_nothing_back() -> None:
    with pytest.raises(WrongState):
        decided(asked(decided(asked(answered())), Rung.FINAL), Result.SENT_BACK)


def test_what_is_sent_back_lies_with_its_department_by_a_clock_of_its_own_and_binds() -> None:
    decision = review.decide(asked(answered()), Result.SENT_BACK, "未核实", by=SUPERVISOR, now=NOW)
    there, (timer,) = decision.after, timers_of(decision, "c")
    assert (there.state, there.department, there.course.bound) == (State.IN_HAND, "traffic-police", True)
    assert running(there).rule.clock == "answer-again"
    assert (timer.version, timer.due_at) == (there.sequence, there.course.warn_at)
    with pytest.raises(feedback.ReopenedEnough):
        feedback.reopen(replace(answered(there), reopenable_until=END), "仍未解决", by=CITIZEN, now=NOW)


def test_what_the_desk_answered_at_once_is_changed_not_sent_back() -> None:
    at_once = answering.answer(received().after, "请到大厅办理。", LIBRARY, 1, by=TRIAGE)
    there = asked(open_to_objections(at_once, now=NOW).after)
    with pytest.raises(NobodyToSendBackTo):
        decided(there, Result.SENT_BACK)
    changed = decided(there, Result.CHANGED)
    assert (changed.state, changed.answer, changed.answer_version) == (State.REVIEWED, None, None)


def test_only_the_supervision_desk_decides_and_then_has_had_a_hand_in_it() -> None:
    there = asked(answered())
    for role in sorted(TOKEN_ROLES - {Role.SUPERVISOR}):
        with pytest.raises(WrongRole):
            decided(there, by=Actor(pseudonym="p", roles=frozenset({role})))
    assert "p_supervisor" in decided(there).repliers


def test_of_the_province_only_the_first_rung_is_here() -> None:
    there = decided(asked(replace(answered(), tenant="440000")))
    assert (there.state, there.reviewable_until) == (State.REVIEWED, None)
    with pytest.raises(NoTierAbove):
        asked(there, Rung.FINAL)


@pytest.mark.parametrize("hidden", [Ground.CRIME, Ground.POLICE])
def test_what_is_in_confidence_has_remedies_of_its_own(hidden: Ground) -> None:
    there = replace(answered(), hidden=hidden)
    with pytest.raises(NoReviewHere) as refused:
        asked(there)
    assert refused.value.crime is (hidden is Ground.CRIME)
    report = replace(in_hand(), kind="report")
    assert answered(report).reviewable_until is None, "and no window is told of it"


def test_what_nobody_answered_is_not_reviewed() -> None:
    gone = replace(answered(), hidden=Ground.MOVED)
    with pytest.raises(domain.NothingAnswered):
        asked(gone)  # it goes on elsewhere, and nobody is told here as what
    duplicate = domain.close(received().after, Outcome.DUPLICATE, by=TRIAGE).after
    with pytest.raises(domain.NothingAnswered):
        asked(duplicate)


def test_a_public_answer_under_review_is_public_no_longer_and_a_call_back_that_waits_is_over() -> None:
    there = publishing.consent(answered(), by=CITIZEN).after
    public = Public(title="请问", question="怎么办", answer="请到大厅办理。")
    there = publishing.publish(there, public, by=SPOKESPERSON, now=NOW).after
    there = feedback.rate(there, Level.DISSATISFIED, solved=False, comment=None, by=CITIZEN, now=NOW).after
    taken_back, _ = review.request(there, Rung.FIRST, "答非所问", by=CITIZEN, now=NOW).events
    assert taken_back == PetitionUnpublished(by="p_citizen", reason="under-review")
    under = asked(there)
    assert (under.publication.published_at, under.publication.consent) == (None, False)
    assert under.rating is not None
    assert under.rating.call_back is not CallBack.WAITING
    assert decided(under).rating == under.rating, "upheld: it is the same answer that was rated"
    assert decided(under, Result.CHANGED).rating is None


def test_whoever_asked_is_told_what_was_decided_why_and_what_remains() -> None:
    there = asked(answered())
    event = review.decide(there, Result.CHANGED, "已核查", "应予办理。", by=SUPERVISOR, now=NOW).events[-1]
    assert isinstance(event, PetitionReviewDecided)
    assert told_by(event) is What.REVIEW_DECIDED
    facts = Facts(code="ABCDEFGHJK", reply="您好。", reasons="已核查", changed="应予办理。")
    first = told(What.REVIEW_DECIDED, decided(there, Result.CHANGED), facts, {Way.PRIVATE})
    assert first is not None
    for words in ("复查意见", "变更原答复", "已核查", "应予办理。", "2026-04-02"):
        assert words in first.text
    last = told(What.REVIEW_DECIDED, decided(asked(decided(there), Rung.FINAL)), facts, {Way.PRIVATE})
    assert last is not None
    assert "终局" in last.text
    assert told(What.REVIEW_DECIDED, there, facts, {Way.PRIVATE}) is None, "nothing is decided yet"
    going_on = told(What.REVIEW_REQUESTED, there, facts, {Way.PUBLIC})
    assert going_on is not None
    assert "复查请求已受理" in going_on.text
