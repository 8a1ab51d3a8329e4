"""How a deadline came about (期限说明): day by day as data, and as a sentence in Chinese and English. Pure."""

from dataclasses import dataclass

from workdays.calendar import Calendar
from workdays.clock import Clock
from workdays.counting import Due
from workdays.sentence import sentence
from workdays.steps import Step, walk
from workdays.words import Words


@dataclass(frozen=True, slots=True)
class Explanation:
    """How a deadline came about.

    Attributes:
        clock: Whose.
        steps: From the day of its start on to its last; of a clock that stands still, to the day on which it stopped.
        due: None while it stands still.
        sentence: The same in words. It names nobody, and no reason that an officer wrote.
    """

    clock: Clock
    steps: tuple[Step, ...]
    due: Due | None
    sentence: Words


def explain(clock: Clock, calendar: Calendar) -> Explanation:
    """Explain when a clock ends, or how far it came until it stood still.

    Raises:
        OutOfRange: The calendar doesn't reach so far.
    """
    steps, due = tuple(walk(clock, calendar)), clock.due(calendar)
    return Explanation(clock, steps, due, sentence(clock, steps, due))
