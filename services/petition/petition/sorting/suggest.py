"""Puts together what rules, model and places say, and says why."""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from petition.kinds import Danger, Ground
from petition.sorting import ngrams, places
from petition.sorting.labels import LABELS
from petition.sorting.model import Answer, Model
from petition.sorting.rules import Rule, Spoken, spoken
from petition.sorting.text import Message, fold
from petition.sorting.topics import CLUE, CONDUCT, ELSEWHERE, FRAUD, TOPICS, codes_of

BY_DEFAULT: Mapping[str, Mapping[str, float]] = {
    "kind": {"consult": 1.0},
    "topic": {"service/general": 1.0},
    "danger": {Danger.NONE: 3.0},
}
"""What is taken for granted where no model speaks."""
LEAN = {"kind": ("report", 0.35), "topic": (FRAUD, 0.2)}
"""A report of a crime, and fraud, are suggested from this probability on: to miss one is worse than to look twice."""
MIGHT_REPORT = 0.2
MIGHT_COMPLAIN = 0.1
"""From these probabilities on a message begins in a small circle: far below what it takes to be called a report."""
SAFE = 0.85
"""No danger is suggested only from this probability on."""
HEED: Mapping[str, float] = {"kind": 1.0, "topic": 0.6, "danger": 1.0}
"""How much of what the model says counts beside the rules."""
CLUES_ARE_REPORTS = 2.0
"""Who tells of a crime reports it, whatever they call it: what a certain clue adds to the odds of a report."""
UNSURE = 0.05
"""What is less likely isn't shown as another possibility."""
OTHERS = 3


