"""What may be decided about an answer after it was given: corrected, published, taken back. Pure."""

from dataclasses import asdict, dataclass
from datetime import datetime
from functools import reduce

import orjson
from casework.roles import Actor
from casework.workflow import Refused

from contracts.events import (
    PetitionConsentGiven,
    PetitionConsentWithdrawn,
    PetitionPublished,
    PetitionReplyCorrected,
    PetitionUnpublished,
)
from petition.domain import Decision, NothingAnswered
from petition.events import PetitionEvent
from petition.kinds import in_confidence
from petition.petition import Outcome, Petition, replay
from petition.replies.domain import require_impersonal
from petition.workflow import TABLE, Action, State

CONSENT_WITHDRAWN, TAKEN_BACK = "consent-withdrawn", "taken-back"


class StaysHidden(Refused):
    """What may report a crime or complain about police is never published, nor corrected in the open."""


class NoConsent(Refused):
    """Whoever wrote it doesn't agree, or said nothing; silence isn't consent."""


class NotPublished(Refused):
    """There is nothing to take back."""


class CorrectionMissing(Refused):
    """The answer was corrected, so what is published tells how."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Public:
    """What everybody may read: question and answer, without what is personal.

    Attributes:
        title: Of the question.
        question: The question.
        answer: The answer as it was first given.
        correction: How it was corrected, if it was; both stay to be read.
    """

    title: str
    question: str
    answer: str
    correction: str | None = None


def correct(petition: Petition, text: str, reason: str, *, by: Actor) -> Decision:
    """Correct an answer (更正): the first one stays beside it. If it is public, that is signed anew.

    Args:
        petition: What was answered.
        text: What is right.
        reason: Why; nothing personal stands in it.
        by: Whoever could have closed it; that is the policy's to say.

    Raises:
        WrongState: See the table.
        WrongRole: See the table.
        StaysHidden: It is a report, or hidden.
        NothingAnswered: It was closed without an answer.
    """
    TABLE.follow(petition.state, Action.CORRECT, by.roles)
    _answered_openly(petition)
    return _decided(petition, PetitionReplyCorrected(by=by.pseudonym, correction=text, reason=reason))


def consent(petition: Petition, *, by: Actor) -> Decision:
    """Agree that question and answer are published, without what is personal (同意公开); again: nothing happens.

    Raises:
        WrongState: See the table.
        WrongRole: See the table.
        StaysHidden: It is a report, or hidden.
        NothingAnswered: It was closed without an answer.
    """
    TABLE.follow(petition.state, Action.CONSENT, by.roles)
    _answered_openly(petition)
    if petition.publication.consent:
        return Decision(petition, ())
    return _decided(petition, PetitionConsentGiven(by=by.pseudonym))


def withdraw_consent(petition: Petition, *, by: Actor) -> Decision:
    """Agree no longer (撤回同意): what is published is taken back at once, without anybody's leave.

    Raises:
        WrongState: See the table.
        WrongRole: See the table.
    """
    TABLE.follow(petition.state, Action.RETRACT, by.roles)
    if not petition.publication.consent:
        return Decision(petition, ())
    withdrawn = PetitionConsentWithdrawn(by=by.pseudonym)
    if petition.publication.published_at is None:
        return _decided(petition, withdrawn)
    return _decided(petition, withdrawn, PetitionUnpublished(by=by.pseudonym, reason=CONSENT_WITHDRAWN))


def publish(petition: Petition, public: Public, *, by: Actor, now: datetime) -> Decision:
    """Sign question and answer for the public zone (签发公开); what was published before is replaced.

    Args:
        petition: What was answered.
        public: What everybody may read.
        by: A spokesperson (网络发言人).
        now: Since when.

    Raises:
        WrongState: See the table.
        WrongRole: See the table.
        StaysHidden: It is a report, or hidden.
        NothingAnswered: It was closed without an answer.
        NoConsent: Whoever wrote it doesn't agree.
        CorrectionMissing: It tells of no correction, and there was one.
        HoldsPersonal: Something personal is left in it.
    """
    TABLE.follow(petition.state, Action.PUBLISH, by.roles)
    _answered_openly(petition)
    if not petition.publication.consent:
        raise NoConsent
    if petition.publication.corrected and public.correction is None:
        raise CorrectionMissing
    require_impersonal(public.title, public.question, public.answer, public.correction or "")
    text = orjson.dumps(asdict(public)).decode()
    return _decided(petition, PetitionPublished(by=by.pseudonym, publication=text, published_at=now))


def unpublish(petition: Petition, *, by: Actor) -> Decision:
    """Take it back (撤下); what was read can't be unread.

    Raises:
        WrongState: See the table.
        WrongRole: See the table.
        NotPublished: It isn't public.
    """
    TABLE.follow(petition.state, Action.UNPUBLISH, by.roles)
    if petition.publication.published_at is None:
        raise NotPublished
    return _decided(petition, PetitionUnpublished(by=by.pseudonym, reason=TAKEN_BACK))


def _answered_openly(petition: Petition) -> None:
    if in_confidence(petition.kind, petition.hidden):
        raise StaysHidden
    if petition.state is State.CLOSED and petition.outcome is not Outcome.ANSWERED:
        raise NothingAnswered


def _decided(petition: Petition, *events: PetitionEvent) -> Decision:
    return Decision(reduce(replay, events, petition), events)
