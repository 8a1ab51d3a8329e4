"""The figures of sorting for ``make evaluate``, with the split that they were found on."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from petition.sorting import MODELS
from petition.sorting.labelled import Labelled, corpus, read, split
from petition.sorting.learning import learn
from petition.sorting.measuring import measure
from petition.sorting.model_file import Models
from petition.sorting.rules import shipped
from petition.sorting.suggest import Sorter

LABELLED, MORE = "topic_labelled.jsonl", "topic_labelled_segmented.tsv"
PART = 3
"""One in so many labelled messages is held out."""
SAME = 0.7
"""A text whose pairs of characters stand in another one to this share is taken for the same message."""


@dataclass(frozen=True, slots=True)
class Evaluated:
    """Figures by name (see ``measuring.measure``), and the split that they were found on."""

    split: str
    figures: dict[str, float]


def evaluate(data: Path) -> Iterator[Evaluated]:
    """Judge the shipped rules and model on police work, and, where a folder has them, a model on general topics.

    Args:
        data: The folder of real messages; without labelled ones, general topics are left out.
    """
    learned, held_out = corpus("development"), corpus("held_out")
    hard = sum(bool(each.hard) for each in held_out)
    split_of = f"police work 公安业务, {len(learned):,} learned, {len(held_out):,} held out, {hard} of them hard"
    yield Evaluated(split_of, measure(Sorter(shipped(), Models(MODELS).current()), held_out))
    if (data / LABELLED).exists():
        yield general_topics(data)


def general_topics(data: Path) -> Evaluated:
    """Learn general topics from two files, without what repeats a held-out message, and judge by the held-out ones."""
    learned, held_out = split(read(data / LABELLED), PART)
    if (data / MORE).exists():
        learned += unseen(data / MORE, held_out)
    split_of = f"general topics 一般主题, {len(learned):,} learned, {len(held_out):,} held out by hash"
    return Evaluated(split_of, measure(Sorter((), learn(learned, 1, {})), held_out))


def unseen(path: Path, held_out: list[Labelled]) -> Iterator[Labelled]:
    """Yield the rows of a segmented file that repeat no held-out message, be it without its stop words."""
    places: dict[str, list[int]] = defaultdict(list)
    for at, each in enumerate(held_out):
        for pair in _pairs([each.message.whole]):
            places[pair].append(at)
    rows = path.read_text("utf-8").splitlines()
    for row, each in zip(rows, read(path), strict=True):
        pairs = _pairs(row.partition("\t")[2].split())
        shared = Counter(at for pair in pairs for at in places.get(pair, ()))
        if not shared or shared.most_common(1)[0][1] < SAME * len(pairs):
            yield each


def _pairs(words: list[str]) -> set[str]:
    return {word[at : at + 2] for word in words for at in range(len(word) - 1)}


def table(figures: dict[str, float]) -> Iterator[str]:
    """Write figures by what they are about, a line each."""
    names = dict.fromkeys(name.partition(".")[2] for name in figures)
    for name in names:
        parts = (
            f"{what} {figures[f'{what}.{name}']:.3f}"
            for what in ("accuracy", "macro-f1", "recall", "precision")
            if f"{what}.{name}" in figures
        )
        yield f"  {name:<10} {'  '.join(parts)}"
