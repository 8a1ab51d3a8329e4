"""The table of time limits in ``rules.yaml``: for each kind of matter its clocks, since when, and by what basis."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from enum import StrEnum
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import Field, ValidationError, model_validator

from workdays.words import Part, Term, Text, Words

TABLE = Path(__file__).with_name("rules.yaml")
LONGEST = 3660

Slug = Annotated[str, Field(pattern="^[a-z][a-z0-9-]*$", max_length=64)]


class BrokenRules(RuntimeError):
    """The table can't be used as it is written; the message names what is wrong in it."""


class NoRule(LookupError):
    """The table has no such clock for that kind of matter on that day."""


class Unit(StrEnum):
    """What is counted."""

    WORKDAYS = "workdays"  # 工作日
    DAYS = "days"  # 日（自然日）


class Sourced(Part):
    """Something of the table, where it was read, and whether that was the primary text."""

    source: Text
    verified: bool


class Extension(Sourced):
    """By how much the clock may be extended, once, with a reason (延长)."""

    days: int = Field(ge=1, le=LONGEST)
    by: Term


class Rule(Sourced):
    """One clock of one kind of matter, as it is in effect for some time.

    Attributes:
        kind: Of the matter.
        clock: Which of the matter's clocks.
        basis: What lays it down.
        days: How many, in ``unit``.
        unit: Working days or all days.
        counts: ``before``: that many days before its start, which is an end then, such as that of a licence.
        starts: What it starts with; that day isn't counted.
        never_restarts: What happens to the matter without starting it again.
        stops: What it stands still for (期限中止); nothing else stops it.
        written_notice: The person is told in writing that it stands still.
        extension: None if it can't be extended.
        moves: By which rule a last day that isn't worked moves on to the next working day; None if it stays.
        binds: Passing it breaks a duty to the person (约束), not only an office's own rule.
        shown_to: ``officers``: a person is never shown it.
        lapse: What follows by law when it passes.
        setting: A tenant may set other days.
        since: First day on which it is in effect. A clock keeps the rule under which it started.
        until: Last such day; None if it still is.
    """

    kind: Slug
    clock: Slug
    name: Words
    basis: Words
    days: int = Field(ge=0, le=LONGEST)
    unit: Unit
    counts: Literal["after", "before"] = "after"
    starts: Term
    never_restarts: tuple[Term, ...] = ()
    stops: tuple[Term, ...] = ()
    written_notice: bool = False
    extension: Extension | None = None
    moves: Sourced | None = None
    binds: bool
    shown_to: Literal["everyone", "officers"] = "everyone"
    lapse: Term | None = None
    setting: bool = False
    since: date
    until: date | None = None

    @property
    def id(self) -> str:
        """Its name among the rules of one day: ``petition/answer``."""
        return f"{self.kind}/{self.clock}"

    def in_effect(self, day: date) -> bool:
        """Tell whether it is in effect on that day."""
        return self.since <= day and (self.until is None or day <= self.until)

    @model_validator(mode="after")
    def _coherent(self) -> "Rule":
        if self.until is not None and self.until < self.since:
            raise ValueError("it ends before it is in effect")
        if self.counts == "before" and (self.stops or self.extension or self.moves):
            raise ValueError("a clock that counts back neither stops nor moves on")
        if self.counts == "after" and not self.days:
            raise ValueError("it has no day")
        if self.written_notice and not self.stops:
            raise ValueError("there is nothing to give notice of")
        return self


class Rules:
    """The whole table."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self._rules = tuple(rules)

    def __iter__(self) -> Iterator[Rule]:
        return iter(self._rules)

    def find(self, kind: str, clock: str, *, on: date) -> Rule:
        """Give the rule for a clock that starts on that day.

        Raises:
            NoRule: There is none.
        """
        for rule in self.of(kind, on=on):
            if rule.clock == clock:
                return rule
        raise NoRule(f"{kind}/{clock} on {on}")

    def of(self, kind: str, *, on: date) -> tuple[Rule, ...]:
        """Give the rules for all clocks of a kind of matter that may start on that day."""
        return tuple(rule for rule in self._rules if rule.kind == kind and rule.in_effect(on))

    def with_settings(self, days: Mapping[str, int]) -> "Rules":
        """Give the table with other days for some rules, as a tenant set them.

        Args:
            days: By the rule's id.

        Raises:
            BrokenRules: There is no such rule, or it isn't a setting, or that many days can't be.
        """
        settings = {rule.id for rule in self._rules if rule.setting}
        wrong = [f"{id_}: not a setting" for id_ in days.keys() - settings]
        wrong += [f"{id_}: {number} days" for id_, number in days.items() if not 1 <= number <= LONGEST]
        if wrong:
            raise BrokenRules("; ".join(sorted(wrong)))
        return Rules(
            rule.model_copy(update={"days": days[rule.id]}) if rule.setting and rule.id in days else rule
            for rule in self._rules
        )


def load_rules(path: Path = TABLE) -> Rules:
    """Read a table.

    Raises:
        BrokenRules: See there.
    """
    try:
        written = yaml.safe_load(path.read_text("utf-8"))
        rules = [_rule(place, row, written) for place, row in enumerate(written["rules"], 1)]
    except (OSError, UnicodeDecodeError, yaml.YAMLError, KeyError, TypeError, AttributeError) as error:
        raise BrokenRules(f"{path.name}: {type(error).__name__}: {error}") from error
    for id_, times in Counter(rule.id for rule in rules).items():
        rows = sorted((rule for rule in rules if rule.id == id_), key=lambda rule: rule.since)
        if times > 1 and any(a.until is None or a.until >= b.since for a, b in pairwise(rows)):
            raise BrokenRules(f"{path.name}: {id_}: two rules on one day")
    return Rules(rules)


rules = cache(load_rules)
"""The table of this package, read once."""


def _rule(place: int, row: Mapping[str, Any], written: Mapping[str, Any]) -> Rule:
    """Put words in the place of the codes that stand for them, and check the row."""
    name = f"{TABLE.name}: row {place} ({row.get('kind')}/{row.get('clock')})"
    found = dict(row)
    try:
        terms = {code: Term(code=code, **words) for code, words in written["terms"].items()}
        found["starts"] = terms[row["starts"]]
        for field in ("stops", "never_restarts"):
            found[field] = [terms[code] for code in row.get(field, ())]
        if "lapse" in row:
            found["lapse"] = terms[row["lapse"]]
        if "extension" in row:
            found["extension"] = row["extension"] | {"by": terms[row["extension"]["by"]]}
        found["moves"] = written["moving_on"] if row.get("moves") else None
        return Rule.model_validate(found)
    except KeyError as error:
        raise BrokenRules(f"{name}: {error.args[0]} is nowhere defined") from error
    except ValidationError as error:
        faults = "; ".join(f"{'/'.join(map(str, wrong['loc']))}: {wrong['msg']}" for wrong in error.errors())
        raise BrokenRules(f"{name}: {faults}") from error
