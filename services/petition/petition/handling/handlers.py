"""Does the input and output around decisions about the handling of petitions."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from casework.repository import EMPTY
from casework.roles import Actor
from casework.timed import take_effect
from chassis.timers import Timer
from chassis.unit import Unit
from masking.text import mask

from petition.access import asker, held
from petition.domain import Decision
from petition.handling import extension, jurisdiction, supplement, urging
from petition.handling.basis import Basis
from petition.handling.timers import CLOCKS, next_of
from petition.petition import Petition
from petition.store import PETITIONS
from petition.workflow import Action


@dataclass(frozen=True, slots=True)
class Looked:
    """Which petition somebody wants to change, and the version that they looked at."""

    petition: UUID
    version: int


async def sign_for(looked: Looked, unit: Unit) -> Petition:
    """Take it on.

    Raises:
        Problem: 404, 412.
        Beyond: See the policy.
        Refused: See ``jurisdiction.sign_for``.
    """
    return await _decide(looked, Action.SIGN_FOR, lambda petition, by: jurisdiction.sign_for(petition, by=by), unit)


async def give_back(looked: Looked, basis: Basis, reason: str, unit: Unit) -> Petition:
    """Give it back to whoever handed it out.

    Raises:
        Problem, Beyond: As above.
        Refused: See ``jurisdiction.give_back``.
    """
    words = mask(reason)
    return await _decide(
        looked,
        Action.RETURN,
        lambda petition, by: jurisdiction.give_back(petition, basis, words, by=by, now=unit.now),
        unit,
    )


async def dispute(looked: Looked, to: str, basis: Basis, reason: str, unit: Unit) -> Petition:
    """Say that it is another department's.

    Raises:
        Problem, Beyond: As above.
        Refused: See ``jurisdiction.dispute``.
    """
    words = mask(reason)
    return await _decide(
        looked,
        Action.DISPUTE,
        lambda petition, by: jurisdiction.dispute(petition, to, basis, words, by=by, now=unit.now),
        unit,
    )


async def decide(looked: Looked, department: str, reason: str, unit: Unit) -> Petition:
    """Decide whose it is.

    Raises:
        Problem, Beyond: As above.
        Refused: See ``jurisdiction.decide``.
    """
    words = mask(reason)
    return await _decide(
        looked,
        Action.DECIDE,
        lambda petition, by: jurisdiction.decide(petition, department, words, by=by, now=unit.now),
        unit,
    )


async def request_supplement(looked: Looked, text: str, unit: Unit) -> Petition:
    """Ask whoever wrote in for more.

    Raises:
        Problem, Beyond: As above.
        Refused: See ``supplement.request``.
    """
    return await _decide(
        looked,
        Action.ASK_MORE,
        lambda petition, by: supplement.request(petition, text, by=by, now=unit.now),
        unit,
        {"supplement_request": text},
    )


async def supply(looked: Looked, text: str, unit: Unit) -> Petition:
    """Send what was asked for.

    Raises:
        Problem, Beyond: As above.
        Refused: See ``supplement.supply``.
    """
    return await _decide(
        looked,
        Action.SUPPLEMENT,
        lambda petition, by: supplement.supply(petition, text, by=by, now=unit.now),
        unit,
        {"supplement": text},
    )


async def request_extension(looked: Looked, days: int, reason: str, unit: Unit) -> Petition:
    """Ask for more time.

    Raises:
        Problem, Beyond: As above.
        Refused: See ``extension.request``.
    """
    words = mask(reason)
    return await _decide(
        looked,
        Action.ASK_TIME,
        lambda petition, by: extension.request(petition, days, words, by=by),
        unit,
    )


async def decide_extension(looked: Looked, action: Action, reason: str, unit: Unit) -> Petition:
    """Grant more time, or refuse it.

    Raises:
        Problem, Beyond: As above.
        Refused: See ``extension.grant`` and ``extension.refuse``.
    """
    words = mask(reason)

    def decided(petition: Petition, by: Actor) -> Decision:
        if action is Action.EXTEND:
            return extension.grant(petition, words, by=by, now=unit.now)
        return extension.refuse(petition, words, by=by)

    return await _decide(looked, action, decided, unit)


async def urge(looked: Looked, unit: Unit) -> Petition:
    """Ask when the answer will come.

    Raises:
        Problem, Beyond: As above.
        Refused: See ``urging.urge``.
    """
    owners = asker(unit).owners
    return await _decide(
        looked,
        Action.URGE,
        lambda petition, by: urging.urge(petition, own=petition.author in owners, by=by, now=unit.now),
        unit,
    )


async def fire(due: Sequence[Timer], unit: Unit) -> None:
    """Give cards to whichever petitions are still due them, page whoever comes next, and set the timers that follow.

    Raises:
        LookupError: A timer belongs to no petition.
    """
    for timer, decision in await take_effect(PETITIONS, due, unit, CLOCKS):
        unit.set_timers(next_of(timer, decision.after))


async def _decide(
    looked: Looked,
    action: Action,
    decide: Callable[[Petition, Actor], Decision],
    unit: Unit,
    content: Mapping[str, str | None] = EMPTY,
) -> Petition:
    petition, by = await held(PETITIONS, looked.petition, action, looked.version, unit)
    decision = decide(petition, by)
    return await PETITIONS.save(unit, decision, content)
