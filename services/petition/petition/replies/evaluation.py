"""How often a question finds its own reply among all replies that were ever given."""

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from petition.replies.search import Entry, Index

PAIRS = "reply_pairs.jsonl"
"""Real questions, each with the reply that it got."""
DEPTH = 10


@dataclass(frozen=True, slots=True)
class Pair:
    """A question (title and text) and its reply."""

    id: str
    question: str
    reply: str

    @property
    def held_out(self) -> bool:
        """Whether it is of the half that no setting of the search was chosen on."""
        return hashlib.sha256(self.id.encode()).digest()[-1] % 2 == 1


@dataclass(frozen=True, slots=True)
class Found:
    """What one half of the questions found.

    Attributes:
        split: Which half.
        questions: How many.
        answers: So many were searched, those to the other half's questions, too.
        reciprocal_rank: MRR@10: the mean of 1 / rank of a question's own reply, 0 below the tenth.
        hit: hit@1: the share that found its own reply first.
    """

    split: str
    questions: int
    answers: int
    reciprocal_rank: float
    hit: float


def evaluate(data: Path) -> Iterator[Found]:
    """Judge both halves: nothing is learned from either, but settings were chosen on the first.

    Raises:
        OSError: The folder has no pairs.
    """
    pairs = list(_read(data / PAIRS))
    index = Index(Entry(id=pair.id, answer=pair.reply) for pair in pairs)
    for held_out, split in ((False, "chosen on 调参"), (True, "held out 留出")):
        ranks = [_rank(index, pair) for pair in pairs if pair.held_out is held_out]
        if ranks:
            yield Found(split, len(ranks), len(pairs), *_means(ranks))


def _read(path: Path) -> Iterator[Pair]:
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            yield Pair(row["id"], f"{row['title']}\n{row['body']}", row["reply"])


def _rank(index: Index, pair: Pair) -> int | None:
    """Give the rank of its own reply; whatever is as near counts as nearer. None: not among the first ten."""
    hits = index.find(pair.question, limit=2 * DEPTH)
    own = next((hit.likeness for hit in hits if hit.id == pair.id), None)
    rank = sum(hit.likeness >= own for hit in hits) if own is not None else None
    return rank if rank is not None and rank <= DEPTH else None


def _means(ranks: Sequence[int | None]) -> tuple[float, float]:
    return sum(1 / rank for rank in ranks if rank) / len(ranks), ranks.count(1) / len(ranks)
