"""A linear model over n-grams, as plain arrays: it answers without the library that it was learned with."""

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

    def answer(self, found: ngrams.Grams) -> "Answer":
        """Answer its question about a message with these n-grams: by tf-idf of those that it knows, of unit length."""
        places = self.features.searchsorted(found.numbers)
        hits = np.zeros(0, np.intp)
        if len(self.features):
            hits = np.flatnonzero(self.features.take(places, mode="clip") == found.numbers)
        rows = places[hits]
        values: Floats = (1 + np.log(found.times[hits], dtype=np.float32)) * self.idf[rows]
        values /= float(np.sqrt(values @ values)) or 1.0
        said = self.weights[rows].astype(np.float32)
        margins = self.scale * (values @ said + self.bias)
        margins -= margins.max()
        logs = margins - np.log(np.exp(margins).sum())
        return Answer(dict(zip(self.labels, logs.tolist(), strict=True)), self.labels, found, hits, values, said)


@dataclass(frozen=True, slots=True)
class Answer:
    """Logarithms of probabilities by label, and what they come from.

    Attributes:
        found: The message's n-grams.
        hits: Those of them that are known, shape (n,).
        values: Theirs, shape (n,).
        said: What each says for each label, shape (n, len(labels)).
    """

    logs: Mapping[str, float]
    labels: tuple[str, ...]
    found: ngrams.Grams
    hits: NDArray[np.intp]
    values: Floats
    said: Floats

    def words(self, label: str) -> tuple[str, ...]:
        """Give the strings that spoke most for a label, against the mean of the others; none is part of another."""
        # Not as a product: of so short a vector BLAS was seen to warn of an invalid number where all were finite.
        for_it = self.values * (self.said[:, self.labels.index(label)] - self.said.mean(axis=1))
        chosen: list[str] = []
        for at in np.argsort(-for_it)[: 8 * SHOWN].tolist():
            if for_it[at] <= 0 or len(chosen) == SHOWN:
                break
            string = self.found.strings[self.hits[at]].removeprefix(ngrams.TITLE).strip()
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
