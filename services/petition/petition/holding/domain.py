"""What whoever has number and query code may read of a petition, and what they may do. Pure.

A code is given to whoever wrote without an account; nothing says that whoever has it by now is the same person. So it
opens the answer and what is asked, and nothing of what was written; and of what may report a crime or complain about
police, not even that: received, handed over, filed, not filed.
"""

from datetime import datetime
from enum import StrEnum
from typing import Final

from casework.roles import Actor, Role
from casework.workflow import Refused

from petition.domain import Decision
from petition.feedback.domain import rate as rate_answer
from petition.feedback.rating import Level
from petition.handling import supplement
from petition.kinds import Ground, in_confidence
from petition.petition import Channel, Outcome, Petition
from petition.workflow import State

HOLDER: Final = "query-code"
"""Who asks, as reads and events name them; no more is known of them."""


class Told(StrEnum):
    """How far it is: 已收到, 已移交, 已答复, 已办结; of a report 已立案, 不予立案."""

    RECEIVED = "received"
    HANDED_OVER = "handed-over"
    ANSWERED = "answered"
    CLOSED = "closed"
    FILED = "filed"
    NOT_FILED = "not-filed"


class SignInInstead(Refused):
    """It came from an account here: whoever wrote it signs in."""


def told(petition: Petition) -> Told:
    """Say how far it is."""
    if petition.outcome in {Outcome.FILED, Outcome.NOT_FILED}:
        return Told(petition.outcome.value)
    if in_confidence(petition.kind, petition.hidden) and petition.hidden is not Ground.MOVED:
        return Told.HANDED_OVER if petition.department else Told.RECEIVED
    if petition.state is State.CLOSED:
        return Told.CLOSED
    if petition.state in {State.REPLIED, State.AUTO_ANSWERED}:
        return Told.ANSWERED
    return Told.HANDED_OVER if petition.department else Told.RECEIVED


def opens(petition: Petition) -> bool:
    """Tell whether a code opens the answer, if there is one."""
    return petition.channel is not Channel.PORTAL and not in_confidence(petition.kind, petition.hidden)


def rate(
    petition: Petition, level: Level, *, solved: bool | None, comment: str | None, pseudonym: str, now: datetime
) -> Decision:
    """Say how good the answer is (评价), once for each answer; nobody is called back, for nobody signed in.

    Raises:
        SignInInstead: See there.
        WrongState, InConfidence, NothingAnswered, RatedAlready: See ``feedback.domain.rate``.
    """
    if petition.channel is Channel.PORTAL:
        raise SignInInstead
    holder = Actor(pseudonym=pseudonym, roles=frozenset({Role.CITIZEN}))
    return rate_answer(petition, level, solved=solved, comment=comment, by=holder, now=now)


def supply(petition: Petition, text: str, *, pseudonym: str, now: datetime) -> Decision:
    """Send what was asked for (补充材料); its clock runs on.

    Raises:
        SignInInstead: See there.
        WrongState: Nothing is asked, or it came too late.
    """
    if petition.channel is Channel.PORTAL:
        raise SignInInstead
    holder = Actor(pseudonym=pseudonym, roles=frozenset({Role.CITIZEN}))
    return supplement.supply(petition, text, by=holder, now=now)
