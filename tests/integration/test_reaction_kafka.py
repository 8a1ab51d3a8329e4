"""A reaction on the real broker: what faust delivers has its effect once, whatever happens to broker and topics."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import psycopg
import pytest
from aiokafka.errors import TopicAuthorizationFailedError
from chassis.database import Database
from chassis.envelope import Envelope
from chassis.settings import Settings
from chassis.testing.events import HAPPENED, create_tables, event, record_of, units_on
from chassis.testing.topics import create_topics, publish, recreate_topics
from chassis.testing.waiting import eventually
from chassis.unit import Unit
from chassis.worker import faust_app
from chassis.worker.inbox import Delivery, Outcome
from chassis.worker.processor import Processor, Reaction
from chassis.worker.reaction import ReactionConsumer
from contracts.codec import Codec
from contracts.registry import Registry
from deploy.kafka import Kafka
from sqlalchemy import text

TOPIC = "test.things.v1"
CODEC = Codec(Registry.load())


class Bench:
    """A database with an effects table, a topic, and a reaction between them."""

    def __init__(self, kafka: Kafka, url: str, prefix: str) -> None:
        self.kafka = kafka
        self.url = url
        self.settings = Settings(
            service=prefix.rstrip("."),
            database_url=url,
            http_port=1,
            kafka_bootstrap=kafka.bootstrap,
            topic_prefix=prefix,
        )
        self.topic = prefix + TOPIC
        self.before: Callable[[Envelope], Awaitable[None]] | None = None

    async def handle(self, envelope: Envelope, unit: Unit) -> None:
        if self.before is not None:
            await self.before(envelope)
        await (await unit.session.connection()).execute(
            text("INSERT INTO effects (subject, sequence) VALUES (:subject, :sequence)"),
            {"subject": envelope.subject, "sequence": envelope.sequence},
        )

    @asynccontextmanager
    async def running(self) -> AsyncIterator[ReactionConsumer]:
        database = Database(self.url, 4, 1.0)
        reaction = Reaction(name="note", topics=(TOPIC,), handlers={HAPPENED: self.handle})
        consumer = ReactionConsumer(reaction, settings=self.settings, units=units_on(database), decode=CODEC.decode)
        await consumer.start()
        try:
            yield consumer
        finally:
            await consumer.stop()
            await database.close()

    def publish(self, *events: tuple[str, int]) -> None:
        publish(self.kafka.bootstrap, self.topic, [record_of(event(subject, sequence)) for subject, sequence in events])

    def effects(self) -> list[tuple[str, int]]:
        with psycopg.connect(self.url) as connection:
            return connection.execute("SELECT subject, sequence FROM effects ORDER BY subject, id").fetchall()

    def parked(self) -> list[tuple[str | None, int | None, str]]:
        with psycopg.connect(self.url) as connection:
            return connection.execute("SELECT subject, sequence, reason FROM parked ORDER BY id").fetchall()


@pytest.fixture
def bench(kafka: Kafka, database_url: str, topic_prefix: str) -> Bench:
    create_tables(database_url)
    with psycopg.connect(database_url) as connection:
        connection.execute(
            "CREATE TABLE effects (id bigint GENERATED ALWAYS AS IDENTITY, subject text, sequence bigint)"
        )
    create_topics(kafka.bootstrap, [topic_prefix + TOPIC])
    return Bench(kafka, database_url, topic_prefix)


async def ready(consumer: ReactionConsumer) -> None:
    async def is_ready() -> bool:
        return (await consumer.check()).ready

    await eventually(is_ready, within=20, that="the reaction is ready")


async def test_records_flow_and_a_second_start_repeats_nothing(bench: Bench) -> None:
    expected = [(subject, sequence) for subject in ("a", "b", "c") for sequence in (1, 2, 3)]
    bench.publish(*expected)
    async with bench.running():
        await eventually(lambda: bench.effects() == expected, within=20)
    bench.publish(("a", 4))
    async with bench.running():
        await eventually(lambda: ("a", 4) in bench.effects(), within=20)
    assert len(bench.effects()) == 10


async def test_poison_on_the_topic_is_kept_and_the_rest_goes_on(bench: Bench) -> None:
    publish(bench.kafka.bootstrap, bench.topic, [(b"x", b"{"), (b"x", None), (None, b"\x00")])
    bench.publish(("a", 1))
    async with bench.running():
        await eventually(lambda: bench.effects() == [("a", 1)], within=20)
        await eventually(lambda: len(bench.parked()) == 3)


async def test_it_is_ready_only_once_partitions_are_assigned(bench: Bench) -> None:
    async with bench.running() as consumer:
        assert not (await consumer.check()).ready
        await ready(consumer)
        assert len(consumer.assigned()) == 12


async def test_a_missing_topic_is_named_and_waited_for(kafka: Kafka, database_url: str, topic_prefix: str) -> None:
    create_tables(database_url)
    bench = Bench(kafka, database_url, topic_prefix)
    async with bench.running() as consumer:

        async def named() -> bool:
            return f"missing topics: {topic_prefix}{TOPIC}" in (await consumer.check()).detail

        await eventually(named)
        create_topics(kafka.bootstrap, [bench.topic])
        await ready(consumer)


async def test_a_broker_that_comes_back_is_consumed_again(bench: Bench) -> None:
    async with bench.running() as consumer:
        await ready(consumer)
        bench.publish(("a", 1))
        await eventually(lambda: bench.effects() == [("a", 1)], within=20)
        await asyncio.to_thread(bench.kafka.kill)
        await asyncio.to_thread(bench.kafka.start)
        bench.publish(("a", 2))
        await eventually(lambda: bench.effects() == [("a", 1), ("a", 2)], within=30)


async def test_a_topic_that_was_made_anew_is_read_from_its_beginning(bench: Bench) -> None:
    bench.publish(("a", 1), ("a", 2), ("a", 3))
    async with bench.running() as consumer:
        await eventually(lambda: len(bench.effects()) == 3, within=20)
        await asyncio.to_thread(recreate_topics, bench.kafka.bootstrap, [bench.topic])
        bench.publish(("a", 3), ("a", 4))  # fewer records than the old log had
        await eventually(lambda: bench.effects() == [("a", n) for n in (1, 2, 3, 4)], within=30)
        await ready(consumer)
    assert bench.parked() == []


async def test_a_stop_in_the_middle_of_a_handler_loses_nothing(bench: Bench, caplog: pytest.LogCaptureFixture) -> None:
    entered = asyncio.Event()

    async def wait(_: Envelope) -> None:
        entered.set()
        await asyncio.Event().wait()

    bench.before = wait
    bench.settings = bench.settings.model_copy(update={"drain_s": 20.0})
    bench.publish(("a", 1), ("a", 2))
    async with bench.running():
        await asyncio.wait_for(entered.wait(), 20)
    assert "didn't stop" not in caplog.text
    assert bench.effects() == []
    bench.before = None
    async with bench.running():
        await eventually(lambda: bench.effects() == [("a", 1), ("a", 2)], within=20)


async def test_too_much_poison_stops_it_and_it_says_so(bench: Bench) -> None:
    publish(bench.kafka.bootstrap, bench.topic, [(b"x", b"{")] * 25)
    async with bench.running() as consumer:

        async def said() -> bool:
            return "20 records in a row failed or were invalid" in (await consumer.check()).detail

        await eventually(said, within=20)
    assert len(bench.parked()) == 20


async def test_a_consumer_that_hangs_ends_its_process(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    async def hang(_: object, delivery: object) -> None:
        await asyncio.Event().wait()

    ended: list[int] = []
    bench.settings = bench.settings.model_copy(update={"drain_s": 2.0})
    monkeypatch.setattr(Processor, "process", hang)
    async with bench.running() as consumer:
        monkeypatch.setattr(consumer.watchdog, "_patience_s", 5.0)
        monkeypatch.setattr(consumer.watchdog, "_end", ended.append)
        bench.publish(("a", 1))
        await eventually(lambda: ended, within=30)


async def test_a_bug_in_the_chassis_itself_costs_a_restart_of_the_app_and_no_record(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    process = Processor.process
    failures: list[Delivery] = []

    async def fail_once(self: Processor, delivery: Delivery) -> Outcome:
        if not failures:
            failures.append(delivery)
            raise RuntimeError
        return await process(self, delivery)

    monkeypatch.setattr(Processor, "process", fail_once)
    bench.publish(("a", 1), ("a", 2))
    async with bench.running():
        await eventually(lambda: bench.effects() == [("a", 1), ("a", 2)], within=30)
    assert failures


async def test_an_app_that_crashed_with_something_to_commit_is_stopped_whole_and_replaced(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Of one that is stopped by half, an agent stays that starts again whenever it is cancelled: no process ends so."""

    async def refused(**_: object) -> None:
        raise TopicAuthorizationFailedError(bench.topic)

    monkeypatch.setattr(faust_app, "COMMIT_EVERY_S", 600.0)
    bench.publish(("a", 1))
    before = asyncio.all_tasks()
    async with bench.running() as consumer:
        await eventually(lambda: bench.effects() == [("a", 1)], within=20)
        crashing = consumer._app
        assert crashing is not None
        monkeypatch.setattr(crashing.consumer, "_getmany", refused)
        await eventually(lambda: consumer._app not in {None, crashing}, within=20)
        bench.publish(("a", 2))
        await eventually(lambda: bench.effects() == [("a", 1), ("a", 2)], within=20)
    assert "didn't stop" not in caplog.text
    left = asyncio.all_tasks() - before
    for task in left:
        task.cancel()  # as the end of a process does
    await eventually(lambda: all(task.done() for task in left), that="no task ignores its cancellation")
