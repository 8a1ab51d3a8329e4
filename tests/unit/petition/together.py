"""The part of a petition's life in which departments work together: invited, joined, contributed, merged."""

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta

from casework.roles import Actor, Role
from hypothesis import strategies as st
from hypothesis.stateful import rule
from petition.collaboration import domain, helping
from petition.collaboration.domain import MOST, MOST_AT_ONCE, Invited
from petition.collaboration.helping import MOST_TIMES
from petition.collaboration.invitation import Invitation, Standing
from petition.handling.basis import Basis
from petition.workflow import WORKED_ON, Action
from workdays.calendar import packaged
from workdays.counting import deadline

from tests.unit.kit.life import ROLES, TEXTS

from .linked import LinkedLife
from .test_domain import NOW

OFFICES = st.sampled_from([("440300", "fire"), ("440000", "household"), ("440100", "traffic-police")])
NOBODY: Sequence[str] = ("nobody",)

OF_THE_INVITED = (Action.JOIN, Action.DECLINE, Action.REMIND, Action.DISINVITE)
WHILE_ASKED = (
    *((action,) for action in OF_THE_INVITED),
    *((Action.ASK_MORE, action) for action in OF_THE_INVITED),
    (Action.ASK_MORE, Action.JOIN, Action.CONTRIBUTE, Action.CONTRIBUTE),
    (Action.FALL_BEHIND, Action.REPLY),
    *((Action.FALL_BEHIND, Action.DRAFT_REPLY, action) for action in OF_THE_INVITED),
    (Action.FALL_BEHIND, Action.DRAFT_REPLY, Action.JOIN, Action.CONTRIBUTE),
)
HELPED = (Action.INVITE, Action.JOIN, Action.CONTRIBUTE)
TOGETHER = (
    *((*HELPED, action) for action in (Action.REPLY, Action.DRAFT_REPLY, Action.TRANSFER, Action.MOVE)),
    *((Action.INVITE, *steps) for steps in WHILE_ASKED),
)
"""How petitions go on that somebody has in hand."""


class SharedLife(LinkedLife):
    """Anybody, of any department, with a petition on which others are asked."""

    @property
    def open(self) -> list[Invitation]:
        return [each for each in self.case.invitations if each.is_open]

    @property
    def newest(self) -> Invitation | None:
        return self.open[-1] if self.open else None

    @property
    def seats(self) -> Sequence[str]:
        return self.newest.seats if self.newest else NOBODY

    @property
    def answerable(self) -> bool:
        """Nobody who was asked has time left."""
        return all(each.late or not each.awaited for each in self.case.invitations)

    @property
    def contributed(self) -> list[int]:
        return [each.number for each in self.case.invitations if each.standing is Standing.CONTRIBUTED]

    @rule(office=OFFICES, roles=ROLES, days=st.sampled_from([None, 3, 16]))
    def invite(self, office: tuple[str, str], roles: frozenset[Role], days: int | None) -> None:
        case, (tenant, department) = self.case, office
        invited = Invited(tenant=tenant, department=department, handlers=frozenset({"p_2"} if case.handlers else ()))
        actor = Actor(pseudonym="p", roles=roles)
        self.tries(
            Action.INVITE,
            roles,
            lambda: domain.invite(case, invited, "请说明办理条件。", days, by=actor, now=NOW),
            besides=self.ordinary
            and office != (case.tenant, case.department)
            and department not in case.accused
            and office not in {(each.tenant, each.department) for each in self.open}
            and len(self.open) < MOST_AT_ONCE
            and len(case.invitations) < MOST
            and (days is None or deadline(NOW, days, packaged()).at <= case.course.due_at),
        )

    @rule(roles=ROLES, theirs=st.booleans())
    def join(self, roles: frozenset[Role], *, theirs: bool) -> None:
        newest = self.newest if theirs else None
        if newest and newest.standing is not Standing.INVITED:
            return
        seats, actor = self.seats if theirs else NOBODY, Actor(pseudonym="p_2", roles=roles)
        self.tries(Action.JOIN, roles, lambda: helping.join(self.case, seats, by=actor), besides=newest is not None)

    @rule(roles=ROLES, theirs=st.booleans())
    def decline(self, roles: frozenset[Role], *, theirs: bool) -> None:
        newest, seats = (self.newest, self.seats) if theirs else (None, NOBODY)
        actor = Actor(pseudonym="p_2", roles=roles)
        self.tries(
            Action.DECLINE,
            roles,
            lambda: helping.decline(self.case, seats, Basis.ANOTHER_PLACES, "不在本市。", by=actor),
            besides=newest is not None and newest.awaited,
        )

    @rule(roles=ROLES, text=TEXTS, theirs=st.booleans(), days=st.sampled_from([0, 30]))
    def contribute(self, roles: frozenset[Role], text: str, days: int, *, theirs: bool) -> None:
        newest, seats = (self.newest, self.seats) if theirs else (None, NOBODY)
        actor = Actor(pseudonym="p_2", roles=roles)
        self.tries(
            Action.CONTRIBUTE,
            roles,
            lambda: helping.contribute(self.case, seats, text, by=actor, now=NOW + timedelta(days=days)),
            besides=newest is not None
            and newest.standing is not Standing.INVITED
            and not newest.drafted
            and newest.times < MOST_TIMES,
        )

    @rule(roles=ROLES, days=st.integers(0, 2))
    def remind(self, roles: frozenset[Role], days: int) -> None:
        newest, now = self.newest, NOW + timedelta(days=days)
        actor = Actor(pseudonym="p", roles=roles)
        self.tries(
            Action.REMIND,
            roles,
            lambda: domain.remind(self.case, newest.number if newest else 1, by=actor, now=now),
            besides=newest is not None and newest.awaited and newest.reminded_on != now.date(),
        )

    @rule(roles=ROLES)
    def withdraw_invitation(self, roles: frozenset[Role]) -> None:
        newest, actor = self.newest, Actor(pseudonym="p", roles=roles)
        self.tries(
            Action.DISINVITE,
            roles,
            lambda: domain.withdraw(self.case, newest.number if newest else 1, "已查明。", by=actor),
            besides=newest is not None and not newest.drafted,
        )

    @rule(earlier=st.booleans())
    def nobody_contributes_in_time(self, *, earlier: bool) -> None:
        newest = self.newest
        missed = domain.miss(self.case, invitation=(newest.number if newest else 1) - earlier)
        due = newest is not None and newest.awaited and not newest.late and not earlier
        others = {each.number for each in self.open if each.awaited and not each.late}
        if newest and earlier and newest.number - 1 in others:
            due = True
        self.happens(Action.FALL_BEHIND, missed, due=due)
        if self.case.state not in WORKED_ON:
            assert not self.open

    def steps_together(self, desk: frozenset[Role]) -> Mapping[Action, Callable[[], None]]:
        """Say how each step is taken, when it is possible."""
        return {
            Action.INVITE: lambda: self.invite(("440300", "traffic-police"), desk, None),
            Action.JOIN: lambda: self.join(desk, theirs=True),
            Action.DECLINE: lambda: self.decline(desk, theirs=True),
            Action.CONTRIBUTE: lambda: self.contribute(desk, "符合条件。", 0, theirs=True),
            Action.REMIND: lambda: self.remind(desk, 0),
            Action.DISINVITE: lambda: self.withdraw_invitation(desk),
            Action.FALL_BEHIND: lambda: self.nobody_contributes_in_time(earlier=False),
        }
