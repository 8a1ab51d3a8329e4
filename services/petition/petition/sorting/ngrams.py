"""Short strings of characters as features: no dictionary, and a typing error costs only some of them."""

import zlib
from collections import Counter

import numpy as np
from numpy.typing import NDArray

from petition.sorting.text import Message

LONGEST = 3
TITLE = "^"
"""Marks what stands in the title: it counts there by itself, and once more as part of the whole."""
BEGINNING = 60
"""So many characters of a text without a title are taken for one."""


def count(message: Message) -> Counter[str]:
    """Count the n-grams (n = 1 to 3) of a folded message."""
    found = Counter(grams(message.whole))
    found.update(TITLE + gram for gram in grams(message.title or message.text[:BEGINNING]))
    return found


def grams(text: str) -> list[str]:
    """List the n-grams of a text, from left to right by length."""
    return [text[at : at + n] for n in range(1, LONGEST + 1) for at in range(len(text) - n + 1)]


def hashed(found: Counter[str]) -> NDArray[np.uint32]:
    """Number the n-grams, in their order (CRC-32): two that share a number are one feature.

    A model then holds numbers instead of strings, a tenth of the memory, and no words of anybody's message.
    """
    return np.fromiter((zlib.crc32(gram.encode("utf-8", "replace")) for gram in found), np.uint32, len(found))
