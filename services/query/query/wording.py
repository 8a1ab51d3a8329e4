"""Citizens' words for what happened, from the page beside this module."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Self

import yaml

from query.domain import Stage, Step

PAGE: Final = Path(__file__).with_name("wording.yaml")
HIDDEN: Final = "hidden"
DEFAULT: Final = "default"


@dataclass(frozen=True, slots=True)
class Words:
    """Something in both languages."""

    zh: str
    en: str

    def fill(self, *, item: "Words", unit: "Words") -> "Words":
        """Put names into the places for them."""
        return Words(self.zh.format(item=item.zh, unit=unit.zh), self.en.format(item=item.en, unit=unit.en))


@dataclass(frozen=True, slots=True)
class Wording:
    """The page.

    Attributes:
        events: Words by event type, or type and variant; None where the event is hidden.
        stages: What a matter's stage is called.
        items: Names of service items by slug.
        units: Names of departments by slug.
    """

    events: Mapping[str, Words | None]
    stages: Mapping[Stage, Words]
    items: Mapping[str, Words]
    units: Mapping[str, Words]

    @classmethod
    def load(cls, page: Path = PAGE) -> Self:
        """Read the page.

        Raises:
            KeyError: A stage has no words, or names have no default.
            TypeError: Something isn't in both languages.
        """
        document = yaml.safe_load(page.read_text("utf-8"))
        items, units = ({slug: Words(**words) for slug, words in document[part].items()} for part in ("items", "units"))
        items[DEFAULT], units[DEFAULT]
        return cls(
            events={type_: _words(words) for type_, words in document["events"].items()},
            stages={stage: Words(**document["stages"][stage.value]) for stage in Stage},
            items=items,
            units=units,
        )

    def of(self, step: Step, *, item: str | None) -> Words | None:
        """Say a step in words; None if it is hidden, or nobody has found words for it."""
        type_, _, _ = step.wording.partition("/")
        words = self.events.get(step.wording, self.events.get(type_))
        if words is None:
            return None
        return words.fill(item=self.item(item), unit=self.unit(step.unit))

    def item(self, slug: str | None) -> Words:
        """Name a service item; one that isn't on the page gets a word that fits all."""
        return self.items.get(slug or DEFAULT, self.items[DEFAULT])

    def unit(self, slug: str | None) -> Words:
        """Name a department, likewise."""
        return self.units.get(slug or DEFAULT, self.units[DEFAULT])


def _words(entry: Any) -> Words | None:
    return None if entry == HIDDEN else Words(**entry)
