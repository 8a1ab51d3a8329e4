"""Decisions about reviews: whatever happens in whatever order, the table holds, and events alone rebuild the state."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from approve import domain
from approve.domain import Decision, Recommendation
from approve.review import Review, begin, replay
from approve.workflow import STEPS, TABLE, Action, State, Step
from casework.roles import Actor, Role
from casework.workflow import Transition
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, precondition, rule

from contracts.events import CaseAccepted, ReviewBreached, ReviewStarted, ReviewWarned
from tests.unit.kit.life import ROLES, TEXTS, Life, live
from tests.unit.kit.refusals import refusals_of

ID, CASE, GUANGZHOU = "0198a1f2-6b1e-7c53-9a5e-3f0d2c7b8e14", "0198a1f2-6b1e-7c53-9a5e-3f0d2c7b8e13", "440100"
NOW = datetime(2026, 11, 2, 3, 5, tzinfo=UTC)
OFFICERS = ("p_0", "p_1", "p_2")
"""Officers as events name them; who among them may come to a review at all is the policy's to say."""


def started(form: str | None = "{}", *, workdays: int = 7) -> Decision:
    accepted = CaseAccepted(
        number="440100-20261102-000000000001-0",
        item="hk-macao-endorsement",
        applicant="o_applicant",
        accepted_at=NOW,
        workdays=workdays,
        by="p_window",
        form="{}",
    )
    return domain.start(accepted, form, id=ID, case=CASE, tenant=GUANGZHOU)


def rebuilt(events: Any) -> Review:
    assert isinstance(events[0], ReviewStarted)
    review = begin(events[0], id=ID, tenant=GUANGZHOU)
    for event in events[1:]:
        review = replay(review, event)
    return review


def actor(name: str, *roles: Role) -> Actor:
    return Actor(pseudonym=name, roles=frozenset(roles))


def at(state: State) -> Review:
    """Give a review that has come to a state that isn't the end, by the usual way."""
    examiner, approver = actor("p_1", Role.EXAMINER), actor("p_2", Role.APPROVER)
    review = started().after
    steps: list[Callable[[Review], Decision]] = [
        lambda review: domain.claim(review, by=examiner),
        lambda review: domain.complete(review, Recommendation.APPROVE, "可以。", by=examiner),
        lambda review: domain.claim(review, by=approver),
    ]
    for step in steps[: list(STEPS).index(state)]:
        review = step(review).after
    return review


def test_the_clock_of_a_review_has_run_since_the_case_was_accepted() -> None:
    review = started().after
    assert (review.accepted_at, review.deadline, review.step) == (NOW, 1, Step.EXAMINATION)
    assert review.warn_at.isoformat() == "2026-11-06T15:59:59.999000+00:00"
    assert review.due_at.isoformat() == "2026-11-11T15:59:59.999000+00:00"


@pytest.mark.parametrize(
    ("days", "warned", "because"),
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
    days: int, warned: str, because: str
) -> None:
    review = started(workdays=days).after
    assert review.warn_at.isoformat() == f"{warned}T15:59:59.999000+00:00", because


@given(st.integers(1, 366))
def test_a_warning_is_never_before_the_start_nor_after_the_deadline(days: int) -> None:
    review = started(workdays=days).after
    assert review.accepted_at <= review.warn_at < review.due_at


def test_what_an_examiner_recommends_binds_nobody() -> None:
    examiner, approver = actor("p_1", Role.EXAMINER), actor("p_2", Role.APPROVER)
    review = domain.claim(started().after, by=examiner).after
    review = domain.complete(review, Recommendation.DENY, "不符合条件。", by=examiner).after
    review = domain.claim(review, by=approver).after
    assert domain.approve(review, by=approver).after.state is State.APPROVED


def test_no_yellow_card_follows_a_red_one() -> None:
    breached = domain.breach(started().after, deadline=1).after
    assert domain.warn(breached, deadline=1) == Decision(breached, ())


def test_a_card_names_the_deadline_and_not_the_moment_of_noticing() -> None:
    review = started().after
    (warned,), (breached,) = domain.warn(review, deadline=1).events, domain.breach(review, deadline=1).events
    assert isinstance(warned, ReviewWarned)
    assert isinstance(breached, ReviewBreached)
    assert (warned.effective_at, warned.due_at) == (review.warn_at, review.due_at)
    assert breached.effective_at == review.due_at


