"""The dangerous part of a petition's life: somebody is paged, and somebody takes it."""

from datetime import timedelta

from casework.roles import Actor, Role
from hypothesis import strategies as st
from hypothesis.stateful import rule
from petition.domain import Decision
from petition.kinds import Danger
from petition.paging.domain import go_up, page, take
from petition.workflow import Action

from tests.unit.kit.life import ROLES

from .handled import HandledLife
from .test_domain import NOW


class PagedLife(HandledLife):
    """Anybody, of any duty desk, with a petition that may turn dangerous at any time."""

    @rule(danger=st.sampled_from(Danger))
    def its_words_tell_of(self, danger: Danger) -> None:
        known = self.case.alarm
        new = known is None or known.over or known.danger != danger
        paged = page(Decision(self.case, ()), danger.value, now=NOW, patience=timedelta(minutes=5))
        self.happens(Action.PAGE, paged, due=danger is not Danger.NONE and new)

    @rule(earlier=st.booleans())
    def nobody_takes_it_in_time(self, *, earlier: bool) -> None:
        alarm = self.case.alarm
        paged = go_up(self.case, paged=(alarm.page if alarm else 0) - earlier)
        due = alarm is not None and alarm.waiting and alarm.answer_by is not None
        self.happens(Action.PAGE, paged, due=due and not earlier)

    @rule(roles=ROLES, other=st.booleans())
    def take(self, roles: frozenset[Role], *, other: bool) -> None:
        by, alarm = Actor(pseudonym="p_other" if other else "p", roles=roles), self.case.alarm
        self.tries(
            Action.TAKE,
            roles,
            lambda: take(self.case, by=by, now=NOW),
            besides=alarm is not None and not alarm.over and alarm.taken_by in {None, by.pseudonym},
        )
