"""What may be decided about a petition. Pure: time, identity and chance are arguments."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import reduce

from casework import decision
from casework.roles import APPLICANTS, Actor, Role
from casework.workflow import Refused
from contracts.tenants import superior

from contracts.events import PetitionClassified, PetitionClosed, PetitionReceived, PetitionReplied
from petition.collaboration.merging import rest_on
from petition.events import Ordinary, PetitionEvent, told
from petition.handling.clock import TRIAGE, internal_limit, limit_of
from petition.kinds import Classification, Ground, Kind, in_confidence
from petition.petition import (
    Channel,
    Message,
    Outcome,
    Petition,
    Sender,
    begin,
    replay,
)
from petition.workflow import TABLE, Action, State

Decision = decision.Decision[Petition, PetitionEvent]

SUBMITTERS = {
    **{each: {Role.CONNECTOR} for each in Channel},
    Channel.PORTAL: {*APPLICANTS},
    **{each: {Role.WINDOW} for each in (Channel.LIAISON_DESK, Channel.TELEPHONE, Channel.WALK_IN)},
}
"""Who may submit through which channel: programs, unless it is said otherwise."""

CLOCKS_DIFFER = timedelta(minutes=5)
"""A forum's clock may be ahead of ours by this much."""

OF_CRIME = frozenset({Outcome.FILED, Outcome.NOT_FILED})
"""How only a report of crime ends."""


class PostedLater(Refused):
    """Written elsewhere, at a time that hasn't come."""


class NothingAnswered(Refused):
    """Closed as answered without a reply."""


class WrongOutcome(Refused):
    """A petition of this sort doesn't end like that."""


class TakesTwo(Refused):
    """Spam (垃圾信息) isn't closed at once: one of the desk proposes it, another one agrees."""


class SameCircle(Refused):
    """It is in the circle already that it would be moved to."""


class ContentErased(Refused):
    """Its sender was erased: there is nothing that could begin anew."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a petition begins.

    Attributes:
        id: UUIDv7; the subject of its events.
        tenant: Who has it, a GB/T 2260 code.
        number: 办件编号.
        ground: The circle.
    """

    id: str
    tenant: str
    number: str
    ground: Ground | None = None


def place_of(ground: Ground | None, received_by: str) -> str:
    """Say whose a petition is: a complaint about police goes one tier up before any queue shows it."""
    return superior(received_by) or received_by if ground is Ground.POLICE else received_by


def receive(
    message: Message,
    classification: Classification,
    place: Place,
    *,
    sender: Sender,
    by: Actor,
    now: datetime,
    linked: str | None = None,
) -> Decision:
    """Take a message in and say what rules and model make of it.

    Args:
        message: As it came.
        classification: What they make of it.
        place: Where it begins.
        sender: Whoever wrote it.
        by: Brings it.
        now: First receipt.
        linked: Id of the petition that it was before it was edited; told in the small circle only.

    Raises:
        WrongRole: The channel is for others.
        PostedLater: It claims to be written in the future.
    """
    if message.posted_at is not None and message.posted_at > now + CLOCKS_DIFFER:
        raise PostedLater
    state = TABLE.follow(None, Action.RECEIVE, by.roles & SUBMITTERS[message.channel])
    TABLE.follow(state, Action.CLASSIFY, {Role.SYSTEM})
    come = _received(message, place, sender, now)
    return _begun(come, sorted_as(classification), place, sender, now=now, linked=linked)


def sorted_as(classification: Classification) -> PetitionClassified:
    """Tell what rules and model make of a message."""
    return PetitionClassified(
        kind=classification.kind.value,
        matter=classification.matter.value,
        topic=classification.topic,
        danger=classification.danger.value,
        confidence=classification.confidence,
        reasons=classification.reasons,
        suggestion=classification.suggestion,
        by="rules",
    )


def reply(petition: Petition, text: str, *, contributed: Collection[int] = (), by: Actor) -> Decision:
    """Answer the citizen.

    Args:
        petition: In hand.
        text: The answer.
        contributed: Numbers of the invitations whose opinions it rests on.
        by: A handler of the department in charge.

    Raises:
        WrongState: See the table.
        WrongRole: See the table.
        StillAwaited: Somebody who was invited has time left.
        NotContributed: It would rest on what nobody contributed.
    """
    TABLE.follow(petition.state, Action.REPLY, by.roles)
    ground = rest_on(petition.invitations, contributed)
    replied = PetitionReplied(
        by=by.pseudonym, reply=text, contributed=ground.contributed, without=ground.without
    )  # fmt: skip
    return decided(petition, replied)


