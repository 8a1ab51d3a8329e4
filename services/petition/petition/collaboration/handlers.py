"""Does the input and output around decisions about working together."""

from collections.abc import Callable
from dataclasses import dataclass

from casework.access import Asker, tenants
from casework.repository import Repository
from chassis.unit import Unit
from masking.text import mask

from petition.access import asker
from petition.collaboration import domain, helping
from petition.collaboration.domain import Invited, UnknownOffice
from petition.collaboration.said import Saying, saying, words_of
from petition.collaboration.store import COLUMN
from petition.domain import Decision
from petition.handling.basis import Basis
from petition.handling.handlers import Looked
from petition.petition import Petition
from petition.store import COLLABORATIONS, PETITIONS
from petition.tables import PetitionRow
from petition.workflow import Action

Petitions = Repository[PetitionRow, Petition]


@dataclass(frozen=True, slots=True)
class Invite:
    """Whom the department in charge asks what, and by when: in so many working days, or by the usual limit.

    Attributes:
        handlers: Accounts of the only handlers who are asked.
    """

    tenant: str
    department: str
    handlers: frozenset[str]
    question: str
    days: int | None


async def invite(looked: Looked, asked: Invite, unit: Unit) -> Petition:
    """Ask another department.

    Raises:
        Problem: 404, 412.
        Beyond: See the policy.
        UnknownOffice: No tenant has this code.
        Refused: See ``domain.invite``.
    """
    if asked.tenant not in tenants():
        raise UnknownOffice
    invited = Invited(
        tenant=asked.tenant,
        department=asked.department,
        handlers=frozenset(map(unit.outbox.pseudonym, asked.handlers)),
    )
    return await _decide(
        PETITIONS,
        looked,
        Action.INVITE,
        lambda petition, who: domain.invite(petition, invited, asked.question, asked.days, by=who.actor, now=unit.now),
        unit,
    )


async def remind(looked: Looked, number: int, unit: Unit) -> Petition:
    """Remind whoever hasn't contributed yet.

    Raises:
        Problem, Beyond: As above.
        Refused: See ``domain.remind``.
    """
    return await _decide(
        PETITIONS,
        looked,
        Action.REMIND,
        lambda petition, who: domain.remind(petition, number, by=who.actor, now=unit.now),
        unit,
    )


async def withdraw(looked: Looked, number: int, reason: str, unit: Unit) -> Petition:
    """Withdraw an invitation.

    Raises:
        Problem, Beyond: As above.
        Refused: See ``domain.withdraw``.
    """
    words = mask(reason)
    return await _decide(
        PETITIONS,
        looked,
        Action.DISINVITE,
        lambda petition, who: domain.withdraw(petition, number, words, by=who.actor),
        unit,
    )


async def join(looked: Looked, unit: Unit) -> Petition:
    """Sign for an invitation.

    Raises:
        Problem: 404, also for whoever isn't invited any more; 412.
        Refused: See ``helping.join``.
    """
    return await _decide(
        COLLABORATIONS, looked, Action.JOIN, lambda petition, who: helping.join(petition, who.seats, by=who.actor), unit
    )


async def decline(looked: Looked, basis: Basis, reason: str, unit: Unit) -> Petition:
    """Decline an invitation.

    Raises:
        Problem: As above.
        Refused: See ``helping.decline``.
    """
    words = mask(reason)
    return await _decide(
        COLLABORATIONS,
        looked,
        Action.DECLINE,
        lambda petition, who: helping.decline(petition, who.seats, basis, words, by=who.actor),
        unit,
    )


async def contribute(looked: Looked, opinion: str, unit: Unit) -> Petition:
    """Say an opinion, or amend it.

    Raises:
        Problem: As above.
        Refused: See ``helping.contribute``.
    """
    return await _decide(
        COLLABORATIONS,
        looked,
        Action.CONTRIBUTE,
        lambda petition, who: helping.contribute(petition, who.seats, opinion, by=who.actor, now=unit.now),
        unit,
    )


async def _decide(
    petitions: Petitions, looked: Looked, action: Action, decide: Callable[[Petition, Asker], Decision], unit: Unit
) -> Petition:
    who = asker(unit)
    stored = await petitions.get_for_change(unit, looked.petition, who, action, version=looked.version)
    decision = decide(stored.case, who)
    said = [event for event in decision.events if isinstance(event, Saying)]
    if not said:
        return await petitions.save(unit, decision)
    ((_, content),) = await petitions.contents(unit, [stored], reader=None, only={COLUMN})
    _, words = words_of(said[0])
    text = saying(content.get(COLUMN), said[0], words, sequence=decision.after.sequence)
    return await petitions.save(unit, decision, {COLUMN: text})
