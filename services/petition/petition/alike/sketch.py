"""What is kept of a message's words so that others like it are found: keyed numbers, no words (类似度索引). Pure.

A word becomes a number by a hash that is keyed with a secret of the suite: who has the table has neither words nor a
dictionary that would give them back. Order and count are lost, and of a long message only a part is kept, the same part
of the same words. Two sketches are as alike as the sets of their words: what both have, of what either has (Jaccard).
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from petition.sorting.text import Message, fold

PURPOSE: Final = "likeness"
"""What the secret is for."""
MOST_WORDS: Final = 256
"""Of a longer message the words with the smallest numbers are kept."""
FEWEST: Final = 3
"""Who writes fewer words than that is like nobody: "请问" alone would be like every other such message."""
SHORTEST: Final = 2
"""Single characters tell little."""
BYTES: Final = 4
"""Of a word's number."""
ALIKE: Final = 0.2
"""From here on two messages are suggested as alike; of any two that were written one in a thousand is."""
BANDS, ROWS = 8, 3
"""Two messages may be copies if all three numbers of one band agree; see ``bands_of``."""
WITHOUT_MEANING: Final = frozenset(
    ("c", "d", "e", "f", "k", "m", "o", "p", "q", "r", "u", "ud", "ug", "uj", "ul", "uv", "uz", "x", "y", "zg")
)
"""Parts of speech that stand in any message: particles, pronouns, numerals, adverbs."""
_MIX: Final = 0x9E3779B97F4A7C15
_64: Final = 2**64 - 1


@dataclass(frozen=True, slots=True)
class Sketch:
    """Of one message.

    Attributes:
        words: Numbers of its words, of four bytes each, ascending, each once.
        bands: By which copies of it are found, whenever they came.
    """

    words: bytes
    bands: tuple[int, ...]


def words_of(title: str, text: str) -> dict[str, None]:
    """Give the words that carry a message's meaning, each once, in their order."""
    import rjieba  # noqa: PLC0415 - its dictionary is read by whoever looks for what is alike, and by nobody else

    tagged = rjieba.tag(fold(Message(title, text)).whole)
    return {word: None for word, tag in tagged if len(word) >= SHORTEST and tag not in WITHOUT_MEANING}


def sketch(words: Iterable[str], secret: bytes) -> Sketch:
    """Make the sketch of words.

    Args:
        words: Of a message.
        secret: Of the suite, for this purpose.
    """
    numbers = {
        hashlib.blake2b(word.encode("utf-8", "replace"), digest_size=BYTES, key=secret).digest() for word in words
    }
    kept = sorted(numbers)[:MOST_WORDS] if len(numbers) >= FEWEST else []
    return Sketch(b"".join(kept), bands_of(kept))


def likeness(one: bytes, other: bytes) -> float:
    """Say how alike two sketches are, by their words: what both have, of what either has, 0 to 1."""
    these, those = ({words[at : at + BYTES] for at in range(0, len(words), BYTES)} for words in (one, other))
    either = these | those
    return len(these & those) / len(either) if either else 0.0


def bands_of(words: list[bytes]) -> tuple[int, ...]:
    """Give eight signed numbers, each made of three of its words, chosen by chance but alike for the same words.

    Two messages share one of them almost surely if nine tenths of their words agree, in two of three cases if a half
    does, and hardly ever otherwise (MinHash with bands).
    """
    if not words:
        return ()
    numbers = [int.from_bytes(word) for word in words]

    def smallest(seed: int) -> int:
        factor = seed * _MIX & _64 | 1
        return min((number * factor & _64) >> 32 for number in numbers)

    chosen = [smallest(seed) for seed in range(1, BANDS * ROWS + 1)]
    rows = (chosen[at : at + ROWS] for at in range(0, len(chosen), ROWS))
    return tuple(
        int.from_bytes(hashlib.blake2b(f"{at} {row}".encode(), digest_size=BYTES).digest(), signed=True)
        for at, row in enumerate(rows)
    )