def close(petition: Petition, outcome: Outcome, *, by: Actor) -> Decision:
    """End it. Without a reply it can't count as answered, and only of a report of crime a case is filed or not.

    Raises:
        WrongState: See the table.
        WrongRole: See the table.
        WrongOutcome: Not of this petition; or ``moved``, which is another action.
        TakesTwo: ``spam``.
        NothingAnswered: ``answered``, but nobody replied.
    """
    TABLE.follow(petition.state, Action.CLOSE, by.roles)
    if outcome is Outcome.MOVED or (outcome in OF_CRIME and petition.hidden is not Ground.CRIME):
        raise WrongOutcome
    if outcome is Outcome.SPAM:
        raise TakesTwo
    if outcome is Outcome.FINALLY_DECIDED and in_confidence(petition.kind, petition.hidden):
        raise WrongOutcome
    if outcome is Outcome.ANSWERED and petition.state is not State.REPLIED:
        raise NothingAnswered
    return decided(petition, PetitionClosed(by=by.pseudonym, outcome=outcome.value))


def move(
    petition: Petition, kind: Kind, content: Message | None, place: Place, *, sender: Sender, by: Actor, now: datetime
) -> tuple[Decision, Decision]:
    """End it here and let it begin anew in another circle, as what staff say that it is; its clock runs on.

    Args:
        petition: As it stands.
        kind: What it is, now that somebody has read it.
        content: What was written; None if its sender was erased.
        place: Where it goes on.
        sender: Whoever wrote it.
        by: Says so.
        now: The desk that gets it has its own time limit from then on.

    Returns:
        Its end, and the beginning of what goes on.

    Raises:
        WrongState: See the table.
        WrongRole: See the table.
        SameCircle: It wouldn't move, or would leave the small circle as a report.
        ContentErased: Nothing is left of it.
    """
    TABLE.follow(petition.state, Action.MOVE, by.roles)
    if place.ground in {petition.hidden, Ground.MOVED} or (place.ground is None and kind is Kind.REPORT):
        raise SameCircle
    if content is None:
        raise ContentErased
    closed = PetitionClosed(by=by.pseudonym, outcome=Outcome.MOVED.value)
    ended = told(closed, petition.hidden, linked=place.id)  # in the open, nothing says where it goes on
    received = replace(
        _received(content, place, sender, petition.received_at),
        accused=petition.accused or None,
        named=petition.named or None,
    )
    classified = PetitionClassified(
        kind=kind.value, matter=str(petition.matter), danger=petition.danger, confidence=1, reasons=(), by="staff"
    )
    return Decision(replay(petition, ended), (ended,)), _begun(
        received, classified, place, sender, now=now, linked=petition.id
    )


def _received(message: Message, place: Place, sender: Sender, at: datetime) -> PetitionReceived:
    return PetitionReceived(
        channel=message.channel.value,
        received_at=at,
        author=sender.author,
        number=place.number,
        title=message.title,
        text=message.text,
        origin=message.origin,
        reply_to=message.reply_to,
        revision=message.revision or None,
        attachments=message.attachments,
        files=message.files or None,
    )


def _begun(
    received: PetitionReceived,
    classified: PetitionClassified,
    place: Place,
    sender: Sender,
    *,
    now: datetime,
    linked: str | None = None,
) -> Decision:
    both = {"informant": sender.informant, "sender": sender.author}  # known in the small circle only
    limit = limit_of(place.ground, received.received_at)
    received = replace(
        received,
        due_at=limit.due_at,
        warn_at=limit.warn_at,
        provisional=limit.provisional,
        triage_by=internal_limit(TRIAGE, now),
        since=now,
    )
    first = told(received, place.ground, ground=place.ground, linked=linked, **both)
    second = told(classified, place.ground)
    return Decision(replay(begin(first, id=place.id, tenant=place.tenant), second), (first, second))


def decided(petition: Petition, *events: Ordinary) -> Decision:
    """Give a decision made of events, told in the petition's circle."""
    there = tuple(told(event, petition.hidden) for event in events)
    return Decision(reduce(replay, there, petition), there)
