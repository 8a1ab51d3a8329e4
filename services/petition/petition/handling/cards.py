"""What a petition's clock brings about by itself: a yellow card, a red one, escalation (黄牌、红牌、升级督办). Pure."""

from types import MappingProxyType
from typing import Final

from casework.roles import Role
from contracts.tenants import superior

from contracts.events import PetitionEscalated, PetitionOverdue, PetitionWarned
from petition.domain import Decision, decided
from petition.handling.clock import DISPUTE_DECISION, SIGN_FOR, TRIAGE
from petition.petition import Petition
from petition.workflow import TABLE, UNSETTLED, Action, State

AWAITED: Final = MappingProxyType(
    {TRIAGE: State.CLASSIFIED, SIGN_FOR: State.TRANSFERRED, DISPUTE_DECISION: State.DISPUTED}
)
"""Where a petition stands while one of an office's own clocks runs."""


def warn(petition: Petition, *, deadline: int) -> Decision:
    """Give a yellow card: two thirds of the time limit have passed.

    Nothing happens when it is answered or decided, was warned before, is overdue already, or has another deadline.

    Args:
        petition: As it is.
        deadline: Version of the deadline that the timer was set for.
    """
    course = petition.course
    if not runs(petition, deadline) or course.warned or course.overdue:
        return Decision(petition, ())
    TABLE.follow(petition.state, Action.WARN, {Role.SYSTEM})
    return decided(petition, PetitionWarned(clock=course.clock, effective_at=course.warn_at, due_at=course.due_at))


def breach(petition: Petition, *, deadline: int) -> Decision:
    """Give a red card: the time limit has passed; and tell the tier above, if there is one.

    Nothing happens when it is answered or decided, has its card, or has another deadline by now.

    Args:
        petition: As it is.
        deadline: Version of the deadline that the timer was set for.
    """
    course = petition.course
    if not runs(petition, deadline) or course.overdue:
        return Decision(petition, ())
    TABLE.follow(petition.state, Action.BREACH, {Role.SYSTEM})
    overdue = PetitionOverdue(clock=course.clock, effective_at=course.due_at)
    review = petition.review
    above = superior(review.authority if review is not None and review.goes_on else petition.tenant)
    if above is None:
        return decided(petition, overdue)
    TABLE.follow(petition.state, Action.ESCALATE, {Role.SYSTEM})
    return decided(petition, overdue, PetitionEscalated(to=above, effective_at=course.due_at))


def miss(petition: Petition, clock: str, *, assignment: int) -> Decision:
    """Say that the office's own time limit has passed: to hand it out, to sign for it, to decide a dispute.

    Nothing happens when that was done meanwhile, or another limit has begun.

    Args:
        petition: As it is.
        clock: Which of them.
        assignment: Version of the limit that the timer was set for.
    """
    course = petition.course
    if course.internal_by is None or course.late or course.assignment != assignment:
        return Decision(petition, ())
    if petition.state is not AWAITED.get(clock):
        return Decision(petition, ())
    TABLE.follow(petition.state, Action.BREACH, {Role.SYSTEM})
    return decided(petition, PetitionOverdue(clock=clock, effective_at=course.internal_by))


def runs(petition: Petition, deadline: int) -> bool:
    """Tell whether a deadline is still what somebody has to keep."""
    return petition.state in UNSETTLED and petition.course.deadline == deadline