@pytest.mark.parametrize("row", TABLE.transitions[1:], ids=lambda row: f"{row.start}-{row.action}")
def test_each_row_of_the_table_leads_where_it_says(row: Transition[State, Action]) -> None:
    assert row.start is not None
    review = at(row.start)
    by = actor("p_1" if review.step is Step.EXAMINATION else "p_2", *row.by)
    decisions: dict[Action, Callable[[], Decision]] = {
        Action.CLAIM: lambda: domain.claim(review, by=by),
        Action.RELEASE: lambda: domain.release(review, by=by),
        Action.COMPLETE: lambda: domain.complete(review, Recommendation.DENY, "不可以。", by=by),
        Action.APPROVE: lambda: domain.approve(review, by=by),
        Action.DENY: lambda: domain.deny(review, ["permit-expired"], "不可以。", by=by),
        Action.WARN: lambda: domain.warn(review, deadline=1),
        Action.BREACH: lambda: domain.breach(review, deadline=1),
        Action.DISCONTINUE: lambda: domain.discontinue(review, "withdrawn"),
    }
    assert decisions[row.action]().after.state is row.to


def test_a_review_is_started_only_once() -> None:
    decision = started()
    with pytest.raises(ValueError, match="only once"):
        replay(decision.after, decision.events[0])


def test_every_refusal_says_so_in_words() -> None:
    from approve.problems import REFUSALS  # noqa: PLC0415  what the pure domain must not know, its test compares

    assert set(REFUSALS) == refusals_of("approve")


class ReviewLife(Life):
    """Officers in whatever roles; and clocks that come due at any time."""

    table = TABLE
    rebuild = rebuilt
    case: Review

    @initialize(form=st.none() | TEXTS, ahead=st.integers(0, 3))
    def start(self, form: str | None, ahead: int) -> None:
        self.took(Action.START, started(form))
        for _ in range(ahead):
            self.goes_a_usual_way("on")

    @rule(
        action=st.sampled_from([Action.CLAIM, Action.RELEASE, Action.COMPLETE, Action.APPROVE, Action.DENY]),
        name=st.sampled_from(OFFICERS),
        roles=ROLES,
        text=TEXTS,
    )
    def somebody_tries(self, action: Action, name: str, roles: frozenset[Role], text: str) -> None:
        review, by, holds = self.case, actor(name, *roles), name == self.case.holder
        decide, besides = {
            Action.CLAIM: (lambda: domain.claim(review, by=by), True),
            Action.RELEASE: (lambda: domain.release(review, by=by), holds or Role.ADMINISTRATOR in roles),
            Action.COMPLETE: (lambda: domain.complete(review, Recommendation.DENY, text, by=by), holds),
            Action.APPROVE: (lambda: domain.approve(review, by=by), holds),
            Action.DENY: (lambda: domain.deny(review, ["permit-expired"], text, by=by), holds),
        }[action]
        self.tries(action, roles, decide, besides=besides)

    @rule(deadline=st.sampled_from([1, 1, 1, 1, 2]))
    def warn(self, deadline: int) -> None:
        fresh = not (self.case.warned or self.case.breached)
        due = self.case.step is not None and fresh and deadline == self.case.deadline
        self.happens(Action.WARN, domain.warn(self.case, deadline=deadline), due=due)

    @rule(deadline=st.sampled_from([1, 1, 1, 1, 2]))
    def breach(self, deadline: int) -> None:
        due = self.case.step is not None and not self.case.breached and deadline == self.case.deadline
        self.happens(Action.BREACH, domain.breach(self.case, deadline=deadline), due=due)

    @rule()
    def discontinue(self) -> None:
        self.happens(Action.DISCONTINUE, domain.discontinue(self.case, "withdrawn"), due=self.case.step is not None)

    @precondition(lambda self: self.case.step is not None)
    @rule(way=st.sampled_from(["on", "on", "back", "deny"]))
    def goes_a_usual_way(self, way: str) -> None:
        state, examines = self.case.state, self.case.step is Step.EXAMINATION
        if state in {State.TO_EXAMINE, State.TO_DECIDE}:
            action = Action.CLAIM
        elif way == "back":
            action = Action.RELEASE
        elif examines:
            action = Action.COMPLETE
        else:
            action = Action.DENY if way == "deny" else Action.APPROVE
        name, role = ("p_1", Role.EXAMINER) if examines else ("p_2", Role.APPROVER)
        self.somebody_tries(action, self.case.holder or name, frozenset({role}), "可以。")

    @invariant()
    def a_task_has_a_holder_exactly_while_somebody_is_at_it(self) -> None:
        assert (self.case.holder is not None) is (self.case.state in {State.EXAMINING, State.DECIDING})
        assert (self.case.step is None) is (self.case.state not in STEPS)

    @invariant()
    def each_card_is_given_once_and_yellow_never_after_red(self) -> None:
        cards = [type(event) for event in self.events if isinstance(event, ReviewWarned | ReviewBreached)]
        assert cards in ([], [ReviewWarned], [ReviewBreached], [ReviewWarned, ReviewBreached])


def test_whatever_is_tried_the_table_holds() -> None:
    assert live(ReviewLife)
