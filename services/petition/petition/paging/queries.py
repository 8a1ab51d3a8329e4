"""Answers what nobody has taken. The policy is part of it."""

from uuid import UUID

from casework.rows import newest
from chassis.api.pages import cut
from chassis.unit import Unit
from sqlmodel import col

from petition.access import asker
from petition.paging import store
from petition.paging.store import Delivery
from petition.paging.views import PagePage, PageView
from petition.store import PETITIONS
from petition.tables import PetitionRow


async def list_pages(after: UUID | None, limit: int, unit: Unit) -> PagePage:
    """Show a page of what somebody may take, newest petition first."""
    waiting = PETITIONS.within(asker(unit).reach("page", "list")).where(col(PetitionRow.alarm_waiting))
    page = newest(waiting, col(PetitionRow.id), after=after, limit=limit + 1)
    shown, following = cut(await PETITIONS.fetch(unit.session, page), limit, lambda stored: stored.case.id)
    deliveries = await store.last_of(unit.session, [UUID(stored.case.id) for stored in shown])
    return PagePage(
        items=tuple(
            PageView.of(stored.case, stored.case.alarm, deliveries.get(UUID(stored.case.id), Delivery()))
            for stored in shown
            if stored.case.alarm
        ),
        next=following,
    )
