"""What may be decided about an answer of the library. Pure: time, identity and chance are arguments.

That whoever made a version never publishes it, and whoever proposed an end never decides it, is the policy's to say.
"""

from collections.abc import Iterable
from datetime import date
from functools import reduce
from typing import Any

from casework import decision
from casework.roles import Actor
from casework.workflow import Refused
from contracts.tenants import PROVINCE
from masking.text import find, mask

from contracts.events import (
    AnswerAbandoned,
    AnswerDrafted,
    AnswerKept,
    AnswerPublished,
    AnswerRejected,
    AnswerRetired,
    AnswerRetirementProposed,
    AnswerRevised,
    AnswerSubmitted,
)
from petition.replies.answer import Answer, AnswerEvent, Content, Version, begin, replay
from petition.replies.workflow import TABLE, Action, State


class WrongPeriod(Refused):
    """It would end before it begins, or had ended when it was to be published."""


class NoBasis(Refused):
    """An answer without a legal basis is an opinion."""


class HoldsPersonal(Refused):
    """Something personal stands in what everybody is to get.

    Attributes:
        kinds: What kinds of it.
    """

    def __init__(self, kinds: tuple[str, ...]) -> None:
        super().__init__(f"holds {', '.join(kinds)}")
        self.kinds = kinds


class NothingPublished(Refused):
    """There is no published version to go back to."""


class NotInForce(Refused):
    """It can't be answered with on this day."""


class NotOverridable(Refused):
    """Only a city overrides, and only what the province answers."""


Decision = decision.Decision[Answer, AnswerEvent]


def draft(
    content: Content,
    *,
    id: str,  # noqa: A002
    tenant: str,
    by: Actor,
    overrides: Answer | None = None,
) -> Decision:
    """Begin an answer.

    Raises:
        WrongRole: See the table.
        NoBasis: It names no provision.
        HoldsPersonal: There is something personal in it.
        WrongPeriod: It would end before it begins.
        NotOverridable: Only a city overrides, and only what the province answers.
    """
    TABLE.follow(None, Action.DRAFT, by.roles)
    _check(content)
    if overrides is not None and (tenant == PROVINCE or overrides.tenant != PROVINCE):
        raise NotOverridable
    drafted = AnswerDrafted(
        by=by.pseudonym, version=1, overrides=overrides.id if overrides else None, **_fields(content)
    )
    return Decision(begin(drafted, id=id, tenant=tenant), (drafted,))


def revise(answer: Answer, content: Content, *, by: Actor) -> Decision:
    """Change the draft, or begin the next version of what is published.

    Raises:
        WrongState: See the table.
        WrongRole: See the table.
        NoBasis: It names no provision.
        HoldsPersonal: There is something personal in it.
        WrongPeriod: It would end before it begins.
    """
    TABLE.follow(answer.state, Action.REVISE, by.roles)
    _check(content)
    number = answer.newest.number + (answer.state is State.PUBLISHED)
    return _decided(answer, AnswerRevised(by=by.pseudonym, version=number, **_fields(content)))


def abandon(answer: Answer, *, by: Actor) -> Decision:
    """Give the next version up.

    Raises:
        WrongState: See the table.
        WrongRole: See the table.
        NothingPublished: It never had another.
    """
    TABLE.follow(answer.state, Action.ABANDON, by.roles)
    if answer.published is None:
        raise NothingPublished
    return _decided(answer, AnswerAbandoned(by=by.pseudonym, version=answer.newest.number))


def submit(answer: Answer, *, by: Actor) -> Decision:
    """Have the draft reviewed.

    Raises:
        WrongState: See the table.
        WrongRole: See the table.
    """
    TABLE.follow(answer.state, Action.SUBMIT, by.roles)
    return _decided(answer, AnswerSubmitted(by=by.pseudonym, version=answer.newest.number))


def reject(answer: Answer, reason: str, *, by: Actor) -> Decision:
    """Give the draft back.

    Raises:
        WrongState: See the table.
        WrongRole: See the table.
    """
    TABLE.follow(answer.state, Action.REJECT, by.roles)
    return _decided(answer, AnswerRejected(by=by.pseudonym, version=answer.newest.number, reason=mask(reason)))


def publish(answer: Answer, *, by: Actor, on: date) -> Decision:
    """Put the reviewed version in force, from its first day on.

    Raises:
        WrongState: See the table.
        WrongRole: See the table.
        WrongPeriod: Its last day is over.
    """
    TABLE.follow(answer.state, Action.PUBLISH, by.roles)
    last = answer.newest.content.effective_until
    if last is not None and last < on:
        raise WrongPeriod
    return _decided(answer, AnswerPublished(by=by.pseudonym, version=answer.newest.number))


def propose_retirement(answer: Answer, reason: str, *, by: Actor) -> Decision:
    """Take it out of use at once; somebody else decides whether for good.

    Raises:
        WrongState: See the table.
        WrongRole: See the table.
    """
    TABLE.follow(answer.state, Action.PROPOSE_RETIREMENT, by.roles)
    return _decided(answer, AnswerRetirementProposed(by=by.pseudonym, reason=mask(reason)))


def keep(answer: Answer, *, by: Actor) -> Decision:
    """Use it on.

    Raises:
        WrongState: See the table.
        WrongRole: See the table.
    """
    TABLE.follow(answer.state, Action.KEEP, by.roles)
    return _decided(answer, AnswerKept(by=by.pseudonym))


def retire(answer: Answer, *, by: Actor) -> Decision:
    """End it for good.

    Raises:
        WrongState: See the table.
        WrongRole: See the table.
    """
    TABLE.follow(answer.state, Action.RETIRE, by.roles)
    return _decided(answer, AnswerRetired(by=by.pseudonym))


def usable(answer: Answer, version: int, overriding: Iterable[Answer], *, tenant: str, on: date) -> Version:
    """Give the version that a petition is answered with.

    Args:
        answer: Of the library.
        version: The one that was looked at.
        overriding: Answers that override it.
        tenant: Whose petition it is.
        on: Today.

    Raises:
        NotInForce: It isn't what this city answers with today, or another version is by now.
    """
    in_force = answer.in_force(on)
    if answer not in offered([answer, *overriding], tenant=tenant, on=on) or in_force is None:
        raise NotInForce
    if in_force.number != version:
        raise NotInForce
    return in_force


def offered(answers: Iterable[Answer], *, tenant: str, on: date) -> list[Answer]:
    """Choose what a city may answer with: the province's and its own, without those that its own override today."""
    known = [answer for answer in answers if answer.tenant in {PROVINCE, tenant} and answer.in_force(on)]
    overridden = {answer.overrides for answer in known}
    return [answer for answer in known if answer.id not in overridden]


def require_impersonal(*texts: str) -> None:
    """Refuse what everybody is to get while something personal stands in it.

    Raises:
        HoldsPersonal: See there.
    """
    if kinds := {finding.kind.value for text in texts for finding in find(text)}:
        raise HoldsPersonal(tuple(sorted(kinds)))


def _decided(answer: Answer, *events: AnswerEvent) -> Decision:
    return Decision(reduce(replay, events, answer), events)


def _check(content: Content) -> None:
    if not content.basis:
        raise NoBasis
    require_impersonal(content.text, *content.variants, *(each.provision for each in content.basis))
    if content.effective_until is not None and content.effective_until < content.effective_from:
        raise WrongPeriod


def _fields(content: Content) -> dict[str, Any]:
    until = content.effective_until
    return {
        "variants": content.variants,
        "text": content.text,
        "basis": content.basis,
        "effective_from": content.effective_from.isoformat(),
        "effective_until": until.isoformat() if until else None,
    }
