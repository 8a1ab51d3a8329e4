"""Does the input and output around decisions about spam."""

from chassis.unit import Unit
from masking.text import mask

from petition.access import held
from petition.feedback.domain import reopenable
from petition.handling.handlers import Looked
from petition.petition import Petition
from petition.spam import domain
from petition.store import PETITIONS
from petition.workflow import Action


async def propose(looked: Looked, reason: str, unit: Unit) -> Petition:
    """Propose it.

    Raises:
        Problem: 404, 412.
        Beyond: See the policy.
        Refused: See ``domain.propose``.
    """
    petition, by = await held(PETITIONS, looked.petition, Action.PROPOSE_SPAM, looked.version, unit)
    words = mask(reason)
    return await PETITIONS.save(unit, domain.propose(petition, words, by=by), {"spam_reason": words})


async def confirm(looked: Looked, unit: Unit) -> Petition:
    """Agree.

    Raises:
        Problem: 404, 412.
        Beyond: See the policy; also for whoever proposed it.
        Refused: See ``domain.confirm``.
    """
    petition, by = await held(PETITIONS, looked.petition, Action.CONFIRM_SPAM, looked.version, unit)
    return await PETITIONS.save(unit, reopenable(domain.confirm(petition, by=by), now=unit.now))


async def reject(looked: Looked, reason: str, unit: Unit) -> Petition:
    """Don't agree.

    Raises:
        Problem: 404, 412.
        Beyond: See the policy; also for whoever proposed it.
        Refused: See ``domain.reject``.
    """
    petition, by = await held(PETITIONS, looked.petition, Action.REJECT_SPAM, looked.version, unit)
    return await PETITIONS.save(unit, domain.reject(petition, mask(reason), by=by))
