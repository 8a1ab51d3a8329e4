"""The part of a petition's life in which its answer goes up the tiers (复查、复核)."""

from collections.abc import Callable
from datetime import timedelta

from casework.roles import Actor, Role
from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule
from petition.petition import Outcome
from petition.review import domain as review
from petition.review.review import Result, Rung
from petition.workflow import Action, State

from tests.unit.kit.life import ROLES

from .test_domain import NOW
from .together import SharedLife

LINKED = (Action.LINK, Action.UNLINK)
LAST = (Action.ASK_FINAL, Action.UPHOLD)
UP_THE_TIERS = (
    (Action.ASK_REVIEW, Action.UPHOLD, *LAST),
    (Action.CLOSE, Action.ASK_REVIEW, Action.CHANGE, Action.ASK_FINAL, Action.CHANGE),
    (Action.ASK_REVIEW, Action.SEND_BACK, Action.REPLY, *LAST),
    (Action.ASK_REVIEW, Action.SEND_BACK, Action.REPLY, Action.CLOSE, *LAST),
    (Action.CONSENT, Action.PUBLISH, Action.RATE, Action.ASK_REVIEW, Action.PAGE, Action.TAKE, *LINKED, Action.UPHOLD),
    (Action.ASK_REVIEW, Action.UPHOLD, Action.PAGE, Action.TAKE, *LINKED),
    (Action.ASK_REVIEW, Action.UPHOLD, Action.ASK_FINAL, Action.PAGE, Action.TAKE, *LINKED),
    (Action.ASK_REVIEW, Action.UPHOLD, *LAST, Action.PAGE, Action.TAKE, *LINKED),
)
"""Each rung, each of its results, and danger at any of them."""
DAYS = st.sampled_from([0, 30, 31])


class ReviewedLife(SharedLife):
    """Anybody, in time or too late, with a petition whose answer somebody may not be satisfied with."""

    @rule(days=DAYS, roles=ROLES)
    def request_review(self, days: int, roles: frozenset[Role]) -> None:
        self._asks(Rung.FIRST, days, roles, rung_is_next=self.case.review is None)

    @rule(days=DAYS, roles=ROLES)
    def request_final_review(self, days: int, roles: frozenset[Role]) -> None:
        before = self.case.review
        self._asks(Rung.FINAL, days, roles, rung_is_next=before is not None and before.rung is Rung.FIRST)

    def _asks(self, rung: Rung, days: int, roles: frozenset[Role], *, rung_is_next: bool) -> None:
        by, now = Actor(pseudonym="p", roles=roles), NOW + timedelta(days=days)
        answered = self.case.state is not State.CLOSED or self.case.outcome is Outcome.ANSWERED
        self.tries(
            review.ASKING[rung],
            roles,
            lambda: review.request(self.case, rung, "答非所问", by=by, now=now),
            besides=self.ordinary and answered and rung_is_next and days <= 30,
        )

    @rule(result=st.sampled_from(Result), roles=ROLES)
    def decide_review(self, result: Result, roles: frozenset[Role]) -> None:
        by = Actor(pseudonym="p", roles=roles)
        self.tries(
            review.DECIDING[result],
            roles,
            lambda: review.decide(self.case, result, "已核查", "应予办理。", by=by, now=NOW),
            besides=result is not Result.SENT_BACK or self.case.department is not None,
        )

    def about_reviews(self, citizen: frozenset[Role]) -> dict[Action, Callable[[], None]]:
        """Give the steps that are possible."""
        supervisor = frozenset({Role.SUPERVISOR})
        return {
            Action.ASK_REVIEW: lambda: self.request_review(0, citizen),
            Action.ASK_FINAL: lambda: self.request_final_review(0, citizen),
            Action.UPHOLD: lambda: self.decide_review(Result.UPHELD, supervisor),
            Action.CHANGE: lambda: self.decide_review(Result.CHANGED, supervisor),
            Action.SEND_BACK: lambda: self.decide_review(Result.SENT_BACK, supervisor),
        }

    @invariant()
    def what_is_under_review_or_was_decided_above_is_neither_public_nor_reopened(self) -> None:
        """Also what is final: it isn't under any clock either."""
        if not self.events or self.case.state not in {State.IN_REVIEW, State.REVIEWED, State.IN_FINAL, State.FINAL}:
            return
        assert self.case.publication.published_at is None
        assert self.case.reopenable_until is None
        if self.case.state is State.FINAL:
            assert self.case.reviewable_until is None
