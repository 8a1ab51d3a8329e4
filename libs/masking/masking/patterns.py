"""How a kind of personal data is recognised: by its form, and by what its form can't say, such as a check digit."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from masking.kinds import Kind

GAP: Final = r"[ ._·-]{0,3}"
"""What people put between digits of one number."""
CONNECTOR: Final = r"[ :=,是为的原新旧证證號号码碼()-]{0,6}"
"""What stands between the name of a number and the number."""
_CONTEXT: Final = 40

Ends = Callable[[re.Match[str]], int | None]
"""Tells where what was matched ends; None if it isn't what it looks like."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """One form.

    Attributes:
        kind: What has it.
        form: Its group ``it`` is what is masked. No two of its repetitions meet that could share a character, so that
            it takes time proportional to the length of what it looks at.
        ends: Whether it is what it looks like.
    """

    kind: Kind
    form: re.Pattern[str]
    ends: Ends

    def spans(self, text: str) -> Iterator[tuple[int, int]]:
        """Give the places where it is found."""
        at = 0
        while (match := self.form.search(text, at)) is not None:
            end = self.ends(match)
            if end is None:
                at = match.start() + 1  # what looks like it may hide what is it
            else:
                yield match.start("it"), end
                at = end


def pattern(kind: Kind, form: str, ends: Ends | None = None) -> Pattern:
    """Write one row; case and other alphabets don't count."""
    return Pattern(kind, re.compile(form, re.IGNORECASE | re.ASCII), ends or _where_it_ends)


def digits(count: int, *, most: int = 0) -> str:
    """Give the expression for so many digits, with gaps."""
    further = f"{count - 1},{most - 1}" if most else str(count - 1)
    return rf"[0-9](?:{GAP}[0-9]){{{further}}}"


def only_digits(text: str) -> str:
    """Give the digits of a plain text."""
    return _NO_DIGITS.sub("", text)


def endings(match: re.Match[str], group: str) -> Iterator[tuple[str, int]]:
    """Give what a group may be, longest first: its digits, and where they end, which is never within a row of them."""
    text, (start, end) = match.string, match.span(group)
    number = only_digits(match[group])
    for last in range(end, start, -1):
        if text[last - 1] in _DIGITS:
            if last == len(text) or text[last] not in _DIGITS:
                yield number, last
            number = number[:-1]


def one_number(text: str) -> bool:
    """Tell whether digits stand as people write one number: in groups, or each apart. 1 3 5 7 9 11 is a list."""
    groups = [len(group) for group in _NO_DIGITS.split(text) if group]
    alone = groups.count(1)
    return alone == len(groups) or (groups[0] > 1 and alone <= 1)


def after(words: str, *, others: str = "") -> Callable[[re.Match[str]], bool]:
    """Tell of a match whether one of the words, parted by ``|``, names it.

    Args:
        words: The words.
        others: What else one word may name before it, such as the first number of a list.
    """
    named = re.compile(f"(?:{words}){CONNECTOR}{others}$", re.IGNORECASE | re.ASCII)

    def follows(match: re.Match[str]) -> bool:
        start = match.start()
        return named.search(match.string[max(0, start - _CONTEXT) : start]) is not None

    return follows


def is_day(eight: str) -> bool:
    """Tell whether eight digits read as a day of this time, as in document numbers."""
    return _DAY.fullmatch(eight) is not None


def _where_it_ends(match: re.Match[str]) -> int | None:
    return match.end("it")


_DIGITS: Final = frozenset("0123456789")
_NO_DIGITS: Final = re.compile("[^0-9]+")
_DAY: Final = re.compile("(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])")
