"""Masks free text before it goes where anybody may read it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from masking import accounts, numbers, papers, plates
from masking.kinds import Kind
from masking.patterns import Pattern
from masking.plain import plain, spoken, spoken_in, without_identifiers

_PATTERNS: Final[tuple[Pattern, ...]] = (*accounts.MAIL, *papers.PATTERNS, *numbers.PATTERNS, *plates.PATTERNS)
_PATTERNS_WITH_NAMES: Final = (*_PATTERNS, *accounts.HANDLES)
_SPOKEN: Final = (*papers.SPOKEN, *numbers.SPOKEN)

_MOST_PASSES: Final = 8
"""A mask may uncover its neighbour (``13800138000H12345678``). Text that needs more passes was made to defeat this."""
_ALL: Final = "〔全文已隐去〕"
"""What stands for such a text."""


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """Something personal in a text: ``text[start:end]``."""

    start: int
    end: int
    kind: Kind


def find(text: str) -> tuple[Finding, ...]:
    """Find what is personal: in the order of the text, none overlapping another."""
    read = without_identifiers(plain(text))
    found = list(_found(_PATTERNS_WITH_NAMES, read))
    if spoken_in(read):
        found += _found(_SPOKEN, spoken(read))
    return tuple(_united(sorted(found)))


def mask(text: str) -> str:
    """Put the name of its kind in the place of everything personal, such as 〔电话〕.

    Masking what is masked changes nothing. The time is proportional to the length of the text, whatever it holds.
    """
    for _ in range(_MOST_PASSES):
        found = find(text)
        if not found:
            return text
        text = _masked(text, found)
    return _ALL if find(text) else text


def _found(patterns: tuple[Pattern, ...], text: str) -> Iterator[Finding]:
    for pattern in patterns:
        for start, end in pattern.spans(text):
            yield Finding(start, end, pattern.kind)


def _united(found: list[Finding]) -> Iterator[Finding]:
    """Unite what overlaps, under the kind of what begins first."""
    united: Finding | None = None
    for finding in found:
        if united is None:
            united = finding
        elif finding.start < united.end:
            longer = max(finding.end, united.end)
            kind = finding.kind if finding.start == united.start else united.kind  # the longer of two that begin alike
            united = Finding(united.start, longer, kind)
        else:
            yield united
            united = finding
    if united is not None:
        yield united


def _masked(text: str, found: tuple[Finding, ...]) -> str:
    parts: list[str] = []
    reached = 0
    for finding in found:
        parts += (text[reached : finding.start], finding.kind.mask)
        reached = finding.end
    return "".join((*parts, text[reached:]))
