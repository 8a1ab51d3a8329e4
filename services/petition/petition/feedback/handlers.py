"""Does the input and output around decisions about what follows an answer."""

from dataclasses import dataclass
from uuid import UUID

from chassis.unit import Unit

from petition.access import held
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
    petition, by = await held(PETITIONS, command.petition, Action.RATE, command.version, unit)
    decision = domain.rate(petition, command.level, solved=command.solved, comment=command.comment, by=by, now=unit.now)
    await heard(unit.session, decision.after)
    return await PETITIONS.save(unit, decision, {"comment": command.comment})


async def reopen_petition(command: ReopenPetition, unit: Unit) -> Petition:
    """Have it taken up again by whoever wrote it.

    Raises:
        Problem: 404, 412.
        Beyond: See the policy.
        Refused: See ``domain.reopen``.
    """
    petition, by = await held(PETITIONS, command.petition, Action.REOPEN, command.version, unit)
    decision = domain.reopen(petition, command.objection, by=by, now=unit.now)
    return await PETITIONS.save(unit, decision, {"objection": command.objection})


async def reopen_unsolved(command: ReopenPetition, unit: Unit) -> Petition:
    """Have it taken up again after a call-back.

    Raises:
        Problem: 404, also for who had a hand in the answer; 412.
        Beyond: See the policy.
        Refused: See ``domain.reopen_unsolved``.
    """
    petition, by = await held(RATINGS, command.petition, Action.REOPEN, command.version, unit)
    decision = domain.reopen_unsolved(petition, command.objection, by=by, now=unit.now)
    return await RATINGS.save(unit, decision, {"objection": command.objection})


async def record_call_back(command: RecordCallBack, unit: Unit) -> Petition:
    """Record a call-back.

    Raises:
        Problem: 404, also for who had a hand in the answer; 412.
        Beyond: See the policy.
        Refused: See ``domain.call_back``.
    """
    petition, by = await held(RATINGS, command.petition, Action.CALL_BACK, command.version, unit)
    decision = domain.call_back(petition, command.result, command.note, by=by)
    await heard(unit.session, decision.after)
    return await RATINGS.save(unit, decision, {"note": command.note})
