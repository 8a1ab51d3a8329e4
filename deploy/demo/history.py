"""The history checker: decides from outside whether the suite kept its promises.

It compares what the client saw (`demo.journal`) with what the topics and the mirror hold, and knows
nothing of how the services work. The idea is Jepsen's: lost writes, aborted reads, duplicates and
order, over HTTP answer, log record, mirror row and effect.

Allowed, and therefore no violation: a record that is repeated in a log with the same id and the same
bytes (a relay that was stopped and wakes up does that), and a record that overtook its predecessor, if
the predecessor comes (consumers park it until then). What counts is the effect.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from demo.journal import Request, promised


class Kind(StrEnum):
    """What a history may be guilty of."""

    LOST = "lost"
    DOUBLE = "double"
    DISORDER = "out of order"
    ABORTED = "aborted"


@dataclass(frozen=True, slots=True)
class Log:
    """One partition of one incarnation of a topic: a wiped and recreated topic is another log."""

    topic: str
    uuid: str
    partition: int


@dataclass(frozen=True, slots=True)
class Record:
    """A record of a log as the broker holds it.

    Attributes:
        id: Of the event.
        digest: SHA-256 of the record's value.
        trace: Trace id of the creation context, if the event carries one.
        cause: Id of the event that this one must answer only once (for a bulletin: its alert's), if any.
    """

    log: Log
    offset: int
    id: str
    type: str
    subject: str
    sequence: int
    digest: bytes
    trace: str | None = None
    cause: str | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the mirror: where the record stood, and the SHA-256 of the bytes that were stored."""

    log: Log
    offset: int
    digest: bytes


@dataclass(frozen=True, slots=True)
class Violation:
    """One broken promise, with enough to find it."""

    kind: Kind
    what: str


@dataclass(frozen=True, slots=True)
class History:
    """All that was seen.

    Attributes:
        requests: From the journal.
        records: Everything that the topics hold now, each log in order of offsets.
        ends: The broker's present logs, empty ones too, each with the offset of its next record.
        rows: Everything that the mirror holds, of this and of earlier incarnations.
        exclusive: Nobody but this client wrote to the topics that its requests address.
    """

    requests: Sequence[Request]
    records: Sequence[Record]
    ends: Mapping[Log, int]
    rows: Sequence[Row]
    exclusive: bool = False


@dataclass(slots=True)
class Verdict:
    """What the checker found.

    Attributes:
        promised: Events that were promised by a 2xx.
        repeated: Records that repeat an earlier one byte by byte (allowed).
        overtaken: Records that came before their predecessor, which did come (allowed).
    """

    violations: list[Violation] = field(default_factory=list)
    promised: int = 0
    repeated: int = 0
    overtaken: int = 0

    def of(self, kind: Kind) -> list[Violation]:
        """Give the violations of one kind."""
        return [violation for violation in self.violations if violation.kind is kind]


Place = tuple[str, str, int]
"""(topic, subject, sequence): may hold one event only, ever."""


def check(history: History) -> Verdict:
    """Judge the history."""
    verdict = Verdict(promised=sum(1 for _ in promised(history.requests)))
    for rule in (_lost, _mirror_differs, _not_fed_again, _double_place, _double_effect, _unclaimed):
        verdict.violations.extend(rule(history))
    _order(history, verdict)
    return verdict


def _lost(history: History) -> Iterator[Violation]:
    """What got a 2xx has its events in the topic."""
    places = {(record.log.topic, record.subject, record.sequence): record.type for record in history.records}
    for request, answer, event in promised(history.requests):
        found = places.get((event.topic, event.subject, event.sequence))
        what = f"{event.type} {event.subject}#{event.sequence}: {answer.status} to {request.action} {request.key}"
        if found is None:
            yield Violation(Kind.LOST, f"{what}, but {event.topic} does not hold it")
        elif found != event.type:
            yield Violation(Kind.LOST, f"{what}, but {event.topic} holds {found} there")


def _mirror_differs(history: History) -> Iterator[Violation]:
    """Every offset of every log is in the mirror, once, with the broker's bytes; earlier logs have no gaps."""
    rows: dict[Log, dict[int, bytes]] = defaultdict(dict)
    for row in history.rows:
        if row.offset in rows[row.log]:
            yield Violation(Kind.DOUBLE, f"the mirror holds {_at(row.log, row.offset)} twice")
        rows[row.log][row.offset] = row.digest
    for record in history.records:
        digest = rows[record.log].get(record.offset)
        if digest is not None and digest != record.digest:
            yield Violation(Kind.DISORDER, f"the mirror holds other bytes at {_at(record.log, record.offset)}")
    for log in rows.keys() | history.ends.keys():
        held = rows[log].keys()
        end = history.ends.get(log, max(held, default=-1) + 1)
        for offset in sorted(set(range(end)) - held):
            yield Violation(Kind.LOST, f"the mirror does not hold {_at(log, offset)}")
        for offset in sorted(held - set(range(end))):
            yield Violation(Kind.LOST, f"the broker no longer holds {_at(log, offset)}, which the mirror has")


def _not_fed_again(history: History) -> Iterator[Violation]:
    """What an earlier incarnation of a topic held is in the present one, byte by byte."""
    present: dict[str, set[bytes]] = defaultdict(set)
    for record in history.records:
        present[record.log.topic].add(record.digest)
    living = {log.topic: log.uuid for log in history.ends}
    for row in history.rows:
        topic = row.log.topic
        if row.log.uuid != living.get(topic) and row.digest not in present[topic]:
            yield Violation(Kind.LOST, f"{_at(row.log, row.offset)} was not fed again")


def _double_place(history: History) -> Iterator[Violation]:
    """One place holds one event: other bytes or another id there is a second effect."""
    places: dict[Place, Record] = {}
    ids: dict[str, Record] = {}
    for record in history.records:
        place = (record.log.topic, record.subject, record.sequence)
        first = places.setdefault(place, record)
        if (first.id, first.digest) != (record.id, record.digest):
            where = f"{_at(first.log, first.offset)} and {_at(record.log, record.offset)}"
            yield Violation(Kind.DOUBLE, f"{_name(record)}: {where} hold different events")
        known = ids.setdefault(record.id, record)
        if (known.subject, known.sequence) != (record.subject, record.sequence):
            yield Violation(Kind.DOUBLE, f"event {record.id} is both {_name(known)} and {_name(record)}")


def _double_effect(history: History) -> Iterator[Violation]:
    """One Idempotency-Key has one aggregate, one answer and the promised events only; one cause one effect."""
    for request in history.requests:
        answers = {(answer.subject, answer.events) for answer in request.answers if answer.accepted}
        if len(answers) > 1:
            yield Violation(Kind.DOUBLE, f"{request.action} {request.key} has {len(answers)} different answers")
    claims: dict[str, set[Place]] = {request.id: set() for request in history.requests if request.accepted}
    for request, _, event in promised(history.requests):
        claims[request.id].add((event.topic, event.subject, event.sequence))
    topics = {topic for places in claims.values() for topic, _, _ in places}
    effects: dict[tuple[str, str], str] = {}
    for record in history.records:
        place = (record.log.topic, record.subject, record.sequence)
        if record.log.topic in topics and place not in claims.get(record.trace or "", {place}):
            yield Violation(Kind.DOUBLE, f"{_name(record)} was not promised by the request {record.trace} that made it")
        if record.cause is not None:
            subject = effects.setdefault((record.type, record.cause), record.subject)
            if subject != record.subject:
                yield Violation(Kind.DOUBLE, f"{record.cause} led to {subject} and to {record.subject}")


def _unclaimed(history: History) -> Iterator[Violation]:
    """What was answered with 4xx has no event; what nobody asked for isn't there."""
    refused = {request.id: request for request in history.requests if request.refused}
    others = {request.id for request in history.requests if not request.refused}
    claimed = {(event.topic, event.subject, event.sequence) for _, _, event in promised(history.requests)}
    topics = {topic for topic, _, _ in claimed}
    subjects = {subject for _, subject, _ in claimed}
    doubtful = {request.subject for request in history.requests if request.unknown}
    seen: set[Place] = set()
    for record in history.records:
        place = (record.log.topic, record.subject, record.sequence)
        if place in seen:
            continue
        seen.add(place)
        if (request := refused.get(record.trace or "")) is not None:
            yield Violation(Kind.ABORTED, f"{_name(record)} is of {request.action} {request.key}, which was refused")
        elif record.log.topic not in topics or place in claimed or record.trace in others:
            continue
        elif record.subject in subjects and record.subject not in doubtful:
            yield Violation(Kind.ABORTED, f"{_name(record)} is of no request that was answered with 2xx")
        elif record.subject not in subjects and history.exclusive:
            yield Violation(Kind.ABORTED, f"{_name(record)} is of a subject that nobody was told about")


def _order(history: History, verdict: Verdict) -> None:
    """Play the inbox over every log: the next sequence applies, an earlier repeats, a later one is parked."""
    subjects: dict[tuple[str, str, str], list[Record]] = defaultdict(list)
    for record in history.records:
        subjects[record.log.topic, record.log.uuid, record.subject].append(record)
    for records in subjects.values():
        logs = {record.log for record in records}
        if len(logs) > 1:
            partitions = sorted(log.partition for log in logs)
            verdict.violations.append(Violation(Kind.DISORDER, f"{records[0].subject} is in partitions {partitions}"))
            continue
        last, parked = 0, set[int]()
        for record in sorted(records, key=lambda record: record.offset):
            if record.sequence <= last or record.sequence in parked:
                verdict.repeated += 1
            elif record.sequence > last + 1:
                verdict.overtaken += 1
                parked.add(record.sequence)
            else:
                last += 1
                while last + 1 in parked:
                    last += 1
                    parked.remove(last)
        if parked:
            what = f"{records[0].log.topic} {records[0].subject}: {sorted(parked)} came, {last + 1} never did"
            verdict.violations.append(Violation(Kind.DISORDER, what))


def unanswered_causes(records: Iterable[Record], causes: Mapping[str, str]) -> list[str]:
    """Give the ids of cause events that no effect names, for example alerts without a bulletin.

    Args:
        records: What the topics hold.
        causes: Type of the cause → type of the effect that every one of them must have.
    """
    wanted: list[tuple[str, str]] = []
    done: set[tuple[str, str]] = set()
    for record in records:
        if record.type in causes:
            wanted.append((causes[record.type], record.id))
        if record.cause is not None:
            done.add((record.type, record.cause))
    return [id_ for effect, id_ in dict.fromkeys(wanted) if (effect, id_) not in done]


def _name(record: Record) -> str:
    return f"{record.type} {record.subject}#{record.sequence}"


def _at(log: Log, offset: int) -> str:
    return f"{log.topic}/{log.partition}@{offset} ({log.uuid[:8]})"
