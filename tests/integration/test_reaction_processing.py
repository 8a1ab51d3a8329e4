"""What a reaction does with each record, on the real database and without Kafka."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from chassis.database import Database
from chassis.envelope import Envelope
from chassis.infrastructure import Patience, StoppedError
from chassis.testing.events import HAPPENED, create_tables, event, record_of, units_on
from chassis.testing.faults import FaultInjectedError, armed
from chassis.testing.waiting import eventually
from chassis.unit import Unit
from chassis.worker import inbox
from chassis.worker.failures import FailureLimit, Retry, TooManyFailuresError
from chassis.worker.inbox import Delivery, Outcome
from chassis.worker.processor import Processor, Reaction
from chassis.worker.sweep import Sweep
from contracts.codec import Codec
from contracts.registry import Registry
from deploy.postgres import Postgres
from sqlalchemy import text

TOPIC = "test.things.v1"
INCARNATION = uuid4()
CODEC = Codec(Registry.load())
QUICK = Retry(attempts=2, first_delay_s=0.001, handler_s=0.5)


@dataclass
class Consumer:
    """A reaction that writes a row for each event, and refuses those whose subject is in ``refuses``."""

    url: str
    database: Database
    patience: Patience = field(default_factory=Patience)
    limit: FailureLimit = field(default_factory=FailureLimit)
    refuses: set[tuple[str, int]] = field(default_factory=set)
    during: Callable[[], Awaitable[None]] | None = None
    offset: int = 0
    tries: int = 0
    processor: Processor = field(init=False)

    def __post_init__(self) -> None:
        reaction = Reaction(name="note", topics=(TOPIC,), handlers={HAPPENED: self.handle})
        self.processor = Processor(
            reaction,
            units=units_on(self.database),
            decode=CODEC.decode,
            patience=self.patience,
            retry=QUICK,
            limit=self.limit,
        )

    async def handle(self, envelope: Envelope, unit: Unit) -> None:
        self.tries += 1
        await (await unit.session.connection()).execute(
            text("INSERT INTO effects (subject, sequence) VALUES (:subject, :sequence)"),
            {"subject": envelope.subject, "sequence": envelope.sequence},
        )
        if self.during is not None:
            await self.during()
        if (envelope.subject, envelope.sequence) in self.refuses:
            raise ValueError("refused, quoting a secret")

    async def deliver(self, subject: str, sequence: int, **attributes: Any) -> Outcome:
        key, value = record_of(event(subject, sequence, **attributes))
        return await self.deliver_raw(key, value)

    async def deliver_raw(self, key: bytes | None, value: bytes | None, *, at: int | None = None) -> Outcome:
        self.offset += 1
        return await self.processor.process(
            Delivery(
                topic=TOPIC,
                topic_uuid=INCARNATION,
                partition=0,
                offset=self.offset if at is None else at,
                key=key,
                value=value,
            )
        )

    def effects(self, subject: str) -> list[int]:
        with psycopg.connect(self.url) as connection:
            rows = connection.execute("SELECT sequence FROM effects WHERE subject = %s ORDER BY id", (subject,))
            return [sequence for (sequence,) in rows]

    def parked(self) -> list[tuple[str | None, int | None, str]]:
        with psycopg.connect(self.url) as connection:
            return connection.execute("SELECT subject, sequence, reason FROM parked ORDER BY id").fetchall()


@pytest.fixture
async def consumer(database_url: str) -> AsyncIterator[Consumer]:
    create_tables(database_url)
    with psycopg.connect(database_url) as connection:
        connection.execute(
            "CREATE TABLE effects (id bigint GENERATED ALWAYS AS IDENTITY, subject text, sequence bigint)"
        )
    database = Database(database_url, 4, 1.0)
    yield Consumer(database_url, database)
    await database.close()


async def test_events_in_order_have_their_effect_once(consumer: Consumer) -> None:
    assert [await consumer.deliver("a", n) for n in (1, 2, 3)] == [Outcome.APPLIED] * 3
    assert [await consumer.deliver("a", n) for n in (1, 2, 3)] == [Outcome.DUPLICATE] * 3
    assert consumer.effects("a") == [1, 2, 3]


async def test_what_comes_early_waits_for_its_predecessor_and_follows_it(consumer: Consumer) -> None:
    assert await consumer.deliver("a", 3) is Outcome.PARKED
    assert await consumer.deliver("a", 2) is Outcome.PARKED
    assert consumer.parked() == [("a", 3, "gap"), ("a", 2, "gap")]
    assert await consumer.deliver("a", 1) is Outcome.APPLIED
    assert consumer.effects("a") == [1, 2, 3]
    assert consumer.parked() == []


async def test_a_repeated_record_does_not_let_its_successor_overtake(consumer: Consumer) -> None:
    for sequence in (1, 2, 4, 3, 4, 5):
        await consumer.deliver("a", sequence)
    assert consumer.effects("a") == [1, 2, 3, 4, 5]


async def test_a_failing_event_is_parked_and_holds_up_only_its_own_subject(consumer: Consumer) -> None:
    consumer.refuses = {("a", 2)}
    await consumer.deliver("a", 1)
    assert await consumer.deliver("a", 2) is Outcome.PARKED
    assert await consumer.deliver("a", 3) is Outcome.PARKED
    assert await consumer.deliver("b", 1) is Outcome.APPLIED
    assert consumer.parked() == [("a", 2, "failed"), ("a", 3, "behind")]
    assert consumer.effects("a") == [1]


async def test_a_failing_event_is_tried_as_often_as_it_may_and_leaves_no_effect(consumer: Consumer) -> None:
    consumer.refuses = {("a", 1)}
    await consumer.deliver("a", 1)
    assert consumer.tries == QUICK.attempts
    assert consumer.effects("a") == []


async def test_what_was_parked_never_quotes_the_error(consumer: Consumer) -> None:
    consumer.refuses = {("a", 1)}
    await consumer.deliver("a", 1)
    with psycopg.connect(consumer.url) as connection:
        (error,) = connection.execute("SELECT error FROM parked").fetchone() or ("",)
    assert error.startswith("ValueError at test_reaction_processing.py:")
    assert "secret" not in error


@pytest.mark.parametrize("sequence", [1, 2])
async def test_a_failed_event_that_is_delivered_again_stays_parked(consumer: Consumer, sequence: int) -> None:
    consumer.refuses = {("a", sequence)}
    for before in range(1, sequence + 1):
        await consumer.deliver("a", before)
    consumer.refuses = set()
    assert await consumer.deliver("a", sequence) is Outcome.PARKED
    assert consumer.effects("a") == list(range(1, sequence))
    assert consumer.parked() == [("a", sequence, "failed")]


async def test_a_replay_applies_what_failed_and_all_that_waited_behind_it(consumer: Consumer) -> None:
    consumer.refuses = {("a", 1)}
    for sequence in (1, 2, 3):
        await consumer.deliver("a", sequence)
    consumer.refuses = set()
    with psycopg.connect(consumer.url) as connection:
        connection.execute("UPDATE parked SET reason = 'behind'")
    async with consumer.database.transaction() as session:
        assert await inbox.settleable(session, consumer="note") == [(TOPIC, "a")]
    assert await consumer.processor.settle(TOPIC, "a") == 3
    assert consumer.effects("a") == [1, 2, 3]


async def test_a_successor_that_fails_in_its_turn_keeps_its_followers_waiting(consumer: Consumer) -> None:
    consumer.refuses = {("a", 2)}
    for sequence in (2, 3, 1):
        await consumer.deliver("a", sequence)
    assert consumer.effects("a") == [1]
    assert consumer.parked() == [("a", 2, "failed"), ("a", 3, "behind")]


async def test_an_unknown_type_only_moves_the_sequence_on(consumer: Consumer) -> None:
    assert await consumer.deliver("a", 1, type_="yiwangban.test.thing.renamed.v1") is Outcome.APPLIED
    assert await consumer.deliver("a", 2) is Outcome.APPLIED
    assert consumer.effects("a") == [2]


@pytest.mark.parametrize(
    ("key", "value"),
    [
        (b"a", b"{"),
        (b"a", None),
        (b"a", b"\x00\xff"),
        (b"a", b'"\\ud800"'),
        (b"a", b"[" * 100_000),
        (b"a", record_of(event("a", 1, id="not-a-uuid"))[1]),
        (b"a", record_of(event("a\x00", 1))[1]),
        (b"a", record_of(event("a", 1) | {"sequence": "99999999999999999999"})[1]),
        (b"a", record_of(event("a", 1) | {"sequence": "00000000000000000000"})[1]),
        (b"another", record_of(event("a", 1))[1]),
        (None, record_of(event("a", 1))[1]),
    ],
)
async def test_what_is_no_event_is_kept_as_invalid_and_nothing_stops(
    consumer: Consumer, key: bytes | None, value: bytes | None
) -> None:
    assert await consumer.deliver_raw(key, value, at=7) is Outcome.INVALID
    assert await consumer.deliver_raw(key, value, at=7) is Outcome.INVALID
    assert consumer.parked() == [(None, None, "invalid")]
    with psycopg.connect(consumer.url) as connection:
        assert connection.execute("SELECT raw FROM parked").fetchone() == (value,)
    assert await consumer.deliver("b", 1) is Outcome.APPLIED


async def test_too_many_failures_in_a_row_stop_the_consumer(consumer: Consumer) -> None:
    consumer.processor._failures.limit = FailureLimit(in_a_row=3)
    await consumer.deliver_raw(b"x", b"poison")
    await consumer.deliver("good", 1)
    await consumer.deliver_raw(b"x", b"poison")
    await consumer.deliver_raw(b"x", b"poison")
    with pytest.raises(TooManyFailuresError, match="3 records in a row"):
        await consumer.deliver_raw(b"x", b"poison")
    assert len(consumer.parked()) == 4


async def test_too_many_failures_among_good_records_stop_it_too(consumer: Consumer) -> None:
    consumer.processor._failures.limit = FailureLimit(in_window=3)
    for good in (1, 2):
        await consumer.deliver_raw(b"x", b"poison")
        await consumer.deliver("good", good)
    with pytest.raises(TooManyFailuresError, match="within 60 s"):
        await consumer.deliver_raw(b"x", b"poison")


async def test_a_handler_that_never_ends_is_parked(consumer: Consumer) -> None:
    async def wait() -> None:
        await asyncio.Event().wait()

    consumer.during = wait
    assert await consumer.deliver("a", 1) is Outcome.PARKED
    consumer.during = None
    assert await consumer.deliver("b", 1) is Outcome.APPLIED


async def test_a_database_that_is_away_is_waited_for_and_nothing_is_parked(
    consumer: Consumer, postgres: Postgres
) -> None:
    await consumer.deliver("a", 1)
    postgres.kill()
    try:
        delivering = asyncio.create_task(consumer.deliver("a", 2))
        await eventually(lambda: consumer.patience.waiting_for, within=10)
        assert not delivering.done()
    finally:
        postgres.start()
    assert await asyncio.wait_for(delivering, 20) is Outcome.APPLIED
    assert consumer.patience.waiting_for is None
    assert consumer.effects("a") == [1, 2]
    assert consumer.parked() == []


async def test_a_stop_ends_the_wait_without_a_decision(consumer: Consumer) -> None:
    async def break_down() -> None:
        raise ConnectionError

    consumer.during = break_down
    delivering = asyncio.create_task(consumer.deliver("a", 1))
    await eventually(lambda: consumer.patience.waiting_for)
    consumer.patience.stop()
    with pytest.raises(StoppedError):
        await delivering
    assert consumer.effects("a") == []
    assert consumer.parked() == []


async def test_a_commit_whose_answer_was_lost_has_its_effect_once(consumer: Consumer) -> None:
    with armed("database.after_commit", error=ConnectionError()):
        assert await consumer.deliver("a", 1) is Outcome.DUPLICATE
    assert consumer.effects("a") == [1]


async def test_a_crash_before_the_commit_leaves_nothing_and_after_it_everything(consumer: Consumer) -> None:
    class Crash(BaseException):
        pass

    with armed("reaction.before_commit", error=Crash()), pytest.raises(Crash):
        await consumer.deliver("a", 1)
    assert consumer.effects("a") == []
    await consumer.deliver("a", 2)
    with armed("reaction.after_commit"), pytest.raises(FaultInjectedError):
        await consumer.deliver("a", 1)  # applied, but its parked successor isn't yet
    assert consumer.effects("a") == [1]
    assert await consumer.deliver("a", 1) is Outcome.DUPLICATE
    assert consumer.effects("a") == [1, 2]


async def test_two_workers_with_the_same_records_have_each_effect_once(consumer: Consumer) -> None:
    other = Consumer(consumer.url, consumer.database)
    for sequence in range(1, 20):
        outcomes = await asyncio.gather(consumer.deliver("a", sequence), other.deliver("a", sequence))
        assert sorted(outcomes) == [Outcome.APPLIED, Outcome.DUPLICATE]
    assert consumer.effects("a") == list(range(1, 20))


async def test_a_new_incarnation_of_the_log_is_recognised_by_sequence(consumer: Consumer) -> None:
    for sequence in (1, 2):
        await consumer.deliver("a", sequence)
    key, value = record_of(event("a", 2))
    again = Delivery(topic=TOPIC, topic_uuid=UUID(int=1), partition=0, offset=0, key=key, value=value)
    assert await consumer.processor.process(again) is Outcome.DUPLICATE
    assert consumer.effects("a") == [1, 2]


async def test_each_consumer_has_an_inbox_of_its_own(consumer: Consumer) -> None:
    await consumer.deliver("a", 1)
    second = Consumer(consumer.url, consumer.database)
    object.__setattr__(second.processor.reaction, "name", "another")
    assert await second.deliver("a", 1) is Outcome.APPLIED
    assert consumer.effects("a") == [1, 1]


async def test_a_gap_grows_old_and_says_so(consumer: Consumer, caplog: pytest.LogCaptureFixture) -> None:
    sweep = Sweep(consumer.processor, consumer.database, consumer.patience)
    await consumer.deliver("a", 2)
    await sweep.once()
    assert 0 <= sweep.oldest_gap_s < 60
    assert not caplog.records
    with psycopg.connect(consumer.url) as connection:
        connection.execute("UPDATE parked SET parked_at = parked_at - interval '2 minutes'")
    await sweep.once()
    assert sweep.oldest_gap_s > 120
    assert "1 records wait for a predecessor" in caplog.text
    await consumer.deliver("a", 1)
    await sweep.once()
    assert sweep.oldest_gap_s == 0


async def test_the_sweep_drops_what_was_overtaken(consumer: Consumer) -> None:
    await consumer.deliver("a", 2)
    with psycopg.connect(consumer.url) as connection:  # as a second worker could have left it
        connection.execute("INSERT INTO inbox VALUES ('note', %s, 'a', 2)", (TOPIC,))
    await Sweep(consumer.processor, consumer.database, consumer.patience).once()
    assert consumer.parked() == []
    assert await consumer.deliver("a", 3) is Outcome.APPLIED
