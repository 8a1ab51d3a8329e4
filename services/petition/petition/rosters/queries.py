"""Answers questions about rosters, as the policy has it, and about the register, for everybody."""

from uuid import UUID

from casework.rows import newest
from chassis.api.pages import cut
from chassis.policy import EVERYTHING
from chassis.unit import Unit
from sqlmodel import col

from petition.access import asker
from petition.rosters.shift import Post
from petition.rosters.store import SHIFTS, SPOKESPERSONS
from petition.rosters.tables import SpokespersonRow
from petition.rosters.views import ShiftPage, ShiftView, SpokespersonPage, SpokespersonView


async def list_shifts(after: UUID | None, limit: int, post: Post | None, unit: Unit) -> ShiftPage:
    """Show a page of a roster, newest entry first.

    Raises:
        Problem: 400: they have to say what for.
    """
    who = asker(unit)
    shown, following = await SHIFTS.page(unit, who, after=after, limit=limit, post=post)
    contents = await SHIFTS.contents(unit, shown, reader=who)
    return ShiftPage(
        items=tuple(
            ShiftView.of(stored.case, access, content, now=unit.now)
            for stored, (access, content) in zip(shown, contents, strict=True)
        ),
        next=following,
    )


async def get_shift(id_: UUID, unit: Unit) -> ShiftView:
    """Show a shift.

    Raises:
        Problem: 404, also for what isn't the asker's to see; 400: they have to say what for.
    """
    who = asker(unit)
    stored = await SHIFTS.get(unit, id_, who)
    ((access, content),) = await SHIFTS.contents(unit, [stored], reader=who)
    return ShiftView.of(stored.case, access, content, now=unit.now)


async def list_spokespersons(after: UUID | None, limit: int, tenant: str | None, unit: Unit) -> SpokespersonPage:
    """Show everybody a page of the register."""
    statement = SPOKESPERSONS.within(EVERYTHING)
    if tenant is not None:
        statement = statement.where(col(SpokespersonRow.tenant) == tenant)
    page = newest(statement, col(SpokespersonRow.id), after=after, limit=limit + 1)
    shown, following = cut(await SPOKESPERSONS.fetch(unit.session, page), limit, lambda stored: stored.case.id)
    return SpokespersonPage(items=tuple(SpokespersonView.of(stored.case) for stored in shown), next=following)
