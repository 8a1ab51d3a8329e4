"""The calendar by which this service counts (工作日历). Pure: whoever starts the process says which one that is."""

from dataclasses import dataclass
from typing import Final

from workdays.calendar import Calendar, packaged


@dataclass(slots=True)
class _InForce:
    calendar: Calendar | None = None


_IN_FORCE: Final = _InForce()


def in_force() -> Calendar:
    """Give it; by default that of the installed package."""
    return _IN_FORCE.calendar or packaged()


def count_by(calendar: Calendar) -> None:
    """Count by this one from now on; what was told before is computed again by ``recalculating`` alone."""
    _IN_FORCE.calendar = calendar
