"""The queue of reviews that a supervision desk has to decide."""

from uuid import UUID

from casework.access import Asker
from casework.queue import Place, cut, in_order
from casework.repository import Stored
from chassis.unit import Unit
from sqlmodel import col

from petition.handling.store import Found
from petition.petition import Petition
from petition.store import REVIEWS
from petition.tables import PetitionRow
from petition.workflow import REVIEWING


async def queue(unit: Unit, who: Asker, *, after: Place | None, limit: int) -> tuple[Found, str | None]:
    """Give a page of the reviews that somebody has to decide, the earliest deadline first."""
    waiting = REVIEWS.visible(who, "list").where(col(PetitionRow.state).in_([state.value for state in REVIEWING]))
    statement = in_order(waiting, due_at=col(PetitionRow.due_at), id_=col(PetitionRow.id), after=after, limit=limit + 1)
    return cut(await REVIEWS.fetch(unit.session, statement), limit, _place_of)


def _place_of(stored: Stored[PetitionRow, Petition]) -> Place:
    return Place(stored.row.due_at, UUID(stored.case.id))
