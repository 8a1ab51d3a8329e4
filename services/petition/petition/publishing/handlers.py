"""Does the input and output around decisions about answers after they were given."""

from dataclasses import dataclass
from uuid import UUID

from chassis.unit import Unit
from masking.text import mask

from contracts.events import PetitionPublished
from petition.access import held
from petition.petition import Petition
from petition.publishing import domain
from petition.publishing.domain import Public
from petition.store import PETITIONS, PUBLICATIONS
from petition.workflow import Action


@dataclass(frozen=True, slots=True)
class CorrectReply:
    """The office was wrong; ``version`` is the one it looked at."""

    petition: UUID
    version: int
    text: str
    reason: str


async def correct_reply(command: CorrectReply, unit: Unit) -> Petition:
    """Correct an answer.

    Raises:
        Problem: 404, 412.
        Beyond: See the policy.
        Refused: See ``domain.correct``.
    """
    petition, by = await held(PETITIONS, command.petition, Action.CORRECT, command.version, unit)
    decision = domain.correct(petition, command.text, mask(command.reason), by=by)
    return await PETITIONS.save(unit, decision, {"correction": command.text})


async def consent(id_: UUID, version: int, unit: Unit) -> Petition:
    """Agree to a publication.

    Raises:
        Problem: 404, 412.
        Beyond: See the policy.
        Refused: See ``domain.consent``.
    """
    petition, by = await held(PETITIONS, id_, Action.CONSENT, version, unit)
    return await PETITIONS.save(unit, domain.consent(petition, by=by))


async def withdraw_consent(id_: UUID, version: int, unit: Unit) -> Petition:
    """Agree no longer.

    Raises:
        Problem: 404, 412.
        Beyond: See the policy.
        Refused: See ``domain.withdraw_consent``.
    """
    petition, by = await held(PETITIONS, id_, Action.RETRACT, version, unit)
    return await PETITIONS.save(unit, domain.withdraw_consent(petition, by=by))


async def publish(id_: UUID, version: int, public: Public, unit: Unit) -> Petition:
    """Publish question and answer.

    Raises:
        Problem: 404, also for what nobody consented to; 412.
        Beyond: See the policy.
        Refused: See ``domain.publish``.
    """
    petition, by = await held(PUBLICATIONS, id_, Action.PUBLISH, version, unit)
    decision = domain.publish(petition, public, by=by, now=unit.now)
    (published,) = (event for event in decision.events if isinstance(event, PetitionPublished))
    return await PUBLICATIONS.save(unit, decision, {"publication": published.publication})


async def unpublish(id_: UUID, version: int, unit: Unit) -> Petition:
    """Take it back.

    Raises:
        Problem: 404, 412.
        Beyond: See the policy.
        Refused: See ``domain.unpublish``.
    """
    petition, by = await held(PUBLICATIONS, id_, Action.UNPUBLISH, version, unit)
    return await PUBLICATIONS.save(unit, domain.unpublish(petition, by=by))
