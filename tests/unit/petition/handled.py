"""The handling part of a petition's life: whose it is, what is asked meanwhile, and its clocks."""

from collections.abc import Callable
from contextlib import nullcontext
from datetime import date, timedelta

import pytest
from casework.roles import Actor, Role
from casework.workflow import WrongRole
from hypothesis import strategies as st
from hypothesis.stateful import rule
from petition.departments import DEPARTMENTS
from petition.feedback.domain import miss_call_back
from petition.feedback.rating import CallBack
from petition.handling import cards, extension, jurisdiction, supplement, urging
from petition.handling.basis import Basis
from petition.handling.cards import AWAITED
from petition.handling.jurisdiction import MOST_RETURNS
from petition.handling.recalculation import recalculate
from petition.handling.supplement import BY_NO_MESSAGE, Brought
from petition.handling.urging import MOST_BY_SENDER
from petition.kinds import Kind
from petition.petition import Petition
from petition.workflow import UNSETTLED, Action, State
from workdays.calendar import packaged
from workdays.notice import Notice

from tests.unit.kit.life import ROLES, TEXTS, Life

from .test_domain import NOW

LONGER = packaged().with_notice(
    Notice(2026, off={date(2026, 1, 1) + timedelta(days=each): "假期" for each in range(80)}, made_up={})
)
"""As if a holiday were announced for all that time."""


