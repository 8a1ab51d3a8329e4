"""Does the input and output around decisions about answers after they were given."""

from dataclasses import dataclass
from uuid import UUID

from chassis.unit import Unit
from masking.text import mask

from contracts.events import PetitionPublished
from petition.access import asker
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
    who = asker(unit)
    stored = await PETITIONS.get_for_change(unit, command.petition, who, Action.CORRECT, version=command.version)
    decision = domain.correct(stored.case, command.text, mask(command.reason), by=who.actor)
    return await PETITIONS.save(unit, decision, {"correction": command.text})


async def consent(id_: UUID, version: int, unit: Unit) -> Petition:
    """Agree to a publication.

    Raises:
        Problem: 404, 412.
        Beyond: See the policy.
        Refused: See ``domain.consent``.
    """
    who = asker(unit)
    stored = await PETITIONS.get_for_change(unit, id_, who, Action.CONSENT, version=version)
    return await PETITIONS.save(unit, domain.consent(stored.case, by=who.actor))


async def withdraw_consent(id_: UUID, version: int, unit: Unit) -> Petition:
    """Agree no longer.

    Raises:
        Problem: 404, 412.
        Beyond: See the policy.
        Refused: See ``domain.withdraw_consent``.
    """
    who = asker(unit)
    stored = await PETITIONS.get_for_change(unit, id_, who, Action.RETRACT, version=version)
    return await PETITIONS.save(unit, domain.withdraw_consent(stored.case, by=who.actor))


async def publish(id_: UUID, version: int, public: Public, unit: Unit) -> Petition:
    """Publish question and answer.

    Raises:
        Problem: 404, also for what nobody consented to; 412.
        Beyond: See the policy.
        Refused: See ``domain.publish``.
    """
    who = asker(unit)
    stored = await PUBLICATIONS.get_for_change(unit, id_, who, Action.PUBLISH, version=version)
    decision = domain.publish(stored.case, public, by=who.actor, now=unit.now)
    (published,) = (event for event in decision.events if isinstance(event, PetitionPublished))
    return await PUBLICATIONS.save(unit, decision, {"publication": published.publication})


async def unpublish(id_: UUID, version: int, unit: Unit) -> Petition:
    """Take it back.

    Raises:
        Problem: 404, 412.
        Beyond: See the policy.
        Refused: See ``domain.unpublish``.
    """
    who = asker(unit)
    stored = await PUBLICATIONS.get_for_change(unit, id_, who, Action.UNPUBLISH, version=version)
    return await PUBLICATIONS.save(unit, domain.unpublish(stored.case, by=who.actor))
