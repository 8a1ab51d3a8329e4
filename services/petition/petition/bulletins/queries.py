"""Answers questions about bulletins: for officers under the policy, and for everybody of what was published."""

from uuid import UUID

from casework.rows import newest
from chassis.api.errors import NOT_FOUND, Problem
from chassis.api.pages import cut
from chassis.policy import EVERYTHING
from chassis.unit import Unit
from contracts.tenants import PROVINCE
from sqlmodel import col, or_
from workdays.counting import day_of

from petition.access import asker
from petition.bulletins.bulletin import Bulletin
from petition.bulletins.store import BULLETINS
from petition.bulletins.tables import BulletinRow
from petition.bulletins.views import (
    BulletinPage,
    BulletinView,
    PublishedBulletin,
    PublishedBulletinPage,
    PublishedBulletinSummary,
)
from petition.bulletins.workflow import State

PUBLICATION = col(BulletinRow.publication)
"""Only what was published has one, and nothing takes it away again."""


async def list_bulletins(after: UUID | None, limit: int, state: State | None, unit: Unit) -> BulletinPage:
    """Show a page of bulletins, newest first."""
    shown, following = await BULLETINS.page(unit, asker(unit), after=after, limit=limit, state=state)
    return BulletinPage(items=tuple(BulletinView.of(stored.case) for stored in shown), next=following)


async def get_bulletin(id_: UUID, unit: Unit) -> BulletinView:
    """Show one bulletin.

    Raises:
        Problem: 404, also for what isn't the asker's to see.
    """
    return BulletinView.of((await BULLETINS.get(unit, id_, asker(unit))).case)


async def list_published(tenant: str, after: UUID | None, limit: int, unit: Unit) -> PublishedBulletinPage:
    """Show a page of what a city and its province have published, newest first; not what was to end before today."""
    on, last_day = day_of(unit.now), col(BulletinRow.last_day)
    theirs = BULLETINS.within(EVERYTHING).where(
        col(BulletinRow.tenant).in_({tenant, PROVINCE}),
        PUBLICATION.is_not(None),
        or_(last_day.is_(None), last_day >= on),
    )
    page = newest(theirs, PUBLICATION, after=after, limit=limit + 1)
    found = [stored.case for stored in await BULLETINS.fetch(unit.session, page)]
    shown, following = cut(found, limit, _publication)
    return PublishedBulletinPage(
        items=tuple(PublishedBulletinSummary.of(bulletin, on) for bulletin in shown), next=following
    )


async def get_published(id_: UUID, unit: Unit) -> PublishedBulletin:
    """Show one that was published, whatever has become of it since.

    Raises:
        Problem: 404.
    """
    wanted = BULLETINS.within(EVERYTHING).where(col(BulletinRow.id) == id_, PUBLICATION.is_not(None))
    found = await BULLETINS.fetch(unit.session, wanted)
    if not found:
        raise Problem(NOT_FOUND)
    return PublishedBulletin.of(found[0].case, day_of(unit.now))


def _publication(bulletin: Bulletin) -> str:
    return bulletin.publication or ""
