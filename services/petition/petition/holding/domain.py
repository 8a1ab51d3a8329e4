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
from petition.feedback.domain import InConfidence
from petition.feedback.domain import rate as rate_answer
from petition.feedback.domain import reopen as take_up_again
from petition.feedback.rating import Level
from petition.handling import supplement
from petition.kinds import Ground, in_confidence
from petition.petition import Channel, Outcome, Petition
from petition.review.domain import request, require_open
from petition.review.review import Rung
from petition.workflow import State

HOLDER: Final = "query-code"
"""Who asks, as reads and events name them; no more is known of them."""


class Told(StrEnum):
    """How far it is: 已收到, 已移交, 已答复, 复查复核中, 已复查复核, 已办结; of a report 已立案, 不予立案."""

    RECEIVED = "received"
    HANDED_OVER = "handed-over"
    ANSWERED = "answered"
    UNDER_REVIEW = "under-review"
    REVIEWED = "reviewed"
    CLOSED = "closed"
    FILED = "filed"
    NOT_FILED = "not-filed"


AFTERWARDS: Final = {
    State.AUTO_ANSWERED: Told.ANSWERED,
    State.REPLIED: Told.ANSWERED,
    State.CLOSED: Told.CLOSED,
    State.IN_REVIEW: Told.UNDER_REVIEW,
    State.IN_FINAL: Told.UNDER_REVIEW,
    State.REVIEWED: Told.REVIEWED,
    State.FINAL: Told.REVIEWED,
}
"""Once it was answered; before, whether it was handed over."""


class SignInInstead(Refused):
    """It came from an account here: whoever wrote it signs in."""


def told(petition: Petition) -> Told:
    """Say how far it is."""
    if petition.outcome in {Outcome.FILED, Outcome.NOT_FILED}:
        return Told(petition.outcome.value)
    if in_confidence(petition.kind, petition.hidden) and petition.hidden is not Ground.MOVED:
        return Told.HANDED_OVER if petition.department else Told.RECEIVED
    return AFTERWARDS.get(petition.state) or (Told.HANDED_OVER if petition.department else Told.RECEIVED)


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
    return rate_answer(petition, level, solved=solved, comment=comment, by=_holder(petition, pseudonym), now=now)


def supply(petition: Petition, text: str, *, pseudonym: str, now: datetime) -> Decision:
    """Send what was asked for (补充材料); its clock runs on.

    Raises:
        SignInInstead: See there.
        WrongState: Nothing is asked, or it came too late.
    """
    return supplement.supply(petition, text, by=_holder(petition, pseudonym), now=now)


def reopen(petition: Petition, objection: str, *, pseudonym: str, now: datetime) -> Decision:
    """Have it taken up again (重新办理). Of what is in confidence nothing is, however far it is.

    Raises:
        SignInInstead: See there.
        InConfidence: It is a report, or hidden, wherever it stands.
        WrongState, WindowClosed, ReopenedEnough: See ``feedback.domain.reopen``.
    """
    holder = _holder(petition, pseudonym)
    if in_confidence(petition.kind, petition.hidden) and petition.hidden is not Ground.MOVED:
        raise InConfidence
    return take_up_again(petition, objection, by=holder, now=now)


def request_review(petition: Petition, rung: Rung, objection: str, *, pseudonym: str, now: datetime) -> Decision:
    """Ask for a review (请求复查、复核). Of what is in confidence there is none, however far it is.

    Raises:
        SignInInstead: See there.
        NoReviewHere: It is a report, or hidden, wherever it stands.
        WrongState, NothingAnswered, ReviewedBefore, NotReviewedYet, NoTierAbove, ReviewWindowClosed: See
            ``review.domain.request``.
    """
    holder = _holder(petition, pseudonym)
    if petition.hidden is not Ground.MOVED:
        require_open(petition)
    return request(petition, rung, objection, by=holder, now=now)


def _holder(petition: Petition, pseudonym: str) -> Actor:
    if petition.channel is Channel.PORTAL:
        raise SignInInstead
    return Actor(pseudonym=pseudonym, roles=frozenset({Role.CITIZEN}))
