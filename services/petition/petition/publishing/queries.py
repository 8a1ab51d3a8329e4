"""Answers questions about what is public, for everybody, and about what may become so, for whoever signs it."""

from typing import Final
from uuid import UUID

from casework.content import Access
from casework.rows import newest
from chassis.api.pages import cut
from chassis.policy import EVERYTHING
from chassis.unit import Unit
from sqlmodel import col

from petition.access import asker
from petition.publishing.views import (
    PublicationDetail,
    PublicationPage,
    PublicationSummary,
    PublishedPage,
    PublishedView,
)
from petition.store import PUBLICATIONS
from petition.tables import PetitionRow

SHOWN: Final = frozenset({"title", "text", "reply", "correction"})


async def list_published(after: UUID | None, limit: int, tenant: str | None, unit: Unit) -> PublishedPage:
    """Show everybody a page of what is public, newest petition first; nothing of who was erased."""
    public = PUBLICATIONS.within(EVERYTHING, EVERYTHING).where(
        col(PetitionRow.published_at).is_not(None), col(PetitionRow.publication_keyid).is_not(None)
    )
    if tenant is not None:
        public = public.where(col(PetitionRow.tenant) == tenant)
    page = newest(public, col(PetitionRow.id), after=after, limit=limit + 1)
    shown, following = cut(await PUBLICATIONS.fetch(unit.session, page), limit, lambda stored: stored.case.id)
    contents = await PUBLICATIONS.contents(unit, shown, reader=None, only={"publication"})
    return PublishedPage(
        items=tuple(
            PublishedView.of(stored.case, content["publication"])
            for stored, (access, content) in zip(shown, contents, strict=True)
            if access is Access.OPEN
        ),
        next=following,
    )


async def list_publications(after: UUID | None, limit: int, unit: Unit) -> PublicationPage:
    """Show a page of what may be published, newest petition first."""
    shown, following = await PUBLICATIONS.page(unit, asker(unit), after=after, limit=limit)
    return PublicationPage(items=tuple(PublicationSummary.of(stored.case) for stored in shown), next=following)


async def get_publication(petition: UUID, unit: Unit) -> PublicationDetail:
    """Show question and answer with a proposal of what everybody may read.

    Raises:
        Problem: 404, also for what nobody consented to; 400: they have to say what for.
    """
    who = asker(unit)
    stored = await PUBLICATIONS.get(unit, petition, who)
    ((access, content),) = await PUBLICATIONS.contents(unit, [stored], reader=who, only=SHOWN)
    return PublicationDetail.of(stored.case, access, content)
