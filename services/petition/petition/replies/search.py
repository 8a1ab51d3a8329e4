"""Finds the answers that resemble a question (口径检索).

Each answer, and each way of asking for it, is a vector of its terms: a term weighs more the rarer it is in the library,
and repeating it helps less each time. Vectors have length one, so a long answer that touches many matters doesn't
outweigh a short one about the matter asked for. An answer is as near as its nearest vector.
"""

import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.feature_extraction.text import HashingVectorizer

from petition.replies.terms import terms

COLUMNS = 2**20
"""Terms are numbered by a hash instead of a vocabulary, which would need more memory than the vectors."""
WEIGHT_OF_COUNT = np.concatenate(([0], 1 + np.log(np.arange(1, 256)))).astype(np.float32)
"""What standing there so often is worth; more than 255 times is as good as 255."""
COMMON, SMALL = 0.2, 1_000
"""A term in more than this share of the vectors tells next to nothing, and fills memory; it is left out, unless there
are so few of them that it costs nothing."""
EFFORT = 1_000_000
"""Products that a question may cost: its rarest terms come first, and what is then too common for the rest is left out.
Only long questions to large libraries reach it; it bounds the time of a hostile one."""
BATCH = 2_000
"""Entries that are counted at a time while an index is built."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """An answer as it is searched.

    Attributes:
        id: Of the answer, for the caller.
        answer: Its text.
        variants: Questions that it answers, as people ask them (问法).
    """

    id: str
    answer: str
    variants: tuple[str, ...] = ()

    @property
    def texts(self) -> tuple[str, ...]:
        """Whatever it can be found by."""
        return (self.answer, *self.variants)


@dataclass(frozen=True, slots=True)
class Hit:
    """An answer that was found; ``likeness`` is the cosine of the angle between question and answer, 0 to 1."""

    id: str
    likeness: float


class Index:
    """The answers of one moment, searchable. It never changes: a library that changed gets a new one.

    Attributes:
        ids: Of the answers, in the order in which they came.
    """

    def __init__(self, entries: Iterable[Entry]) -> None:
        """Count every text, each once; entries aren't kept."""
        self._counter = HashingVectorizer(
            analyzer=_listed, n_features=COLUMNS, alternate_sign=False, norm=None, dtype=np.float32
        )
        ids: list[str] = []
        sizes, terms_of = [0], [0]
        columns, counts = bytearray(), bytearray()  # grow where they are, and leave no gaps behind as small arrays do
        for batch in _batches(entries):
            ids += [entry.id for entry in batch]
            sizes += [len(entry.texts) for entry in batch]
            counted = self._count(text for entry in batch for text in entry.texts)
            terms_of += np.diff(counted.indptr).tolist()
            columns += counted.indices.astype(np.int32).tobytes()
            counts += counted.data.tobytes()
        vectors = sparse.csr_matrix(
            (np.frombuffer(counts, np.uint8), np.frombuffer(columns, np.int32), np.cumsum(terms_of)),
            (len(terms_of) - 1, COLUMNS),
        )
        self.ids = tuple(ids)
        self._firsts = np.cumsum(sizes)[:-1]
        postings = vectors.T.tocsr()
        self._rarity = _rarity(postings)
        self._postings = _weighted(postings, self._rarity)

    def find(self, question: str, *, limit: int = 10, among: NDArray[np.bool_] | None = None) -> list[Hit]:
        """Give the nearest answers, the nearest first; nothing where no telling term is shared.

        Args:
            question: Title and text of a message.
            limit: At most so many.
            among: Which of ``ids`` may be found (地域、有效期); None: all.
        """
        asked = self._count([question])
        weights = WEIGHT_OF_COUNT[asked.data] * self._rarity[asked.indices]
        length = float(np.linalg.norm(weights))
        if not self.ids or length == 0:
            return []
        telling = self._telling(asked.indices)
        near = weights[telling] @ self._postings[asked.indices[telling]]
        near = np.maximum.reduceat(near, self._firsts) / length
        if among is not None:
            near = np.where(among, near, 0)
        return [Hit(self.ids[at], float(near[at])) for at in _largest(near, limit)]

    def _count(self, texts: Iterable[str]) -> sparse.csr_matrix:
        counts = self._counter.transform(texts)
        return sparse.csr_matrix(
            (np.minimum(counts.data, 255).astype(np.uint8), counts.indices, counts.indptr), counts.shape
        )

    def _telling(self, columns: NDArray[np.int32]) -> NDArray[np.int64]:
        """Choose, among a question's columns, the rarest ones that it can afford."""
        having = self._postings.indptr[columns + 1] - self._postings.indptr[columns]
        rarest = np.argsort(having, kind="stable")
        return rarest[np.cumsum(having[rarest], dtype=np.int64) <= EFFORT]


def _listed(text: str) -> list[str]:
    return list(terms(text))


def _batches(entries: Iterable[Entry]) -> Iterator[tuple[Entry, ...]]:
    remaining = iter(entries)
    while batch := tuple(itertools.islice(remaining, BATCH)):
        yield batch


def _rarity(postings: sparse.csr_matrix) -> NDArray[np.float32]:
    """Give each column's weight: BM25's inverse document frequency, 0 for what stands in too many vectors."""
    total, having = postings.shape[1], np.diff(postings.indptr)
    rarity = np.log1p((total - having + 0.5) / (having + 0.5))
    return np.where(having <= max(SMALL, COMMON * total), rarity, 0).astype(np.float32)


def _weighted(postings: sparse.csr_matrix, rarity: NDArray[np.float32]) -> sparse.csr_matrix:
    """Weigh the counts, and give every vector, a column here, length one."""
    postings.data[np.repeat(rarity == 0, np.diff(postings.indptr))] = 0
    postings.eliminate_zeros()
    postings.data = WEIGHT_OF_COUNT[postings.data]
    postings.data *= np.repeat(rarity, np.diff(postings.indptr))
    lengths = np.sqrt(np.ones(len(rarity), np.float32) @ postings.power(2))
    postings.data /= lengths[postings.indices]
    return postings


def _largest(near: NDArray[np.float32], limit: int) -> NDArray[np.int64]:
    """Give the places of the largest, the largest first, and equals in their order."""
    least = np.partition(near, -limit)[-limit] if limit < len(near) else 0
    places = np.flatnonzero((near >= least) & (near > 0))
    return places[np.argsort(-near[places], kind="stable")][:limit]
