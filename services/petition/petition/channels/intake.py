"""The idempotent receiver (幂等接收): whatever a channel repeats, re-orders or edits, each message is one petition."""

import hashlib
from dataclasses import replace
from enum import StrEnum
from functools import partial
from typing import Final

from casework.content import Access
from casework.repository import Stored
from chassis.database import driver_of
from chassis.unit import Unit

from petition import store
from petition.access import asker
from petition.channels import domain, threads
from petition.channels.domain import Edit
from petition.channels.message import ChannelMessage
from petition.channels.origin import Origin
from petition.channels.telemetry import telemetry
from petition.domain import CLOCKS_DIFFER
from petition.handlers import SubmitPetition, submit_petition
from petition.paging.config import patience
from petition.paging.domain import page
from petition.petition import Message, Petition
from petition.store import PETITIONS
from petition.suggesting import classify
from petition.tables import PetitionRow

_LOCK: Final = "SELECT pg_advisory_xact_lock(%(key)s)"


class Outcome(StrEnum):
    """What became of a message."""

    NEW = "new"
    EDITED = "edited"
    SUPPLEMENT = "supplement"
    """A petition waited for it: it is what its sender was asked for."""
    SEEN = "seen"
    """It was there already, in this version or a later one."""
    ERASED = "erased"
    """Its author was erased: nothing of theirs comes back."""


async def take_in(message: ChannelMessage, unit: Unit) -> tuple[Outcome, Petition]:
    """Make a petition of a message, or a new version of the one that it is already.

    What answers ours in its thread, by whom we asked for more, is what that petition waits for; if it doesn't wait, or
    somebody else writes, it is a petition like any other.

    What is edited into something that might be a report goes on as a report of its own, out of sight: what is in the
    open stays as it was, and nothing there says that there is more.

    Args:
        message: As the channel hands it over; one that came before is known by its origin.
        unit: The connector's, which names the tenant for which it asks.

    Returns:
        What became of it, and the petition that it is.

    Raises:
        UnknownTenant: See ``asker``.
        WrongRole: The unit isn't a connector's.
    """
    await _alone_with(message.origin, unit)
    names = message.origin.names(unit.outbox)
    found = await store.of_origin(unit.session, names)
    its_own = [stored for stored in found if stored.case.origin in names]
    if its_own:
        hidden = (stored for stored in its_own if stored.case.hidden)
        outcome, petition = await _again(message, next(hidden, its_own[0]), unit)
    elif found:
        outcome, petition = await _supplied_again(message, found[0], unit)
    else:
        outcome, petition = await _first(message, unit)
    unit.after_commit(partial(telemetry().messages, petition.channel, outcome.value))
    return outcome, petition


async def _first(message: ChannelMessage, unit: Unit) -> tuple[Outcome, Petition]:
    waiting = await threads.waiting_for(message, unit)
    if waiting is None:
        return Outcome.NEW, await _submit(message, unit)
    ground, danger = await threads.sorted_anew(waiting, message, unit)
    if ground is not None:  # as for an edit: nothing in the open says that there is more
        return Outcome.NEW, await _submit(replace(message, declared=ground), unit, linked=waiting.case.id)
    return Outcome.SUPPLEMENT, await threads.supply(waiting, message, danger, unit)


async def _supplied_again(
    message: ChannelMessage, known: Stored[PetitionRow, Petition], unit: Unit
) -> tuple[Outcome, Petition]:
    petition = known.case
    if message.revision <= petition.course.supplement_revision:
        return Outcome.SEEN, petition
    ((access, _),) = await PETITIONS.contents(unit, [known], reader=None, only={"title"})
    if access is not Access.OPEN:
        return Outcome.ERASED, petition
    ground, danger = await threads.sorted_anew(known, message, unit)
    if ground is not None or petition.hidden is not None:  # or it goes on elsewhere, and nobody looks at it here
        return Outcome.EDITED, await _submit(replace(message, declared=ground), unit, linked=petition.id)
    return Outcome.EDITED, await threads.revise(known, message, danger, unit)


async def _again(message: ChannelMessage, known: Stored[PetitionRow, Petition], unit: Unit) -> tuple[Outcome, Petition]:
    petition = known.case
    if message.revision <= petition.revision:
        return Outcome.SEEN, petition
    ((access, _),) = await PETITIONS.contents(unit, [known], reader=None, only={"title"})
    if access is not Access.OPEN:
        return Outcome.ERASED, petition
    by = asker(unit)
    classification = classify(message.title, message.text, received_by=by.tenant)
    if classification.might_be and petition.hidden is None:
        return Outcome.EDITED, await _submit(message, unit, linked=petition.id)
    edit = Edit(revision=message.revision, title=message.title, text=message.text)
    revised = domain.revise(petition, edit, classification, by=by.actor)
    decision = page(revised, classification.danger.value, now=unit.now, patience=patience())
    if petition.hidden:
        unit = unit.speaking_as(petition.author)
    content = {
        "revised_title": edit.title,
        "revised_text": edit.text,
        "revised_suggestion": classification.suggestion,
    }
    return Outcome.EDITED, await PETITIONS.save(unit, decision, content)


async def _submit(message: ChannelMessage, unit: Unit, *, linked: str | None = None) -> Petition:
    posted_at = message.posted_at
    if posted_at is not None and posted_at > unit.now + CLOCKS_DIFFER:
        posted_at = None  # whatever clock that was, it says nothing
    submitted = SubmitPetition(
        Message(
            channel=message.origin.channel,
            title=message.title,
            text=message.text,
            posted_at=posted_at,
            revision=message.revision,
        ),
        handle=message.author,
        account=message.account,
        origin=message.origin,
        linked=linked,
        attachments=message.attachments,
        declared=message.declared,
    )
    petition, _ = await submit_petition(submitted, unit)
    return petition


async def _alone_with(origin: Origin, unit: Unit) -> None:
    """Wait for whoever else has the same message in hand: of its names in two circles, no index keeps one alone."""
    name = origin.names(unit.outbox)[0]
    key = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8]) >> 1
    await driver_of(unit.session).execute(_LOCK, {"key": key})