@dataclass(frozen=True, slots=True)
class Reason:
    """Why: a rule by its name, the model, or a place; and the words of the message that decided.

    The names may travel in clear, the words are content of the message.
    """

    name: str
    because: str
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One answer.

    Attributes:
        value: A label, a department or a tenant; None when nothing points to one.
        confidence: 0 to 1.
        reasons: The strongest first.
        others: What else it might be, with confidence, the likeliest first.
    """

    value: str | None
    confidence: float
    reasons: tuple[Reason, ...]
    others: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Suggestions:
    """What a message is, as far as rules and model can tell; staff decide.

    Attributes:
        might_be: The small circle in which it has to begin, because that can't be ruled out; None: it can.
    """

    kind: Suggestion
    topic: Suggestion
    danger: Suggestion
    department: Suggestion
    tenant: Suggestion
    model: int | None
    might_be: Ground | None


@dataclass(frozen=True, slots=True)
class Sorter:
    """Sorts messages by rules, and by a model where there is one."""

    rules: Sequence[Rule]
    model: Model | None = None

    def suggest(self, message: Message, *, received_by: str | None = None) -> Suggestions:
        """Suggest what a message is.

        Args:
            message: As it came.
            received_by: The tenant that has it now; it keeps what names no other city.
        """
        folded = fold(message)
        heard = list(spoken(self.rules, folded.whole))
        answers = self.model.answers(folded) if self.model else {}
        logs = _logs(answers)
        odds = {aspect: _probabilities(aspect, logs.get(aspect), heard) for aspect in LABELS if aspect != "kind"}
        clue = sum(odds["topic"][code] for code in codes_of(CLUE))
        odds["kind"] = _probabilities("kind", logs.get("kind"), heard, {"report": CLUES_ARE_REPORTS * clue})
        kind, topic, danger = (_decide(aspect, odds[aspect], heard, answers) for aspect in ("kind", "topic", "danger"))
        return Suggestions(
            kind=kind,
            topic=topic,
            danger=danger,
            department=_department(odds["topic"], topic),
            tenant=_tenant(folded, received_by),
            model=self.model.version if self.model else None,
            might_be=_circle(odds),
        )

    def whose(self, message: Message) -> str | None:
        """Tell whose a message is that isn't the police's; None where no model has learned it."""
        head = self.model.heads.get("elsewhere") if self.model else None
        if head is None:
            return None
        logs = head.answer(ngrams.count(fold(message))).logs
        return max(logs, key=logs.__getitem__)


def _circle(odds: Mapping[str, Mapping[str, float]]) -> Ground | None:
    """Say where it has to begin; complaints about police first, since whoever they are about may be near."""
    if sum(odds["topic"][code] for code in codes_of(CONDUCT)) >= MIGHT_COMPLAIN:
        return Ground.POLICE
    return Ground.CRIME if odds["kind"]["report"] >= MIGHT_REPORT else None


def _logs(answers: Mapping[str, Answer]) -> dict[str, dict[str, float]]:
    """Spell out what the model said, label by label: whose it is only matters where it isn't the police's."""
    logs = {name: dict(answer.logs) for name, answer in answers.items() if name in LABELS}
    if field := answers.get("field"):
        topic = {code: value for code, value in field.logs.items() if code != ELSEWHERE}
        if whose := answers.get("elsewhere"):
            outside = field.logs.get(ELSEWHERE, -10.0)
            topic |= {code: outside + value for code, value in whose.logs.items()}
        logs["topic"] = topic
    return logs


def _probabilities(
    aspect: str, logs: Mapping[str, float] | None, heard: Iterable[Spoken], beside: Mapping[str, float] | None = None
) -> dict[str, float]:
    """Add the rules' weights to the model's logarithms, and make probabilities of the sums."""
    labels = LABELS[aspect]
    if logs is None:
        start = BY_DEFAULT[aspect]
        sums = {label: start.get(label, 0.0) for label in labels}
    else:
        least = min(logs.values())
        sums = {label: HEED[aspect] * logs.get(label, least) for label in labels}
    for label, weight in (beside or {}).items():
        sums[label] += weight
    for each in heard:
        for given, label in each.rule.gives:
            if given == aspect:
                sums[label] += each.rule.weight
    top = max(sums.values())
    raised = {label: math.exp(value - top) for label, value in sums.items()}
    total = math.fsum(raised.values())
    return {label: value / total for label, value in raised.items()}


def _decide(
    aspect: str, odds: Mapping[str, float], heard: Sequence[Spoken], answers: Mapping[str, Answer]
) -> Suggestion:
    ranked = sorted(odds, key=odds.__getitem__, reverse=True)
    chosen = ranked[0]
    if aspect in LEAN and odds[LEAN[aspect][0]] >= LEAN[aspect][1]:
        chosen = LEAN[aspect][0]
    if chosen == Danger.NONE and odds[chosen] < SAFE:
        chosen = ranked[1]
    return Suggestion(
        value=chosen,
        confidence=odds[chosen],
        reasons=tuple(_reasons(aspect, chosen, heard, answers)),
        others=_others(odds, chosen),
    )


def _reasons(aspect: str, label: str, heard: Sequence[Spoken], answers: Mapping[str, Answer]) -> Iterable[Reason]:
    for_it = [each for each in heard if (aspect, label) in each.rule.gives]
    for each in sorted(for_it, key=lambda each: -each.rule.weight):
        yield Reason(each.rule.name, each.rule.because, each.words)
    heads = (("elsewhere", label), ("field", ELSEWHERE if label.startswith(ELSEWHERE) else label))
    for head, answer in heads if aspect == "topic" else ((aspect, label),):
        found = answers.get(head)
        if found and answer in found.labels and (words := found.words(answer)):
            yield Reason(f"model.{head}", "learned from labelled messages", words)


def _others(odds: Mapping[str, float], chosen: str) -> tuple[tuple[str, float], ...]:
    likely = [(label, odd) for label, odd in odds.items() if odd >= UNSURE and label != chosen]
    return tuple(sorted(likely, key=lambda pair: -pair[1])[:OTHERS])


def _department(odds: Mapping[str, float], topic: Suggestion) -> Suggestion:
    """Who answers for the topic; how sure, is how likely all of its topics are together."""
    together: dict[str, float] = defaultdict(float)
    for code, odd in odds.items():
        if department := TOPICS[code].department:
            together[department] += odd
    chosen = TOPICS[topic.value or ""].department
    if chosen is None:
        return Suggestion(None, topic.confidence, topic.reasons, _others(together, ""))
    return Suggestion(chosen, together[chosen], topic.reasons, _others(together, chosen))


def _tenant(folded: Message, received_by: str | None) -> Suggestion:
    found = places.named(folded)
    if not found:
        return Suggestion(received_by, 0.5 if received_by else 0.0, ())
    return Suggestion(
        found[0].tenant,
        found[0].share,
        (Reason("place.named", "names a place there (属地)", found[0].words),),
        tuple((each.tenant, each.share) for each in found[1 : 1 + OTHERS]),
    )
