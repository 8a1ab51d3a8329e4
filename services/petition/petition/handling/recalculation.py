"""What a new calendar changes for a petition (重新计算): each of its time limits that run. Pure."""

from collections.abc import Iterator
from datetime import datetime
from types import MappingProxyType
from typing import Final

from casework.roles import Role
from workdays.calendar import Calendar
from workdays.clock import Clock, begin
from workdays.counting import Due, day_of
from workdays.recalculation import recalculate as compare
from workdays.rules import rules

from contracts.events import PetitionDeadlineRecalculated
from petition.domain import Decision, decided
from petition.feedback.rating import CallBack
from petition.handling.cards import AWAITED
from petition.handling.clock import CALL_BACK, SUPPLEMENT, two_thirds
from petition.handling.running import running
from petition.petition import Petition
from petition.workflow import TABLE, UNSETTLED, Action, State

ANNOUNCED: Final = "announced"
CHANGED: Final = "changed"
"""Why, as events name it: a year in it was announced, or what was announced has changed."""
INTERNAL: Final = MappingProxyType(
    {**{state: clock for clock, state in AWAITED.items()}, State.SUPPLEMENTING: SUPPLEMENT}
)
"""Which clock besides its sender's runs where it stands."""


def recalculate(petition: Petition, calendar: Calendar) -> Decision:
    """Compute by a calendar the time limits of a petition that run; nothing happens where all stay as they were told.

    What has passed stays passed, with its card. What its sender is waited for stands still, and is computed when it
    runs on.

    Args:
        petition: As it is.
        calendar: The one in force by now.
    """
    moved = tuple(_moved(petition, calendar))
    if not moved:
        return Decision(petition, ())
    TABLE.follow(petition.state, Action.RECALCULATE, {Role.SYSTEM})
    return decided(petition, *moved)


def _moved(petition: Petition, calendar: Calendar) -> Iterator[PetitionDeadlineRecalculated]:
    course, rating = petition.course, petition.rating
    if petition.state in UNSETTLED and not course.overdue:
        clock = running(petition)
        warned = clock.reached(two_thirds(clock.days), calendar)
        told = Due(course.due_at, course.provisional)
        yield from _told(course.clock, clock, told, calendar, warn_at=warned.at if warned else None)
    internal = INTERNAL.get(petition.state)
    if internal and course.internal_by and course.internal_since and not course.late:
        yield from _own(internal, course.internal_since, course.internal_by, calendar)
    if rating is None or rating.call_back is not CallBack.WAITING or rating.call_back_late:
        return
    if rating.call_back_due and rating.call_back_since:
        yield from _own(CALL_BACK, rating.call_back_since, rating.call_back_due, calendar)


def _own(named: str, since: datetime, told: datetime, calendar: Calendar) -> Iterator[PetitionDeadlineRecalculated]:
    """Tell of an office's own time limit only when its end has moved: whether it is provisional is kept of none."""
    clock = begin(rules().find("petition", named, on=day_of(since)), since)
    due = clock.due(calendar)
    if due is not None and due.at != told:
        yield from _told(named, clock, Due(told, provisional=False), calendar)


def _told(
    named: str, clock: Clock, told: Due, calendar: Calendar, warn_at: datetime | None = None
) -> Iterator[PetitionDeadlineRecalculated]:
    found = compare(clock, told, calendar)
    if found is not None:
        yield PetitionDeadlineRecalculated(
            clock=named,
            reason=ANNOUNCED if told.provisional and not found.new.provisional else CHANGED,
            old_due_at=told.at,
            due_at=found.new.at,
            warn_at=warn_at,
            provisional=found.new.provisional,
        )
