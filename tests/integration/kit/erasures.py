"""A person is erased: their key is destroyed, and the service hears of it as its worker would."""

import json
from typing import Any

from chassis.envelope import Envelope, new_id
from contracts.registry import Registry

from .in_process import InProcess


def ordered(keyid: str) -> Envelope:
    """Make the event that says that a key was destroyed."""
    example: dict[str, Any] = json.loads(Registry.load().example("erasure-ordered.json"))
    return Envelope.from_cloudevent(example | {"id": new_id(), "subject": keyid, "data": {"key": keyid}})


async def erased(service: InProcess, keyid: str) -> Envelope:
    """Destroy the key, let the service hear of it, and give its acknowledgement."""
    await service.keyring.destroy(keyid)
    await reacted(service, event := ordered(keyid))
    (acknowledged,) = service.events(keyid)
    assert (acknowledged.causationid, acknowledged.keyid) == (event.id, None)
    return acknowledged


async def reacted(service: InProcess, event: Envelope) -> None:
    """Let the event reach the service."""
    (reaction,) = (each for each in service.service.reactions if each.name == "erasures")
    async with service.units.begin(cause=event) as unit:
        await reaction.handlers[event.type](event, unit)
