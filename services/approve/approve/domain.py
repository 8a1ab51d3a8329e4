"""What may be decided about a review. Pure: time, identity and chance are arguments.

A decision is made of events, and the state it leads to is what replaying them gives.
"""

from collections.abc import Sequence
from enum import StrEnum
from functools import reduce

from casework import decision
from casework.roles import Actor, Role
from casework.workflow import Refused
from workdays.calendar import packaged
from workdays.counting import deadline

from approve.review import Review, ReviewEvent, begin, replay
from approve.workflow import TABLE, Action, Step
from contracts.events import (
    CaseAccepted,
    ReviewApproved,
    ReviewBreached,
    ReviewDenied,
    ReviewDiscontinued,
    ReviewStarted,
    ReviewTaskAssigned,
    ReviewTaskCompleted,
    ReviewTaskReleased,
    ReviewWarned,
)


class Recommendation(StrEnum):
    """What an examiner recommends (拟准予, 拟不予)."""

    APPROVE = "approve"
    DENY = "deny"


class NotHolder(Refused):
    """Somebody else has taken the task on."""


Decision = decision.Decision[Review, ReviewEvent]


def start(accepted: CaseAccepted, form: str | None, *, id: str, case: str, tenant: str) -> Decision:  # noqa: A002
    """Take an accepted case up for examination; the clock has been running since its acceptance.

    Args:
        accepted: What the window accepted.
        form: As filled in; None if it can't be opened any more.
        id: Of the new review.
        case: Of the case.
        tenant: Of the case.
    """
    TABLE.follow(None, Action.START, {Role.SYSTEM})
    started = ReviewStarted(
        case=case,
        number=accepted.number,
        item=accepted.item,
        step=Step.EXAMINATION.value,
        accepted_at=accepted.accepted_at,
        warn_at=deadline(accepted.accepted_at, _warned_after(accepted.workdays), packaged()).at,
        due_at=deadline(accepted.accepted_at, accepted.workdays, packaged()).at,
        applicant=accepted.applicant,
        form=form,
    )
    return Decision(begin(started, id=id, tenant=tenant), (started,))


def claim(review: Review, *, by: Actor) -> Decision:
    """Take the open task on (领办).

    Raises:
        WrongState: See the table.
        WrongRole: See the table.
    """
    TABLE.follow(review.state, Action.CLAIM, by.roles)
    return _decided(review, ReviewTaskAssigned(case=review.case, step=_step(review), by=by.pseudonym))


def release(review: Review, *, by: Actor) -> Decision:
    """Give the task back (退回); an administrator may, for somebody who can't.

    Raises:
        WrongState: See the table.
        WrongRole: See the table.
        NotHolder: Somebody else has it.
    """
    TABLE.follow(review.state, Action.RELEASE, by.roles)
    if by.pseudonym != review.holder and Role.ADMINISTRATOR not in by.roles:
        raise NotHolder
    return _decided(review, ReviewTaskReleased(case=review.case, step=_step(review), by=by.pseudonym))


def complete(review: Review, recommendation: Recommendation, opinion: str, *, by: Actor) -> Decision:
    """Complete the examination with a recommendation and an opinion (审查意见); it is up for decision then.

    Raises:
        WrongState: See the table.
        WrongRole: See the table.
        NotHolder: Somebody else has it.
    """
    _held(review, Action.COMPLETE, by)
    completed = ReviewTaskCompleted(
        case=review.case,
        step=_step(review),
        by=by.pseudonym,
        recommendation=recommendation.value,
        next_step=Step.APPROVAL.value,
        opinion=opinion,
    )
    return _decided(review, completed)


def approve(review: Review, *, by: Actor) -> Decision:
    """Grant the application (准予), whatever was recommended.

    Raises:
        WrongState: See the table.
        WrongRole: See the table.
        NotHolder: Somebody else has it.
    """
    _held(review, Action.APPROVE, by)
    return _decided(review, ReviewApproved(case=review.case, by=by.pseudonym))


def deny(review: Review, reasons: Sequence[str], notice: str, *, by: Actor) -> Decision:
    """Deny the application (不予许可), with reasons and a notice in writing, whatever was recommended.

    Raises:
        WrongState: See the table.
        WrongRole: See the table.
        NotHolder: Somebody else has it.
    """
    _held(review, Action.DENY, by)
    return _decided(review, ReviewDenied(case=review.case, by=by.pseudonym, reasons=tuple(reasons), notice=notice))


def warn(review: Review, *, deadline: int) -> Decision:
    """Give a yellow card (黄牌): little of the time limit is left.

    Nothing happens when it has ended, was warned before, is overdue already, or has another deadline by now.

    Args:
        review: As it is.
        deadline: Version of the deadline that the clock was set for.
    """
    if review.step is None or review.warned or review.breached or deadline != review.deadline:
        return Decision(review, ())
    TABLE.follow(review.state, Action.WARN, {Role.SYSTEM})
    warned = ReviewWarned(case=review.case, step=review.step.value, effective_at=review.warn_at, due_at=review.due_at)
    return _decided(review, warned)


def breach(review: Review, *, deadline: int) -> Decision:
    """Give a red card (红牌): the time limit has passed.

    Nothing happens when it has ended, has its card, or has another deadline by now.

    Args:
        review: As it is.
        deadline: Version of the deadline that the clock was set for.
    """
    if review.step is None or review.breached or deadline != review.deadline:
        return Decision(review, ())
    TABLE.follow(review.state, Action.BREACH, {Role.SYSTEM})
    return _decided(review, ReviewBreached(case=review.case, step=review.step.value, effective_at=review.due_at))


def discontinue(review: Review, reason: str) -> Decision:
    """End it without a decision (终止); one that was decided meanwhile stays decided, and the case says the rest."""
    if review.step is None:
        return Decision(review, ())
    TABLE.follow(review.state, Action.DISCONTINUE, {Role.SYSTEM})
    return _decided(review, ReviewDiscontinued(case=review.case, reason=reason))


def _warned_after(workdays: int) -> int:
    """Tell after how many working days a yellow card is due: three before the end, or half of a short limit."""
    return max(workdays - 3, workdays // 2)


def _decided(review: Review, *events: ReviewEvent) -> Decision:
    return Decision(reduce(replay, events, review), events)


def _held(review: Review, action: Action, by: Actor) -> None:
    TABLE.follow(review.state, action, by.roles)
    if by.pseudonym != review.holder:
        raise NotHolder


def _step(review: Review) -> str:
    if review.step is None:
        raise ValueError("it has ended")
    return review.step.value
