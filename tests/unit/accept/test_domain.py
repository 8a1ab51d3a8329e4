"""Decisions about cases: whatever happens in whatever order, the table holds, and events alone rebuild the state."""

from datetime import UTC, datetime
from typing import Any

import pytest
from accept import domain
from accept.domain import Application, Case, Channel, Decision, Outcome
from accept.workflow import TABLE, Action, State
from casework.roles import Actor, Role
from casework.workflow import WrongRole, WrongState
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, rule

from contracts.events import CaseAccepted, CaseConcluded, CaseSubmitted, CaseWithdrawn
from tests.unit.kit.life import ROLES, TEXTS, Life, live, rows_of
from tests.unit.kit.refusals import refusals_of

ID, REVIEW, GUANGZHOU = "0198a1f2-6b1e-7c53-9a5e-3f0d2c7b8e14", "0198a1f2-6b1e-7c53-9a5e-3f0d2c7b8e15", "440100"
NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
REASONS = ["materials-incomplete", "duplicate"]
CITIZEN = Actor(pseudonym="p_citizen", roles=frozenset({Role.CITIZEN}))
WINDOW = Actor(pseudonym="p_window", roles=frozenset({Role.WINDOW}))


def submitted(
    *,
    by: Actor = CITIZEN,
    channel: Channel = Channel.PORTAL,
    tenant: str = GUANGZHOU,
    offered_in: tuple[str, ...] = (GUANGZHOU,),
    form: str = "{}",
) -> Decision:
    return domain.submit(
        Application(channel=channel, item="hk-macao-endorsement", form=form),
        id=ID,
        tenant=tenant,
        offered_in=offered_in,
        number="440100-20260302-000000000001-0",
        applicant="o_applicant",
        by=by,
        now=NOW,
    )


def accepted() -> Case:
    case = submitted().after
    return domain.accept(case, "{}", workdays=7, by=WINDOW, now=NOW).after


def rebuilt(events: Any) -> Case:
    assert isinstance(events[0], CaseSubmitted)
    case = domain.begin(events[0], id=ID, tenant=GUANGZHOU)
    for event in events[1:]:
        case = domain.replay(case, event)
    return case


@pytest.mark.parametrize(("channel", "by"), [(Channel.PORTAL, WINDOW), (Channel.WINDOW, CITIZEN)])
def test_a_channel_is_only_for_its_own_role(channel: Channel, by: Actor) -> None:
    with pytest.raises(WrongRole):
        submitted(channel=channel, by=by)


def test_an_item_is_applied_for_where_it_is_offered() -> None:
    with pytest.raises(domain.NotOffered) as refused:
        submitted(tenant="440300")
    assert refused.value.offered_in == (GUANGZHOU,)


def test_the_promised_time_is_the_one_of_the_day_of_acceptance() -> None:
    assert (accepted().accepted_at, accepted().workdays) == (NOW, 7)


def test_a_case_that_was_withdrawn_while_the_review_decided_stays_withdrawn() -> None:
    withdrawn = domain.withdraw(accepted(), by=CITIZEN).after
    assert domain.conclude(withdrawn, Outcome.APPROVED, REVIEW) == Decision(withdrawn, ())


def test_a_case_that_is_concluded_is_not_concluded_again() -> None:
    concluded = domain.conclude(accepted(), Outcome.DENIED, REVIEW).after
    assert domain.conclude(concluded, Outcome.APPROVED, REVIEW) == Decision(concluded, ())
    assert (concluded.outcome, concluded.review) == (Outcome.DENIED, REVIEW)


def test_no_review_decides_on_what_was_never_accepted() -> None:
    with pytest.raises(WrongState):
        domain.conclude(submitted().after, Outcome.APPROVED, REVIEW)


def test_a_case_is_submitted_only_once() -> None:
    decision = submitted()
    with pytest.raises(ValueError, match="only once"):
        domain.replay(decision.after, decision.events[0])


def test_every_refusal_says_so_in_words() -> None:
    from accept.problems import REFUSALS  # noqa: PLC0415  what the pure domain must not know, its test compares

    assert set(REFUSALS) == refusals_of("accept")


class CaseLife(Life):
    """Anybody whom the policy lets come to the case, in whatever roles; and a review that decides."""

    table = TABLE
    rebuild = rebuilt
    case: Case

    @initialize(form=TEXTS, ahead=st.sampled_from(["", "accepted", "refused"]))
    def submit(self, form: str, ahead: str) -> None:
        self.took(Action.SUBMIT, submitted(form=form))
        if ahead == "accepted":
            self.accept(frozenset({Role.WINDOW}), form, 7)
        elif ahead == "refused":
            self.refuse(frozenset({Role.WINDOW}), form, "duplicate")

    @rule(roles=ROLES, form=TEXTS, workdays=st.integers(1, 366))
    def accept(self, roles: frozenset[Role], form: str, workdays: int) -> None:
        by = Actor(pseudonym="p", roles=roles)
        self.tries(
            Action.ACCEPT,
            roles,
            lambda: domain.accept(self.case, form, workdays=workdays, by=by, now=NOW),
            besides=True,
        )

    @rule(roles=ROLES, notice=TEXTS, reason=st.sampled_from([*REASONS, "no-mood"]))
    def refuse(self, roles: frozenset[Role], notice: str, reason: str) -> None:
        by = Actor(pseudonym="p", roles=roles)
        self.tries(
            Action.REFUSE,
            roles,
            lambda: domain.refuse(self.case, [reason], notice, known=REASONS, by=by),
            besides=reason in REASONS,
        )

    @rule(roles=ROLES)
    def withdraw(self, roles: frozenset[Role]) -> None:
        by = Actor(pseudonym="p", roles=roles)
        self.tries(Action.WITHDRAW, roles, lambda: domain.withdraw(self.case, by=by), besides=True)

    @rule()
    def is_taken_back(self) -> None:
        self.withdraw(frozenset({Role.CITIZEN}))

    @rule(outcome=st.sampled_from(Outcome))
    def conclude(self, outcome: Outcome) -> None:
        if self.case.state in {State.SUBMITTED, State.NOT_ACCEPTED}:
            return
        decision = domain.conclude(self.case, outcome, REVIEW)
        self.happens(Action.CONCLUDE, decision, due=self.case.state is State.ACCEPTED)

    @invariant()
    def it_ends_once(self) -> None:
        ends = [event for event in self.events if isinstance(event, CaseWithdrawn | CaseConcluded)]
        assert len(ends) <= 1

    @invariant()
    def a_clock_runs_exactly_if_it_was_accepted(self) -> None:
        was_accepted = any(isinstance(event, CaseAccepted) for event in self.events)
        assert (self.case.accepted_at is not None) is was_accepted


def test_whatever_is_tried_the_table_holds_and_every_row_of_it_is_walked() -> None:
    assert live(CaseLife) >= rows_of(TABLE)
