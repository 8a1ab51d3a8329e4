"""Does the input and output around decisions about reviews."""

from dataclasses import dataclass
from uuid import UUID

from chassis.unit import Unit

from petition.access import held
from petition.petition import Petition
from petition.review import domain
from petition.review.review import Result, Rung
from petition.store import PETITIONS, REVIEWS


@dataclass(frozen=True, slots=True)
class RequestReview:
    """Whoever wrote it isn't satisfied; ``version`` is the one they looked at."""

    petition: UUID
    version: int
    rung: Rung
    objection: str


@dataclass(frozen=True, slots=True)
class DecideReview:
    """The supervision desk has decided.

    Attributes:
        reply: The answer that stands instead; None: that of the department does.
    """

    petition: UUID
    version: int
    result: Result
    reasons: str
    reply: str | None = None


async def request_review(command: RequestReview, unit: Unit) -> Petition:
    """Ask for it.

    Raises:
        Problem: 404, 412.
        Beyond: See the policy.
        Refused: See ``domain.request``.
    """
    action = domain.ASKING[command.rung]
    petition, by = await held(PETITIONS, command.petition, action, command.version, unit)
    decision = domain.request(petition, command.rung, command.objection, by=by, now=unit.now)
    return await PETITIONS.save(unit, decision, {"review_objection": command.objection})


async def decide_review(command: DecideReview, unit: Unit) -> Petition:
    """Decide it.

    Raises:
        Problem: 404, also for who had a hand in the answer, and for what isn't theirs to review; 412.
        Beyond: See the policy.
        Refused: See ``domain.decide``.
    """
    action = domain.DECIDING[command.result]
    petition, by = await held(REVIEWS, command.petition, action, command.version, unit)
    decision = domain.decide(petition, command.result, command.reasons, command.reply, by=by, now=unit.now)
    said = {"review_reasons": command.reasons}
    if command.reply is not None:
        said["review_reply"] = command.reply
    return await REVIEWS.save(unit, decision, said)
