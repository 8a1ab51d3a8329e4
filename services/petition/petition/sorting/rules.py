"""Rules that anybody can read (``rules.toml``): words, what they mean, and how strongly."""

import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from petition.sorting.labels import LABELS

SHOWN = 3
"""So many words of a message are shown for one rule."""


class BrokenRules(ValueError):
    """The table of rules says something that can't be."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One row: these words speak for these labels, so strongly, because.

    Attributes:
        gives: Aspect and label, e.g. ``("topic", "clue/fraud")``.
        weight: Added to the logarithm of the odds of each of them.
    """

    name: str
    gives: tuple[tuple[str, str], ...]
    weight: float
    because: str
    words: re.Pattern[str]
    unless: re.Pattern[str] | None

    def find(self, text: str) -> tuple[str, ...]:
        """Give the words of a folded text that the rule speaks about; none when it is silent."""
        first = self.words.search(text)
        if first is None or (self.unless and self.unless.search(text)):
            return ()
        found = (match.group() for match in self.words.finditer(text, first.start()))
        return tuple(dict.fromkeys(word for word, _ in zip(found, range(2 * SHOWN), strict=False)))[:SHOWN]


@dataclass(frozen=True, slots=True)
class Spoken:
    """A rule that spoke, and the words that made it."""

    rule: Rule
    words: tuple[str, ...]


def spoken(rules: Sequence[Rule], text: str) -> Iterator[Spoken]:
    """Yield the rules that speak about a folded text."""
    for rule in rules:
        if words := rule.find(text):
            yield Spoken(rule, words)


def parse(source: str) -> tuple[Rule, ...]:
    """Read a table of rules.

    Raises:
        BrokenRules: It isn't TOML, a label is unknown, an expression is wrong, or a name comes twice.
    """
    try:
        rules = tuple(_rule(row) for row in tomllib.loads(source)["rule"])
    except (tomllib.TOMLDecodeError, KeyError, TypeError, re.error) as error:
        raise BrokenRules(str(error)) from error
    if len({rule.name for rule in rules}) < len(rules):
        raise BrokenRules("a name comes twice")
    return rules


@cache
def shipped() -> tuple[Rule, ...]:
    """Give the rules that come with the service."""
    return parse(files("petition.sorting").joinpath("rules.toml").read_text("utf-8"))


def _rule(row: dict[str, Any]) -> Rule:
    gives = tuple((aspect, label) for aspect, _, label in (given.partition(":") for given in row["gives"]))
    for aspect, label in gives:
        if label not in LABELS.get(aspect, ()):
            raise BrokenRules(f"{row['name']}: {aspect}:{label} is no label")
    return Rule(
        name=row["name"],
        gives=gives,
        weight=float(row["weight"]),
        because=row["because"],
        words=_any(row["words"]),
        unless=_any(row["unless"]) if "unless" in row else None,
    )


def _any(expressions: Sequence[str]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{expression})" for expression in expressions), re.IGNORECASE)
