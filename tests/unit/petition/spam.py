"""The part of a petition's life in which somebody takes it for spam, and another one agrees or doesn't."""

from collections.abc import Callable

from casework.roles import Actor, Role
from hypothesis import strategies as st
from hypothesis.stateful import rule
from petition.feedback.domain import reopenable
from petition.spam import domain as spam
from petition.workflow import Action

from tests.unit.kit.life import ROLES, TEXTS

from .paged import PagedLife
from .test_domain import NOW

ENDS = (Action.CONFIRM_SPAM, Action.REJECT_SPAM)
AS_SPAM = tuple((*before, Action.PROPOSE_SPAM, end) for before in ((), (Action.AUTO_ANSWER,)) for end in ENDS)


class SpamLife(PagedLife):
    """Anybody, who takes a petition for spam or doesn't."""

    @rule(reason=TEXTS, roles=ROLES)
    def propose_spam(self, reason: str, *, roles: frozenset[Role]) -> None:
        by, alarm, danger = Actor(pseudonym="p", roles=roles), self.case.alarm, self.case.danger
        heard = not alarm.waiting if alarm else danger in {None, "none"}
        self.tries(
            Action.PROPOSE_SPAM,
            roles,
            lambda: spam.propose(self.case, reason, by=by),
            besides=heard and self.case.spam_proposed_by is None,
        )

    @rule(roles=ROLES, agrees=st.booleans())
    def somebody_else_decides(self, roles: frozenset[Role], *, agrees: bool) -> None:
        by = Actor(pseudonym="p_second", roles=roles)
        if agrees:
            action, decide = Action.CONFIRM_SPAM, lambda: reopenable(spam.confirm(self.case, by=by), now=NOW)
        else:
            action, decide = Action.REJECT_SPAM, lambda: spam.reject(self.case, "应予办理。", by=by)
        self.tries(action, roles, decide, besides=self.case.spam_proposed_by is not None)

    def about_spam(self, desk: frozenset[Role]) -> dict[Action, Callable[[], None]]:
        """Give the steps that are possible."""
        return {
            Action.PROPOSE_SPAM: lambda: self.propose_spam("群发广告。", roles=desk),
            Action.CONFIRM_SPAM: lambda: self.somebody_else_decides(desk, agrees=True),
            Action.REJECT_SPAM: lambda: self.somebody_else_decides(desk, agrees=False),
        }
