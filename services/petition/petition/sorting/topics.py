"""The topics of police work, two levels deep (``topics.csv``), and who answers for each."""

import csv
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from petition.departments import DEPARTMENTS

ELSEWHERE = "elsewhere"
"""First level of what isn't the police's: redirected with advice, and counted apart."""
CLUE = "clue"
CONDUCT = "conduct"
"""First level of what the police did themselves."""
FRAUD = "clue/fraud"


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic.

    Attributes:
        code: ``first/second`` level.
        matter: The broader word for it in events.
        department: Who answers; None for what the police did themselves: the desk above the unit decides (警务督察).
        name_zh: Both levels, Chinese.
        name_en: Both levels, English.
    """

    code: str
    matter: str
    department: str | None
    name_zh: str
    name_en: str

    @property
    def field(self) -> str:
        """The first level."""
        return self.code.partition("/")[0]


def _read() -> dict[str, Topic]:
    with files("petition.sorting").joinpath("topics.csv").open(encoding="utf-8") as file:
        topics = [
            Topic(row["code"], row["matter"], row["department"] or None, row["name_zh"], row["name_en"])
            for row in csv.DictReader(file)
        ]
    unknown = {topic.department for topic in topics} - DEPARTMENTS.keys() - {None}
    if unknown:
        raise ValueError(f"topics.csv names departments that don't exist: {sorted(map(str, unknown))}")
    return {topic.code: topic for topic in topics}


TOPICS = _read()


@cache
def codes_of(field: str) -> tuple[str, ...]:
    """Give the topics of a first level."""
    return tuple(code for code, topic in TOPICS.items() if topic.field == field)
