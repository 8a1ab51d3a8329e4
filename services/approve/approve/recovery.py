"""Puts this service's own events back into its tables, when its topic knows more than a restored database."""

from uuid import UUID

from casework.access import EVERYTHING
from chassis.envelope import Envelope
from chassis.relay.importer import is_next
from chassis.sealed_columns import Sealed
from chassis.timers import set_timers
from chassis.unit import Unit

from approve import review as reviews
from approve import store
from approve.handlers import timers_of
from approve.review import Review
from approve.store import CONTENT
from contracts.events import (
    ReviewApproved,
    ReviewBreached,
    ReviewDenied,
    ReviewDiscontinued,
    ReviewStarted,
    ReviewTaskAssigned,
    ReviewTaskCompleted,
    ReviewTaskReleased,
    ReviewWarned,
)

LATER_EVENTS = {
    event.TYPE: event
    for event in (
        ReviewTaskAssigned,
        ReviewTaskReleased,
        ReviewTaskCompleted,
        ReviewWarned,
        ReviewBreached,
        ReviewApproved,
        ReviewDenied,
        ReviewDiscontinued,
    )
}


async def restore(unit: Unit, event: Envelope) -> None:
    """Apply one own event, in the order of its subject; one that is in the table already changes nothing.

    Its timers are set again with their deadline. Those that had their effect come due once more and do nothing,
    because the effect was told by an event, too.

    Raises:
        OutOfOrderError: Its predecessor is missing; it has to come again after that one.
    """
    stored = await store.find(unit.session, UUID(event.subject), EVERYTHING, lock=True)
    if not is_next(event, after=stored.review.sequence if stored else 0):
        return
    if stored is None:
        await _restore_started(unit, event)
    elif event.type in LATER_EVENTS:
        await _restore_later(unit, event, stored.review)


async def _restore_started(unit: Unit, event: Envelope) -> None:
    started = ReviewStarted.from_data(event.data)
    review = reviews.begin(started, id=event.subject, tenant=event.tenant)
    form = await _taken_over(unit, event, review, "form", started.form)
    await store.add(unit.session, review, form)
    await set_timers(unit.session, timers_of(review, event.correlationid))


async def _restore_later(unit: Unit, event: Envelope, before: Review) -> None:
    happened = LATER_EVENTS[event.type].from_data(event.data)
    written: Sealed | None = None
    if isinstance(happened, ReviewTaskCompleted):
        written = await _taken_over(unit, event, before, "opinion", happened.opinion)
    elif isinstance(happened, ReviewDenied):
        written = await _taken_over(unit, event, before, "notice", happened.notice)
    await store.save(unit.session, reviews.replay(before, happened), written=written)


async def _taken_over(unit: Unit, event: Envelope, review: Review, field: str, text: str | None) -> Sealed | None:
    if text is None:
        return None
    person = review.applicant or review.id
    return await CONTENT.take_over(unit.outbox.keyring, event, fields={field: text}, person=person)
