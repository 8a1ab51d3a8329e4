"""The pump's decisions, on an outbox and a broker made of lists."""

import threading
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from uuid import UUID, uuid4

from chassis.relay.outgoing import Place, Row
from chassis.relay.pump import Pump
from chassis.relay.telemetry import RelayTelemetry
from kafka.errors import InvalidRecordError, KafkaError, KafkaTimeoutError, TopicAuthorizationFailedError
from kafka.future import Future
from kafka.producer.future import RecordMetadata

UUID_OF = {"a.v1": uuid4(), "b.v1": uuid4()}
Refuse = Callable[[Sequence[Row], Row], KafkaError | None]


def row(id_: int, subject: str = "s", topic: str = "a.v1") -> Row:
    return Row(datetime.now(UTC), id_, uuid4(), topic, subject, id_, "t", b"{}", None)


class ListOutbox:
    """The outbox as a list; ends the term when nothing waits any more."""

    def __init__(self, rows: Sequence[Row], stopping: threading.Event) -> None:
        self.pending = {one.id: one for one in rows}
        self.sent: list[Place] = []
        self.quarantined: list[Row] = []
        self._stopping = stopping

    def fetch(self, topics: Sequence[str], *, limit: int, in_flight: Sequence[int], **_: object) -> list[Row]:
        held = {one.subject for one in self.quarantined}
        waiting = [one for one in self.pending.values() if one.subject not in held]
        if not waiting:
            self._stopping.set()
        fetched = [one for one in waiting if one.topic in topics and one.id not in in_flight]
        return sorted(fetched, key=lambda one: one.id)[:limit]

    def mark_sent(self, places: Sequence[Place]) -> None:
        self.sent += places
        for place in places:
            del self.pending[place.row.id]

    def quarantine(self, refused: Row, _reason: str) -> None:
        del self.pending[refused.id]
        self.quarantined.append(refused)

    def lost_incarnations(self, _current: dict[str, UUID]) -> list[str]:
        return []


class ListBroker:
    """A broker whose answer to a batch is decided by the test; all futures of a fetch are answered together."""

    def __init__(self, refuse: Refuse) -> None:
        self.opened = 0
        self.attempts: list[int] = []
        self._refuse = refuse
        self._batch: list[tuple[Row, Future]] = []

    def open(self) -> None:
        self.opened += 1

    def identities(self) -> dict[str, UUID]:
        return UUID_OF

    def send(self, sent: Row) -> Future:
        self.attempts.append(sent.id)
        future = _AnsweredWhenAsked(self)
        self._batch.append((sent, future))
        return future

    def abandon(self) -> None:
        for _, future in self._batch:
            future.failure(KafkaTimeoutError())
        self._batch.clear()

    def answer(self) -> None:
        batch, self._batch = self._batch, []
        rows = [one for one, _ in batch]
        for offset, (sent, future) in enumerate(batch):
            error = self._refuse(rows, sent)
            if error is not None:
                future.failure(error)
            else:
                future.success(RecordMetadata(sent.topic, 0, None, offset, 0, None, 0, 0, 0))


class _AnsweredWhenAsked(Future):  # type: ignore[misc]  # kafka-python has no types
    def __init__(self, broker: ListBroker) -> None:
        super().__init__()
        self._broker = broker

    def get(self, **_: float) -> None:
        self._broker.answer()


def run(rows: Sequence[Row], refuse: Refuse) -> tuple[ListOutbox, ListBroker, Pump]:
    stopping = threading.Event()
    outbox, broker = ListOutbox(rows, stopping), ListBroker(refuse)
    pump = Pump(
        outbox,  # type: ignore[arg-type]
        broker,  # type: ignore[arg-type]
        RelayTelemetry(),
        topics=list(UUID_OF),
        stopping=stopping,
        wake=threading.Event(),
        on_beat=lambda: None,
        batch=3,
    )
    pump.run()
    return outbox, broker, pump


