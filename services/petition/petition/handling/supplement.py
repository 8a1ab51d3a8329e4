"""More from whoever wrote in (补充材料): asking stops the clock, the answer lets it run on. Pure."""

from datetime import datetime

from casework.roles import Actor, Role
from casework.workflow import Refused
from workdays.clock import Clock, Overdue

from contracts.events import PetitionSupplemented, PetitionSupplementLapsed, PetitionSupplementRequested
from petition.domain import Decision, decided
from petition.handling.calendar import in_force
from petition.handling.clock import SUPPLEMENT, internal_limit, limit_by
from petition.handling.running import running
from petition.kinds import in_confidence
from petition.petition import Petition
from petition.workflow import TABLE, Action, State


class AskedBefore(Refused):
    """Its sender was asked for more already, and that is possible once."""


class NobodyToAsk(Refused):
    """Whoever sent a report is told that it was received, handed over, filed or not, and asked nothing."""


class TooLate(Refused):
    """Its time limit has passed: nothing can stop or extend it any more."""


def request(petition: Petition, text: str, *, by: Actor, now: datetime) -> Decision:
    """Ask whoever wrote in for more; its clock stands still until they answer, or have let their time pass.

    Args:
        petition: In hand.
        text: What is asked.
        by: A handler of its department.
        now: Since when it stands still.

    Raises:
        WrongState: See the table.
        WrongRole: See the table.
        NobodyToAsk: See there.
        AskedBefore: See there.
        TooLate: See there.
    """
    TABLE.follow(petition.state, Action.ASK_MORE, by.roles)
    course = petition.course
    if in_confidence(petition.kind, petition.hidden):
        raise NobodyToAsk
    if course.stopped_at is not None:
        raise AskedBefore
    clock = running(petition, stops=())
    try:
        clock.stop(SUPPLEMENT, at=now, calendar=in_force())
    except Overdue:
        raise TooLate from None
    asked = PetitionSupplementRequested(
        by=by.pseudonym, supplement_request=text, stopped_at=now, answer_by=internal_limit(SUPPLEMENT, now)
    )
    return decided(petition, asked)


def supply(petition: Petition, text: str, *, by: Actor, now: datetime) -> Decision:
    """Send what was asked for; its clock runs on.

    Raises:
        WrongState: See the table.
        WrongRole: See the table.
    """
    TABLE.follow(petition.state, Action.SUPPLEMENT, by.roles)
    limit = limit_by(_resumed(petition, now))
    supplied = PetitionSupplemented(
        supplement=text, resumed_at=now, due_at=limit.due_at, warn_at=limit.warn_at, provisional=limit.provisional
    )
    return decided(petition, supplied)


def lapse(petition: Petition, *, asked: int) -> Decision:
    """Let its clock run on because nothing came in time; the department goes on with what it has.

    Nothing happens when something came, or it has ended.

    Args:
        petition: As it is.
        asked: Version of the request whose time has passed: its sequence.
    """
    course = petition.course
    if petition.state is not State.SUPPLEMENTING or course.assignment != asked or course.internal_by is None:
        return Decision(petition, ())
    TABLE.follow(petition.state, Action.LAPSE, {Role.SYSTEM})
    limit = limit_by(_resumed(petition, course.internal_by))
    lapsed = PetitionSupplementLapsed(
        effective_at=course.internal_by, due_at=limit.due_at, warn_at=limit.warn_at, provisional=limit.provisional
    )
    return decided(petition, lapsed)


def _resumed(petition: Petition, at: datetime) -> Clock:
    return running(petition).resume(at=at)
