"""Where it lies what was asked and said between departments: with their petition, sealed under its author's key."""

from typing import Final

from chassis.envelope import Envelope
from chassis.sealing import open_fields
from chassis.unit import Unit
from contracts.event import ContractEvent

from contracts.events import PetitionCollaborationRequested, PetitionContributed
from petition.collaboration.said import OPINION, QUESTION, saying

COLUMN: Final = "collaboration"


async def said_by(unit: Unit, event: Envelope, happened: ContractEvent, known: str | None) -> str | None:
    """Give what lies there after an own event that asks or says something; None if its author was erased.

    Args:
        unit: The caller's.
        event: As it was received.
        happened: What it tells.
        known: What lay there before.

    Raises:
        UnsealableError: It was changed or moved.
    """
    match happened:
        case PetitionCollaborationRequested(question=sealed):
            field = QUESTION
        case PetitionContributed(opinion=sealed):
            field = OPINION
        case _:
            return None
    opened = await open_fields(unit.outbox.keyring, event, {field: sealed})
    return None if opened is None else saying(known, happened, opened[field], sequence=event.sequence)
