"""What a delivery is, what is told by one, which channel can carry it, and what its events make of it. Pure.

It holds no word and no address: what it says is read from the petition when it is sent. So nothing of a person lies
here, nothing is sent of who was erased meanwhile, and what was replaced meanwhile isn't sent any more.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Final
from uuid import UUID, uuid5

from contracts.event import ContractEvent

from contracts.events import (
    BulletinPublished,
    BulletinWithdrawn,
    DeliveryBulletinParked,
    DeliveryBulletinSent,
    DeliveryCodeTaken,
    DeliveryParked,
    DeliveryResumed,
    DeliverySent,
    PetitionReceived,
    PetitionReplied,
    PetitionReplyCorrected,
    PetitionReviewDecided,
    PetitionReviewRequested,
    PetitionSupplementRequested,
    ReportClosed,
    ReportReceived,
    ReportTransferred,
)
from petition.outbound.workflow import State
from petition.petition import Channel

DeliveryEvent = (
    DeliverySent | DeliveryParked | DeliveryResumed | DeliveryCodeTaken | DeliveryBulletinSent | DeliveryBulletinParked
)


class Way(StrEnum):
    """How something is told."""

    PUBLIC = "public"
    """公开: where everybody reads it, under the message."""
    PRIVATE = "private"
    """私信: to its sender alone."""


class What(StrEnum):
    """What is told: 收件回执, 要求补充, 答复, 更正, 已受理复查, 复查意见; of a report 已移交, 已立案, 不予立案.

    And to everybody, where a source carries them: 通报, 撤回通报.
    """

    RECEIPT = "receipt"
    QUESTION = "question"
    REPLY = "reply"
    CORRECTION = "correction"
    REVIEW_REQUESTED = "review-requested"
    REVIEW_DECIDED = "review-decided"
    HANDED_OVER = "handed-over"
    FILED = "filed"
    NOT_FILED = "not-filed"
    BULLETIN = "bulletin"
    WITHDRAWAL = "bulletin-withdrawn"


NEITHER: Final = frozenset[Way]()
PRIVATE: Final = frozenset({Way.PRIVATE})
BOTH: Final = frozenset(Way)

CARRIES: Final[Mapping[Channel, frozenset[Way]]] = MappingProxyType(
    {
        Channel.PORTAL: NEITHER,  # it is read there, by whoever signs in
        Channel.FORUM: BOTH,
        Channel.MICROBLOG: BOTH,
        Channel.QQ_GROUP: PRIVATE,
        Channel.MAIL: PRIVATE,
        Channel.OPEN311: NEITHER,  # the application asks how far it is
        Channel.LIAISON_DESK: NEITHER,  # the officer who typed it in tells them, here and in the next two
        Channel.TELEPHONE: NEITHER,
        Channel.WALK_IN: NEITHER,
    }
)
"""What a channel can carry at most; what one of its sources really can, its connector says."""

_TOLD: Final[Mapping[type[ContractEvent], What]] = MappingProxyType(
    {
        PetitionReceived: What.RECEIPT,
        ReportReceived: What.RECEIPT,
        PetitionSupplementRequested: What.QUESTION,
        PetitionReplied: What.REPLY,
        PetitionReplyCorrected: What.CORRECTION,
        PetitionReviewRequested: What.REVIEW_REQUESTED,
        PetitionReviewDecided: What.REVIEW_DECIDED,
        ReportTransferred: What.HANDED_OVER,
    }
)
_TOLD_TO_ALL: Final[Mapping[type[ContractEvent], What]] = MappingProxyType(
    {BulletinPublished: What.BULLETIN, BulletinWithdrawn: What.WITHDRAWAL}
)
OF_BULLETINS: Final = frozenset(_TOLD_TO_ALL.values())
"""What isn't told to whoever wrote a petition, but to everybody."""
_FILED: Final = {"filed": What.FILED, "not-filed": What.NOT_FILED}


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """Something that is told to whoever wrote a petition, or of a bulletin to everybody.

    Attributes:
        id: Subject of its events, and the key by which a counterpart knows it again: see ``id_of``.
        tenant: The petition's.
        sequence: Of its last event; 0 while there is none.
        petition: Id of the petition, or of the bulletin.
        told: Sequence of its event that is told.
        source: Which one of the channel's sources.
        way: How it was sent.
        reason: Why it is parked.
        code_until: Until when its one-time link gives the query code, UTC; None: it has none.
        code_taken: The link is used up.
    """

    id: str
    tenant: str
    sequence: int
    petition: str
    told: int
    what: What
    channel: Channel
    source: str
    state: State = State.WAITING
    way: Way | None = None
    reason: str | None = None
    code_until: datetime | None = None
    code_taken: bool = False


def told_by(event: ContractEvent) -> What | None:
    """Say what an event of a petition is to whoever wrote it; None: it isn't told by a message."""
    return _FILED.get(event.outcome) if isinstance(event, ReportClosed) else _TOLD.get(type(event))


def told_to_all(event: ContractEvent) -> What | None:
    """Say what an event of a bulletin is to everybody; None: it isn't for everybody."""
    return _TOLD_TO_ALL.get(type(event))


def id_at(bulletin: str, what: What, channel: Channel, source: str) -> str:
    """Give the id of the delivery that tells of a bulletin in one place; see ``id_of``."""
    return _named(bulletin, f"{what}/{channel}/{source}")


def id_of(petition: str, told: int) -> str:
    """Give the id of the delivery that tells an event: always the same one, also from a database that was restored.

    It begins with the petition's own moment, so that lists of deliveries go by the age of their petitions.
    """
    return _named(petition, str(told))


def _named(whose: str, name: str) -> str:
    id_ = UUID(whose)
    return str(UUID(bytes=id_.bytes[:6] + uuid5(id_, name).bytes[6:]))


def begin(event: DeliveryEvent, *, id: str, tenant: str) -> Delivery:  # noqa: A002
    """Give the delivery that its first event tells of.

    Raises:
        ValueError: It isn't a first one.
    """
    if not isinstance(event, DeliverySent | DeliveryParked | DeliveryBulletinSent | DeliveryBulletinParked):
        raise ValueError("a delivery is sent or parked first")  # noqa: TRY004  its place is wrong, not its type
    waiting = Delivery(
        id=id,
        tenant=tenant,
        sequence=0,
        petition=event.petition if isinstance(event, DeliverySent | DeliveryParked) else event.bulletin,
        told=event.told,
        what=What(event.what),
        channel=Channel(event.channel),
        source=event.source,
    )
    return replay(waiting, event)


def replay(delivery: Delivery, event: DeliveryEvent) -> Delivery:
    """Give the delivery after its next event."""
    delivery = replace(delivery, sequence=delivery.sequence + 1)
    match event:
        case DeliverySent(way=way, code_until=until):
            return replace(delivery, state=State.SENT, way=Way(way), reason=None, code_until=until)
        case DeliveryBulletinSent():
            return replace(delivery, state=State.SENT, way=Way.PUBLIC, reason=None)
        case DeliveryParked(reason=reason) | DeliveryBulletinParked(reason=reason):
            return replace(delivery, state=State.PARKED, reason=reason)
        case DeliveryResumed():
            return replace(delivery, state=State.WAITING, reason=None)
        case DeliveryCodeTaken():
            return replace(delivery, code_taken=True)
