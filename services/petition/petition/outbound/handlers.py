"""Does the input and output around decisions about deliveries that staff make."""

from uuid import UUID

from chassis.api.versions import require_version
from chassis.unit import Unit

from petition.access import asker
from petition.outbound import domain, store
from petition.outbound.delivery import Delivery
from petition.outbound.store import DELIVERIES
from petition.outbound.workflow import State


async def resend(id_: UUID, version: int, unit: Unit) -> tuple[Delivery, int]:
    """Have a parked delivery sent after all, and with it all that are parked of its petition, so that none overtakes.

    Returns:
        It, and how many there are.

    Raises:
        Problem: 404, also for what isn't the asker's to look after; 412.
        Refused: See ``domain.resend``.
    """
    who = asker(unit)
    found = await store.parked_with(unit, who, id_)
    (wanted,) = (each for each in found if each.id == str(id_))
    require_version(version, wanted.sequence)
    resent = domain.resend(wanted, by=who.actor)
    others = [domain.resend(each, by=who.actor) for each in found if each != wanted and each.state is State.PARKED]
    for decision in (resent, *others):
        await DELIVERIES.save(unit, decision)
        await store.wait_anew(unit, decision.after)
    return resent.after, 1 + len(others)
