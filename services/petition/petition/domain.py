"""What a petition is, and what may be decided about it. Pure: time, identity and chance are arguments.

A decision is made of events, and the state it leads to is what replaying those events gives: a petition rebuilt from
its topic is the petition that was decided, by construction.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from functools import reduce

from casework import decision
from casework.roles import APPLICANTS, Actor, Role
from casework.workflow import Refused

from contracts.events import PetitionClassified, PetitionClosed, PetitionReceived, PetitionReplied, PetitionTransferred
from petition.departments import DEPARTMENTS
from petition.kinds import Classification, Kind
from petition.workflow import TABLE, Action, State

PetitionEvent = PetitionReceived | PetitionClassified | PetitionTransferred | PetitionReplied | PetitionClosed


class Channel(StrEnum):
    """Where a message comes in."""

    PORTAL = "portal"
    FORUM = "forum"


class Outcome(StrEnum):
    """How a petition ends (已答复, 重复, 垃圾信息, 非公安职责)."""

    ANSWERED = "answered"
    DUPLICATE = "duplicate"
    SPAM = "spam"
    NOT_POLICE = "not-police"


SUBMITTERS = {Channel.PORTAL: {*APPLICANTS}, Channel.FORUM: {Role.CONNECTOR}}
"""Who may submit through which channel."""

CLOCKS_DIFFER = timedelta(minutes=5)
"""A forum's clock may be ahead of ours by this much."""


class UnknownDepartment(Refused):
    """No department has this slug."""


class PostedLater(Refused):
    """Written elsewhere, at a time that hasn't come."""


class InvolvedHandles(Refused):
    """The unit or the officer complained about would handle it (回避)."""


class NobodyEntrusted(Refused):
    """A report goes to handlers who are named, so somebody has to be."""


class NothingAnswered(Refused):
    """Closed as answered without a reply."""


class SameDepartment(Refused):
    """The petition is already there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What somebody wrote in. The only personal data of a petition, with the reply."""

    channel: Channel
    title: str
    text: str
    posted_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Involved:
    """Who is to be kept away from a petition, and to whom it is entrusted.

    Attributes:
        accused: Departments complained about.
        named: Pseudonyms of officers complained about.
        handlers: Pseudonyms of the only handlers who may know of it; none: any handler of its department may.
    """

    accused: frozenset[str] = frozenset()
    named: frozenset[str] = frozenset()
    handlers: frozenset[str] = frozenset()


NOBODY = Involved()


@dataclass(frozen=True, slots=True, kw_only=True)
class Petition:
    """A petition without its content, which no decision needs.

    Attributes:
        id: UUIDv7; the subject of its events.
        tenant: GB/T 2260 code of the city that received it.
        number: 办件编号, for people.
        channel: Where it came in.
        author: Pseudonym of whoever wrote it.
        received_at: First receipt, UTC; every clock starts here.
        sequence: Of its last event; also the version that an officer's change must name.
        accused, named, handlers: See ``Involved``; sorted.
    """

    id: str
    tenant: str
    number: str
    channel: Channel
    author: str
    received_at: datetime
    sequence: int
    state: State
    kind: str | None = None
    matter: str | None = None
    topic: str | None = None
    danger: str | None = None
    confidence: float | None = None
    reasons: tuple[str, ...] = ()
    department: str | None = None
    accused: tuple[str, ...] = ()
    named: tuple[str, ...] = ()
    handlers: tuple[str, ...] = ()
    outcome: Outcome | None = None


Decision = decision.Decision[Petition, PetitionEvent]


def receive(
    message: Message,
    classification: Classification,
    *,
    id: str,  # noqa: A002
    tenant: str,
    number: str,
    author: str,
    by: Actor,
    now: datetime,
) -> Decision:
    """Take a message in and say what rules and model make of it.

    Raises:
        WrongRole: The channel is for others.
        PostedLater: It claims to be written in the future.
    """
    if message.posted_at is not None and message.posted_at > now + CLOCKS_DIFFER:
        raise PostedLater
    state = TABLE.follow(None, Action.RECEIVE, by.roles & SUBMITTERS[message.channel])
    TABLE.follow(state, Action.CLASSIFY, {Role.SYSTEM})
    received = PetitionReceived(
        channel=message.channel.value,
        received_at=now,
        author=author,
        number=number,
        title=message.title,
        text=message.text,
    )
    classified = PetitionClassified(
        kind=classification.kind.value,
        matter=classification.matter.value,
        topic=classification.topic,
        danger=classification.danger.value,
        confidence=classification.confidence,
        reasons=classification.reasons,
        suggestion=classification.suggestion,
        by="rules",
    )
    return Decision(replay(begin(received, id=id, tenant=tenant), classified), (received, classified))