class HandledLife(Life):
    """Anybody, of any department, with a petition that is being handled."""

    case: Petition

    @property
    def ordinary(self) -> bool:
        return self.case.hidden is None and self.case.kind != Kind.REPORT

    @rule(roles=ROLES)
    def sign_for(self, roles: frozenset[Role]) -> None:
        actor = Actor(pseudonym="p", roles=roles)
        self.tries(Action.SIGN_FOR, roles, lambda: jurisdiction.sign_for(self.case, by=actor), besides=True)

    @rule(basis=st.sampled_from(Basis), roles=ROLES)
    def give_back(self, basis: Basis, roles: frozenset[Role]) -> None:
        actor = Actor(pseudonym="p", roles=roles)
        self.tries(
            Action.RETURN,
            roles,
            lambda: jurisdiction.give_back(self.case, basis, "不归我们管。", by=actor, now=NOW),
            besides=not self.case.course.bound and len(self.case.course.returned_by) < MOST_RETURNS,
        )

    @rule(to=st.sampled_from([*DEPARTMENTS, "post-office"]), roles=ROLES, others=st.booleans())
    def dispute(self, to: str, roles: frozenset[Role], *, others: bool) -> None:
        course = self.case.course
        side = course.contender if self.case.state is State.DISPUTED and others else self.case.department
        actor = Actor(pseudonym="p", roles=roles, department=side)
        self.tries(
            Action.DISPUTE,
            roles,
            lambda: jurisdiction.dispute(self.case, to, Basis.ANOTHER_UNITS_DUTY, "不归我们管。", by=actor, now=NOW),
            besides=self.ordinary
            and not course.bound
            and side not in course.disputed_by
            and to in DEPARTMENTS
            and to not in {side, *self.case.accused},
        )

    @rule(department=st.sampled_from([*DEPARTMENTS, "post-office"]), roles=ROLES)
    def decide(self, department: str, roles: frozenset[Role]) -> None:
        actor = Actor(pseudonym="p", roles=roles)
        self.tries(
            Action.DECIDE,
            roles,
            lambda: jurisdiction.decide(self.case, department, "由该部门办理。", by=actor, now=NOW),
            besides=self.ordinary
            and (self.case.state is State.DISPUTED or bool(self.case.course.returned_by))
            and department in DEPARTMENTS
            and department not in self.case.accused,
        )

    @rule(text=TEXTS, roles=ROLES)
    def request_supplement(self, text: str, *, roles: frozenset[Role]) -> None:
        actor = Actor(pseudonym="p", roles=roles)
        self.tries(
            Action.ASK_MORE,
            roles,
            lambda: supplement.request(self.case, text, by=actor, now=NOW),
            besides=self.ordinary and self.case.course.stopped_at is None,
        )

    @rule(text=TEXTS, roles=ROLES, in_thread=st.booleans())
    def supply(self, text: str, *, roles: frozenset[Role], in_thread: bool = False) -> None:
        actor = Actor(pseudonym="p", roles=roles)
        brought = Brought(origin="p_m", files=("p_f",)) if in_thread else BY_NO_MESSAGE
        self.tries(
            Action.SUPPLEMENT,
            roles,
            lambda: supplement.supply(self.case, text, by=actor, now=NOW, brought=brought),
            besides=True,
        )

    @rule(text=TEXTS, roles=ROLES, newer=st.booleans())
    def edit_what_was_supplied(self, text: str, *, roles: frozenset[Role], newer: bool) -> None:
        revision = self.case.course.supplement_revision + newer
        refused = WrongRole if Role.CONNECTOR not in roles else None if newer else ValueError
        if self.case.course.supplement_origin is None:
            return
        with pytest.raises(refused) if refused else nullcontext():
            edited = supplement.revise(self.case, text, revision, by=Actor(pseudonym="p", roles=roles))
            assert (edited.after.state, edited.after.course.due_at) == (self.case.state, self.case.course.due_at)
            self.took(Action.SUPPLEMENT, edited)

    @rule(earlier=st.booleans())
    def nothing_comes_in_time(self, *, earlier: bool) -> None:
        lapsed = supplement.lapse(self.case, asked=self.case.course.assignment - earlier)
        self.happens(Action.LAPSE, lapsed, due=self.case.state is State.SUPPLEMENTING and not earlier)

    @rule(days=st.sampled_from([1, 5, 6]), roles=ROLES)
    def request_extension(self, days: int, *, roles: frozenset[Role]) -> None:
        actor, course = Actor(pseudonym="p", roles=roles), self.case.course
        self.tries(
            Action.ASK_TIME,
            roles,
            lambda: extension.request(self.case, days, "需核实。", by=actor),
            besides=self.ordinary and course.extension is None and not course.overdue,
        )

    @rule(roles=ROLES)
    def extend(self, roles: frozenset[Role]) -> None:
        actor, course = Actor(pseudonym="p", roles=roles), self.case.course
        self.tries(
            Action.EXTEND,
            roles,
            lambda: extension.grant(self.case, "同意。", by=actor, now=NOW),
            besides=course.extension == "asked" and course.extended_by <= 5,
        )

    @rule(roles=ROLES)
    def refuse_extension(self, roles: frozenset[Role]) -> None:
        actor = Actor(pseudonym="p", roles=roles)
        self.tries(
            Action.REFUSE_TIME,
            roles,
            lambda: extension.refuse(self.case, "可以按期答复。", by=actor),
            besides=self.case.course.extension == "asked",
        )

    @rule(own=st.booleans(), roles=ROLES, days=st.integers(0, 3))
    def urge(self, roles: frozenset[Role], days: int, *, own: bool) -> None:
        actor, course, now = Actor(pseudonym="p", roles=roles), self.case.course, NOW + timedelta(days=days)
        may = course.watched_on != now.date() or Role.SUPERVISOR in roles
        if own:
            may = course.urged < MOST_BY_SENDER and course.urged_on != now.date()
        self.tries(
            Action.URGE,
            roles,
            lambda: urging.urge(self.case, own=own, by=actor, now=now),
            besides=may and self.case.hidden is None,
        )

    @rule(clock=st.sampled_from(sorted(AWAITED)), earlier=st.booleans())
    def an_office_misses_its_own_limit(self, clock: str, *, earlier: bool) -> None:
        course = self.case.course
        runs = self.case.state is AWAITED[clock] and course.internal_by is not None and not course.late
        missed = cards.miss(self.case, clock, assignment=course.assignment - earlier)
        self.happens(Action.BREACH, missed, due=runs and not earlier)

    @rule(deadline=st.sampled_from([0, 0, -1]), card=st.sampled_from([Action.WARN, Action.BREACH]))
    def a_card_is_due(self, deadline: int, card: Action) -> None:
        course = self.case.course
        deadline += course.deadline
        given = course.overdue or (card is Action.WARN and course.warned)
        decide = cards.warn if card is Action.WARN else cards.breach
        due = self.case.state in UNSETTLED and deadline == course.deadline and not given
        self.happens(card, decide(self.case, deadline=deadline), due=due)

    @rule(earlier=st.booleans())
    def nobody_calls_back_in_time(self, *, earlier: bool) -> None:
        rating = self.case.rating
        waits = rating is not None and rating.call_back is CallBack.WAITING and not rating.call_back_late
        missed = miss_call_back(self.case, rated=(rating.call_back_version if rating else 0) - earlier)
        self.happens(Action.BREACH, missed, due=waits and not earlier)

    @rule(longer=st.booleans())
    def a_new_calendar(self, *, longer: bool) -> None:
        """Whatever moved, computing it again moves nothing, and what has passed or was answered doesn't move."""
        calendar = LONGER if longer else packaged()
        course, rating = self.case.course, self.case.rating
        may = (
            (self.case.state in UNSETTLED and not course.overdue) or course.internal_by or (rating and rating.call_back)
        )
        moved = recalculate(self.case, calendar)
        assert may or not moved.events
        self.happens(Action.RECALCULATE, moved, due=bool(moved.events))
        assert recalculate(self.case, calendar).events == ()

    def about_time(self, desk: frozenset[Role], head: frozenset[Role]) -> dict[Action, Callable[[], None]]:
        """Give the steps that are possible."""
        return {
            Action.ASK_TIME: lambda: self.request_extension(5, roles=desk),
            Action.EXTEND: lambda: self.extend(head),
            Action.REFUSE_TIME: lambda: self.refuse_extension(head),
        }
