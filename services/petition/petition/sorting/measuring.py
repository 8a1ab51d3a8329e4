"""How right suggestions are, on messages that people labelled."""

from collections.abc import Sequence

from petition.kinds import Danger
from petition.sorting.labelled import Labelled
from petition.sorting.suggest import Sorter
from petition.sorting.topics import CONDUCT, ELSEWHERE, FRAUD, TOPICS

Pairs = list[tuple[str | None, str | None]]


def measure(sorter: Sorter, labelled: Sequence[Labelled]) -> dict[str, float]:
    """Compare what is suggested with what people said.

    Returns:
        By name, 0 to 1: accuracy and macro F1 of ``kind``, ``topic`` and ``field`` (its first level), and of
        ``elsewhere`` (whose it is, among general topics); recall and precision of ``report``, ``danger``, ``fraud``,
        of the three ``together``, and of what ``begins-hidden`` (reports, and whatever is about what police did).
    """
    whole = [each for each in labelled if each.kind is not None]
    suggested = [sorter.suggest(each.message) for each in whole]
    kinds: Pairs = [(each.kind, found.kind.value) for each, found in zip(whole, suggested, strict=True)]
    topics: Pairs = [(each.topic, found.topic.value) for each, found in zip(whole, suggested, strict=True)]
    dangers: Pairs = [(each.danger, found.danger.value) for each, found in zip(whole, suggested, strict=True)]
    general: Pairs = [
        (each.topic, sorter.whose(each.message))
        for each in labelled
        if each.kind is None and each.topic and TOPICS[each.topic].field == ELSEWHERE
    ]
    fields: Pairs = [(_first(right), _first(said)) for right, said in topics]
    figures: dict[str, float] = {}
    for name, pairs in (("kind", kinds), ("topic", topics), ("field", fields), ("elsewhere", general)):
        figures |= _accuracy(name, pairs)
    grave = {
        "report": [(right == "report", said == "report") for right, said in kinds],
        "danger": [(right != Danger.NONE, said != Danger.NONE) for right, said in dangers],
        "fraud": [(right == FRAUD, said == FRAUD) for right, said in topics],
    }
    figures |= _recall(
        "begins-hidden",
        [
            (each.kind == "report" or _first(each.topic) == CONDUCT, found.might_be is not None)
            for each, found in zip(whole, suggested, strict=True)
        ],
    )
    grave["together"] = [pair for pairs in grave.values() for pair in pairs]
    for name, found in grave.items():
        figures |= _recall(name, found)
    return figures


def _first(topic: str | None) -> str:
    return (topic or "").partition("/")[0]


def _accuracy(name: str, pairs: Pairs) -> dict[str, float]:
    if not pairs:
        return {}
    labels = {right for right, _ in pairs}
    scores = []
    for label in labels:
        both = sum(right == said == label for right, said in pairs)
        either = sum(right == label for right, _ in pairs) + sum(said == label for _, said in pairs)
        scores.append(2 * both / either)
    return {
        f"accuracy.{name}": sum(right == said for right, said in pairs) / len(pairs),
        f"macro-f1.{name}": sum(scores) / len(scores),
    }


def _recall(name: str, pairs: Sequence[tuple[bool, bool]]) -> dict[str, float]:
    both = sum(right and said for right, said in pairs)
    wanted, given = sum(right for right, _ in pairs), sum(said for _, said in pairs)
    found = {}
    if wanted:
        found[f"recall.{name}"] = both / wanted
    if given:
        found[f"precision.{name}"] = both / given
    return found
