"""What may be suggested: the labels of each aspect, in one order for rules, model and files."""

from petition.kinds import Danger, Kind
from petition.sorting.topics import ELSEWHERE, TOPICS

LABELS: dict[str, tuple[str, ...]] = {
    "kind": tuple(Kind),
    "topic": tuple(TOPICS),
    "danger": tuple(Danger),
}

FIELDS = (*(code for code, topic in TOPICS.items() if topic.field != ELSEWHERE), ELSEWHERE)
"""What the model tells first: a topic of police work, or that it is somebody else's."""
OTHERS = tuple(code for code, topic in TOPICS.items() if topic.field == ELSEWHERE)
"""What it tells then: whose."""

HEADS: dict[str, tuple[str, ...]] = {
    "kind": LABELS["kind"],
    "danger": LABELS["danger"],
    "field": FIELDS,
    "elsewhere": OTHERS,
}
"""The questions that a model answers, and the answers that it may give."""
