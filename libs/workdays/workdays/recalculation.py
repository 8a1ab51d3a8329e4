"""What a new calendar changes for a clock that runs (重新计算). Pure: who applies it tells the old, the new and why."""

from dataclasses import dataclass
from datetime import timedelta

from workdays.calendar import Calendar
from workdays.clock import Clock
from workdays.counting import Due
from workdays.notice import REACH
from workdays.words import Words


@dataclass(frozen=True, slots=True)
class Recalculated:
    """A deadline that isn't what was told.

    Attributes:
        old: As it was told.
        new: As it is now; it may differ only in that it isn't provisional any more.
        reason: For whom it was told.
    """

    old: Due
    new: Due
    reason: Words


def recalculate(clock: Clock, told: Due, calendar: Calendar) -> Recalculated | None:
    """Compute a deadline again; None if it is what was told, or if the clock stands still and has none.

    Args:
        clock: As it is.
        told: Its deadline as it was last told.
        calendar: The new one.

    Raises:
        OutOfRange: The calendar doesn't reach so far.
    """
    new = clock.due(calendar)
    if new is None or new == told:
        return None
    if told.provisional and not new.provisional:
        year = (max(told.day, new.day) + timedelta(days=REACH)).year
        return Recalculated(
            told, new, Words(zh=f"{year}年放假安排已公布", en=f"The holidays of {year} have been announced")
        )
    return Recalculated(told, new, Words(zh="放假安排有变动", en="The holidays that were announced have changed"))
