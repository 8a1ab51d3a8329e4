"""Puts this service's own events back into its tables, when its topics know more than a restored database."""

from collections.abc import Mapping
from uuid import UUID

from casework.access import EVERYTHING
from casework.numbers import query_code_hash
from chassis.envelope import Envelope
from chassis.relay.importer import OutOfOrderError
from chassis.sealed_columns import Sealed
from chassis.sealing import open_fields
from chassis.unit import Unit

from contracts.events import (
    BulletinDrafted,
    PetitionClassified,
    PetitionClosed,
    PetitionReceived,
    PetitionReplied,
    PetitionTransferred,
)
from petition import bulletins, domain, store
from petition.handlers import code_of
from petition.store import CONTENT

LATER_EVENTS = {
    event.TYPE: event for event in (PetitionClassified, PetitionTransferred, PetitionReplied, PetitionClosed)
}


async def restore(unit: Unit, event: Envelope) -> None:
    """Apply one own event, in the order of its subject; one that is in the tables already changes nothing.

    What events never carried stays empty: the name on the forum, and when something was posted there.

    Raises:
        OutOfOrderError: Its predecessor is missing; it has to come again after that one.
    """
    if event.type == PetitionReceived.TYPE:
        await _restore_received(unit, event)
    elif event.type in LATER_EVENTS:
        await _restore_later(unit, event)
    elif event.type == BulletinDrafted.TYPE:
        drafted = BulletinDrafted.from_data(event.data)
        bulletin = bulletins.begin(drafted, id=UUID(event.subject), tenant=event.tenant, at=event.time)
        await store.add_bulletin(unit.session, bulletin)


async def _restore_received(unit: Unit, event: Envelope) -> None:
    if await store.find(unit.session, UUID(event.subject), EVERYTHING):
        return
    received = PetitionReceived.from_data(event.data)
    petition = domain.begin(received, id=event.subject, tenant=event.tenant)
    await store.add(
        unit.session,
        petition,
        await _reseal(unit, event, {"title": received.title, "text": received.text}, petition.author),
        query_code_hash=query_code_hash(code_of(petition.id, unit), petition.id),
        posted_at=None,
    )


async def _restore_later(unit: Unit, event: Envelope) -> None:
    stored = await store.find(unit.session, UUID(event.subject), EVERYTHING)
    last = stored.petition.sequence if stored else 0
    if event.sequence <= last:
        return
    if stored is None or event.sequence != last + 1:
        raise OutOfOrderError(f"{event.subject}: {event.sequence} after {last}")
    happened = LATER_EVENTS[event.type].from_data(event.data)
    petition = domain.replay(stored.petition, happened)
    reply: Sealed | None = None
    if isinstance(happened, PetitionReplied):
        reply = await _reseal(unit, event, {"reply": happened.reply}, petition.author)
    await store.save(unit.session, petition, decided_on=last, reply=reply)


async def _reseal(unit: Unit, event: Envelope, fields: Mapping[str, str], person: str) -> Sealed | None:
    """Seal an event's fields for the tables; None when their key was destroyed, so that an erasure stays one."""
    opened = await open_fields(unit.outbox.keyring, event, fields)
    if opened is None:
        return None
    return await CONTENT.seal(unit.outbox.keyring, person=person, row=event.subject, columns=opened)
