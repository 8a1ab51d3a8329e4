"""Why two messages, or many, are shown as alike: in their own words, for whoever may read them. Pure."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from petition.alike.sketch import words_of
from petition.sorting.places import named
from petition.sorting.text import Message, fold

MOST: Final = 10
"""So many words tell enough."""
SHORTEST: Final = 8
"""A passage of so many characters isn't chance any more."""
READ: Final = 1_500
"""Characters that are compared of a text."""


@dataclass(frozen=True, slots=True)
class Read:
    """A message as it is compared.

    Attributes:
        words: That carry its meaning.
        places: That it names.
        text: Folded.
    """

    words: frozenset[str]
    places: frozenset[str]
    text: str


def read(title: str, text: str) -> Read:
    """Read a message."""
    folded = fold(Message(title, text))
    places = frozenset(word for each in named(folded) for word in each.words)
    return Read(frozenset(words_of(title, text)), places, folded.whole[:READ])


def shared_words(one: Read, other: Read) -> tuple[str, ...]:
    """Give words that both have, the longest first."""
    return tuple(sorted(one.words & other.words, key=lambda word: (-len(word), word))[:MOST])


def shared_passage(one: Read, other: Read) -> str | None:
    """Give the longest passage that stands in both; None if there is none that can't be chance."""
    short, long = sorted((one.text, other.text), key=lambda text: (len(text), text))
    there = {long[at : at + SHORTEST] for at in range(len(long) - SHORTEST + 1)}
    best, start = "", 0
    while start + SHORTEST <= len(short):
        if short[start : start + SHORTEST] not in there:
            start += 1
            continue
        end = start + SHORTEST
        while end < len(short) and short[start : end + 1] in long:
            end += 1
        best = max(best, short[start:end], key=len)
        start = end - SHORTEST + 1
    return best.strip() or None


def common_words(messages: Sequence[Read]) -> tuple[str, ...]:
    """Give the words that at least half of them have, the most frequent and longest first."""
    return _common((message.words for message in messages), least=(len(messages) + 1) // 2)


def common_places(messages: Sequence[Read]) -> tuple[str, ...]:
    """Give the places that they name, the most named first."""
    return _common((message.places for message in messages), least=1)


def _common(sets: Iterable[frozenset[str]], *, least: int) -> tuple[str, ...]:
    times = Counter(each for one in sets for each in one)
    often = (each for each, count in times.items() if count >= least)
    return tuple(sorted(often, key=lambda each: (-times[each], -len(each), each))[:MOST])
