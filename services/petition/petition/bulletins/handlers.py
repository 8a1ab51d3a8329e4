"""Does the input and output around decisions about bulletins."""

from collections.abc import Callable
from uuid import UUID

from casework.roles import Actor
from chassis.envelope import Envelope, new_id
from chassis.unit import Unit

from contracts.events import AlertRaised
from petition.access import asker, held
from petition.bulletins import domain
from petition.bulletins.bulletin import Bulletin, Content
from petition.bulletins.domain import Decision
from petition.bulletins.store import BULLETINS, add_unless_answered
from petition.bulletins.workflow import Action


async def open_bulletin_draft(event: Envelope, unit: Unit) -> None:
    """Answer an alert with a bulletin draft: one, however often the alert is delivered or told again."""
    alert = AlertRaised.from_data(event.data)
    await add_unless_answered(unit, domain.answer_alert(alert, id=new_id(), alert_id=event.id, tenant=event.tenant))


async def draft_bulletin(content: Content, unit: Unit) -> Bulletin:
    """Begin a bulletin.

    Raises:
        Refused: See ``domain.draft``.
    """
    who = asker(unit)
    return await BULLETINS.add(unit, domain.draft(content, id=new_id(), tenant=who.tenant, by=who.actor))


async def revise_bulletin(id_: UUID, version: int, content: Content, unit: Unit) -> Bulletin:
    """Put a draft into other words.

    Raises:
        Problem: 404, 412.
        Beyond: See the policy.
        Refused: See ``domain.revise``.
    """
    return await _decide(
        id_, Action.REVISE, version, lambda bulletin, by: domain.revise(bulletin, content, by=by), unit
    )


async def discard_bulletin(id_: UUID, version: int, reason: str, unit: Unit) -> Bulletin:
    """Give a draft up.

    Raises:
        Problem: 404, 412.
        Beyond: See the policy.
        Refused: See ``domain.discard``.
    """
    return await _decide(
        id_, Action.DISCARD, version, lambda bulletin, by: domain.discard(bulletin, reason, by=by), unit
    )


async def publish_bulletin(id_: UUID, version: int, unit: Unit) -> Bulletin:
    """Sign a draft, which publishes it.

    Raises:
        Problem: 404, 412.
        Beyond: See the policy; two people stand behind each.
        Refused: See ``domain.publish``.
    """

    def decide(bulletin: Bulletin, by: Actor) -> Decision:
        return domain.publish(bulletin, publication=new_id(), by=by, now=unit.now)

    return await _decide(id_, Action.PUBLISH, version, decide, unit)


async def withdraw_bulletin(id_: UUID, version: int, reason: str, unit: Unit) -> Bulletin:
    """Take back what was published.

    Raises:
        Problem: 404, 412.
        Beyond: See the policy.
        Refused: See ``domain.withdraw``.
    """

    def decide(bulletin: Bulletin, by: Actor) -> Decision:
        return domain.withdraw(bulletin, reason, by=by, now=unit.now)

    return await _decide(id_, Action.WITHDRAW, version, decide, unit)


async def _decide(
    id_: UUID, action: Action, version: int, decide: Callable[[Bulletin, Actor], Decision], unit: Unit
) -> Bulletin:
    bulletin, by = await held(BULLETINS, id_, action, version, unit)
    return await BULLETINS.save(unit, decide(bulletin, by))
