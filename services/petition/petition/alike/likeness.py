"""Which sketches are alike, and which groups they make. Pure; neither depends on the order in which they come."""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from petition.alike.sketch import BYTES

Words = NDArray[np.uint32]

ONE_MATTER: Final = 0.25
"""From here on they are of one group, with all that are alike either of them."""
COMMON, SMALL = 0.05, 40
"""A word in more than this share of the messages joins no two of them, unless there are so few of it."""


class Sketches:
    """Sketches of one moment, side by side."""

    def __init__(self, words: Sequence[bytes]) -> None:
        """Put them side by side.

        Args:
            words: Of each sketch.
        """
        sizes = [len(each) // BYTES for each in words]
        every = _numbers(b"".join(words))
        numbers, places = np.unique(every, return_inverse=True)
        starts = np.cumsum([0, *sizes])
        self._numbers = numbers
        self._sizes = np.array(sizes, np.float32)
        self._words = sparse.csr_matrix((np.ones(len(places), np.float32), places, starts), (len(words), len(numbers)))

    def near(self, words: bytes) -> NDArray[np.float32]:
        """Say how alike each of them is to one more, 0 to 1."""
        asked = _numbers(words)
        known = np.flatnonzero(np.isin(self._numbers, asked))
        shared = np.asarray(self._words[:, known].sum(axis=1), np.float32).ravel()
        likeness: NDArray[np.float32] = shared / np.maximum(self._sizes + len(asked) - shared, 1)
        return likeness

    def groups(self, least: float = ONE_MATTER) -> list[list[int]]:
        """Give the groups of those that are that much alike, directly or through others; singles make none.

        Args:
            least: The likeness from which on two belong together.

        Returns:
            Their places, ascending; the group with the first of all first.
        """
        count = len(self._sizes)
        if not self._words.nnz:
            return []
        having = np.asarray(self._words.sum(axis=0)).ravel()
        telling = self._words[:, np.flatnonzero(having <= max(SMALL, COMMON * count))]
        pairs = sparse.triu(telling @ telling.T, k=1).tocoo()
        one, other = pairs.row, pairs.col
        # What they share of telling words is most of what they share: whoever has little of it is looked at no further.
        maybe = pairs.data >= least / 2 * np.minimum(self._sizes[one], self._sizes[other]) / 2
        one, other = one[maybe], other[maybe]
        shared = np.asarray(self._words[one].multiply(self._words[other]).sum(axis=1)).ravel()
        near = shared >= least * (self._sizes[one] + self._sizes[other] - shared)
        edges = sparse.coo_matrix((np.ones(int(near.sum()), np.int8), (one[near], other[near])), (count, count))
        _, labels = connected_components(edges, directed=False)
        found: dict[int, list[int]] = {}
        for place, label in enumerate(labels.tolist()):
            found.setdefault(label, []).append(place)
        return [places for places in found.values() if len(places) > 1]


def _numbers(words: bytes) -> Words:
    return np.frombuffer(words, ">u4").astype(np.uint32)
