"""Puts this service's own events back into its tables, when its topics know more than a restored database."""

from uuid import UUID

from chassis.envelope import Envelope
from chassis.unit import Unit

from contracts.events import EVENTS, PetitionCalledBack, PetitionRated, RosterSpokespersonRegistered
from petition.bulletins.store import BULLETINS
from petition.handling.timers import timers_set_by
from petition.paging import store as pages
from petition.replies.store import ANSWERS, follow, heard
from petition.rosters.store import SHIFTS, SPOKESPERSONS
from petition.store import ERASURES, PETITIONS

ANSWERED = "yiwangban.petition.answer."
"""How the types of the reply library begin."""
TOLD = "yiwangban.petition.bulletin."
"""Those of bulletins, likewise."""

ON_ROSTER = "yiwangban.petition.roster."
"""Those of rosters, and of the register."""

SAID = frozenset({PetitionRated.TYPE, PetitionCalledBack.TYPE})
"""Whereby somebody says whether it is solved."""


async def restore(unit: Unit, event: Envelope) -> None:
    """Apply one own event, in the order of its subject; one that is in the tables already changes nothing.

    What events never carried stays empty: the name on the forum, and when something was posted there. Timers are set
    again with their deadline; those that had their effect come due once more, and do nothing but set the next one.
    Pages that nobody has taken are delivered once more, by the same key.

    Raises:
        OutOfOrderError: Its predecessor is missing; it has to come again after that one.
    """
    if event.type.startswith(ON_ROSTER):
        registered = event.type == RosterSpokespersonRegistered.TYPE
        await (SPOKESPERSONS if registered else SHIFTS).restore(unit, event)
    elif event.type.startswith(TOLD):
        await BULLETINS.restore(unit, event)
    elif event.type.startswith(ANSWERED):
        await ANSWERS.restore(unit, event)
        if (stored := await ANSWERS.find(unit, UUID(event.subject))) is not None:
            await follow(unit.session, stored.case, {event.type})
    else:
        await ERASURES.restore(unit, event)
        if event.type in SAID and (rated := await PETITIONS.find(unit, UUID(event.subject))) is not None:
            await heard(unit.session, rated.case)
        happened = EVENTS[event.type].from_data(event.data)
        await pages.add_of(unit.session, happened, event.subject, event.sequence)
        unit.set_timers([*timers_set_by(happened, event.subject, event.sequence, event.correlationid)])
