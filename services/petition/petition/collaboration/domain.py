"""What may be decided about working together (协同办理). Pure: time, identity and chance are arguments.

The department in charge (主办) invites others (协办), of its own city, of another one, or of the province. They say
what they think of it; the citizen gets one answer, by whoever is in charge, in the time that was promised.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from casework.roles import Actor, Role
from casework.workflow import Refused
from contracts.tenants import superior
from workdays.calendar import packaged
from workdays.counting import day_of, deadline

from contracts.events import (
    PetitionCollaborationOverdue,
    PetitionCollaborationReminded,
    PetitionCollaborationRequested,
    PetitionCollaborationWithdrawn,
)
from petition.collaboration.invitation import Invitation, invitation_of
from petition.collaboration.merging import Merged
from petition.departments import DEPARTMENTS
from petition.domain import Decision, decided
from petition.handling.clock import COLLABORATION, internal_limit
from petition.handling.jurisdiction import InvolvedHandles, NobodyEntrusted, SameDepartment, UnknownDepartment
from petition.kinds import in_confidence
from petition.petition import Petition
from petition.workflow import TABLE, Action

MOST_AT_ONCE: Final = 5
"""So many departments may be asked at a time,"""
MOST: Final = 10
"""and so many in a petition's life."""


class UnknownOffice(Refused):
    """No tenant has this code."""


class NotShared(Refused):
    """What may report a crime or complain about police is shown to no other department."""


class InvitedBefore(Refused):
    """This department is invited already."""


class TooManyInvited(Refused):
    """So many were invited, at a time or in all, that nobody else is."""


class BeyondDeadline(Refused):
    """The limit would pass the time by which whoever wrote in was promised an answer.

    Attributes:
        due_at: That time, UTC.
    """

    def __init__(self, due_at: datetime) -> None:
        super().__init__("beyond the deadline")
        self.due_at = due_at


class NoSuchInvitation(Refused):
    """No invitation that is open has this number, or nothing more is expected of it."""


class RemindedToday(Refused):
    """They were reminded today."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Invited:
    """Whom the department in charge asks.

    Attributes:
        tenant: A GB/T 2260 code.
        department: Its slug.
        handlers: Pseudonyms of the only handlers who are asked; none: whichever handler of the department.
    """

    tenant: str
    department: str
    handlers: frozenset[str] = frozenset()


def invite(
    petition: Petition, invited: Invited, question: str, days: int | None, *, by: Actor, now: datetime
) -> Decision:
    """Ask another department for its opinion; the citizen's clock runs on.

    Args:
        petition: In hand.
        invited: Whom.
        question: What is asked.
        days: By when, in working days; None: by the usual limit, or by when the citizen is answered, if that is sooner.
        by: A handler of the department in charge.
        now: Its day isn't counted.

    Raises:
        WrongState: See the table.
        WrongRole: See the table.
        NotShared: See there.
        UnknownDepartment: No department has this slug.
        SameDepartment: It is in charge already.
        InvolvedHandles: The department, or one of the handlers, is complained about.
        NobodyEntrusted: Only handlers who are named may know of it, so such are invited.
        InvitedBefore: See there.
        TooManyInvited: See there.
        BeyondDeadline: See there.
    """
    TABLE.follow(petition.state, Action.INVITE, by.roles)
    if in_confidence(petition.kind, petition.hidden):
        raise NotShared
    if invited.department not in DEPARTMENTS:
        raise UnknownDepartment
    if (invited.tenant, invited.department) == (petition.tenant, petition.department):
        raise SameDepartment
    if invited.department in petition.accused or not invited.handlers.isdisjoint(petition.named):
        raise InvolvedHandles
    if petition.handlers and not invited.handlers:
        raise NobodyEntrusted
    open_ = [each for each in petition.invitations if each.is_open]
    if (invited.tenant, invited.department) in {(each.tenant, each.department) for each in open_}:
        raise InvitedBefore
    if len(open_) >= MOST_AT_ONCE or len(petition.invitations) >= MOST:
        raise TooManyInvited
    requested = PetitionCollaborationRequested(
        by=by.pseudonym,
        tenant=invited.tenant,
        department=invited.department,
        handlers=tuple(sorted(invited.handlers)) or None,
        question=question,
        contribute_by=_limit(petition.course.due_at, days, now),
    )
    return decided(petition, requested)


def remind(petition: Petition, number: int, *, by: Actor, now: datetime) -> Decision:
    """Remind whoever hasn't contributed yet (催协办), once a day.

    Raises:
        WrongState: See the table.
        WrongRole: See the table.
        NoSuchInvitation: See there.
        RemindedToday: See there.
    """
    TABLE.follow(petition.state, Action.REMIND, by.roles)
    invitation = _numbered(petition, number)
    if not invitation.awaited:
        raise NoSuchInvitation
    today = day_of(now)
    if invitation.reminded_on == today:
        raise RemindedToday
    reminded = PetitionCollaborationReminded(by=by.pseudonym, invitation=number, day=today.isoformat())
    return decided(petition, reminded)


def withdraw(petition: Petition, number: int, reason: str, *, by: Actor) -> Decision:
    """Withdraw an invitation: from now on whoever was invited sees nothing of the petition.

    Raises:
        WrongState: See the table.
        WrongRole: See the table.
        NoSuchInvitation: See there.
        Merged: See there.
    """
    TABLE.follow(petition.state, Action.DISINVITE, by.roles)
    if _numbered(petition, number).drafted:
        raise Merged
    return decided(petition, PetitionCollaborationWithdrawn(by=by.pseudonym, invitation=number, reason=reason))


def miss(petition: Petition, *, invitation: int) -> Decision:
    """Note that nobody contributed in time, and tell the common superior of both departments.

    Nothing happens when somebody did, or the invitation is over.

    Args:
        petition: As it is.
        invitation: Number of the invitation that the timer was set for.
    """
    found = invitation_of(petition.invitations, invitation)
    if found is None or not found.awaited or found.late:
        return Decision(petition, ())
    TABLE.follow(petition.state, Action.FALL_BEHIND, {Role.SYSTEM})
    overdue = PetitionCollaborationOverdue(
        invitation=invitation, effective_at=found.contribute_by, to=_common_superior(petition.tenant, found.tenant)
    )
    return decided(petition, overdue)


def _limit(due_at: datetime, days: int | None, now: datetime) -> datetime:
    usual = internal_limit(COLLABORATION, now) if days is None else deadline(now, days, packaged()).at
    limit = min(usual, due_at) if days is None else usual
    if limit > due_at or limit <= now:
        raise BeyondDeadline(due_at)
    return limit


def _common_superior(tenant: str, other: str) -> str:
    """Give who stands above two departments: their city's supervision desk, or the tier above both."""
    return tenant if tenant == other else superior(tenant) or tenant


def _numbered(petition: Petition, number: int) -> Invitation:
    found = invitation_of(petition.invitations, number)
    if found is None:
        raise NoSuchInvitation
    return found
