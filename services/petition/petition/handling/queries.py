"""Answers questions about the handling of petitions. The policy is part of each."""

from chassis.unit import Unit

from petition.access import asker
from petition.handling import store
from petition.handling.store import Wanted
from petition.store import PETITIONS
from petition.views import PetitionPage, page_of


async def queue(wanted: Wanted, unit: Unit) -> PetitionPage:
    """Show a page of the queue."""
    who = asker(unit)
    shown, following = await store.queue(unit, who, wanted)
    contents = await PETITIONS.contents(unit, shown, reader=who, only={"title", "revised_title"})
    return page_of((stored.case for stored in shown), contents, following)
