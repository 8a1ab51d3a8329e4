"""What is counted in a text: its words, and each two neighbouring characters.

Words (分词) carry the meaning. Pairs of characters find what no dictionary holds, such as the names of estates and
villages, and bear a typing error or another way of cutting.
"""

import re
import unicodedata
from collections.abc import Iterator

import rjieba

LONGEST = 6_000
"""Characters that are read of a text; whoever writes more has said by then what it is about."""
RUN = re.compile(r"[^\W_]+")
PAIR = "_"
"""Marks a pair, so that a word of two characters and the same two side by side are counted apart."""


def terms(text: str) -> Iterator[str]:
    """Give words and pairs, each as often as it stands there; width and case are folded, punctuation is left out."""
    sound = text[:LONGEST].encode("utf-8", "replace").decode("utf-8")  # half a surrogate pair is no character
    folded = unicodedata.normalize("NFKC", sound).lower()
    yield from filter(RUN.fullmatch, rjieba.cut(folded))
    for run in RUN.findall(folded):
        yield from (PAIR + run[at : at + 2] for at in range(len(run) - 1))
