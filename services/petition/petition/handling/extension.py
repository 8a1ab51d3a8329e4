"""More time for the answer (延期): asked for once, and granted or refused by the head of the authority. Pure."""

from datetime import datetime

from casework.roles import Actor
from casework.workflow import Refused
from workdays.clock import NotExtendable, Overdue

from contracts.events import PetitionExtended, PetitionExtensionRefused, PetitionExtensionRequested
from petition.domain import Decision, decided
from petition.handling.calendar import in_force
from petition.handling.clock import limit_by
from petition.handling.course import HEAD, Extension
from petition.handling.running import running
from petition.handling.supplement import TooLate
from petition.kinds import in_confidence
from petition.petition import Petition
from petition.workflow import TABLE, Action


class AskedForExtension(Refused):
    """An extension was asked for already, and that is possible once."""


class NoExtensionAsked(Refused):
    """Nobody has asked for an extension, or it was decided."""


class NoExtension(Refused):
    """The time limit can't be extended, or not by so much."""


def request(petition: Petition, days: int, reason: str, *, by: Actor) -> Decision:
    """Ask for more time.

    Args:
        petition: In hand.
        days: How much more, in working days.
        reason: Why, in words without anything personal.
        by: A handler of its department.

    Raises:
        WrongState: See the table.
        WrongRole: See the table.
        NoExtension: See there.
        AskedForExtension: See there.
        TooLate: The time limit has passed.
    """
    TABLE.follow(petition.state, Action.ASK_TIME, by.roles)
    if in_confidence(petition.kind, petition.hidden):
        raise NoExtension
    if petition.course.extension is not None:
        raise AskedForExtension
    if petition.course.overdue:
        raise TooLate
    return decided(petition, PetitionExtensionRequested(by=by.pseudonym, days=days, reason=reason))


def grant(petition: Petition, reason: str, *, by: Actor, now: datetime) -> Decision:
    """Grant what was asked for, with a reason; the deadline moves.

    Raises:
        WrongState: See the table.
        WrongRole: See the table.
        NoExtensionAsked: See there.
        NoExtension: The table of time limits doesn't allow so much.
        TooLate: The time limit has passed meanwhile.
    """
    TABLE.follow(petition.state, Action.EXTEND, by.roles)
    course = petition.course
    if course.extension is not Extension.ASKED:
        raise NoExtensionAsked
    clock = running(petition, extended=False)
    try:
        limit = limit_by(clock.extend(by=HEAD, reason=reason, at=now, calendar=in_force(), days=course.extended_by))
    except NotExtendable:
        raise NoExtension from None
    except Overdue:
        raise TooLate from None
    extended = PetitionExtended(
        by=by.pseudonym,
        authority=HEAD,
        days=course.extended_by,
        reason=reason,
        extended_at=now,
        due_at=limit.due_at,
        warn_at=limit.warn_at,
        provisional=limit.provisional,
    )
    return decided(petition, extended)


def refuse(petition: Petition, reason: str, *, by: Actor) -> Decision:
    """Refuse what was asked for, with a reason.

    Raises:
        WrongState: See the table.
        WrongRole: See the table.
        NoExtensionAsked: See there.
    """
    TABLE.follow(petition.state, Action.REFUSE_TIME, by.roles)
    if petition.course.extension is not Extension.ASKED:
        raise NoExtensionAsked
    return decided(petition, PetitionExtensionRefused(by=by.pseudonym, reason=reason))
