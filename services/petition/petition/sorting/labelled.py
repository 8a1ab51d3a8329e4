"""Labelled messages: what a model learns from, and what everything is judged by."""

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

from petition.sorting.labels import LABELS
from petition.sorting.text import Message
from petition.sorting.topics import ELSEWHERE, TOPICS

NAMES = {topic.name_zh.partition("/")[2]: code for code, topic in TOPICS.items() if topic.field == ELSEWHERE}
"""General topics by the name that labelled files of other authorities use, e.g. 劳动和社会保障."""
LONGEST_LINE = 200_000


class BrokenLabels(ValueError):
    """A file isn't what it should be; the message names the line."""


@dataclass(frozen=True, slots=True)
class Labelled:
    """A message, and what people said it is; None: nobody said.

    Attributes:
        hard: Why a machine may find it hard (irony, typing, traditional, mixed); empty when it needn't.
    """

    message: Message
    kind: str | None = None
    topic: str | None = None
    danger: str | None = None
    hard: str = ""

    @property
    def key(self) -> str:
        """A hash of what was written, so that the same message is always on the same side of a split."""
        return hashlib.sha256("".join(self.message.whole.split()).encode("utf-8", "replace")).hexdigest()


def read(path: Path) -> list[Labelled]:
    """Read a file: ``.jsonl``, or ``.tsv`` with a general topic and a text, perhaps already cut into words.

    Raises:
        BrokenLabels: A line can't be read, or a label is unknown.
        OSError: No such file.
    """
    with path.open(encoding="utf-8") as file:
        return list(_tabbed(file, path.name) if path.suffix == ".tsv" else _lines(file, path.name))


def corpus(part: str) -> list[Labelled]:
    """Give a part of the corpus that comes with the service: ``development`` or ``held_out``."""
    with files("petition.sorting").joinpath(f"corpus/{part}.jsonl").open(encoding="utf-8") as file:
        return list(_lines(file, part))


def split(labelled: Iterable[Labelled], part: int = 5) -> tuple[list[Labelled], list[Labelled]]:
    """Part messages into those to learn from and, one in ``part``, those to judge by; the same ones each time."""
    learned: list[Labelled] = []
    held_out: list[Labelled] = []
    for each in labelled:
        (held_out if int(each.key[:8], 16) % part == 0 else learned).append(each)
    return learned, held_out


def _lines(lines: Iterable[str], name: str) -> Iterator[Labelled]:
    for number, line in enumerate(lines, 1):
        if len(line) > LONGEST_LINE:
            raise BrokenLabels(f"{name}:{number}: too long")
        try:
            yield _labelled(json.loads(line))
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise BrokenLabels(f"{name}:{number}: {error}") from error


def _labelled(row: dict[str, Any]) -> Labelled:
    title, text = str(row.get("title") or ""), str(row["text"])
    named = {aspect: row.get(aspect) for aspect in LABELS}
    if "label" in row:
        named["topic"] = NAMES[row["label"]]
    for aspect, label in named.items():
        if label is not None and label not in LABELS[aspect]:
            raise ValueError(f"{label!r} is no {aspect}")
    return Labelled(Message(title, text.removeprefix(title)), **named, hard=str(row.get("hard", "")))


def _tabbed(lines: Iterable[str], name: str) -> Iterator[Labelled]:
    for number, line in enumerate(lines, 1):
        label, _, words = line.rstrip("\n").partition("\t")
        if label not in NAMES or not words:
            raise BrokenLabels(f"{name}:{number}: a general topic, a tab and a text are expected")
        yield Labelled(Message("", "".join(words.split(" "))), topic=NAMES[label])
