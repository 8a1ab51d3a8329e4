"""The queue of petitions that somebody has to answer."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from casework.access import Asker
from casework.queue import Place, cut, in_order
from casework.repository import Stored
from chassis.unit import Unit
from sqlmodel import col

from petition.petition import Petition
from petition.store import PETITIONS
from petition.tables import PetitionRow
from petition.workflow import State

Found = Sequence[Stored[PetitionRow, Petition]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which part of the queue; None leaves nothing out.

    Attributes:
        after: The place at which the page before ended.
        limit: Most petitions.
        state: Only those there.
        department: Only those that lie with it.
        overdue: Only those whose time limit has passed, or hasn't.
        late: Only those of which an office's own has, or hasn't.
    """

    after: Place | None
    limit: int
    state: State | None = None
    department: str | None = None
    overdue: bool | None = None
    late: bool | None = None


async def queue(unit: Unit, who: Asker, wanted: Wanted) -> tuple[Found, str | None]:
    """Give a page of what somebody may list of the queue, and the cursor of the next one.

    Danger comes first, until somebody has taken it; then the earliest deadline; then what has waited longest.
    """
    statement = in_order(
        PETITIONS.visible(who, "list").where(col(PetitionRow.open)),
        urgency=col(PetitionRow.urgency),
        due_at=col(PetitionRow.due_at),
        id_=col(PetitionRow.id),
        after=wanted.after,
        limit=wanted.limit + 1,
    )
    for column, value in (
        (col(PetitionRow.state), wanted.state),
        (col(PetitionRow.department), wanted.department),
        (col(PetitionRow.overdue), wanted.overdue),
        (col(PetitionRow.late), wanted.late),
    ):
        if value is not None:
            statement = statement.where(column == value)
    return cut(await PETITIONS.fetch(unit.session, statement), wanted.limit, _place_of)


def _place_of(stored: Stored[PetitionRow, Petition]) -> Place:
    row = stored.row
    return Place(row.due_at, UUID(stored.case.id), row.urgency)
