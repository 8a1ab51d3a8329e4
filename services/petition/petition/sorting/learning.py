"""Learns a model from labelled messages, with scikit-learn, which only this module loads (110 MiB)."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from petition.sorting import ngrams
from petition.sorting.labelled import Labelled
from petition.sorting.labels import HEADS
from petition.sorting.model import Head, Model
from petition.sorting.text import Message, fold
from petition.sorting.topics import ELSEWHERE, TOPICS

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix
    from sklearn.svm import LinearSVC

RARE = 2
"""An n-gram has to stand in so many messages to be a feature."""
LOOSE = 3.0
"""How closely the machine follows its examples (C); chosen by cross-validation on development parts only."""
FOLDS = 3
MANY = 2_000
"""From so many messages on, one look is enough to find the scale."""
SCALES = (0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 4.0, 6.0, 8.0)
LEAST = 3
"""An answer with fewer examples isn't learned."""


def learn(labelled: Sequence[Labelled], version: int, about: Mapping[str, str]) -> Model:
    """Learn a head for every question that the messages answer in at least two ways."""
    folded = [(each, fold(each.message)) for each in labelled]
    heads = {}
    for name in HEADS:
        pairs = [(message, answer) for each, message in folded if (answer := _answer(name, each)) is not None]
        if name == "field":
            pairs = _balanced(pairs)
        if (head := _learn(pairs)) is not None:
            heads[name] = head
    return Model(version, heads, about)


def _answer(name: str, each: Labelled) -> str | None:
    if name in {"kind", "danger"}:
        return {"kind": each.kind, "danger": each.danger}[name]
    if each.topic is None:
        return None
    is_elsewhere = TOPICS[each.topic].field == ELSEWHERE
    if name == "field":
        return ELSEWHERE if is_elsewhere else each.topic
    return each.topic if is_elsewhere else None


def _balanced(pairs: list[tuple[Message, str]]) -> list[tuple[Message, str]]:
    """Keep no more of what isn't the police's than of all that is: ten thousand of it would drown three hundred."""
    others = sum(answer == ELSEWHERE for _, answer in pairs)
    keep = max(1, others // max(1, len(pairs) - others))
    seen = -1
    kept = []
    for message, answer in pairs:
        seen += answer == ELSEWHERE
        if answer != ELSEWHERE or seen % keep == 0:
            kept.append((message, answer))
    return kept


def _learn(pairs: Sequence[tuple[Message, str]]) -> Head | None:
    from sklearn.feature_extraction.text import CountVectorizer, TfidfTransformer  # noqa: PLC0415 - see above

    found, times = np.unique([answer for _, answer in pairs], return_counts=True)
    labels = [str(label) for label, count in zip(found, times, strict=True) if count >= LEAST]
    if len(labels) < 2:  # noqa: PLR2004 - nothing to tell apart
        return None
    pairs = [(message, answer) for message, answer in pairs if answer in labels]
    answers = np.array([labels.index(answer) for _, answer in pairs])
    counter = CountVectorizer(analyzer=_numbers, min_df=RARE)
    weigher = TfidfTransformer(sublinear_tf=True)
    values = weigher.fit_transform(counter.fit_transform([message for message, _ in pairs]))
    machine = _machine().fit(values, answers)
    weights, bias = machine.coef_, machine.intercept_
    if len(labels) == 2:  # noqa: PLR2004 one line parts two labels; here each has its own
        weights, bias = np.vstack([-weights, weights]), np.array([-bias[0], bias[0]])
    return Head(
        labels=tuple(labels),
        features=np.array(sorted(counter.vocabulary_), np.uint32),
        idf=weigher.idf_.astype(np.float32),
        weights=np.ascontiguousarray(weights.T.astype(np.float16)),
        bias=bias.astype(np.float32),
        scale=_scale(values, answers),
    )


def _numbers(message: Message) -> list[int]:
    found = ngrams.count(message)
    return [int(number) for number in np.repeat(found.numbers, found.times)]


def _machine() -> "LinearSVC":
    from sklearn.svm import LinearSVC as Machine  # noqa: PLC0415 - see above

    return Machine(C=LOOSE, class_weight="balanced", random_state=0)


def _scale(values: "csr_matrix", answers: NDArray[np.int64]) -> float:
    """Find how sure its margins make it of messages that it didn't learn from: the scale of the least surprise."""
    from sklearn.model_selection import StratifiedShuffleSplit  # noqa: PLC0415 - see above

    turns = FOLDS if len(answers) < MANY else 1
    seen, asked = [], []
    for learned, kept in StratifiedShuffleSplit(turns, test_size=1 / FOLDS, random_state=0).split(values, answers):
        machine = _machine().fit(values[learned], answers[learned])
        margins = machine.decision_function(values[kept])
        seen.append(np.column_stack([-margins, margins]) if margins.ndim == 1 else margins)
        asked.append(answers[kept])
    margins, right = np.vstack(seen), np.concatenate(asked)

    def surprise(scale: float) -> float:
        scaled = scale * margins
        top = scaled.max(axis=1, keepdims=True)
        logs = scaled - top - np.log(np.exp(scaled - top).sum(axis=1, keepdims=True))
        return float(-logs[np.arange(len(right)), right].mean())

    return min(SCALES, key=surprise)
