"""Which city a message speaks of (属地): the names of cities, districts and well-known towns, by tenant."""

import csv
import re
from collections import Counter
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from petition.sorting.text import Message

STREET = r"(?!(?:[东西南北中]?[一二三四五六七八九十]?(?:路|街|大道|巷|高速|公园|大厦|酒店|人)))"
"""Every city has a street named after another one, and people are called after where they were born."""
IN_TITLE = 2


@dataclass(frozen=True, slots=True)
class Named:
    """A tenant that a message names.

    Attributes:
        share: Of all places that it names, 0 to 1; the title counts twice.
    """

    tenant: str
    share: float
    words: tuple[str, ...]


def named(folded: Message) -> tuple[Named, ...]:
    """List the tenants that a folded message names, the most named first."""
    names, expression = _names()
    times: Counter[str] = Counter()
    words: dict[str, dict[str, None]] = {}
    for text, weight in ((folded.title, IN_TITLE), (folded.text, 1)):
        for match in expression.finditer(text):
            tenant = names[match.group()]
            times[tenant] += weight
            words.setdefault(tenant, {})[match.group()] = None
    total = times.total()
    return tuple(Named(tenant, count / total, tuple(words[tenant])) for tenant, count in times.most_common())


@cache
def _names() -> tuple[dict[str, str], re.Pattern[str]]:
    with files("petition.sorting").joinpath("places.csv").open(encoding="utf-8") as file:
        names = {name: row["tenant"] for row in csv.DictReader(file) for name in row["names"].split()}
    longest_first = sorted(names, key=len, reverse=True)
    return names, re.compile(f"(?:{'|'.join(longest_first)}){STREET}")
