"""Does the input and output around decisions about what follows an answer."""

from dataclasses import dataclass
from uuid import UUID

from chassis.unit import Unit

from petition.access import asker
from petition.feedback import domain
from petition.feedback.rating import CallBack, Level
from petition.petition import Petition
from petition.replies.store import heard
from petition.store import PETITIONS, RATINGS
from petition.workflow import Action


@dataclass(frozen=True, slots=True)
class RatePetition:
    """Whoever wrote it says how good the answer is; ``version`` is the one they looked at."""

    petition: UUID
    version: int
    level: Level
    solved: bool | None
    comment: str | None


@dataclass(frozen=True, slots=True)
class RecordCallBack:
    """An officer has called them back."""

    petition: UUID
    version: int
    result: CallBack
    note: str | None


@dataclass(frozen=True, slots=True)
class ReopenPetition:
    """It isn't settled: whoever wrote it says so, or said so when they were called back."""

    petition: UUID
    version: int
    objection: str


async def rate_petition(command: RatePetition, unit: Unit) -> Petition:
    """Rate an answer.

    Raises:
        Problem: 404, 412.
        Beyond: See the policy.
        Refused: See ``domain.rate``.
    """
    who = asker(unit)
    stored = await PETITIONS.get_for_change(unit, command.petition, who, Action.RATE, version=command.version)
    decision = domain.rate(
        stored.case, command.level, solved=command.solved, comment=command.comment, by=who.actor, now=unit.now
    )
    await heard(unit.session, decision.after)
    return await PETITIONS.save(unit, decision, {"comment": command.comment})


async def reopen_petition(command: ReopenPetition, unit: Unit) -> Petition:
    """Have it taken up again by whoever wrote it.

    Raises:
        Problem: 404, 412.
        Beyond: See the policy.
        Refused: See ``domain.reopen``.
    """
    who = asker(unit)
    stored = await PETITIONS.get_for_change(unit, command.petition, who, Action.REOPEN, version=command.version)
    decision = domain.reopen(stored.case, command.objection, by=who.actor, now=unit.now)
    return await PETITIONS.save(unit, decision, {"objection": command.objection})


async def reopen_unsolved(command: ReopenPetition, unit: Unit) -> Petition:
    """Have it taken up again after a call-back.

    Raises:
        Problem: 404, also for who had a hand in the answer; 412.
        Beyond: See the policy.
        Refused: See ``domain.reopen_unsolved``.
    """
    who = asker(unit)
    stored = await RATINGS.get_for_change(unit, command.petition, who, Action.REOPEN, version=command.version)
    decision = domain.reopen_unsolved(stored.case, command.objection, by=who.actor, now=unit.now)
    return await RATINGS.save(unit, decision, {"objection": command.objection})


async def record_call_back(command: RecordCallBack, unit: Unit) -> Petition:
    """Record a call-back.

    Raises:
        Problem: 404, also for who had a hand in the answer; 412.
        Beyond: See the policy.
        Refused: See ``domain.call_back``.
    """
    who = asker(unit)
    stored = await RATINGS.get_for_change(unit, command.petition, who, Action.CALL_BACK, version=command.version)
    decision = domain.call_back(stored.case, command.result, command.note, by=who.actor)
    await heard(unit.session, decision.after)
    return await RATINGS.save(unit, decision, {"note": command.note})
