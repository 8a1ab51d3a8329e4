"""What is told of a petition without a word of it, and to how many it has to apply before it is. Pure.

Each fact by itself is harmless; all together they are somebody's. So what is told of a candidate is told, with all that
is kept back beside it, of as many people's candidates as ``FEWEST``: whoever knows one of them can't tell which sample
is theirs, or whether one is.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from petition.handling.calendar import in_force
from petition.petition import Outcome

Fact = str | int | bool
Told = Mapping[str, Fact]

FEWEST: Final = 5
"""So many people's candidates agree in all that is told of one of them."""
FACTS: Final = (
    *("in_time", "outcome", "kind", "days_at_most", "matter", "returns", "satisfaction", "transfers", "topic"),
)
"""What may be told, in the order in which it is worth most to whoever watches; the rest is never told."""
DAYS: Final = (0, 1, 3, 5, 10, 15, 20, 30, 60, 90, 180, 365)
"""Working days are told as "at most so many"; what took longer is told as the last of them."""
UNKNOWN, UNRATED = "unknown", "unrated"


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A petition that may be drawn.

    Attributes:
        petition: Its id.
        author: Pseudonym of whoever wrote it, to count people; it goes nowhere.
        facts: All of ``FACTS``.
    """

    petition: str
    author: str
    facts: Told


def facts_of(
    *,
    kind: str | None,
    matter: str | None,
    topic: str | None,
    received_on: date,
    done_on: date,
    overdue: bool,
    transfers: int,
    returns: int,
    outcome: str | None,
    rating: str | None,
) -> Told:
    """Give all that might be told of a petition."""
    taken = in_force().count(received_on, done_on)
    return {
        "in_time": not overdue,
        "outcome": outcome or Outcome.ANSWERED.value,
        "kind": kind or UNKNOWN,
        "days_at_most": next((most for most in DAYS if taken <= most), DAYS[-1]),
        "matter": matter or UNKNOWN,
        "returns": returns,
        "satisfaction": rating or UNRATED,
        "transfers": transfers,
        "topic": topic or UNKNOWN,
    }


def people(candidates: Iterable[Candidate]) -> int:
    """Count who wrote them."""
    return len({each.author for each in candidates})


def told_of(candidates: Sequence[Candidate], fewest: int = FEWEST) -> dict[str, Told]:
    """Say what is told of each candidate, by the petition's id.

    The candidates are parted by one fact after the other, as long as every part has enough people; where a value has
    too few, its candidates and others with them are not told that fact, so that keeping it back tells nothing either.

    Args:
        candidates: All of them; were they only those that are drawn, one of few would look like one of many.
        fewest: See ``FEWEST``.
    """
    told: dict[str, dict[str, Fact]] = {each.petition: {} for each in candidates}
    groups = [candidates] if people(candidates) >= fewest else []
    for name in FACTS:
        groups = [part for group in groups for part in _parted(group, name, told, fewest)]
    return dict(told)


def _parted(
    group: Sequence[Candidate], name: str, told: Mapping[str, dict[str, Fact]], fewest: int
) -> list[Sequence[Candidate]]:
    by_value: dict[Fact, list[Candidate]] = {}
    for each in group:
        by_value.setdefault(each.facts[name], []).append(each)
    parts = sorted(by_value.items(), key=lambda part: -people(part[1]))
    rest: list[Candidate] = []
    while parts and (people(parts[-1][1]) < fewest or 0 < people(rest) < fewest):
        rest += parts.pop()[1]
    for value, part in parts:
        for each in part:
            told[each.petition][name] = value
    return [*(part for _, part in parts), *([rest] if rest else [])]
