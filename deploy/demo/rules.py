"""What has to hold between client, topics and mirror, whatever the events mean."""

from collections import defaultdict
from collections.abc import Iterator

from demo.history import History, Kind, Place, Record, Verdict, Violation
from demo.journal import promised
from demo.reactions import UNASKED


def lost(history: History) -> Iterator[Violation]:
    """What got a 2xx has its events in the topic."""
    places = {record.place: record.type for record in history.records}
    for request, answer, event in promised(history.requests):
        found = places.get((event.topic, event.subject, event.sequence))
        what = f"{event.type} {event.subject}#{event.sequence}: {answer.status} to {request.action} {request.key}"
        if found is None:
            yield Violation(Kind.LOST, event.topic, f"{what}, but {event.topic} does not hold it")
        elif found != event.type:
            yield Violation(Kind.LOST, event.topic, f"{what}, but {event.topic} holds {found} there")


def mirror_differs(history: History) -> Iterator[Violation]:
    """Every offset of every log is in the mirror, once, with the broker's bytes; earlier logs have no gaps."""
    rows: dict[object, dict[int, bytes]] = defaultdict(dict)
    for row in history.rows:
        if row.offset in rows[row.log]:
            yield Violation(Kind.DOUBLE, row.log.topic, f"the mirror holds {row.log.at(row.offset)} twice")
        rows[row.log][row.offset] = row.digest
    for record in history.records:
        digest = rows[record.log].get(record.offset)
        if digest is not None and digest != record.digest:
            what = f"the mirror holds other bytes at {record.log.at(record.offset)}"
            yield Violation(Kind.DISORDER, record.log.topic, what)
    for log in {row.log for row in history.rows} | history.ends.keys():
        held = rows[log].keys()
        end = history.ends.get(log, max(held, default=-1) + 1)
        for offset in sorted(set(range(end)) - held):
            yield Violation(Kind.LOST, log.topic, f"the mirror does not hold {log.at(offset)}")
        for offset in sorted(held - set(range(end))):
            what = f"the broker no longer holds {log.at(offset)}, which the mirror has"
            yield Violation(Kind.LOST, log.topic, what)


def not_fed_again(history: History) -> Iterator[Violation]:
    """What an earlier incarnation of a topic held is in the present one, byte by byte."""
    present: dict[str, set[bytes]] = defaultdict(set)
    for record in history.records:
        present[record.log.topic].add(record.digest)
    living = {log.topic: log.uuid for log in history.ends}
    for row in history.rows:
        topic = row.log.topic
        if row.log.uuid != living.get(topic) and row.digest not in present[topic]:
            yield Violation(Kind.LOST, topic, f"{row.log.at(row.offset)} was not fed again")


def double_place(history: History) -> Iterator[Violation]:
    """One place holds one event: other bytes or another id there is a second effect."""
    places: dict[Place, Record] = {}
    ids: dict[str, Record] = {}
    for record in history.records:
        first = places.setdefault(record.place, record)
        if (first.id, first.digest) != (record.id, record.digest):
            where = f"{first.log.at(first.offset)} and {record.log.at(record.offset)}"
            yield Violation(Kind.DOUBLE, record.log.topic, f"{record.name}: {where} hold different events")
        known = ids.setdefault(record.id, record)
        if (known.subject, known.sequence) != (record.subject, record.sequence):
            what = f"event {record.id} is both {known.name} and {record.name}"
            yield Violation(Kind.DOUBLE, record.log.topic, what)


def double_effect(history: History) -> Iterator[Violation]:
    """One Idempotency-Key has one aggregate, one answer, and the promised events only."""
    for request in history.requests:
        answers = {(answer.subject, answer.events) for answer in request.answers if answer.accepted}
        if len(answers) > 1:
            topic = next((event.topic for _, events in answers for event in events), "")
            what = f"{request.action} {request.key} has {len(answers)} different answers"
            yield Violation(Kind.DOUBLE, topic, what)
    made: dict[str | None, set[Place]] = defaultdict(set)
    for request in history.requests:
        for answer in request.answers:
            if answer.accepted:
                made[answer.number] |= {(event.topic, event.subject, event.sequence) for event in answer.events}
    for record in history.records:
        if record.origin in made and record.type not in UNASKED and record.place not in made[record.origin]:
            what = f"{record.name} was not promised by the request {record.origin} that made it"
            yield Violation(Kind.DOUBLE, record.log.topic, what)


def unclaimed(history: History) -> Iterator[Violation]:
    """What was answered with 4xx has no event; what nobody asked for isn't there.

    A request that was never settled may have made something; one that would have made a new subject, one subject.
    """
    refused = {answer.number: each for each in history.requests for answer in each.answers if answer.refused}
    accepted = {answer.number for request in history.requests for answer in request.answers if answer.accepted}
    claimed = {(event.topic, event.subject, event.sequence) for _, _, event in promised(history.requests)}
    topics = {topic for topic, _, _ in claimed}
    subjects = {subject for _, subject, _ in claimed}
    doubtful = [request.subject for request in history.requests if request.unknown]
    strangers: dict[str, Record] = {}
    for record in {record.place: record for record in reversed(history.records)}.values():
        topic = record.log.topic
        if record.origin and (request := refused.get(record.origin)) is not None:
            what = f"{record.name} is of {request.action} {request.key}, which was refused"
            yield Violation(Kind.ABORTED, topic, what)
        elif topic not in topics or record.place in claimed or record.origin in accepted or record.type in UNASKED:
            continue
        elif record.subject in subjects and record.subject not in doubtful:
            yield Violation(Kind.ABORTED, topic, f"{record.name} is of no request that was answered with 2xx")
        elif record.subject not in subjects:
            strangers[record.subject] = record
    if history.exclusive and len(strangers) > doubtful.count(None):
        for record in strangers.values():
            what = f"{record.name} is of a subject that nobody was told about"
            yield Violation(Kind.ABORTED, record.log.topic, what)


def order(history: History, verdict: Verdict) -> None:
    """Play the inbox over every log: the next sequence applies, an earlier repeats, a later one is parked."""
    subjects: dict[tuple[str, str, str], list[Record]] = defaultdict(list)
    for record in history.records:
        subjects[record.log.topic, record.log.uuid, record.subject].append(record)
    for (topic, _, subject), records in subjects.items():
        logs = {record.log for record in records}
        if len(logs) > 1:
            partitions = sorted(log.partition for log in logs)
            verdict.violations.append(Violation(Kind.DISORDER, topic, f"{subject} is in partitions {partitions}"))
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
            what = f"{topic} {subject}: {sorted(parked)} came, {last + 1} never did"
            verdict.violations.append(Violation(Kind.DISORDER, topic, what))
