"""What may be decided about rosters and the register. Pure: time, identity and chance are arguments.

Who may do it, and for whose roster, is the policy's to say.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Final

from casework import decision
from casework.roles import Actor
from casework.workflow import Refused

from contracts.events import RosterShiftAdded, RosterShiftEnded, RosterSpokespersonRegistered
from petition.replies.domain import require_impersonal
from petition.rosters import shift as shifts
from petition.rosters import spokesperson as spokespersons
from petition.rosters.shift import Post, Shift, ShiftEvent
from petition.rosters.spokesperson import Entry, Spokesperson

ShiftDecision = decision.Decision[Shift, ShiftEvent]
SpokespersonDecision = decision.Decision[Spokesperson, RosterSpokespersonRegistered]

LONGEST: Final[Mapping[Post, timedelta]] = MappingProxyType(
    {Post.DUTY: timedelta(hours=48), Post.SPOKESPERSON: timedelta(days=92)}
)
"""Whoever is paged at any hour has to sleep; a spokesperson's quarter is a long shift already."""
FURTHEST: Final = timedelta(days=366)
"""How long before it begins a shift may be put on a roster."""


class Backwards(Refused):
    """It ends before it begins."""


class TooLong(Refused):
    """It is longer than anybody can have it.

    Attributes:
        most: Longest one of its post.
    """

    def __init__(self, most: timedelta) -> None:
        super().__init__("too long")
        self.most = most


class Past(Refused):
    """It would be over before anybody has it."""


class Over(Refused):
    """It is over, or was ended: there is nothing to end."""


class TooFarAhead(Refused):
    """It begins in a year or later."""


class Overlapping(Refused):
    """Somebody has the post then.

    Attributes:
        other: Their shift.
    """

    def __init__(self, other: Shift) -> None:
        super().__init__("overlapping")
        self.other = other


class OwnDeputy(Refused):
    """Nobody stands in for themselves."""


class NotOnShift(Refused):
    """The tenant keeps a roster, and it is somebody else's turn."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody on a roster.

    Attributes:
        account: By which a pager reaches them; sealed wherever it is kept.
        pseudonym: By which events name them.
    """

    account: str
    pseudonym: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """A shift as it is asked for: what for, from when until when (UTC), whose it is, and who stands in."""

    post: Post
    starts_at: datetime
    ends_at: datetime
    officer: Person
    deputy: Person


def add(turn: Turn, others: Sequence[Shift], *, id: str, tenant: str, by: Actor, now: datetime) -> ShiftDecision:  # noqa: A002
    """Put a shift on a roster (排班). One that has begun is fine: somebody has to be put on now, too.

    Args:
        turn: As it is asked for.
        others: The shifts of this roster and post that end after it begins, whatever became of them.
        id: Its id.
        tenant: Whose roster.
        by: Keeps it.
        now: The moment.

    Raises:
        Backwards, TooLong, Past, TooFarAhead, Overlapping, OwnDeputy: See there.
    """
    if turn.ends_at <= turn.starts_at:
        raise Backwards
    if turn.ends_at - turn.starts_at > LONGEST[turn.post]:
        raise TooLong(LONGEST[turn.post])
    if turn.ends_at <= now:
        raise Past
    if turn.starts_at > now + FURTHEST:
        raise TooFarAhead
    if turn.officer.pseudonym == turn.deputy.pseudonym:
        raise OwnDeputy
    for other in others:
        if max(other.starts_at, turn.starts_at) < min(other.over_at, turn.ends_at) and other.post is turn.post:
            raise Overlapping(other)
    added = RosterShiftAdded(
        post=turn.post.value,
        starts_at=turn.starts_at,
        ends_at=turn.ends_at,
        officer=turn.officer.pseudonym,
        deputy=turn.deputy.pseudonym,
        officer_account=turn.officer.account,
        deputy_account=turn.deputy.account,
        by=by.pseudonym,
    )
    return decision.Decision(shifts.begin(added, id=id, tenant=tenant), (added,))


def end(shift: Shift, *, by: Actor, now: datetime) -> ShiftDecision:
    """End it now; one that hasn't begun never will be.

    Raises:
        Over: There is nothing to end.
    """
    if shift.over_at <= now or shift.ended_at is not None:
        raise Over
    ended = RosterShiftEnded(ended_at=now, by=by.pseudonym)
    return decision.Decision(shifts.replay(shift, ended), (ended,))


def require_turn(roster: Sequence[Shift], *, by: Actor, now: datetime) -> None:
    """Let whoever has the shift go on, or their deputy; where no roster is kept, anybody of the post.

    Args:
        roster: The shifts of the post that aren't over.
        by: Wants to do what the post is for.
        now: The moment.

    Raises:
        NotOnShift: It is somebody else's turn, or nobody's.
    """
    on = [shift for shift in roster if shift.runs(now)]
    if roster and not any(by.pseudonym in {shift.officer, shift.deputy} for shift in on):
        raise NotOnShift


def register(
    known: Spokesperson | None,
    entry: Entry,
    *,
    id: str,  # noqa: A002
    tenant: str,
    by: Actor,
    now: datetime,
) -> SpokespersonDecision:
    """Say in the public register under which title a tenant's office speaks; saying the same again changes nothing.

    Raises:
        HoldsPersonal: It holds something that is a person's, such as a telephone number.
    """
    require_impersonal(entry.office, entry.title, entry.hours or "")
    if known is not None and known.entry == entry:
        return decision.Decision(known, ())
    registered = RosterSpokespersonRegistered(
        by=by.pseudonym,
        office=entry.office,
        title=entry.title,
        channels=tuple(channel.value for channel in entry.channels),
        hours=entry.hours,
        registered_at=now,
    )
    if known is None:
        after = spokespersons.begin(registered, id=id, tenant=tenant)
    else:
        after = spokespersons.replay(known, registered)
    return decision.Decision(after, (registered,))
