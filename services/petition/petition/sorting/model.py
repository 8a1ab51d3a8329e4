"""A linear model over n-grams, as plain arrays: it answers without the library that it was learned with."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from petition.sorting import ngrams
from petition.sorting.text import Message

Floats = NDArray[np.float32]
SHOWN = 3
"""So many strings are shown as what decided."""


@dataclass(frozen=True, slots=True)
class Head:
    """Answers one question.

    Attributes:
        labels: The possible answers.
        features: Numbers of the n-grams that it knows, ascending; shape (n,).
        idf: Their inverse document frequency; shape (n,).
        weights: What each says for each label; shape (n, len(labels)).
        bias: Shape (len(labels),).
        scale: Turns margins into logarithms of probabilities; fitted so that confidence is neither boast nor modesty.
    """

    labels: tuple[str, ...]
    features: NDArray[np.uint32]
    idf: Floats
    weights: NDArray[np.float16]
    bias: Floats
    scale: float

    def known(self, found: Counter[str]) -> tuple[list[str], Floats, Floats]:
        """Give the n-grams that it knows, their tf-idf values (unit length), and their rows of weights."""
        numbers = ngrams.hashed(found)
        if not len(self.features) or not len(numbers):
            return [], np.zeros(0, np.float32), np.zeros((0, len(self.labels)), np.float32)
        places = np.minimum(np.searchsorted(self.features, numbers), len(self.features) - 1)
        hits = np.flatnonzero(self.features[places] == numbers)
        every = list(found)
        strings = [every[at] for at in hits]
        times = np.fromiter((found[string] for string in strings), np.float32, len(strings))
        rows = places[hits]
        values: Floats = (1 + np.log(times)) * self.idf[rows]
        length = float(np.sqrt(values @ values)) or 1.0
        return strings, values / length, self.weights[rows].astype(np.float32)

    def answer(self, found: Counter[str]) -> "Answer":
        """Answer its question about a message of which these n-grams were counted."""
        strings, values, rows = self.known(found)
        margins = self.scale * (values @ rows + self.bias)
        top = float(margins.max())
        logs = margins - top - np.log(np.exp(margins - top).sum())
        return Answer(
            dict(zip(self.labels, map(float, logs), strict=True)), strings, values[:, None] * rows, self.labels
        )


@dataclass(frozen=True, slots=True)
class Answer:
    """Logarithms of probabilities by label, and what each string said."""

    logs: Mapping[str, float]
    strings: list[str]
    said: Floats
    labels: tuple[str, ...]

    def words(self, label: str) -> tuple[str, ...]:
        """Give the strings that spoke most for a label, against the mean of the others; none is part of another."""
        if not self.strings:
            return ()
        for_it = self.said[:, self.labels.index(label)] - self.said.mean(axis=1)
        chosen: list[str] = []
        for at in np.argsort(-for_it)[: 8 * SHOWN]:
            string = self.strings[at].removeprefix(ngrams.TITLE).strip()
            if for_it[at] <= 0 or len(chosen) == SHOWN:
                break
            if len(string) > 1 and not any(string in other or other in string for other in chosen):
                chosen.append(string)
        return tuple(chosen)


@dataclass(frozen=True, slots=True)
class Model:
    """What was learned from labelled messages.

    Attributes:
        version: Counts up with each replacement.
        heads: By question, see ``labels.HEADS``.
        about: When and from what it was learned; for people.
    """

    version: int
    heads: Mapping[str, Head]
    about: Mapping[str, str] = field(default_factory=dict)

    def answers(self, folded: Message) -> dict[str, Answer]:
        """Answer every question about a folded message."""
        found = ngrams.count(folded)
        return {name: head.answer(found) for name, head in self.heads.items()}
