"""What may be decided about a petition that is answered from the library. Pure, like ``petition.domain``."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from casework.roles import Actor, Role
from casework.workflow import Refused

from contracts.events import (
    PetitionAutoAnswered,
    PetitionPersonAsked,
    PetitionReplied,
    PetitionReplyDrafted,
    PetitionReplyRejected,
)
from petition.collaboration.merging import as_drafted, rest_on
from petition.domain import Decision
from petition.handling.clock import TRIAGE, internal_limit
from petition.kinds import Danger, Kind, in_confidence
from petition.petition import Channel, Petition, replay
from petition.workflow import TABLE, Action


class DraftErased(Refused):
    """The author was erased, and what was to be answered with them."""


class NotFromLibrary(Refused):
    """What may report a crime or complain about police is never answered from the library."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sure:
    """From where on the service answers by itself; both lie between 0 and 1.

    Attributes:
        confidence: Of what the petition is.
        likeness: Of question and answer.
    """

    confidence: float
    likeness: float


PROPOSED: Final = Sure(confidence=0.3, likeness=0.3)
"""Where ``make evaluate`` finds few wrong answers among real questions; nothing is automatic until somebody says so."""


def may_be_automatic(petition: Petition, sure: Sure) -> bool:
    """Tell whether the service may answer this by itself at all.

    It is a consultation (咨询), surely, and nothing in it can't wait; and whoever wrote it can ask for a person, which
    takes an account here.
    """
    return (
        petition.kind == Kind.CONSULT
        and petition.danger == Danger.NONE
        and petition.hidden is None
        and petition.channel is Channel.PORTAL
        and petition.confidence is not None
        and petition.confidence >= sure.confidence
    )


def auto_answer(received: Decision, text: str, answer: str, version: int, *, likeness: float, sure: Sure) -> Decision:
    """Let the service answer what has just come in by itself (自动答复), if it may; else nothing is added.

    Args:
        received: How it came in.
        text: What the version says.
        answer: Its id in the library.
        version: Its number.
        likeness: Of question and answer, 0 to 1.
        sure: From where on.
    """
    petition = received.after
    if not may_be_automatic(petition, sure) or likeness < sure.likeness:
        return received
    TABLE.follow(petition.state, Action.AUTO_ANSWER, {Role.SYSTEM})
    answered = PetitionAutoAnswered(reply=text, answer=answer, answer_version=version, likeness=round(likeness, 3))
    return Decision(replay(petition, answered), (*received.events, answered))


def ask_a_person(petition: Petition, *, by: Actor, now: datetime) -> Decision:
    """Have a person answer after all (转人工); it is where it would have been, and its clock has run on.

    Raises:
        WrongState: See the table.
        WrongRole: See the table.
    """
    TABLE.follow(petition.state, Action.ASK_A_PERSON, by.roles)
    asked = PetitionPersonAsked(by=by.pseudonym, triage_by=internal_limit(TRIAGE, now), since=now)
    return Decision(replay(petition, asked), (asked,))


def answer(petition: Petition, text: str, answer: str, version: int, *, by: Actor) -> Decision:
    """Answer at once with a published version of the reply library (口径), word for word: one officer is enough.

    Args:
        petition: What is answered.
        text: What the version says.
        answer: Its id in the library.
        version: Its number.
        by: Triage before any transfer, then the department.

    Raises:
        WrongState: See the table.
        WrongRole: See the table.
        NotFromLibrary: It is a report, or hidden.
        StillAwaited: Somebody who was invited has time left.
    """
    TABLE.follow(petition.state, Action.ANSWER, by.roles)
    _not_a_report(petition)
    without = rest_on(petition.invitations, ()).without
    replied = PetitionReplied(
        by=by.pseudonym, reply=text, answer=answer, answer_version=version, without=without
    )  # fmt: skip
    return Decision(replay(petition, replied), (replied,))


def draft_reply(
    petition: Petition, text: str, answer: str, version: int, *, contributed: Collection[int] = (), by: Actor
) -> Decision:
    """Have other words than the library's signed by the spokesperson (送签).

    Raises:
        WrongState: See the table.
        WrongRole: See the table.
        NotFromLibrary: It is a report, or hidden.
        StillAwaited: Somebody who was invited has time left.
        NotContributed: It would rest on what nobody contributed.
    """
    TABLE.follow(petition.state, Action.DRAFT_REPLY, by.roles)
    _not_a_report(petition)
    ground = rest_on(petition.invitations, contributed)
    drafted = PetitionReplyDrafted(
        by=by.pseudonym,
        draft=text,
        answer=answer,
        answer_version=version,
        contributed=ground.contributed,
        without=ground.without,
    )
    return Decision(replay(petition, drafted), (drafted,))


def sign(petition: Petition, draft: str | None, *, by: Actor) -> Decision:
    """Have the draft answer the citizen (签发).

    Args:
        petition: What is answered.
        draft: What was drafted; None if its author was erased since.
        by: Never the drafter; that is the policy's to say.

    Raises:
        WrongState: See the table.
        WrongRole: See the table.
        DraftErased: There is nothing left to sign.
    """
    TABLE.follow(petition.state, Action.SIGN, by.roles)
    if draft is None:
        raise DraftErased
    ground = as_drafted(petition.invitations)
    replied = PetitionReplied(
        by=petition.drafted_by or "",
        reply=draft,
        answer=petition.answer,
        answer_version=petition.answer_version,
        signed_by=by.pseudonym,
        contributed=ground.contributed,
        without=ground.without,
    )
    return Decision(replay(petition, replied), (replied,))


def reject(petition: Petition, reason: str, *, by: Actor) -> Decision:
    """Give the draft back to the department (退回); nothing personal stands in the reason.

    Raises:
        WrongState: See the table.
        WrongRole: See the table.
    """
    TABLE.follow(petition.state, Action.REJECT, by.roles)
    rejected = PetitionReplyRejected(by=by.pseudonym, reason=reason)
    return Decision(replay(petition, rejected), (rejected,))


def _not_a_report(petition: Petition) -> None:
    if in_confidence(petition.kind, petition.hidden):
        raise NotFromLibrary
