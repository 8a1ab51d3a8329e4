"""What a case is, and what may be decided about it. Pure: time, identity and chance are arguments.

A decision is made of events, and the state it leads to is what replaying those events gives: a case rebuilt from its
topic is the case that was decided, by construction.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from functools import reduce

from casework import decision
from casework.roles import APPLICANTS, Actor, Role
from casework.workflow import Refused

from accept.workflow import TABLE, Action, State
from contracts.events import CaseAccepted, CaseConcluded, CaseNotAccepted, CaseSubmitted, CaseWithdrawn

CaseEvent = CaseSubmitted | CaseAccepted | CaseNotAccepted | CaseWithdrawn | CaseConcluded


class Channel(StrEnum):
    """Where an application comes in."""

    PORTAL = "portal"
    WINDOW = "window"


class Outcome(StrEnum):
    """What a review decided (准予, 不予)."""

    APPROVED = "approved"
    DENIED = "denied"


SUBMITTERS = {Channel.PORTAL: {*APPLICANTS}, Channel.WINDOW: {Role.WINDOW}}
"""Who may submit through which channel."""


class UnknownItem(Refused):
    """The catalogue has no such service item."""


class RetiredItem(Refused):
    """The case's service item isn't in the catalogue any more."""


class NotOffered(Refused):
    """The city doesn't offer the service item.

    Attributes:
        offered_in: GB/T 2260 codes of those that do.
    """

    def __init__(self, offered_in: Collection[str]) -> None:
        super().__init__("not offered here")
        self.offered_in = offered_in


class UnknownReason(Refused):
    """A reason for a refusal that the service item doesn't have.

    Attributes:
        known: The codes that it has.
    """

    def __init__(self, known: Collection[str]) -> None:
        super().__init__("not one of the item's reasons")
        self.known = known


class Erased(Refused):
    """The form can't be opened any more: the applicant's personal data was erased."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Application:
    """What somebody hands in.

    Attributes:
        channel: Where it comes in.
        item: Slug of the service item.
        form: As filled in: a JSON object, as text. Personal.
    """

    channel: Channel
    item: str
    form: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A case (办件) without its form, which no decision needs.

    Attributes:
        id: UUIDv7; the subject of its events.
        tenant: GB/T 2260 code of the city, or of the province, whose window it is for.
        number: 办件编号, for people.
        item: Slug of the service item (事项).
        channel: Where it came in.
        applicant: Pseudonym.
        submitted_at: First receipt, UTC.
        sequence: Of its last event; also the version that an officer's change must name.
        accepted_at: UTC; the decision's clock starts here.
        workdays: The promised time limit of the decision, as it was on acceptance.
        reasons: Why it wasn't accepted, as codes of the catalogue.
        review: Id of the review that decided.
    """

    id: str
    tenant: str
    number: str
    item: str
    channel: Channel
    applicant: str
    submitted_at: datetime
    sequence: int
    state: State
    accepted_at: datetime | None = None
    workdays: int | None = None
    reasons: tuple[str, ...] = ()
    outcome: Outcome | None = None
    review: str | None = None


Decision = decision.Decision[Case, CaseEvent]


def submit(
    application: Application,
    *,
    id: str,  # noqa: A002
    tenant: str,
    offered_in: Collection[str],
    number: str,
    applicant: str,
    by: Actor,
    now: datetime,
) -> Decision:
    """Take an application in; its form was checked against the service item's schema before.

    Raises:
        WrongRole: The channel is for others.
        NotOffered: The city doesn't offer the item.
    """
    if tenant not in offered_in:
        raise NotOffered(offered_in)
    TABLE.follow(None, Action.SUBMIT, by.roles & SUBMITTERS[application.channel])
    submitted = CaseSubmitted(
        number=number,
        item=application.item,
        channel=application.channel.value,
        submitted_at=now,
        applicant=applicant,
        form=application.form,
    )
    return Decision(begin(submitted, id=id, tenant=tenant), (submitted,))


def accept(case: Case, form: str, *, workdays: int, by: Actor, now: datetime) -> Decision:
    """Accept it (受理): the clock of the decision starts.

    Args:
        case: As it is.
        form: As filled in; it travels on with the event.
        workdays: The time limit that the catalogue promises today.
        by: The officer.
        now: UTC.

    Raises:
        WrongState: See the table.
        WrongRole: See the table.
    """
    TABLE.follow(case.state, Action.ACCEPT, by.roles)
    accepted = CaseAccepted(
        number=case.number,
        item=case.item,
        applicant=case.applicant,
        accepted_at=now,
        workdays=workdays,
        by=by.pseudonym,
        form=form,
    )
    return _decided(case, accepted)


def refuse(case: Case, reasons: Sequence[str], notice: str, *, known: Collection[str], by: Actor) -> Decision:
    """Refuse it at the door (不予受理), with reasons out of the service item's list and a notice in writing.

    Raises:
        WrongState: See the table.
        WrongRole: See the table.
        UnknownReason: A reason isn't in the list.
    """
    TABLE.follow(case.state, Action.REFUSE, by.roles)
    if not set(reasons) <= set(known):
        raise UnknownReason(known)
    return _decided(case, CaseNotAccepted(by=by.pseudonym, reasons=tuple(reasons), notice=notice))


def withdraw(case: Case, *, by: Actor) -> Decision:
    """Take it back (撤回), as long as nothing was decided.

    Raises:
        WrongState: See the table.
        WrongRole: See the table.
    """
    TABLE.follow(case.state, Action.WITHDRAW, by.roles)
    return _decided(case, CaseWithdrawn(by=by.pseudonym))


def conclude(case: Case, outcome: Outcome, review: str) -> Decision:
    """Let the review's decision reach the case (办结).

    A case that was withdrawn while the review decided stays withdrawn: the applicant's word came first here, and
    whoever issues results looks at the case. One that is concluded isn't concluded again.

    Raises:
        WrongState: It was never accepted, so no review can have decided.
    """
    if case.state in {State.WITHDRAWN, State.CONCLUDED}:
        return Decision(case, ())
    TABLE.follow(case.state, Action.CONCLUDE, {Role.SYSTEM})
    return _decided(case, CaseConcluded(outcome=outcome.value, review=review))


def begin(event: CaseSubmitted, *, id: str, tenant: str) -> Case:  # noqa: A002
    """Give the case that its first event makes."""
    return Case(
        id=id,
        tenant=tenant,
        number=event.number,
        item=event.item,
        channel=Channel(event.channel),
        applicant=event.applicant,
        submitted_at=event.submitted_at,
        sequence=1,
        state=State.SUBMITTED,
    )


def replay(case: Case, event: CaseEvent) -> Case:
    """Give the case after its next event. Whether it was allowed was asked when it was decided.

    Raises:
        ValueError: A case is submitted only once.
    """
    case = replace(case, sequence=case.sequence + 1)
    match event:
        case CaseAccepted():
            return replace(case, state=State.ACCEPTED, accepted_at=event.accepted_at, workdays=event.workdays)
        case CaseNotAccepted():
            return replace(case, state=State.NOT_ACCEPTED, reasons=tuple(event.reasons))
        case CaseWithdrawn():
            return replace(case, state=State.WITHDRAWN)
        case CaseConcluded():
            return replace(case, state=State.CONCLUDED, outcome=Outcome(event.outcome), review=event.review)
        case CaseSubmitted():
            raise ValueError("a case is submitted only once")


def _decided(case: Case, *events: CaseEvent) -> Decision:
    return Decision(reduce(replay, events, case), events)
