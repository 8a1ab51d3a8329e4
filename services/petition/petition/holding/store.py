"""Finds a petition by number and query code."""

import hmac

from casework.codes import code_of
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

    The code follows from the number by a secret: a wrong one is known without asking whether there is such a number.

    Raises:
        Problem: 404, for an unknown number as for a wrong code.
    """
    if not hmac.compare_digest(code_of(number, unit.outbox).encode(), code.encode()):
        raise Problem(NOT_FOUND)
    wanted = PETITIONS.within(EVERYTHING, EVERYTHING).where(col(PetitionRow.number) == number)
    found = await PETITIONS.fetch(unit.session, wanted.with_for_update())
    if not found:
        raise Problem(NOT_FOUND)
    return found[0]
