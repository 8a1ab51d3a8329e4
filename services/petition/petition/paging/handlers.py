"""Does the input and output around decisions about what can't wait."""

from uuid import UUID

from chassis.unit import Unit

from petition.access import held
from petition.paging import domain
from petition.petition import Petition
from petition.store import PETITIONS
from petition.workflow import Action


async def take(id_: UUID, version: int, unit: Unit) -> Petition:
    """Look after it.

    Raises:
        Problem: 404; 412, also when the next one was paged meanwhile.
        Beyond: See the policy.
        Refused: See ``domain.take``.
    """
    petition, by = await held(PETITIONS, id_, Action.TAKE, version, unit)
    return await PETITIONS.save(unit, domain.take(petition, by=by, now=unit.now))
