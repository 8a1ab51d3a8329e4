"""Answers in the thread of ours (会话中的回复): what somebody was asked for, and sends where they were asked."""

from collections.abc import Mapping
from typing import Final

from casework.codes import code_of
from casework.content import Access
from casework.repository import Stored
from casework.roles import Actor, Role
from chassis.outbox import Outbox
from chassis.policy import EVERYTHING
from chassis.unit import Unit
from sqlalchemy import ColumnElement, false, or_, select
from sqlmodel import col

from petition.access import asker
from petition.attachments.attachment import names_of, text_of
from petition.channels.message import ChannelMessage
from petition.channels.origin import Origin, author_of
from petition.channels.versions import REVISED, as_it_reads_now
from petition.handling import supplement
from petition.handling.supplement import Brought
from petition.kinds import Danger, Ground
from petition.outbound.marks import delivery_of
from petition.outbound.tables import DeliveryRow
from petition.outbound.wording import said_before
from petition.paging.config import patience
from petition.paging.domain import page
from petition.petition import Channel, Petition
from petition.store import PETITIONS
from petition.suggesting import classify
from petition.tables import PetitionRow
from petition.workflow import State

StoredPetition = Stored[PetitionRow, Petition]

KNOWN: Final = REVISED - {"revised_suggestion"} | {"title", "text", "supplement_request"}
"""What may be quoted from a thread. What they sent since isn't: an edit of that says it anew."""
BY_THE_MODEL: Final = "model."
"""How reasons are named that no rule gives."""


async def waiting_for(message: ChannelMessage, unit: Unit) -> StoredPetition | None:
    """Give the petition that waits for a message: one of the same sender, in whose thread it is; locked.

    Whoever answers it, withdraws it or sends what it waits for at the same moment has done so by then, or comes later.

    Args:
        message: Came in.
        unit: Of the transaction.
    """
    channel, account = message.origin.channel, message.account
    if account is None:
        return None
    author = author_of(account, channel, unit.outbox)
    for answered in message.answers:
        statement = (
            PETITIONS.within(EVERYTHING, EVERYTHING)
            .where(col(PetitionRow.author) == author, col(PetitionRow.state) == State.SUPPLEMENTING.value)
            .where(_in_whose_thread(message.origin, answered, unit.outbox))
            .with_for_update()
        )
        for stored in await PETITIONS.fetch(unit.session, statement):
            if supplement.waits_for(stored.case, channel, author) and await _known(stored, unit) is not None:
                return stored
    return None


async def sorted_anew(stored: StoredPetition, message: ChannelMessage, unit: Unit) -> tuple[Ground | None, Danger]:
    """Say for which small circle a message might be, and what can't wait in it that couldn't before.

    It is read behind what was written before, without what it quotes: a few words by themselves could be anything. By
    themselves they only count where a rule names what it found in them.
    """
    petition, known = stored.case, await _known(stored, unit) or {}
    now = as_it_reads_now(known)
    title, text = now.get("title") or "", now.get("text") or ""
    ours = said_before(petition, code_of(petition.number, unit.outbox), known.get("supplement_request"))
    words = supplement.said_anew(message.text, [*ours, *known.values()])
    before, together, alone = (
        classify(headline, read, received_by=petition.tenant)
        for headline, read in ((title, text), (title, f"{text}\n{words}"), ("", words))
    )
    named = any(not reason.startswith(BY_THE_MODEL) for reason in alone.reasons)
    ground = together.might_be if before.might_be is None else None  # it is in the open because staff say so
    if ground is None and named:
        ground = alone.might_be
    return ground, Danger.NONE if together.danger.value == petition.danger else together.danger


async def supply(stored: StoredPetition, message: ChannelMessage, danger: Danger, unit: Unit) -> Petition:
    """Take a message as what a petition waits for; its clock runs on. What can't wait in it is paged about."""
    kept, pseudonym = message.attachments, unit.outbox.pseudonym
    brought = Brought(
        origin=message.origin.name(None, unit.outbox),
        revision=message.revision,
        attachments=text_of(kept),
        files=names_of(kept, None, pseudonym),
    )
    sender = Actor(pseudonym=unit.actor, roles=frozenset({Role.CITIZEN}))
    supplied = supplement.supply(stored.case, message.text, by=sender, now=unit.now, brought=brought)
    decision = page(supplied, danger.value, now=unit.now, patience=patience())
    content = {"supplement": message.text, "supplement_attachments": brought.attachments}
    return await PETITIONS.save(unit, decision, content)


async def revise(stored: StoredPetition, message: ChannelMessage, danger: Danger, unit: Unit) -> Petition:
    """Keep what somebody has edited beside what they had sent."""
    revised = supplement.revise(stored.case, message.text, message.revision, by=asker(unit).actor)
    decision = page(revised, danger.value, now=unit.now, patience=patience())
    return await PETITIONS.save(unit, decision, {"revised_supplement": message.text})


async def _known(stored: StoredPetition, unit: Unit) -> Mapping[str, str] | None:
    """Open what was written before; None if its author was erased."""
    ((access, content),) = await PETITIONS.contents(unit, [stored], reader=None, only=KNOWN)
    return content if access is Access.OPEN else None


def _in_whose_thread(origin: Origin, answered: str, outbox: Outbox) -> ColumnElement[bool]:
    """Say of which petitions something is the thread: by what we sent, or by the message that began it.

    The Message-ID of a mail proves nothing but where it is ours: anybody may write the others.
    """
    delivery = delivery_of(answered, origin.channel, outbox)
    sent = (
        select(col(DeliveryRow.petition))
        .where(col(DeliveryRow.id) == delivery)
        .where(col(DeliveryRow.channel) == origin.channel.value, col(DeliveryRow.source) == origin.source)
    )
    ours = false() if delivery is None else col(PetitionRow.id).in_(sent)
    if origin.channel is Channel.MAIL:
        return ours
    began = Origin(channel=origin.channel, source=origin.source, message=answered)
    return or_(ours, col(PetitionRow.origin) == began.name(None, outbox))
