"""Finds a petition by number and query code."""

from casework.codes import is_right
from casework.repository import Stored
from chassis.api.errors import NOT_FOUND, Problem
from chassis.policy import EVERYTHING
from chassis.unit import Unit
from sqlmodel import col

from petition.petition import Petition
from petition.store import PETITIONS
from petition.tables import PetitionRow


async def held(number: str, code: str, unit: Unit) -> Stored[PetitionRow, Petition]:
    """Give it, locked until the transaction ends.

    Raises:
        Problem: 404, for an unknown number as for a wrong code.
    """
    if not is_right(number, code, unit.outbox):
        raise Problem(NOT_FOUND)
    wanted = PETITIONS.within(EVERYTHING, EVERYTHING).where(col(PetitionRow.number) == number)
    found = await PETITIONS.fetch(unit.session, wanted.with_for_update())
    if not found:
        raise Problem(NOT_FOUND)
    return found[0]
