"""The read model against the topics: each matter's stage and steps are what the events say, no more and no less."""

from collections.abc import Iterable, Iterator, Sequence

from contracts import events as e
from demo.history import Kind, Model, Record, Violation

REVIEWS = e.ReviewStarted.TOPIC
STAGES = {
    e.CaseSubmitted.TYPE: "submitted",
    e.CaseAccepted.TYPE: "accepted",
    e.CaseNotAccepted.TYPE: "not-accepted",
    e.CaseWithdrawn.TYPE: "withdrawn",
    e.CaseConcluded.TYPE: "concluded",  # or as it was concluded
    e.ReviewStarted.TYPE: "in-review",
    e.ReviewApproved.TYPE: "decided",
    e.ReviewDenied.TYPE: "decided",
    e.PetitionReceived.TYPE: "received",
    e.PetitionTransferred.TYPE: "in-hand",
    e.PetitionReplied.TYPE: "replied",
    e.PetitionReopened.TYPE: "in-hand",
    e.PetitionReviewRequested.TYPE: "under-review",
    e.PetitionReviewDecided.TYPE: "reviewed",
    e.PetitionClosed.TYPE: "closed",
    e.ReportReceived.TYPE: "received",
    e.ReportTransferred.TYPE: "in-hand",
    e.ReportClosed.TYPE: "closed",
}
"""Where an event leads; one that isn't here leads nowhere."""

TOPICS = frozenset(e.EVENTS[type_].TOPIC for type_ in STAGES)


def differs(records: Sequence[Record], model: Model) -> Iterator[Violation]:
    """Find matters and steps that the model lacks, has and shouldn't have, or tells otherwise."""
    told = {(record.subject, record.sequence): record for record in records if record.log.topic in TOPICS}
    matters = {record.about or record.subject: record.log.topic for record in told.values()}
    for step in told.keys() - model.steps.keys():
        yield Violation(Kind.LOST, told[step].log.topic, f"the read model lacks {told[step].name}")
    for step in model.steps.keys() - told.keys():
        what = f"the read model has {step[0]}#{step[1]}, which no topic holds"
        yield Violation(Kind.ABORTED, matters.get(model.steps[step], ""), what)
    for step in model.steps.keys() & told.keys():
        if model.steps[step] != (matter := told[step].about or told[step].subject):
            what = f"the read model puts {told[step].name} to {model.steps[step]} instead of {matter}"
            yield Violation(Kind.DISORDER, told[step].log.topic, what)
    stages = stages_of(told.values())
    for matter, topic in matters.items():
        found, wanted = model.stages.get(matter), stages[matter]
        if found is None:
            yield Violation(Kind.LOST, topic, f"the read model lacks the matter {matter}")
        elif found != wanted:
            what = f"the read model has {matter} at {found}, the topics at {wanted}"
            yield Violation(Kind.DISORDER, topic, what)


def stages_of(records: Iterable[Record]) -> dict[str, tuple[str | None, str | None]]:
    """Say where each matter stands by its own events, and by those of its review."""
    reached: dict[str, tuple[str | None, str | None]] = {}
    for record in sorted(records, key=lambda record: record.sequence):
        own, review = reached.get(record.about or record.subject, (None, None))
        stage = record.outcome if record.type == e.CaseConcluded.TYPE else STAGES.get(record.type)
        if record.log.topic == REVIEWS:
            review = stage or review
        else:
            own = stage or own
        reached[record.about or record.subject] = own, review
    return reached
