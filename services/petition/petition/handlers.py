"""Does the input and output around a decision, in the transaction that the edge opened and will commit."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from uuid import UUID

from casework.codes import code_of
from casework.content import Access
from casework.informants import informant_of
from casework.numbers import human_number
from chassis.envelope import new_id
from chassis.unit import Unit
from chassis.worker.processor import Reaction

from contracts.events import AlertRaised
from petition import domain, store
from petition.access import asker, held
from petition.alike.store import forget
from petition.attachments.attachment import Attachment, names_of, read, text_of
from petition.bulletins.handlers import open_bulletin_draft
from petition.channels.domain import carried_over
from petition.channels.origin import Origin, author_of
from petition.channels.versions import REVISED
from petition.domain import Place
from petition.feedback.domain import reopenable
from petition.handling import jurisdiction
from petition.kinds import Ground, Kind
from petition.paging.config import patience
from petition.paging.domain import carry_on, page
from petition.petition import Channel, Involved, Message, Outcome, Petition, Sender
from petition.replies import answering
from petition.replies.automatic import Automatic
from petition.review.domain import open_to_objections
from petition.store import ERASURES, PETITIONS
from petition.suggesting import classify
from petition.workflow import Action


@dataclass(frozen=True, slots=True)
class SubmitPetition:
    """Somebody writes in.

    Attributes:
        handle: The name under which a channel shows them.
        account: By what a channel tells them from others; None: by nothing, so that each message is somebody's own.
        declared: What they say that it is, if it is for a small circle.
        origin: Where it lies in its channel; None on the portal.
        linked: Id of the petition that it was before it was edited, if it goes on in a small circle.
        attachments: Files that came with it, in the store already.
    """

    message: Message
    handle: str | None = None
    account: str | None = None
    declared: Ground | None = None
    origin: Origin | None = None
    linked: str | None = None
    attachments: tuple[Attachment, ...] = ()


@dataclass(frozen=True, slots=True)
class TransferPetition:
    """Triage names the department that has to answer; ``version`` is the one it looked at.

    Attributes:
        accused: Departments complained about.
        named: Accounts of officers complained about, as tokens name them.
        handlers: Accounts of the handlers to whom alone it is entrusted.
    """

    petition: UUID
    version: int
    department: str
    accused: frozenset[str] = frozenset()
    named: frozenset[str] = frozenset()
    handlers: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class ReplyToPetition:
    """The department answers."""

    petition: UUID
    version: int
    text: str
    contributed: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class MovePetition:
    """The desk has read it: it is for another circle (None: for an ordinary one), and of this kind."""

    petition: UUID
    version: int
    to: Ground | None
    kind: Kind


@dataclass(frozen=True, slots=True)
class ClosePetition:
    """Nothing more will happen."""

    petition: UUID
    version: int
    outcome: Outcome


async def submit_petition(
    command: SubmitPetition, unit: Unit, automatic: Automatic | None = None
) -> tuple[Petition, str]:
    """Take a message in; give the petition and its query code.

    Args:
        command: What came.
        unit: The caller's.
        automatic: Answers it at once if it is one of those; None: whatever comes is for people.

    Raises:
        Refused: See ``domain.receive``.
    """
    message, submitter, id_ = command.message, asker(unit), new_id()
    author = submitter.owner
    if message.channel is not Channel.PORTAL:
        author = author_of(command.account or id_, message.channel, unit.outbox)
    sender = Sender(author=author, informant=informant_of(author, unit.outbox))
    classification = classify(message.title, message.text, received_by=submitter.tenant)
    place = _place(command.declared or classification.might_be, submitter.tenant, id_, unit)
    if (origin := command.origin) is not None:
        message = replace(message, origin=origin.name(place.ground, unit.outbox), reply_to=origin.text())
    message = _with_files(message, command.attachments, place, unit)
    received = domain.receive(
        message, classification, place, sender=sender, by=submitter.actor, now=unit.now, linked=command.linked
    )
    received = page(received, classification.danger.value, now=unit.now, patience=patience())
    alone = automatic if not command.attachments else None  # what is asked may be in the picture
    decision, reply = await alone.answered(received, message, unit) if alone else (received, None)
    content = {
        "title": message.title,
        "text": message.text,
        "handle": command.handle,
        "suggestion": classification.suggestion,
        "reply_to": message.reply_to,
        "attachments": message.attachments,
        "sender": sender.author if place.ground else None,
        "linked": command.linked if place.ground else None,
        "reply": reply,
    }
    if place.ground:
        unit = unit.speaking_as(sender.informant)
    petition = await PETITIONS.add(unit, decision, content, posted_at=message.posted_at)
    return petition, code_of(petition.number, unit.outbox)


async def ask_a_person(id_: UUID, version: int, unit: Unit) -> Petition:
    """Have a person answer what was answered automatically.

    Raises:
        Problem: 404, 412.
        Refused: See ``answering.ask_a_person``.
    """
    petition, by = await held(PETITIONS, id_, Action.ASK_A_PERSON, version, unit)
    return await PETITIONS.save(unit, answering.ask_a_person(petition, by=by, now=unit.now))


async def transfer_petition(command: TransferPetition, unit: Unit) -> Petition:
    """Hand it to a department.

    Raises:
        Problem: 404, 412.
        Beyond: See the policy.
        Refused: See ``jurisdiction.transfer``.
    """
    petition, by = await held(PETITIONS, command.petition, Action.TRANSFER, command.version, unit)
    pseudonym = unit.outbox.pseudonym
    involved = Involved(
        accused=command.accused,
        named=frozenset(map(pseudonym, command.named)),
        handlers=frozenset(map(pseudonym, command.handlers)),
    )
    decision = jurisdiction.transfer(petition, command.department, involved, by=by, now=unit.now)
    return await PETITIONS.save(unit, decision)


async def reply_to_petition(command: ReplyToPetition, unit: Unit) -> Petition:
    """Answer it.

    Raises:
        Problem: 404, 412.
        Beyond: See the policy.
        Refused: See ``domain.reply``.
    """
    petition, by = await held(PETITIONS, command.petition, Action.REPLY, command.version, unit)
    decision = domain.reply(petition, command.text, contributed=command.contributed, by=by)
    return await PETITIONS.save(unit, open_to_objections(decision, now=unit.now), {"reply": command.text})


async def move_petition(command: MovePetition, unit: Unit) -> tuple[Petition, Petition]:
    """Let it end here and begin anew in another circle; give what ended, and what goes on.

    Raises:
        Problem: 404, 412.
        Beyond: See the policy.
        Refused: See ``domain.move``.
    """
    who = asker(unit)
    stored = await PETITIONS.get_for_change(unit, command.petition, who, Action.MOVE, version=command.version)
    petition = stored.case
    ((access, content),) = await PETITIONS.contents(unit, [stored], reader=None)
    place = _place(command.to, petition.tenant, new_id(), unit)
    author = petition.author if petition.hidden is None else content.get("sender", "")
    sender = Sender(author=author, informant=informant_of(author, unit.outbox))
    message = None
    if access is Access.OPEN:
        message = Message(
            channel=petition.channel,
            title=content["title"],
            text=content["text"],
            origin=await _origin(petition, content, place, unit),
            reply_to=content.get("reply_to"),
            revision=0 if "revised_text" in content else petition.revision,
        )
        message = _with_files(message, read(content.get("attachments")), place, unit)
    ended, begun = domain.move(petition, command.kind, message, place, sender=sender, by=who.actor, now=unit.now)
    begun = carry_on(petition, carried_over(begun, petition.revision, content), now=unit.now, patience=patience())
    await PETITIONS.save(unit, ended, {"linked": place.id})
    await forget(unit.session, command.petition)
    kept = {
        name: content.get(name)
        for name in ("title", "text", "handle", "suggestion", "reply_to", "attachments", *REVISED)
    }
    if place.ground:
        kept |= {"sender": author, "linked": petition.id}
    await PETITIONS.add(unit, begun, kept, posted_at=stored.row.posted_at)
    return ended.after, begun.after


async def close_petition(command: ClosePetition, unit: Unit) -> Petition:
    """End it.

    Raises:
        Problem: 404, 412.
        Beyond: See the policy.
        Refused: See ``domain.close``.
    """
    petition, by = await held(PETITIONS, command.petition, Action.CLOSE, command.version, unit)
    return await PETITIONS.save(unit, reopenable(domain.close(petition, command.outcome, by=by), now=unit.now))


REACTIONS = (
    Reaction(name="bulletins", topics=("intel.alerts.v1",), handlers={AlertRaised.TYPE: open_bulletin_draft}),
    ERASURES.reaction,
)


def _place(ground: Ground | None, received_by: str, id_: str, unit: Unit) -> Place:
    tenant = domain.place_of(ground, received_by)
    return Place(id=id_, tenant=tenant, number=human_number(tenant, unit.now, secrets.randbelow), ground=ground)


def _with_files(message: Message, attachments: tuple[Attachment, ...], place: Place, unit: Unit) -> Message:
    names = names_of(attachments, place.ground, unit.outbox.pseudonym)
    return replace(message, attachments=text_of(attachments), files=names)


async def _origin(petition: Petition, content: Mapping[str, str], place: Place, unit: Unit) -> str | None:
    """Give the name by which a message is known again where it goes on, unless another petition has it already."""
    if petition.origin is None or "reply_to" not in content:
        return None
    name = Origin.read(petition.channel, content["reply_to"]).name(place.ground, unit.outbox)
    known = await store.of_origin(unit.session, () if name is None else (name,))
    others = (stored for stored in known if stored.case.origin == name and stored.case.id != petition.id)
    return None if any(others) else name