def test_rows_are_marked_with_the_place_that_the_broker_named() -> None:
    outbox, broker, _ = run([row(number) for number in range(1, 8)], lambda _batch, _row: None)
    assert [place.row.id for place in outbox.sent] == list(range(1, 8))
    assert {place.topic_uuid for place in outbox.sent} == {UUID_OF["a.v1"]}
    assert broker.attempts == list(range(1, 8))
    assert broker.opened == 1


def test_rows_that_were_refused_for_another_ones_fault_are_not_quarantined() -> None:
    """A broker may refuse a whole batch because of one record, without saying which."""
    poison = 3

    def refuse(batch: Sequence[Row], _row: Row) -> KafkaError | None:
        return InvalidRecordError() if any(one.id == poison for one in batch) else None

    outbox, _, pump = run([row(number, subject=f"s{number}") for number in range(1, 8)], refuse)
    assert [one.id for one in outbox.quarantined] == [poison]
    assert sorted(place.row.id for place in outbox.sent) == [1, 2, 4, 5, 6, 7]
    assert pump.trouble == ""


def test_a_topic_that_refuses_us_holds_back_nobody_else() -> None:
    attempts: list[int] = []

    def refuse(_batch: Sequence[Row], one: Row) -> KafkaError | None:
        if one.topic == "b.v1" and len(attempts) < 1:
            attempts.append(one.id)
            return TopicAuthorizationFailedError()
        return None

    rows = [row(1, topic="b.v1"), row(2, subject="x"), row(3, subject="y")]
    stopping_after_a = run_until_held(rows, refuse)
    assert {place.row.id for place in stopping_after_a.sent} == {2, 3}
    assert stopping_after_a.quarantined == []
    assert list(stopping_after_a.pending) == [1]


def run_until_held(rows: Sequence[Row], refuse: Refuse) -> ListOutbox:
    """Run until only rows of a topic that refuses us are left."""

    class Ending(ListOutbox):
        def fetch(self, topics: Sequence[str], **options: object) -> list[Row]:
            if all(one.topic not in topics for one in self.pending.values()):
                self._stopping.set()
            return super().fetch(topics, **options)  # type: ignore[arg-type]

    stopping = threading.Event()
    outbox, broker = Ending(rows, stopping), ListBroker(refuse)
    Pump(
        outbox,  # type: ignore[arg-type]
        broker,  # type: ignore[arg-type]
        RelayTelemetry(),
        topics=list(UUID_OF),
        stopping=stopping,
        wake=threading.Event(),
        on_beat=lambda: None,
    ).run()
    return outbox


def test_after_an_error_everything_that_was_not_acknowledged_is_sent_again_by_a_new_producer() -> None:
    failed: list[int] = []

    def refuse(_batch: Sequence[Row], one: Row) -> KafkaError | None:
        if one.id >= 2 and len(failed) < 2:
            failed.append(one.id)
            return KafkaTimeoutError()
        return None

    outbox, broker, _ = run([row(number) for number in (1, 2, 3)], refuse)
    assert failed == [2, 3]
    assert broker.attempts == [1, 2, 3, 2, 3]
    assert broker.opened == 2
    assert [place.row.id for place in outbox.sent] == [1, 2, 3]


def test_a_refused_record_is_found_among_rows_that_only_failed_with_it() -> None:
    """kafka-python gives the companions of an invalid record a plain KafkaError."""

    def refuse(batch: Sequence[Row], one: Row) -> KafkaError | None:
        if all(other.id != 3 for other in batch):
            return None
        return InvalidRecordError() if one.id == 3 else KafkaError("part of a batch with invalid records")

    outbox, _, _ = run([row(number, subject=f"s{number}") for number in range(1, 5)], refuse)
    assert [one.id for one in outbox.quarantined] == [3]
    assert sorted(place.row.id for place in outbox.sent) == [1, 2, 4]
