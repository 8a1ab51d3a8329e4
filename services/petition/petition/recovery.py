"""Puts this service's own events back into its tables, when its topics know more than a restored database."""

from uuid import UUID

from casework.access import EVERYTHING
from casework.handling import code_of
from casework.numbers import query_code_hash
from chassis.envelope import Envelope
from chassis.relay.importer import is_next
from chassis.sealed_columns import Sealed
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
        await CONTENT.take_over(
            unit.outbox.keyring,
            event,
            fields={"title": received.title, "text": received.text},
            person=petition.author,
        ),
        query_code_hash=query_code_hash(code_of(petition.id, unit.outbox), petition.id),
        posted_at=None,
    )


async def _restore_later(unit: Unit, event: Envelope) -> None:
    stored = await store.find(unit.session, UUID(event.subject), EVERYTHING)
    last = stored.petition.sequence if stored else 0
    if not is_next(event, after=last) or stored is None:
        return
    happened = LATER_EVENTS[event.type].from_data(event.data)
    petition = domain.replay(stored.petition, happened)
    reply: Sealed | None = None
    if isinstance(happened, PetitionReplied):
        reply = await CONTENT.take_over(
            unit.outbox.keyring, event, fields={"reply": happened.reply}, person=petition.author
        )
    await store.save(unit.session, petition, decided_on=last, reply=reply)
