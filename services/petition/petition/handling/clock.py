"""By which statutory clock (法定时限) a petition runs, and what that comes to. Pure; the table is ``workdays``' own."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Final

from workdays.calendar import Calendar
from workdays.clock import Clock, Extended, Stop, begin
from workdays.counting import day_of, end_of
from workdays.explanation import Explanation, explain
from workdays.rules import Rule, rules

from petition.handling.calendar import in_force
from petition.kinds import Ground

ANSWER: Final = "answer"
"""The clock that binds, as events name it, whatever rule it runs by."""
REVIEW: Final = "review"
FINAL_REVIEW: Final = "final-review"
"""The clocks that bind while a review goes on (复查、复核)."""
TRIAGE: Final = "triage"
SIGN_FOR: Final = "sign-for"
DISPUTE_DECISION: Final = "dispute-decision"
SUPPLEMENT: Final = "supplement"
CALL_BACK: Final = "call-back"
COLLABORATION: Final = "collaboration"
"""Clocks that offices keep among themselves; citizens aren't told of them."""
PETITION: Final = ("petition", "answer")
AGAIN: Final = ("petition", "answer-again")
CRIME: Final = ("crime-report", "filing-review")
"""What may report a crime runs on its own clock; a complaint about police is a petition like any other. From when it is
taken up again, which a report never is, a petition runs on another one."""
BINDING: Final = {
    ANSWER: AGAIN,
    REVIEW: ("letters-and-visits", "review-decision"),
    FINAL_REVIEW: ("letters-and-visits", "final-review-decision"),
}
"""By which rule each clock that binds runs that began after the first receipt."""


@dataclass(frozen=True, slots=True)
class Limit:
    """What a clock comes to.

    Attributes:
        due_at: Its end, UTC.
        warn_at: When two thirds of it have passed, UTC.
        provisional: A year in it isn't announced yet (暂定).
    """

    due_at: datetime
    warn_at: datetime
    provisional: bool


def rule_of(
    ground: Ground | None, received_at: datetime, again_at: datetime | None = None, clock: str = ANSWER
) -> Rule:
    """Give the rule that binds; it is the one that was in effect at first receipt, or when its clock began anew."""
    if again_at is not None:
        return _rule(BINDING[clock], day_of(again_at))
    return _rule(CRIME if ground is Ground.CRIME else PETITION, day_of(received_at))


def limit_of(ground: Ground | None, received_at: datetime) -> Limit:
    """Give the time limit of what has just come in; it is computed once for each day and rule.

    Args:
        ground: The circle in which it begins.
        received_at: First receipt, whichever circle it was in then.
    """
    return _limit(CRIME if ground is Ground.CRIME else PETITION, day_of(received_at), in_force())


def limit_again(at: datetime) -> Limit:
    """Give the time limit of what is taken up again."""
    return _limit(AGAIN, day_of(at), in_force())


def limit_from(named: str | tuple[str, str], at: datetime) -> Limit:
    """Give the time limit that begins then: that of a clock that binds, or of a rule, by its kind and clock."""
    return _limit(BINDING[named] if isinstance(named, str) else named, day_of(at), in_force())


def internal_limit(clock: str, start: datetime) -> datetime:
    """Give the end of an office's own time limit, UTC; the day on which it starts isn't counted."""
    return _limit(("petition", clock), day_of(start), in_force()).due_at


def clock_of(rule: Rule, started_at: datetime, *, stops: Sequence[Stop], extended: Extended | None) -> Clock:
    """Give the clock that binds, with what happened to it."""
    return Clock(rule, started_at, tuple(stops), extended)


def limit_by(clock: Clock) -> Limit:
    """Give what a clock that runs comes to.

    Raises:
        ValueError: It stands still.
    """
    due, warned = clock.due(in_force()), clock.reached(two_thirds(clock.days), in_force())
    if due is None or warned is None:
        raise ValueError("a clock that stands still comes to nothing")
    return Limit(due.at, warned.at, due.provisional)


def explanation_of(clock: Clock) -> Explanation:
    """Say how a time limit came about, day by day and in words."""
    return explain(clock, in_force())


def two_thirds(days: int) -> int:
    """Give the days after which a yellow card is due."""
    return -(-2 * days // 3)


@lru_cache(maxsize=64)
def _limit(named: tuple[str, str], day: date, _: Calendar) -> Limit:  # which decides what ``limit_by`` gives
    return limit_by(begin(_rule(named, day), end_of(day)))


def _rule(named: tuple[str, str], day: date) -> Rule:
    kind, clock = named
    return rules().find(kind, clock, on=day)
