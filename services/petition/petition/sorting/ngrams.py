"""Short strings of characters as features: no dictionary, and a typing error costs only some of them."""

import zlib
from collections import Counter
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from petition.sorting.text import Message

LONGEST = 3
TITLE = "^"
"""Marks what stands in the title: it counts there by itself, and once more as part of the whole."""
BEGINNING = 60
"""So many characters of a text without a title are taken for one."""


@dataclass(frozen=True, slots=True)
class Grams:
    """The n-grams of a message, each once; what all questions about it share.

    Attributes:
        strings: As they stand there.
        numbers: Theirs (CRC-32), shape (n,): two that share a number are one feature. A model then holds numbers
            instead of strings, a tenth of the memory, and no words of anybody's message.
        times: How often each comes, shape (n,).
    """

    strings: list[str]
    numbers: NDArray[np.uint32]
    times: NDArray[np.uint32]


def count(message: Message) -> Grams:
    """Count the n-grams (n = 1 to 3) of a folded message."""
    found = Counter(grams(message.whole))
    found.update([TITLE + gram for gram in grams(message.title or message.text[:BEGINNING])])
    numbers = [zlib.crc32(gram.encode("utf-8", "replace")) for gram in found]
    return Grams(list(found), np.array(numbers, np.uint32), np.array(list(found.values()), np.uint32))


def grams(text: str) -> list[str]:
    """List the n-grams of a text, from left to right by length."""
    return [text[at : at + n] for n in range(1, LONGEST + 1) for at in range(len(text) - n + 1)]
