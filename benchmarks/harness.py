"""How anything is compared here: A, B, B, A in each of five blocks, ratios, median and range.

The order cancels what drifts (a warm cache, a growing table, a busy neighbour): in every block both sides
run early and late. A block gives one ratio; the median and the range of the ratios are what is reported.
"""

import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

BLOCKS = 5

Measure = Callable[[], float]
"""Runs one side once, checks that nothing was lost or doubled, and gives its speed in units a second."""


class Void(Exception):
    """Something was lost or doubled, so the figures mean nothing."""


@dataclass(frozen=True, slots=True)
class Aim:
    """What a figure is aimed at: a least value, or a greatest."""

    value: float
    at_most: bool = False

    def met(self, figure: float) -> bool:
        """Tell whether it is reached."""
        return figure <= self.value if self.at_most else figure >= self.value

    def judge(self, figure: float) -> str:
        """Write the aim, and whether it is reached."""
        return f"{'≤' if self.at_most else '≥'} {self.value:g} {'✓' if self.met(figure) else '✗'}"


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two things that are compared."""

    name: str
    measure: Measure


@dataclass(slots=True)
class Comparison:
    """Figures of both sides, block by block.

    Attributes:
        aim: The ratio that is aimed at, if any.
        unit: Of the figures.
        digits: So many of a figure are told behind its point.
    """

    name: str
    unit: str
    aim: Aim | None
    ours: list[float] = field(default_factory=list)
    theirs: list[float] = field(default_factory=list)
    ratios: list[float] = field(default_factory=list)
    digits: int = 0

    @property
    def ratio(self) -> float:
        """Median of the blocks' ratios."""
        return statistics.median(self.ratios)


def compare(
    name: str, ours: Side, theirs: Side, *, unit: str, aim: float | None = None, blocks: int = BLOCKS
) -> Comparison:
    """Run both sides in turns.

    Raises:
        Void: A run lost or doubled something.
    """
    comparison = Comparison(f"{ours.name} ÷ {theirs.name}", unit, None if aim is None else Aim(aim))
    for block in range(1, blocks + 1):
        first, second = ours.measure(), theirs.measure()
        third, fourth = theirs.measure(), ours.measure()
        our, their = (first + fourth) / 2, (second + third) / 2
        comparison.ours.append(our)
        comparison.theirs.append(their)
        comparison.ratios.append(our / their)
        print(f"  {name} {block}/{blocks}: {our:,.0f} ÷ {their:,.0f} {unit} = {our / their:.2f}", flush=True)
    return comparison


def span(values: Sequence[float], digits: int = 0) -> str:
    """Write median and range."""
    return f"{statistics.median(values):,.{digits}f} ({min(values):,.{digits}f} – {max(values):,.{digits}f})"
