"""What may be decided about a delivery. Pure."""

from datetime import datetime
from functools import reduce
from typing import Any

from casework import decision
from casework.roles import Actor, Role
from casework.workflow import Refused

from contracts.events import (
    DeliveryBulletinParked,
    DeliveryBulletinSent,
    DeliveryCodeTaken,
    DeliveryParked,
    DeliveryResumed,
    DeliverySent,
)
from petition.outbound.delivery import OF_BULLETINS, Delivery, DeliveryEvent, Way, replay
from petition.outbound.workflow import TABLE, Action

Decision = decision.Decision[Delivery, DeliveryEvent]

_SERVICE = frozenset({Role.SYSTEM})


class CodeGone(Refused):
    """The one-time link was used, is too old, or never was one."""


def sent(delivery: Delivery, way: Way, *, code_until: datetime | None = None) -> Decision:
    """Note that the counterpart has taken it.

    Args:
        delivery: What waited.
        way: How it went out.
        code_until: Until when the one-time link in it is good; None: there is none.

    Raises:
        WrongState: See the table.
    """
    TABLE.follow(delivery.state, Action.SEND, _SERVICE)
    if delivery.what in OF_BULLETINS:
        return _decided(delivery, DeliveryBulletinSent(bulletin=delivery.petition, **_which(delivery)))
    whose = {"petition": delivery.petition, **_which(delivery)}
    return _decided(delivery, DeliverySent(**whose, way=way.value, code_until=code_until))


def park(delivery: Delivery, reason: str) -> Decision:
    """Leave it to a person.

    Raises:
        WrongState: See the table.
    """
    TABLE.follow(delivery.state, Action.PARK, _SERVICE)
    if delivery.what in OF_BULLETINS:
        return _decided(delivery, DeliveryBulletinParked(bulletin=delivery.petition, **_which(delivery), reason=reason))
    return _decided(delivery, DeliveryParked(petition=delivery.petition, **_which(delivery), reason=reason))


def resend(delivery: Delivery, *, by: Actor) -> Decision:
    """Have it sent after all (重新发送).

    Raises:
        WrongState: See the table.
        WrongRole: See the table.
    """
    TABLE.follow(delivery.state, Action.RESEND, by.roles)
    return _decided(delivery, DeliveryResumed(by=by.pseudonym))


def take_code(delivery: Delivery, *, now: datetime) -> Decision:
    """Use its one-time link up (领取查询码).

    Raises:
        CodeGone: See there.
    """
    if delivery.code_taken or delivery.code_until is None or delivery.code_until <= now:
        raise CodeGone
    TABLE.follow(delivery.state, Action.TAKE_CODE, _SERVICE)
    return _decided(delivery, DeliveryCodeTaken())


def _which(delivery: Delivery) -> dict[str, Any]:
    return {
        "told": delivery.told,
        "what": delivery.what.value,
        "channel": delivery.channel.value,
        "source": delivery.source,
    }


def _decided(delivery: Delivery, *events: DeliveryEvent) -> Decision:
    return Decision(reduce(replay, events, delivery), events)
