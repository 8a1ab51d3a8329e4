"""Learns a new model, compares it with the one in use, and replaces that only by one that isn't worse."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from petition.sorting.labelled import Labelled
from petition.sorting.learning import learn
from petition.sorting.measuring import measure
from petition.sorting.model import Model
from petition.sorting.model_file import Models
from petition.sorting.rules import Rule
from petition.sorting.suggest import Sorter

WATCHED = ("recall.together", "accuracy.kind", "accuracy.topic", "accuracy.elsewhere")
"""What must not fall."""
CHANCE = 0.005
"""So much less may be chance."""


@dataclass(frozen=True, slots=True)
class Trained:
    """What came of it.

    Attributes:
        figures: Of the candidate, by name, 0 to 1, on messages that it didn't learn from.
        before: Of the model in use, on the same messages; of the rules alone when there is none.
        worse: Which of them fell; nothing was replaced then.
        sha256: Of the model that is in use now, if it was replaced.
    """

    candidate: Model
    figures: dict[str, float]
    before: dict[str, float]
    worse: tuple[str, ...]
    sha256: str | None


def train(
    learned: Sequence[Labelled], held_out: Sequence[Labelled], *, rules: Sequence[Rule], models: Models, now: datetime
) -> Trained:
    """Learn from some messages, judge by the others.

    Args:
        learned: What to learn from. What is also among ``held_out`` is left out.
        held_out: What to judge by.
        rules: They speak beside either model.
        models: Where the model in use lies, and its successor will.
        now: UTC; it is written into the file.

    Raises:
        BrokenModel: The model in use can't be trusted; see :mod:`petition.sorting.model_file`.
    """
    current = models.current()
    kept_apart = {each.key for each in held_out}
    learned = [each for each in learned if each.key not in kept_apart]
    about = {"learned_at": now.isoformat(timespec="seconds"), "messages": str(len(learned))}
    candidate = learn(learned, (current.version if current else 0) + 1, about)
    before, figures = (measure(Sorter(rules, model), held_out) for model in (current, candidate))
    worse = tuple(name for name in WATCHED if figures.get(name, 0.0) < before.get(name, 0.0) - CHANCE)
    sha256 = None if worse else models.replace(candidate, figures)
    return Trained(candidate, figures, before, worse, sha256)
