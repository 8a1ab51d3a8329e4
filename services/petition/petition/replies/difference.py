"""What a draft says otherwise than the published answer, sentence by sentence (修改对照). Pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from typing import Final

MOST: Final = 1_000
"""Sentences that are compared; a longer text counts as replaced, so that the time stays bounded whoever writes it."""
_SENTENCE: Final = re.compile(r"[^。！？；!?;\n]*[。！？；!?;\n]|[^。！？；!?;\n]+")


class Change(StrEnum):
    """What became of a part."""

    KEPT = "kept"
    REMOVED = "removed"
    ADDED = "added"


@dataclass(frozen=True, slots=True)
class Part:
    """Sentences that stand together, and what became of them."""

    change: Change
    text: str


def difference(published: str, draft: str) -> tuple[Part, ...]:
    """Compare two texts: what was kept and removed gives the first, what was kept and added the second."""
    return tuple(part for part in _parts(_SENTENCE.findall(published), _SENTENCE.findall(draft)) if part.text)


def _parts(before: list[str], after: list[str]) -> Iterator[Part]:
    if max(len(before), len(after)) > MOST:
        yield Part(Change.REMOVED, "".join(before))
        yield Part(Change.ADDED, "".join(after))
        return
    for tag, i, j, k, m in SequenceMatcher(a=before, b=after).get_opcodes():
        if tag == "equal":
            yield Part(Change.KEPT, "".join(before[i:j]))
        else:
            yield Part(Change.REMOVED, "".join(before[i:j]))
            yield Part(Change.ADDED, "".join(after[k:m]))
