"""Puts this service's own events back into its table, when its topic knows more than a restored database."""

from chassis.envelope import Envelope
from chassis.unit import Unit

from approve.handlers import timers_of
from approve.review import begin
from approve.store import ERASURES
from contracts.events import ReviewStarted


async def restore(unit: Unit, event: Envelope) -> None:
    """Apply one own event, in the order of its subject; one that is in the table already changes nothing.

    Its timers are set again with their deadline. Those that had their effect come due once more and do nothing,
    because the effect was told by an event, too.

    Raises:
        OutOfOrderError: Its predecessor is missing; it has to come again after that one.
    """
    await ERASURES.restore(unit, event)
    if event.type == ReviewStarted.TYPE:
        review = begin(ReviewStarted.from_data(event.data), id=event.subject, tenant=event.tenant)
        unit.set_timers(timers_of(review, event.correlationid))
