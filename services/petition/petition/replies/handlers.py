"""Does the input and output around decisions over the library, and over replies that come out of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from casework.access import Asker
from casework.repository import Stored
from casework.roles import Actor
from chassis.envelope import new_id
from chassis.unit import Unit
from masking.text import mask
from workdays.counting import day_of

from petition.access import asker, held
from petition.petition import Petition
from petition.replies import answering, domain, store
from petition.replies.answer import Answer, Content, Version
from petition.replies.domain import Decision
from petition.replies.store import ANSWERS
from petition.replies.workflow import Action
from petition.review.domain import open_to_objections
from petition.rosters.handlers import require_turn
from petition.rosters.shift import Post
from petition.store import DRAFTS, PETITIONS
from petition.tables import PetitionRow
from petition.workflow import Action as PetitionAction

CHANGES: Mapping[Action, Callable[[Answer, Actor, date], Decision]] = {
    Action.ABANDON: lambda answer, by, _: domain.abandon(answer, by=by),
    Action.SUBMIT: lambda answer, by, _: domain.submit(answer, by=by),
    Action.PUBLISH: lambda answer, by, on: domain.publish(answer, by=by, on=on),
    Action.KEEP: lambda answer, by, _: domain.keep(answer, by=by),
    Action.RETIRE: lambda answer, by, _: domain.retire(answer, by=by),
}
"""What is decided without another word."""


@dataclass(frozen=True, slots=True)
class AnswerPetition:
    """An officer answers with the library.

    Attributes:
        petition: Its id.
        version: The version of the petition that they looked at.
        answer: Id of the answer.
        answer_version: The published version that they looked at.
        contributed: Numbers of the invitations whose opinions other words than the library's rest on.
    """

    petition: UUID
    version: int
    answer: UUID
    answer_version: int
    contributed: frozenset[int] = frozenset()


async def draft_answer(content: Content, overrides: UUID | None, unit: Unit) -> Answer:
    """Begin an answer.

    Raises:
        Refused: See ``domain.draft``.
    """
    who = asker(unit)
    overridden = await ANSWERS.find(unit, overrides) if overrides else None
    if overrides and overridden is None:
        raise domain.NotOverridable
    decision = domain.draft(
        content, id=new_id(), tenant=who.tenant, by=who.actor, overrides=overridden.case if overridden else None
    )
    return await ANSWERS.add(unit, decision)


async def revise_answer(id_: UUID, version: int, content: Content, unit: Unit) -> Answer:
    """Change the draft, or begin the next version.

    Raises:
        Problem: 404, 412.
        Beyond: See the policy.
        Refused: See ``domain.revise``.
    """
    return await _decide(id_, Action.REVISE, version, lambda answer, by, _: domain.revise(answer, content, by=by), unit)


async def change_answer(id_: UUID, version: int, action: Action, unit: Unit) -> Answer:
    """Do one of ``CHANGES``.

    Raises:
        Problem: 404, 412.
        Beyond: See the policy; two people stand behind each publication and each end.
        Refused: See the function of ``domain``.
    """
    return await _decide(id_, action, version, CHANGES[action], unit)


async def reject_answer(id_: UUID, version: int, reason: str, unit: Unit) -> Answer:
    """Give the draft back.

    Raises:
        Problem: 404, 412.
        Beyond: See the policy.
        Refused: See ``domain.reject``.
    """
    return await _decide(id_, Action.REJECT, version, lambda answer, by, _: domain.reject(answer, reason, by=by), unit)


async def propose_retirement(id_: UUID, version: int, reason: str, unit: Unit) -> Answer:
    """Take an answer out of use.

    Raises:
        Problem: 404, 412.
        Beyond: See the policy.
        Refused: See ``domain.propose_retirement``.
    """
    return await _decide(
        id_,
        Action.PROPOSE_RETIREMENT,
        version,
        lambda answer, by, _: domain.propose_retirement(answer, reason, by=by),
        unit,
    )


async def answer_petition(command: AnswerPetition, unit: Unit) -> Petition:
    """Answer a petition at once, word for word.

    Raises:
        Problem: 404, also for an answer that isn't theirs to see; 412.
        Beyond: See the policy.
        NotInForce: The petition's city doesn't answer with this version today.
        Refused: See ``answering.answer``.
    """
    petition, by = await held(PETITIONS, command.petition, PetitionAction.ANSWER, command.version, unit)
    return await answer_held(petition, command, by, unit)


async def answer_held(petition: Petition, command: AnswerPetition, by: Actor, unit: Unit) -> Petition:
    """Answer a petition that is held already; see ``answer_petition``."""
    version = await _version_for(petition, command, unit)
    text = version.content.text
    decision = answering.answer(petition, text, str(command.answer), version.number, by=by)
    return await PETITIONS.save(unit, open_to_objections(decision, now=unit.now), {"reply": text})


async def draft_reply(command: AnswerPetition, text: str, unit: Unit) -> Petition:
    """Have other words than the library's signed.

    Raises:
        Problem, Beyond, NotInForce: As above.
        Refused: See ``answering.draft_reply``.
    """
    petition, by = await held(PETITIONS, command.petition, PetitionAction.DRAFT_REPLY, command.version, unit)
    return await draft_held(petition, command, text, by, unit)


async def draft_held(petition: Petition, command: AnswerPetition, text: str, by: Actor, unit: Unit) -> Petition:
    """Have other words signed for a petition that is held already; see ``draft_reply``."""
    version = await _version_for(petition, command, unit)
    decision = answering.draft_reply(
        petition, text, str(command.answer), version.number, contributed=command.contributed, by=by
    )  # fmt: skip
    return await PETITIONS.save(unit, decision, {"draft": text})


async def sign_reply(id_: UUID, version: int, unit: Unit) -> Petition:
    """Sign a draft, which answers the petition.

    Raises:
        Problem: 404, 412.
        Beyond: See the policy.
        Refused: See ``answering.sign``; and it is somebody else's turn.
    """
    who = asker(unit)
    return await sign_held(await DRAFTS.get_for_change(unit, id_, who, PetitionAction.SIGN, version=version), who, unit)


async def sign_held(stored: Stored[PetitionRow, Petition], who: Asker, unit: Unit) -> Petition:
    """Sign the draft of a petition that is held already; see ``sign_reply``."""
    await require_turn(stored.case.tenant, Post.SPOKESPERSON, who.actor, unit)
    ((_, content),) = await DRAFTS.contents(unit, [stored], reader=None, only={"draft"})
    draft = content.get("draft")
    decision = open_to_objections(answering.sign(stored.case, draft, by=who.actor), now=unit.now)
    return await DRAFTS.save(unit, decision, {"reply": draft})


async def reject_reply(id_: UUID, version: int, reason: str, unit: Unit) -> Petition:
    """Give a draft back to its department.

    Raises:
        Problem: 404, 412.
        Beyond: See the policy.
        Refused: See ``answering.reject``.
    """
    petition, by = await held(DRAFTS, id_, PetitionAction.REJECT, version, unit)
    return await DRAFTS.save(unit, answering.reject(petition, mask(reason), by=by))


async def _version_for(petition: Petition, command: AnswerPetition, unit: Unit) -> Version:
    answer = (await ANSWERS.get(unit, command.answer, asker(unit))).case
    overriding = await store.overriding(unit, answer)
    on = day_of(unit.now)
    return domain.usable(answer, command.answer_version, overriding, tenant=petition.tenant, on=on)


async def _decide(
    id_: UUID, action: Action, version: int, decide: Callable[[Answer, Actor, date], Decision], unit: Unit
) -> Answer:
    answer, by = await held(ANSWERS, id_, action, version, unit)
    decision = decide(answer, by, day_of(unit.now))
    answer = await ANSWERS.save(unit, decision)
    await store.follow(unit.session, answer, {event.TYPE for event in decision.events})
    return answer
