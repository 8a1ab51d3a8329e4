"""What leads to what between the services: each cause has its effect, once, and no effect is without its cause."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from contracts import events as e
from demo.history import Kind, Place, Record, Violation

APPROVED, DENIED = "approved", "denied"

Sort = tuple[str, str | None]
"""An event's type, and its outcome where that matters."""


@dataclass(frozen=True, slots=True)
class Reaction:
    """Everything that an event of one sort is about has exactly one event out of some sorts, written by a reaction.

    Attributes:
        cause: What it is that has an effect.
        effects: What the effect may be: the first is what the reaction writes, the others take its place when they
            came first.
        if_also: The cause counts only if there is an event of this type about the same thing, too.
    """

    cause: str
    effects: Sequence[Sort]
    if_also: str | None = None


WITHDRAWN: Sort = (e.CaseWithdrawn.TYPE, None)
REACTIONS = (
    Reaction(e.AlertRaised.TYPE, [(e.BulletinDrafted.TYPE, None)]),
    Reaction(e.CaseAccepted.TYPE, [(e.ReviewStarted.TYPE, None)]),
    Reaction(e.ReviewApproved.TYPE, [(e.CaseConcluded.TYPE, APPROVED), WITHDRAWN]),
    Reaction(e.ReviewDenied.TYPE, [(e.CaseConcluded.TYPE, DENIED), WITHDRAWN]),
    Reaction(
        e.CaseWithdrawn.TYPE,
        [(e.ReviewDiscontinued.TYPE, None), (e.ReviewApproved.TYPE, None), (e.ReviewDenied.TYPE, None)],
        if_also=e.CaseAccepted.TYPE,
    ),
)

UNASKED = frozenset({type_ for reaction in REACTIONS for type_, _ in reaction.effects[:1]}) | {
    e.ReviewWarned.TYPE,
    e.ReviewBreached.TYPE,
    e.PetitionPaged.TYPE,
    e.PetitionWarned.TYPE,
    e.PetitionOverdue.TYPE,
    e.PetitionEscalated.TYPE,
    e.PetitionSupplementLapsed.TYPE,
    e.PetitionCollaborationOverdue.TYPE,
    e.SampleDrawn.TYPE,
    e.ReportPaged.TYPE,
    e.ReportWarned.TYPE,
    e.ReportOverdue.TYPE,
    e.ReportEscalated.TYPE,
}
"""Types of events that no request makes: effects of other events, and of clocks."""


def key_of(record: Record) -> str:
    """Say what an event is about: cause and effect are about the same thing."""
    if record.type == e.AlertRaised.TYPE:
        return record.id
    return record.about or record.subject


def broken(records: Sequence[Record]) -> Iterator[Violation]:
    """Find causes without their effect or with more than one, and effects without a cause."""
    found: dict[Sort, dict[str, set[Place]]] = defaultdict(lambda: defaultdict(set))
    for record in records:
        for sort in {(record.type, None), (record.type, record.outcome)}:
            found[sort][key_of(record)].add(record.place)
    caused: dict[Sort, set[str]] = {reaction.effects[0]: set() for reaction in REACTIONS}
    for reaction in REACTIONS:
        written = reaction.effects[0]
        for key in found[reaction.cause, None]:
            if reaction.if_also and key not in found[reaction.if_also, None]:
                continue
            caused[written].add(key)
            effects = set[Place]().union(*(found[sort].get(key, set()) for sort in reaction.effects))
            topic = _topic(written[0])
            if not effects:
                yield Violation(Kind.LOST, topic, f"{reaction.cause} about {key} led to no {written[0]}")
            elif len(effects) > 1:
                what = f"{reaction.cause} about {key} led to {len(effects)} effects: {sorted(effects)}"
                yield Violation(Kind.DOUBLE, topic, what)
    for written, keys in caused.items():
        for key in found[written].keys() - keys:
            yield Violation(Kind.ABORTED, _topic(written[0]), f"{written[0]} about {key} has no cause")


def answered(records: Sequence[Record]) -> tuple[int, int]:
    """Count alerts, and the bulletins that answer them."""
    types = [type_ for _, type_ in {(record.place, record.type) for record in records}]
    return types.count(e.AlertRaised.TYPE), types.count(e.BulletinDrafted.TYPE)


def _topic(type_: str) -> str:
    return e.EVENTS[type_].TOPIC
