"""Puts this service's own events back into its tables, when its topics know more than a restored database."""

from uuid import UUID

from chassis.envelope import Envelope
from chassis.unit import Unit

from contracts.events import EVENTS, PetitionCalledBack, PetitionRated, RosterSpokespersonRegistered
from petition.bulletins.store import BULLETINS
from petition.handling.timers import timers_set_by
from petition.outbound.delivery import told_by, told_to_all
from petition.outbound.store import DELIVERIES, announce
from petition.paging import store as pages
from petition.replies.store import ANSWERS, follow, heard
from petition.rosters.store import SHIFTS, SPOKESPERSONS
from petition.samples.store import DRAWS
from petition.store import ERASURES, PETITIONS

ANSWERED = "yiwangban.petition.answer."
"""How the types of the reply library begin."""
TOLD = "yiwangban.petition.bulletin."
"""Those of bulletins, likewise."""

ON_ROSTER = "yiwangban.petition.roster."
"""Those of rosters, and of the register."""
SENT = "yiwangban.petition.delivery."
"""And those of deliveries."""
SAMPLED = "yiwangban.petition.sample."
"""And those of samples."""

SAID = frozenset({PetitionRated.TYPE, PetitionCalledBack.TYPE})
"""Whereby somebody says whether it is solved."""


async def restore(unit: Unit, event: Envelope) -> None:
    """Apply one own event, in the order of its subject; one that is in the tables already changes nothing.

    What events never carried stays empty: the name on the forum, and when something was posted there. Timers are set
    again with their deadline; those that had their effect come due once more, and do nothing but set the next one.
    Pages that nobody has taken are delivered once more, by the same key. What
    goes out waits again, unless an event says that it was sent; whichever of both comes first.

    Raises:
        OutOfOrderError: Its predecessor is missing; it has to come again after that one.
    """
    if event.type.startswith(ON_ROSTER):
        registered = event.type == RosterSpokespersonRegistered.TYPE
        await (SPOKESPERSONS if registered else SHIFTS).restore(unit, event)
    elif event.type.startswith(TOLD):
        await _bulletin(unit, event)
    elif event.type.startswith(ANSWERED):
        await ANSWERS.restore(unit, event)
        if (stored := await ANSWERS.find(unit, UUID(event.subject))) is not None:
            await follow(unit.session, stored.case, {event.type})
    elif event.type.startswith(SENT):
        await DELIVERIES.restore(unit, event)
    elif event.type.startswith(SAMPLED):
        await DRAWS.restore(unit, event)
    else:
        await ERASURES.restore(unit, event)
        happened = EVENTS[event.type].from_data(event.data)
        await pages.add_of(unit.session, happened, event.subject, event.sequence)
        if event.type in SAID or told_by(happened):
            petition = await PETITIONS.find(unit, UUID(event.subject))
            if petition is not None and event.type in SAID:
                await heard(unit.session, petition.case)
            elif petition is not None:
                await PETITIONS.tell(unit, petition.case, event.sequence, happened, since=event.time)
        unit.set_timers([*timers_set_by(happened, event.subject, event.sequence, event.correlationid)])


async def _bulletin(unit: Unit, event: Envelope) -> None:
    """Apply an event of a bulletin; what of it is for everybody waits to be told again, unless it is known as sent."""
    await BULLETINS.restore(unit, event)
    what = told_to_all(EVENTS[event.type].from_data(event.data))
    if what is not None and (bulletin := await BULLETINS.find(unit, UUID(event.subject))) is not None:
        await announce(unit, bulletin.case, event.sequence, what, event.time)
