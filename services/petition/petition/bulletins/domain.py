"""What may be decided about a bulletin. Pure: time, identity and chance are arguments.

That whoever wrote on it never signs it is the policy's to say.
"""

from datetime import datetime
from functools import reduce
from typing import Any

from casework import decision
from casework.roles import Actor, Role
from casework.workflow import Refused
from masking.text import mask
from workdays.counting import day_of

from contracts.events import (
    AlertRaised,
    BulletinDiscarded,
    BulletinPublished,
    BulletinRevised,
    BulletinWithdrawn,
    BulletinWritten,
)
from petition.bulletins.alerted import worded
from petition.bulletins.bulletin import Bulletin, BulletinEvent, Content, begin, replay
from petition.bulletins.workflow import TABLE, Action
from petition.replies.domain import WrongPeriod, require_impersonal


class Unverified(Refused):
    """Only the alert has spoken so far: nobody has verified it, and two people stand behind what is published."""


Decision = decision.Decision[Bulletin, BulletinEvent]


def answer_alert(alert: AlertRaised, *, id: str, alert_id: str, tenant: str) -> Decision:  # noqa: A002
    """Begin what an alert leads to."""
    TABLE.follow(None, Action.ANSWER_ALERT, {Role.SYSTEM})
    drafted = worded(alert, alert_id)
    return Decision(begin(drafted, id=id, tenant=tenant), (drafted,))


def draft(content: Content, *, id: str, tenant: str, by: Actor) -> Decision:  # noqa: A002
    """Begin a bulletin.

    Raises:
        WrongRole: See the table.
        HoldsPersonal: There is something personal in it.
    """
    TABLE.follow(None, Action.DRAFT, by.roles)
    require_impersonal(content.title, content.text)
    written = BulletinWritten(by=by.pseudonym, **_fields(content))
    return Decision(begin(written, id=id, tenant=tenant), (written,))


def revise(bulletin: Bulletin, content: Content, *, by: Actor) -> Decision:
    """Put a draft into other words.

    Raises:
        WrongState: See the table.
        WrongRole: See the table.
        HoldsPersonal: There is something personal in it.
    """
    TABLE.follow(bulletin.state, Action.REVISE, by.roles)
    require_impersonal(content.title, content.text)
    return _decided(bulletin, BulletinRevised(by=by.pseudonym, **_fields(content)))


def discard(bulletin: Bulletin, reason: str, *, by: Actor) -> Decision:
    """Give a draft up.

    Raises:
        WrongState: See the table.
        WrongRole: See the table.
    """
    TABLE.follow(bulletin.state, Action.DISCARD, by.roles)
    return _decided(bulletin, BulletinDiscarded(by=by.pseudonym, reason=mask(reason)))


def publish(bulletin: Bulletin, *, publication: str, by: Actor, now: datetime) -> Decision:
    """Sign a draft, which publishes it.

    Args:
        bulletin: The draft.
        publication: A UUIDv7 of now.
        by: Signs.
        now: With a time zone.

    Raises:
        WrongState: See the table.
        WrongRole: See the table.
        Unverified: Nobody has written on it yet.
        HoldsPersonal: There is something personal in it.
        WrongPeriod: Its last day is over.
    """
    TABLE.follow(bulletin.state, Action.PUBLISH, by.roles)
    content = bulletin.content
    if not bulletin.makers:
        raise Unverified
    require_impersonal(content.title, content.text)  # masking may have learnt since
    if bulletin.over(day_of(now)):
        raise WrongPeriod
    return _decided(
        bulletin,
        BulletinPublished(by=by.pseudonym, publication=publication, published_at=now, **_fields(content)),
    )


def withdraw(bulletin: Bulletin, reason: str, *, by: Actor, now: datetime) -> Decision:
    """Take back what was published; it can still be seen, and says so.

    Raises:
        WrongState: See the table.
        WrongRole: See the table.
        HoldsPersonal: There is something personal in the reason, which everybody gets.
    """
    TABLE.follow(bulletin.state, Action.WITHDRAW, by.roles)
    require_impersonal(reason)
    return _decided(
        bulletin,
        BulletinWithdrawn(by=by.pseudonym, reason=reason, withdrawn_at=now, **_fields(bulletin.content)),
    )


def _decided(bulletin: Bulletin, *events: BulletinEvent) -> Decision:
    return Decision(reduce(replay, events, bulletin), events)


def _fields(content: Content) -> dict[str, Any]:
    until = content.effective_until
    return {
        "category": content.category.value,
        "matter": content.matter,
        "title": content.title,
        "text": content.text,
        "effective_until": until.isoformat() if until else None,
    }
