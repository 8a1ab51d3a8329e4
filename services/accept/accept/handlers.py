"""Does the input and output around a decision, in the transaction that the edge opened and will commit."""

import secrets
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson
from casework.codes import code_of
from casework.content import Access
from casework.numbers import human_number
from casework.repository import Stored
from chassis.api.errors import invalid
from chassis.envelope import Envelope, new_id
from chassis.unit import Unit
from chassis.worker.processor import Reaction

from accept import domain
from accept.access import asker
from accept.catalogue import ServiceItem, catalogue
from accept.domain import Application, Case, Channel, Outcome
from accept.store import CASES, ERASURES
from accept.tables import CaseRow
from accept.workflow import Action
from contracts.events import ReviewApproved, ReviewDenied

REVIEWS = "approve.reviews.v1"


@dataclass(frozen=True, slots=True)
class SubmitCase:
    """Somebody applies for a service item, or an officer types in what somebody hands in at the window."""

    channel: Channel
    item: str
    form: dict[str, Any]


@dataclass(frozen=True, slots=True)
class AcceptCase:
    """The window accepts; ``version`` is the one that the officer looked at."""

    case: UUID
    version: int


@dataclass(frozen=True, slots=True)
class RefuseCase:
    """The window refuses, with reasons out of the item's list and a notice to the applicant."""

    case: UUID
    version: int
    reasons: tuple[str, ...]
    notice: str


@dataclass(frozen=True, slots=True)
class WithdrawCase:
    """The applicant takes the application back, whatever has happened to it since."""

    case: UUID


async def submit_case(command: SubmitCase, unit: Unit) -> tuple[Case, str]:
    """Take an application in; give the case and its query code.

    Raises:
        Problem: 422, naming everything that is wrong with the form at once.
        Refused: See ``domain.submit``.
    """
    who, id_ = asker(unit), new_id()
    item = catalogue().get(command.item)
    if item is None:
        raise domain.UnknownItem
    # A walk-in has no account, so each of their cases has an owner of its own.
    walk_in = command.channel is Channel.WINDOW
    applicant = unit.outbox.pseudonym(id_, context="applicant.window") if walk_in else who.owner
    application = Application(channel=command.channel, item=item.slug, form=orjson.dumps(command.form).decode())
    decision = domain.submit(
        application,
        id=id_,
        tenant=who.tenant,
        offered_in=item.offered_in,
        number=human_number(who.tenant, unit.now, secrets.randbelow),
        applicant=applicant,
        by=who.actor,
        now=unit.now,
    )
    if errors := catalogue().form(item.slug).errors(command.form):
        raise invalid(errors)
    case = await CASES.add(unit, decision, {"form": application.form})
    return case, code_of(case.number, unit.outbox)


async def accept_case(command: AcceptCase, unit: Unit) -> Case:
    """Accept it; the event carries the form on to whoever decides.

    Raises:
        Problem: 404, 412.
        Beyond: Another city's, or their own.
        Refused: See ``domain.accept``; and ``Erased`` when the form can't be opened any more.
    """
    who = asker(unit)
    stored = await CASES.get_for_change(unit, command.case, who, Action.ACCEPT, version=command.version)
    decision = domain.accept(
        stored.case,
        await _form(stored, unit),
        workdays=_item_of(stored.case).promised.workdays,
        by=who.actor,
        now=unit.now,
    )
    return await CASES.save(unit, decision)


async def refuse_case(command: RefuseCase, unit: Unit) -> Case:
    """Refuse it at the door.

    Raises:
        Problem: 404, 412.
        Beyond: Another city's, or their own.
        Refused: See ``domain.refuse``.
    """
    who = asker(unit)
    stored = await CASES.get_for_change(unit, command.case, who, Action.REFUSE, version=command.version)
    known = _item_of(stored.case).reasons
    decision = domain.refuse(stored.case, command.reasons, command.notice, known=known, by=who.actor)
    return await CASES.save(unit, decision, {"notice": command.notice})


async def withdraw_case(command: WithdrawCase, unit: Unit) -> Case:
    """Take it back.

    Raises:
        Problem: 404.
        Beyond: Somebody else's.
        Refused: See ``domain.withdraw``.
    """
    who = asker(unit)
    stored = await CASES.get_for_change(unit, command.case, who, Action.WITHDRAW)
    return await CASES.save(unit, domain.withdraw(stored.case, by=who.actor))


async def conclude_case(event: Envelope, unit: Unit) -> None:
    """Let the review's decision reach its case, once, however often it is told.

    Raises:
        LookupError: Nobody knows the case; the event is parked, for somebody to find out why.
    """
    outcome, review = OUTCOMES[event.type]
    stored = await CASES.find(unit, UUID(review.from_data(event.data).case))
    if stored is None:
        raise LookupError("a review decided on a case that isn't here")
    await CASES.save(unit, domain.conclude(stored.case, outcome, event.subject))


OUTCOMES: dict[str, tuple[Outcome, type[ReviewApproved | ReviewDenied]]] = {
    ReviewApproved.TYPE: (Outcome.APPROVED, ReviewApproved),
    ReviewDenied.TYPE: (Outcome.DENIED, ReviewDenied),
}
REACTIONS = (
    Reaction(name="conclusions", topics=(REVIEWS,), handlers=dict.fromkeys(OUTCOMES, conclude_case)),
    ERASURES.reaction,
)


def _item_of(case: Case) -> ServiceItem:
    item = catalogue().get(case.item)
    if item is None:
        raise domain.RetiredItem
    return item


async def _form(stored: Stored[CaseRow, Case], unit: Unit) -> str:
    ((access, content),) = await CASES.contents(unit, [stored], reader=None)
    if access is not Access.OPEN:
        raise domain.Erased
    return content["form"]