def transfer(petition: Petition, department: str, involved: Involved = NOBODY, *, by: Actor) -> Decision:
    """Hand the petition to the department that has to answer it; the citizen's clock runs on.

    Whoever was complained about stays away from it for good; to whom it is entrusted is said anew each time.

    Raises:
        WrongState: See the table.
        WrongRole: See the table.
        UnknownDepartment: No department has this slug.
        InvolvedHandles: The department, or one of the handlers, is complained about.
        NobodyEntrusted: It is a report, and no handler is named.
        SameDepartment: It is there already, in the same hands.
    """
    TABLE.follow(petition.state, Action.TRANSFER, by.roles)
    if not {department, *involved.accused} <= DEPARTMENTS.keys():
        raise UnknownDepartment
    accused, named = involved.accused.union(petition.accused), involved.named.union(petition.named)
    if department in accused or named & involved.handlers:
        raise InvolvedHandles
    if petition.kind == Kind.REPORT and not involved.handlers:
        raise NobodyEntrusted
    transferred = PetitionTransferred(
        department=department,
        by=by.pseudonym,
        accused=_sorted(accused),
        named=_sorted(named),
        handlers=_sorted(involved.handlers),
    )
    decision = _decided(petition, transferred)
    if replace(decision.after, state=petition.state, sequence=petition.sequence) == petition:
        raise SameDepartment
    return decision


def reply(petition: Petition, text: str, *, by: Actor) -> Decision:
    """Answer the citizen.

    Raises:
        WrongState: See the table.
        WrongRole: See the table.
    """
    TABLE.follow(petition.state, Action.REPLY, by.roles)
    return _decided(petition, PetitionReplied(by=by.pseudonym, reply=text))


def close(petition: Petition, outcome: Outcome, *, by: Actor) -> Decision:
    """End it. Without a reply it can't count as answered.

    Raises:
        WrongState: See the table.
        WrongRole: See the table.
        NothingAnswered: ``answered``, but nobody replied.
    """
    TABLE.follow(petition.state, Action.CLOSE, by.roles)
    if outcome is Outcome.ANSWERED and petition.state is not State.REPLIED:
        raise NothingAnswered
    return _decided(petition, PetitionClosed(by=by.pseudonym, outcome=outcome.value))


def begin(event: PetitionReceived, *, id: str, tenant: str) -> Petition:  # noqa: A002
    """Give the petition that its first event makes."""
    return Petition(
        id=id,
        tenant=tenant,
        number=event.number,
        channel=Channel(event.channel),
        author=event.author,
        received_at=event.received_at,
        sequence=1,
        state=State.RECEIVED,
    )


def replay(petition: Petition, event: PetitionEvent) -> Petition:
    """Give the petition after its next event. Whether it was allowed was asked when it was decided.

    Raises:
        ValueError: A petition is received only once.
    """
    petition = replace(petition, sequence=petition.sequence + 1)
    match event:
        case PetitionClassified():
            return replace(
                petition,
                state=State.CLASSIFIED,
                kind=event.kind,
                matter=event.matter,
                topic=event.topic,
                danger=event.danger,
                confidence=event.confidence,
                reasons=tuple(event.reasons),
            )
        case PetitionTransferred():
            return replace(
                petition,
                state=State.TRANSFERRED,
                department=event.department,
                accused=event.accused or (),
                named=event.named or (),
                handlers=event.handlers or (),
            )
        case PetitionReplied():
            return replace(petition, state=State.REPLIED)
        case PetitionClosed():
            return replace(petition, state=State.CLOSED, outcome=Outcome(event.outcome))
        case PetitionReceived():
            raise ValueError("a petition is received only once")


def _decided(petition: Petition, *events: PetitionEvent) -> Decision:
    return Decision(reduce(replay, events, petition), events)


def _sorted(names: frozenset[str]) -> tuple[str, ...] | None:
    return tuple(sorted(names)) or None
