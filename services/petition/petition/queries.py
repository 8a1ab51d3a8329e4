"""Answers questions. Rows come within the asker's scope; content opens only for whom it concerns."""

from dataclasses import dataclass
from uuid import UUID

from casework.access import Asker
from casework.content import Content, open_content
from chassis.api.errors import NOT_FOUND, Problem
from chassis.api.pages import cut
from chassis.unit import Unit

from petition import store
from petition.access import DESK, may_read
from petition.store import CONTENT, Stored
from petition.views import BulletinPage, BulletinView, PetitionDetail, PetitionPage, summary
from petition.workflow import State


@dataclass(frozen=True, slots=True)
class ListPetitions:
    """A page of petitions; ``after`` is the last id of the page before."""

    after: UUID | None
    limit: int
    state: State | None = None
    department: str | None = None


async def get_petition(id_: UUID, unit: Unit) -> PetitionDetail:
    """Show one petition.

    Raises:
        Problem: 404, also for what exists outside the asker's scope.
    """
    who = DESK.asker(unit)
    stored = await store.find(unit.session, id_, who.scope)
    if stored is None:
        raise Problem(NOT_FOUND)
    ((access, content),) = await _open([stored], who, unit)
    return PetitionDetail.of(stored.petition, access, content, posted_at=stored.posted_at)


async def list_petitions(query: ListPetitions, unit: Unit) -> PetitionPage:
    """Show a page of them, newest first."""
    who = DESK.asker(unit)
    found = await store.page(
        unit.session,
        who.scope,
        after=query.after,
        limit=query.limit + 1,
        state=query.state,
        department=query.department,
    )
    shown, following = cut(found, query.limit, lambda stored: stored.petition.id)
    contents = await _open([stored.titled() for stored in shown], who, unit)
    return PetitionPage(
        items=tuple(
            summary(stored.petition, access, content) for stored, (access, content) in zip(shown, contents, strict=True)
        ),
        next=following,
    )


async def list_bulletins(after: UUID | None, limit: int, unit: Unit) -> BulletinPage:
    """Show a page of bulletins, newest first."""
    found = await store.page_of_bulletins(unit.session, DESK.asker(unit).scope.tenant, after=after, limit=limit + 1)
    shown, following = cut(found, limit, lambda bulletin: bulletin.id)
    return BulletinPage(
        items=tuple(BulletinView.of(bulletin) for bulletin in shown),
        next=following,
    )


async def _open(found: list[Stored], who: Asker, unit: Unit) -> list[Content]:
    rows = [(stored.petition.id, stored.sealed if may_read(who, stored.petition) else None) for stored in found]
    return await open_content(CONTENT, unit.outbox.keyring, rows)
