"""An invitation to help with a petition (协办), and how it stands. Pure."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Final


class Standing(StrEnum):
    """How an invitation stands."""

    INVITED = "invited"
    JOINED = "joined"
    """已签收: the invited department works on its opinion."""
    CONTRIBUTED = "contributed"
    DECLINED = "declined"
    MERGED = "merged"
    """已采纳: the reply rests on it."""
    WITHDRAWN = "withdrawn"
    ENDED = "ended"
    """The petition went on without it: answered, handed to another department, moved, or closed."""


AWAITED: Final = frozenset({Standing.INVITED, Standing.JOINED})
"""Somebody may still contribute for the first time."""
OPEN: Final = AWAITED | {Standing.CONTRIBUTED}
"""As long as an invitation is open, whoever is invited sees the petition."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """An invitation.

    Attributes:
        number: By which it is known: the sequence of the event that made it.
        tenant: Of the invited department, a GB/T 2260 code.
        department: That department.
        handlers: Pseudonyms of the only handlers who are invited; none: whichever handler of the department.
        contribute_by: End of the internal limit, UTC; never later than the citizen's.
        standing: See there.
        joined_by, contributed_by: Pseudonyms of the officers who did.
        times: How often they said their opinion; each time in the place of the one before.
        late: The limit passed before they did, the first time.
        escalated_to: GB/T 2260 code of the common superior that was told then.
        basis, reason: Why they declined; nothing personal stands there.
        reminded_on: The last day, Shanghai's, on which they were reminded.
        drafted: A draft that waits for its signature rests on what they contributed.
    """

    number: int
    tenant: str
    department: str
    contribute_by: datetime
    handlers: tuple[str, ...] = ()
    standing: Standing = Standing.INVITED
    joined_by: str | None = None
    contributed_by: str | None = None
    times: int = 0
    late: bool = False
    escalated_to: str | None = None
    basis: str | None = None
    reason: str | None = None
    reminded_on: date | None = None
    drafted: bool = False

    @property
    def is_open(self) -> bool:
        """Whether whoever is invited sees the petition."""
        return self.standing in OPEN

    @property
    def awaited(self) -> bool:
        """Whether their opinion is still to come."""
        return self.standing in AWAITED

    @property
    def seats(self) -> tuple[str, ...]:
        """Name whoever is invited, as the policy knows who asks: handlers by themselves, or their office."""
        return self.handlers or (f"{self.tenant}/{self.department}",)


Invitations = tuple[Invitation, ...]


def invitation_of(invitations: Iterable[Invitation], number: int) -> Invitation | None:
    """Give the open invitation with this number, if there is one."""
    return next((each for each in invitations if each.number == number and each.is_open), None)


def invitation_for(invitations: Iterable[Invitation], seats: Collection[str]) -> Invitation | None:
    """Give the open invitation of somebody who is named by these, if there is one."""
    return next((each for each in invitations if each.is_open and not set(each.seats).isdisjoint(seats)), None)


def changed(invitations: Invitations, invitation: Invitation) -> Invitations:
    """Put an invitation in the place of the one with its number."""
    return tuple(invitation if each.number == invitation.number else each for each in invitations)


def over(invitations: Invitations) -> Invitations:
    """End what is still open."""
    return tuple(
        replace(each, standing=Standing.ENDED, drafted=False) if each.is_open else each for each in invitations
    )


def drafted(invitations: Invitations, contributed: Collection[int]) -> Invitations:
    """Say on which contributions a draft rests; on none once it was rejected."""
    return tuple(replace(each, drafted=each.number in contributed) for each in invitations)


def merged(invitations: Invitations, contributed: Collection[int]) -> Invitations:
    """Say on which contributions the reply rests."""
    return tuple(
        replace(each, standing=Standing.MERGED, drafted=False) if each.number in contributed else each
        for each in invitations
    )
