"""Does the input and output around a decision, in the transaction that the edge opened and will commit."""

import secrets
from dataclasses import dataclass
from uuid import UUID

from casework.codes import code_of
from casework.numbers import human_number
from casework.roles import Actor
from chassis.envelope import Envelope, new_id
from chassis.unit import Unit
from chassis.worker.processor import Reaction

from contracts.events import AlertRaised
from petition import bulletins, domain, store
from petition.access import asker
from petition.domain import Involved, Message, Outcome, Petition
from petition.store import ERASURES, PETITIONS
from petition.suggesting import classify
from petition.workflow import Action


@dataclass(frozen=True, slots=True)
class SubmitPetition:
    """Somebody writes in; ``handle`` is the name under which a forum knows them."""

    message: Message
    handle: str | None = None


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


@dataclass(frozen=True, slots=True)
class ClosePetition:
    """Nothing more will happen."""

    petition: UUID
    version: int
    outcome: Outcome


async def submit_petition(command: SubmitPetition, unit: Unit) -> tuple[Petition, str]:
    """Take a message in; give the petition and its query code.

    Raises:
        Refused: See ``domain.receive``.
    """
    message, submitter, id_ = command.message, asker(unit), new_id()
    author = submitter.owner
    if message.channel is domain.Channel.FORUM:
        author = unit.outbox.pseudonym(command.handle or id_, context="author.forum")
    classification = classify(message.title, message.text, received_by=submitter.tenant)
    decision = domain.receive(
        message,
        classification,
        id=id_,
        tenant=submitter.tenant,
        number=human_number(submitter.tenant, unit.now, secrets.randbelow),
        author=author,
        by=submitter.actor,
        now=unit.now,
    )
    content = {
        "title": message.title,
        "text": message.text,
        "handle": command.handle,
        "suggestion": classification.suggestion,
    }
    petition = await PETITIONS.add(unit, decision, content, posted_at=message.posted_at)
    return petition, code_of(petition.number, unit.outbox)


async def transfer_petition(command: TransferPetition, unit: Unit) -> Petition:
    """Hand it to a department.

    Raises:
        Problem: 404, 412.
        Beyond: See the policy.
        Refused: See ``domain.transfer``.
    """
    petition, by = await _held(command.petition, Action.TRANSFER, command.version, unit)
    pseudonym = unit.outbox.pseudonym
    involved = Involved(
        accused=command.accused,
        named=frozenset(map(pseudonym, command.named)),
        handlers=frozenset(map(pseudonym, command.handlers)),
    )
    return await PETITIONS.save(unit, domain.transfer(petition, command.department, involved, by=by))


async def reply_to_petition(command: ReplyToPetition, unit: Unit) -> Petition:
    """Answer it.

    Raises:
        Problem: 404, 412.
        Beyond: See the policy.
        Refused: See ``domain.reply``.
    """
    petition, by = await _held(command.petition, Action.REPLY, command.version, unit)
    return await PETITIONS.save(unit, domain.reply(petition, command.text, by=by), {"reply": command.text})


async def close_petition(command: ClosePetition, unit: Unit) -> Petition:
    """End it.

    Raises:
        Problem: 404, 412.
        Beyond: See the policy.
        Refused: See ``domain.close``.
    """
    petition, by = await _held(command.petition, Action.CLOSE, command.version, unit)
    return await PETITIONS.save(unit, domain.close(petition, command.outcome, by=by))


async def open_bulletin_draft(event: Envelope, unit: Unit) -> None:
    """Answer an alert with a bulletin draft: one, however often the alert is delivered or told again."""
    bulletin, drafted = bulletins.draft(
        AlertRaised.from_data(event.data),
        id=UUID(new_id()),
        alert_id=UUID(event.id),
        tenant=event.tenant,
        now=unit.now,
    )
    if await store.add_bulletin(unit.session, bulletin):
        await unit.append(
            topic=drafted.TOPIC,
            subject=str(bulletin.id),
            tenant=bulletin.tenant,
            first_sequence=bulletin.sequence,
            events=(drafted,),
        )


REACTIONS = (
    Reaction(name="bulletins", topics=("intel.alerts.v1",), handlers={AlertRaised.TYPE: open_bulletin_draft}),
    ERASURES.reaction,
)


async def _held(id_: UUID, action: Action, version: int, unit: Unit) -> tuple[Petition, Actor]:
    """Give a petition to an officer who wants to change it, and the officer."""
    who = asker(unit)
    stored = await PETITIONS.get_for_change(unit, id_, who, action, version=version)
    return stored.case, who.actor
