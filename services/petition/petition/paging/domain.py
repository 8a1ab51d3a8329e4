"""What may be decided about what can't wait. Pure: time and identity are arguments."""

from datetime import datetime, timedelta

from casework.roles import Actor, Role
from casework.workflow import Refused
from contracts.tenants import superior

from contracts.events import PetitionPaged, PetitionTaken
from petition.domain import Decision, decided
from petition.kinds import Danger
from petition.paging.alarm import Alarm, Rung
from petition.petition import Petition
from petition.workflow import TABLE, Action


class NobodyPaged(Refused):
    """Nothing in it can't wait, or it was closed: there is nothing to take."""


class TakenAlready(Refused):
    """Somebody else looks after it.

    Attributes:
        at: Since when, UTC.
    """

    def __init__(self, at: datetime) -> None:
        super().__init__("taken already")
        self.at = at


def page(decision: Decision, danger: str | None, *, now: datetime, patience: timedelta) -> Decision:
    """Page the duty officer of its tenant, if what was decided brings a danger that nobody was paged about.

    So an edit that makes a petition dangerous pages, and one that says the same again doesn't.

    Args:
        decision: What was decided: that it came in, that its sender edited it.
        danger: What can't wait, as rules and model have it.
        now: The moment.
        patience: How long somebody has to take it before the next one is paged.
    """
    petition, known = decision.after, decision.after.alarm
    if danger in {None, Danger.NONE.value} or (known and known.danger == danger and not known.over):
        return decision
    TABLE.follow(petition.state, Action.PAGE, {Role.SYSTEM})
    paged = PetitionPaged(
        danger=str(danger),
        rung=Rung.DUTY_OFFICER.value,
        to=petition.tenant,
        paged_at=now,
        answer_by=now + patience,
    )
    further = decided(petition, paged)
    return Decision(further.after, (*decision.events, *further.events))


def carry_on(ended: Petition, begun: Decision, *, now: datetime, patience: timedelta) -> Decision:
    """Page anew about a petition that goes on in another circle, unless somebody looks after it already.

    Args:
        ended: As it was before it was moved.
        begun: How it goes on.
        now: The moment.
        patience: See ``page``.
    """
    alarm = ended.alarm
    return page(begun, alarm.danger if alarm and alarm.waiting else None, now=now, patience=patience)


def go_up(petition: Petition, *, paged: int) -> Decision:
    """Page whoever comes next, because nobody has taken it: the deputy, then the tiers above, one after the other.

    Nothing happens when it was taken or closed, or somebody was paged since.

    Args:
        petition: As it is.
        paged: Sequence of the page that the timer was set for.
    """
    alarm = petition.alarm
    if alarm is None or not alarm.waiting or alarm.page != paged or alarm.answer_by is None:
        return Decision(petition, ())
    found = _next(alarm.rung, alarm.to[-1])
    if found is None:
        return Decision(petition, ())
    TABLE.follow(petition.state, Action.PAGE, {Role.SYSTEM})
    return decided(petition, _paged(alarm, *found))


def take(petition: Petition, *, by: Actor, now: datetime) -> Decision:
    """Look after it (接警): nobody else is paged, and it leaves the head of the queues.

    Whoever takes it a second time has it already: nothing happens.

    Raises:
        WrongState: See the table.
        WrongRole: See the table.
        NobodyPaged: There is nothing to take.
        TakenAlready: By somebody else.
    """
    TABLE.follow(petition.state, Action.TAKE, by.roles)
    alarm = petition.alarm
    if alarm is None or alarm.over:
        raise NobodyPaged
    if alarm.taken_by == by.pseudonym:
        return Decision(petition, ())
    if alarm.taken_at is not None:
        raise TakenAlready(alarm.taken_at)
    return decided(petition, PetitionTaken(by=by.pseudonym, taken_at=now))


def _paged(alarm: Alarm, rung: Rung, to: str) -> PetitionPaged:
    at = alarm.answer_by or alarm.paged_at
    after = at + (at - alarm.paged_at)
    return PetitionPaged(
        danger=alarm.danger,
        rung=rung.value,
        to=to,
        paged_at=at,
        answer_by=after if _next(rung, to) else None,
    )


def _next(rung: Rung, to: str) -> tuple[Rung, str] | None:
    """Say who comes after a rung, and at whose duty desk."""
    if rung is Rung.DUTY_OFFICER:
        return Rung.DEPUTY, to
    above = superior(to)
    return (Rung.SUPERIOR, above) if above else None
