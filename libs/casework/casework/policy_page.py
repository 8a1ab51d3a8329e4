"""The policy as tables for people, kept in a page between two marks: ``python -m casework.policy_page FILE``."""

import sys
from collections.abc import Iterator, Mapping
from itertools import groupby
from pathlib import Path

from casework.policy import ANYBODY, PEOPLE, POLICY

BEGIN, END = "<!-- the policy begins -->\n", "<!-- the policy ends -->\n"
_MANY: Mapping[tuple[str, ...], str] = {ANYBODY: "everybody", PEOPLE: "every person"}


def written(page: str) -> str:
    """Give a page with the policy as it is now.

    Raises:
        ValueError: The marks are missing.
    """
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        raise ValueError("the page has no place for the policy")
    return "".join((before, begin, *(f"{line}\n" for line in _lines()), end, after))


def _lines() -> Iterator[str]:
    for resource, rules in groupby(POLICY.rules, key=lambda rule: rule.resource):
        yield from ("", f"### {resource}", "", "| may | who | whose rows | only if |", "|---|---|---|---|")
        for rule in rules:
            who = _MANY.get(rule.roles) or ", ".join(rule.roles)
            besides = ", ".join(condition.name for condition in rule.besides)
            yield f"| {', '.join(rule.actions)} | {who} | {rule.scope} | {besides} |"
    yield ""


if __name__ == "__main__":
    path = Path(sys.argv[1])
    path.write_text(written(path.read_text("utf-8")), "utf-8")
