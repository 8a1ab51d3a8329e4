"""``make evaluate``: how well the service's judgements do on real messages, and on which of them they were judged."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from petition.replies import evaluation as replies
from petition.sorting import evaluating as sorting


@dataclass(frozen=True, slots=True)
class Figure:
    """One line.

    Attributes:
        subject: What was judged.
        measure: The measure's usual name, e.g. ``MRR@10``.
        value: 0 to 1.
        split: Which messages, and how many.
    """

    subject: str
    measure: str
    value: float
    split: str


def _replies(data: Path) -> Iterable[Figure]:
    for found in replies.evaluate(data):
        split = f"{found.split}, {found.questions:,} questions, {found.answers:,} replies"
        yield Figure("reply search 口径检索", "MRR@10", found.reciprocal_rank, split)
        yield Figure("reply search 口径检索", "hit@1", found.hit, split)


def _automatic(data: Path) -> Iterable[Figure]:
    for found in (*replies.automatic(data), *replies.consultations()):
        split = f"{found.split}, {found.questions:,} messages, at the proposed thresholds"
        yield Figure("automatic answers 自动答复", "answered", found.answered, split)
        if found.precision is not None:
            yield Figure("automatic answers 自动答复", "precision", found.precision, split)


def _sorting(data: Path) -> Iterable[Figure]:
    for found in sorting.evaluate(data):
        for name, value in found.figures.items():
            measure, _, aspect = name.partition(".")
            yield Figure(f"sorting 分类 {aspect}", measure, value, found.split)


EVALUATIONS: tuple[Callable[[Path], Iterable[Figure]], ...] = (_replies, _automatic, _sorting)
"""Whatever is judged; each reads what it needs from the folder of real data."""


def evaluate(data: Path) -> list[Figure]:
    """Judge everything.

    Args:
        data: The folder of real messages.

    Raises:
        OSError: A file of it isn't there.
    """
    return [figure for each in EVALUATIONS for figure in each(data)]
