"""Puts this service's own events back into its table, when its topic knows more than a restored database."""

from uuid import UUID

from casework.access import EVERYTHING
from casework.handling import code_of
from casework.numbers import query_code_hash
from chassis.envelope import Envelope
from chassis.relay.importer import is_next
from chassis.sealed_columns import Sealed
from chassis.unit import Unit

from accept import domain, store
from accept.store import CONTENT
from contracts.events import CaseAccepted, CaseConcluded, CaseNotAccepted, CaseSubmitted, CaseWithdrawn

LATER_EVENTS = {event.TYPE: event for event in (CaseAccepted, CaseNotAccepted, CaseWithdrawn, CaseConcluded)}


async def restore(unit: Unit, event: Envelope) -> None:
    """Apply one own event, in the order of its subject; one that is in the table already changes nothing.

    Raises:
        OutOfOrderError: Its predecessor is missing; it has to come again after that one.
    """
    stored = await store.find(unit.session, UUID(event.subject), EVERYTHING, lock=True)
    if not is_next(event, after=stored.case.sequence if stored else 0):
        return
    if stored is None:
        await _restore_submitted(unit, event)
    elif event.type in LATER_EVENTS:
        await _restore_later(unit, event, stored.case)


async def _restore_submitted(unit: Unit, event: Envelope) -> None:
    submitted = CaseSubmitted.from_data(event.data)
    case = domain.begin(submitted, id=event.subject, tenant=event.tenant)
    form = await CONTENT.take_over(unit.outbox.keyring, event, fields={"form": submitted.form}, person=case.applicant)
    code = code_of(case.id, unit.outbox)
    await store.add(unit.session, case, form, query_code_hash=query_code_hash(code, case.id))


async def _restore_later(unit: Unit, event: Envelope, before: domain.Case) -> None:
    happened = LATER_EVENTS[event.type].from_data(event.data)
    notice: Sealed | None = None
    if isinstance(happened, CaseNotAccepted):
        notice = await CONTENT.take_over(
            unit.outbox.keyring, event, fields={"notice": happened.notice}, person=before.applicant
        )
    case = domain.replay(before, happened)
    await store.save(unit.session, case, notice=notice)
