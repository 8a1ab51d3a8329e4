"""Does the input and output around a decision, in the transaction that the edge opened and will commit."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from uuid import UUID

from casework.handling import announce, code_of
from casework.numbers import human_number, query_code_hash
from casework.roles import Actor
from chassis.api.errors import NOT_FOUND, PRECONDITION_FAILED, Problem
from chassis.api.versions import require_version
from chassis.envelope import Envelope, new_id
from chassis.sealed_columns import Sealed
from chassis.unit import Unit
from chassis.worker.processor import Reaction
from contracts.tenants import load_tenants

from contracts.events import AlertRaised
from petition import bulletins, domain, store
from petition.access import DESK
from petition.classification import classify
from petition.domain import Decision, Message, Outcome, Petition
from petition.store import CONTENT

PETITIONS = "petition.petitions.v1"
BULLETINS = "petition.bulletins.v1"

tenants = cache(load_tenants)
"""The cities, read once, at start."""


@dataclass(frozen=True, slots=True)
class SubmitPetition:
    """Somebody writes in; ``handle`` is the name under which a forum knows them."""

    message: Message
    handle: str | None = None


@dataclass(frozen=True, slots=True)
class TransferPetition:
    """Triage names the department that has to answer; ``version`` is the one it looked at."""

    petition: UUID
    version: int
    department: str


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
    message, submitter, id_ = command.message, DESK.asker(unit), new_id()
    author = submitter.owner
    if message.channel is domain.Channel.FORUM:
        author = unit.outbox.pseudonym(command.handle or id_, context="author.forum")
    decision = domain.receive(
        message,
        classify(message.title, message.text),
        id=id_,
        tenant=submitter.tenant,
        tenants=tenants(),
        number=human_number(submitter.tenant, unit.now, secrets.randbelow),
        author=author,
        by=submitter.actor,
        now=unit.now,
    )
    columns = {"title": message.title, "text": message.text, "handle": command.handle}
    sealed = await CONTENT.seal(unit.outbox.keyring, person=author, row=id_, columns=columns)
    code = code_of(id_, unit.outbox)
    await store.add(
        unit.session,
        decision.after,
        sealed,
        query_code_hash=query_code_hash(code, id_),
        posted_at=message.posted_at,
    )
    await announce(decision, unit, topic=PETITIONS, person=author)
    return decision.after, code


async def transfer_petition(command: TransferPetition, unit: Unit) -> Petition:
    """Hand it to a department.

    Raises:
        Problem: 404, 412.
        Refused: See ``domain.transfer``.
    """
    return await _change(
        command.petition,
        command.version,
        lambda petition, by: domain.transfer(petition, command.department, by=by),
        unit,
    )


async def reply_to_petition(command: ReplyToPetition, unit: Unit) -> Petition:
    """Answer it.

    Raises:
        Problem: 404, 412.
        Refused: See ``domain.reply``.
    """
    return await _change(
        command.petition,
        command.version,
        lambda petition, by: domain.reply(petition, command.text, by=by),
        unit,
        reply=command.text,
    )


async def close_petition(command: ClosePetition, unit: Unit) -> Petition:
    """End it.

    Raises:
        Problem: 404, 412.
        Refused: See ``domain.close``.
    """
    return await _change(
        command.petition,
        command.version,
        lambda petition, by: domain.close(petition, command.outcome, by=by),
        unit,
    )


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
            topic=BULLETINS,
            subject=str(bulletin.id),
            tenant=bulletin.tenant,
            first_sequence=bulletin.sequence,
            events=(drafted,),
        )


REACTIONS = (Reaction(name="bulletins", topics=("intel.alerts.v1",), handlers={AlertRaised.TYPE: open_bulletin_draft}),)


Decide = Callable[[Petition, Actor], Decision]


async def _change(id_: UUID, version: int, decide: Decide, unit: Unit, *, reply: str | None = None) -> Petition:
    """Find, compare, decide, save: an officer's change, refused when it was decided on another version.

    No row is locked while deciding. Whoever saves second finds the sequence moved on.
    """
    by = DESK.asker(unit)
    stored = await store.find(unit.session, id_, by.scope)
    if stored is None:
        raise Problem(NOT_FOUND)
    before = stored.petition
    require_version(version, before.sequence)
    decision = decide(before, by.actor)
    sealed: Sealed | None = None
    if reply is not None:
        sealed = await CONTENT.seal(unit.outbox.keyring, person=before.author, row=before.id, columns={"reply": reply})
    if not await store.save(unit.session, decision.after, decided_on=before.sequence, reply=sealed):
        raise Problem(PRECONDITION_FAILED)
    await announce(decision, unit, topic=PETITIONS, person=before.author)
    return decision.after
