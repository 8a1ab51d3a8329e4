"""Does the input and output around decisions about petitions that are alike."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final
from uuid import UUID

from casework.roles import Actor
from casework.workflow import Refused
from chassis.api.errors import Problem
from chassis.database import driver_of
from chassis.policy import EVERYTHING
from chassis.unit import Unit
from sqlmodel import col

from contracts.events import PetitionLinked, PetitionUnlinked
from petition import problems
from petition.access import asker, held
from petition.alike import domain, store
from petition.alike.domain import Side
from petition.alike.link import Basis, SuggestedBy, links_in
from petition.alike.sketch import ALIKE, likeness
from petition.domain import Decision
from petition.petition import Petition
from petition.replies import handlers as replies
from petition.replies.handlers import AnswerPetition
from petition.store import DRAFTS, PETITIONS
from petition.tables import PetitionRow
from petition.workflow import Action

PAIR: Final = 2
REFUSALS: Final[Mapping[type[Exception], Callable[[Any], Problem]]] = problems.REFUSALS
# In the order of their ids, whoever asks: two officers who confirm overlapping choices wait, and neither for ever.
_LOCK: Final = "SELECT FROM petitions WHERE id = ANY(%(ids)s) ORDER BY id FOR UPDATE"


@dataclass(frozen=True, slots=True)
class Chosen:
    """A petition that somebody chose, and the version that they looked at."""

    petition: UUID
    version: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one of several.

    Attributes:
        petition: Its id.
        after: It, as it is now; None: it was refused, and is as it was.
        problem: Why it was refused.
    """

    petition: UUID
    after: Petition | None = None
    problem: Problem | None = None


@dataclass(frozen=True, slots=True)
class LinkPetitions:
    """Staff say that two petitions belong together, or don't."""

    one: Chosen
    other: Chosen
    basis: Basis = Basis.SAME_MATTER


async def answer_alike(
    command: AnswerPetition, others: Sequence[Chosen], unit: Unit, text: str | None = None
) -> tuple[Petition, list[Outcome]]:
    """Answer a petition, and with it others that are alike, each as if it were answered by itself.

    Args:
        command: The one that was read, and what answers it.
        others: Those that were chosen.
        unit: The caller's.
        text: Other words than the library's, which each have to be signed; None: word for word, at once.

    Returns:
        The one that was read as it is now, and what became of the others.

    Raises:
        Problem, Beyond, Refused: The one that was read is refused; then nothing is done.
    """
    action = Action.ANSWER if text is None else Action.DRAFT_REPLY

    async def answered(chosen: Chosen) -> Petition:
        petition, by = await held(PETITIONS, chosen.petition, action, chosen.version, unit)
        domain.may_be_answered_with_others(petition)
        if text is None:
            return await replies.answer_held(petition, command, by, unit)
        return await replies.draft_held(petition, command, text, by, unit)

    return await _each(Chosen(command.petition, command.version), others, answered, unit)


async def sign_alike(read: Chosen, others: Sequence[Chosen], unit: Unit) -> tuple[Petition, list[Outcome]]:
    """Sign a draft, and with it others that say the same, each as if it were signed by itself.

    Raises:
        Problem, Beyond, Refused: The one that was read is refused; then nothing is done.
    """
    ids = [read.petition, *(each.petition for each in others)]
    await _lock(ids, unit)
    theirs = PETITIONS.within(EVERYTHING, EVERYTHING).where(col(PetitionRow.id).in_(ids))
    found = await PETITIONS.fetch(unit.session, theirs)
    contents = await PETITIONS.contents(unit, found, reader=None, only={"draft"})
    drafts = {stored.row.id: content.get("draft") for stored, (_, content) in zip(found, contents, strict=True)}
    known = {stored.row.id: stored.case for stored in found}
    who = asker(unit)

    async def signed(chosen: Chosen) -> Petition:
        stored = await DRAFTS.get_for_change(unit, chosen.petition, who, Action.SIGN, version=chosen.version)
        if chosen is not read:
            words = drafts[read.petition], drafts[chosen.petition]
            domain.may_be_signed_with(known[read.petition], words[0], stored.case, words[1])
        return await replies.sign_held(stored, who, unit)

    return await _each(read, others, signed, unit)


async def link_petitions(command: LinkPetitions, unit: Unit) -> tuple[Petition, Petition]:
    """Link two petitions.

    Raises:
        Problem: 404, 412; of either.
        Beyond: See the policy.
        Refused: See ``domain.link``.
    """
    by, one, other = await _both(command, Action.LINK, unit)
    words = list((await store.words_of(unit.session, [command.one.petition, command.other.petition])).values())
    found = round(likeness(*words), 3) if len(words) == PAIR else None
    shown = found is not None and found >= ALIKE
    decisions = domain.link(
        one,
        other,
        command.basis,
        suggested_by=SuggestedBy.SERVICE if shown else SuggestedBy.OFFICER,
        likeness=found,
        by=by,
    )
    return await _saved(decisions, unit)


async def unlink_petitions(command: LinkPetitions, unit: Unit) -> tuple[Petition, Petition]:
    """Take a link back.

    Raises:
        Problem, Beyond: As above.
        Refused: See ``domain.unlink``.
    """
    by, one, other = await _both(command, Action.UNLINK, unit)
    return await _saved(domain.unlink(one, other, by=by), unit)


async def _each(
    read: Chosen, others: Sequence[Chosen], do: Callable[[Chosen], Awaitable[Petition]], unit: Unit
) -> tuple[Petition, list[Outcome]]:
    """Do the same to each; what is refused was refused before anything of it was written, and stays as it was."""
    await _lock([read.petition, *(each.petition for each in others)], unit)
    after = await do(read)
    outcomes = []
    for chosen in others:
        try:
            outcomes.append(Outcome(chosen.petition, after=await do(chosen)))
        except (Problem, Refused) as refused:
            problem = refused if isinstance(refused, Problem) else _read(refused)
            if problem.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
                raise
            outcomes.append(Outcome(chosen.petition, problem=problem))
    return after, outcomes


def _read(refused: Refused) -> Problem:
    """Say how a refusal reads, as if it had been the only one."""
    reading = next(REFUSALS[each] for each in type(refused).__mro__ if each in REFUSALS)
    return reading(refused)


async def _both(command: LinkPetitions, action: str, unit: Unit) -> tuple[Actor, Side, Side]:
    await _lock([command.one.petition, command.other.petition], unit)
    who = asker(unit)
    found = [
        await PETITIONS.get_for_change(unit, chosen.petition, who, action, version=chosen.version)
        for chosen in (command.one, command.other)
    ]
    contents = await PETITIONS.contents(unit, found, reader=None, only={"links"})
    one, other = (
        Side(petition=stored.case, links=links_in(content.get("links")))
        for stored, (_, content) in zip(found, contents, strict=True)
    )
    return who.actor, one, other


async def _saved(decisions: tuple[Decision, Decision], unit: Unit) -> tuple[Petition, Petition]:
    one, other = decisions
    for decision in decisions:
        (event,) = decision.events
        assert isinstance(event, PetitionLinked | PetitionUnlinked)  # noqa: S101  so it was decided
        await PETITIONS.save(unit, decision, {"links": event.links})
    return one.after, other.after


async def _lock(ids: Sequence[UUID], unit: Unit) -> None:
    await driver_of(unit.session).execute(_LOCK, {"ids": list(ids)})
