"""Where it lies what was asked and said between departments: with their petition, sealed under its author's key."""

from typing import Final

from chassis.envelope import Envelope
from chassis.sealing import open_fields
from chassis.unit import Unit

from petition.collaboration.said import Saying, saying, words_of

COLUMN: Final = "collaboration"


async def said_by(unit: Unit, event: Envelope, happened: Saying, known: str | None) -> str | None:
    """Give what lies there after an own event that asks or says something; None if its author was erased.

    Args:
        unit: The caller's.
        event: As it was received.
        happened: What it tells.
        known: What lay there before.

    Raises:
        UnsealableError: It was changed or moved.
    """
    field, sealed = words_of(happened)
    opened = await open_fields(unit.outbox.keyring, event, {field: sealed})
    return None if opened is None else saying(known, happened, opened[field], sequence=event.sequence)
