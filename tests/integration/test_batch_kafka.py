"""A batch on the real broker and database: each record is stored once, in order, whatever happens."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from chassis.settings import Settings
from chassis.testing.events import create_tables
from chassis.testing.faults import FaultInjectedError, armed
from chassis.testing.topics import create_topics, publish, recreate_topics
from chassis.testing.waiting import eventually
from chassis.worker.batch import Batch, BatchConsumer, Log, Record
from chassis.worker.logs import Incarnation
from deploy.kafka import Kafka
from deploy.postgres import Postgres
from psycopg import AsyncConnection
from sqlmodel.ext.asyncio.session import AsyncSession

TOPIC = "test.things.v1"


async def copy(session: AsyncSession, log: Log, records: Sequence[Record]) -> None:
    """Store with COPY; refuse a record that says so."""
    if any(record.value == b"refuse" for record in records):
        raise ValueError("refused")
    pooled = await (await session.connection()).get_raw_connection()
    connection = pooled.driver_connection
    assert isinstance(connection, AsyncConnection)
    async with (
        connection.cursor() as cursor,
        cursor.copy('COPY stored (topic_uuid, partition, "offset", key, value) FROM STDIN') as rows,
    ):
        for record in records:
            await rows.write_row((log.topic_uuid, log.partition, record.offset, record.key, record.value))


class Bench:
    """A topic, a table, and a batch between them."""

    def __init__(self, kafka: Kafka, url: str, prefix: str) -> None:
        self.kafka = kafka
        self.url = url
        self.topic = prefix + TOPIC
        self.settings = Settings(
            service=prefix.rstrip("."),  # a consumer group of its own
            database_url=url,
            http_port=1,
            kafka_bootstrap=kafka.bootstrap,
            topic_prefix=prefix,
        )
        self.batch = Batch(name="keep", topics=lambda: [TOPIC], store=copy)

    @asynccontextmanager
    async def running(self, batch: Batch | None = None, *, slot: str = "0") -> AsyncIterator[BatchConsumer]:
        consumer = BatchConsumer(batch or self.batch, settings=self.settings.model_copy(update={"slot": slot}))
        await consumer.start()
        try:
            yield consumer
        finally:
            await consumer.stop()

    def publish(self, count: int, *, start: int = 0, key: bytes | None = None) -> None:
        records = [(key or b"k%d" % (n % 97), b"%d" % n) for n in range(start, start + count)]
        publish(self.kafka.bootstrap, self.topic, records)

    def query(self, statement: str) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.url) as connection:
            return connection.execute(statement.encode()).fetchall()

    def count(self) -> int:
        return int(self.query("SELECT count(*) FROM stored")[0][0])

    def values(self) -> list[bytes]:
        return [bytes(value) for (value,) in self.query('SELECT value FROM stored ORDER BY partition, "offset"')]


@pytest.fixture
def bench(kafka: Kafka, database_url: str, topic_prefix: str) -> Bench:
    create_tables(database_url)
    with psycopg.connect(database_url) as connection:
        connection.execute(
            'CREATE TABLE stored (topic_uuid uuid, partition int, "offset" bigint, key bytea, value bytea,'
            ' PRIMARY KEY (topic_uuid, partition, "offset"))'
        )
    create_topics(kafka.bootstrap, [topic_prefix + TOPIC])
    return Bench(kafka, database_url, topic_prefix)


async def has_detail(consumer: BatchConsumer, detail: str) -> bool:
    return detail in (await consumer.check()).detail


async def test_every_record_is_stored_once_and_the_position_stands_after_it(bench: Bench) -> None:
    bench.publish(3_000)
    async with bench.running() as consumer:
        await eventually(lambda: bench.count() == 3_000, within=30)
        assert (await consumer.check()).ready
    assert sorted(int(value) for value in bench.values()) == list(range(3_000))
    assert bench.query("SELECT sum(next_offset) FROM positions") == [(3_000,)]


async def test_a_second_start_goes_on_where_the_first_one_stopped(bench: Bench) -> None:
    bench.publish(100)
    async with bench.running():
        await eventually(lambda: bench.count() == 100, within=30)
    bench.publish(100, start=100)
    async with bench.running():
        await eventually(lambda: bench.count() == 200, within=30)


async def test_the_database_is_the_truth_and_not_what_kafka_remembers(bench: Bench) -> None:
    bench.publish(100)
    async with bench.running():
        await eventually(lambda: bench.count() == 100, within=30)
    bench.query("DELETE FROM stored RETURNING 1")
    bench.query("UPDATE positions SET next_offset = 0 RETURNING 1")  # a database restored from before
    async with bench.running():
        await eventually(lambda: bench.count() == 100, within=30)


async def test_a_topic_that_was_made_anew_is_another_log(bench: Bench) -> None:
    bench.publish(100, key=b"k")
    async with bench.running():
        await eventually(lambda: bench.count() == 100, within=30)
        await asyncio.to_thread(recreate_topics, bench.kafka.bootstrap, [bench.topic])
        bench.publish(80, start=100, key=b"k")
        await eventually(lambda: bench.count() == 180, within=30)
    assert bench.query("SELECT count(*) FROM stored GROUP BY topic_uuid ORDER BY 1") == [(80,), (100,)]


async def test_a_longer_new_log_isnt_taken_for_the_rest_of_the_old_one(bench: Bench) -> None:
    bench.publish(50, key=b"k")
    async with bench.running():
        await eventually(lambda: bench.count() == 50, within=30)
    await asyncio.to_thread(recreate_topics, bench.kafka.bootstrap, [bench.topic])
    bench.publish(80, start=100, key=b"k")
    async with bench.running():
        await eventually(lambda: bench.count() == 130, within=30)
    assert bench.query("SELECT count(*) FROM stored GROUP BY topic_uuid ORDER BY 1") == [(50,), (80,)]


async def test_records_that_were_fetched_from_a_new_log_are_never_stored_as_the_old_ones(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chassis.worker.batch.IDLE_CHECK_S", 3_600.0)  # so that only the check of each batch is left
    bench.publish(50, key=b"k")
    async with bench.running() as consumer:
        await eventually(lambda: bench.count() == 50, within=30)
        # A topic that is made anew between two fetches, and so fast that no rebalance tells of it.
        incarnations = consumer._directory.incarnations
        another = uuid4()

        def made_anew(topics: Iterable[str]) -> dict[str, Incarnation]:
            return {topic: replace(found, uuid=another) for topic, found in incarnations(topics).items()}

        monkeypatch.setattr(consumer._directory, "incarnations", made_anew)
        bench.publish(30, start=50, key=b"k")
        await eventually(lambda: bench.count() == 130, within=30)
    assert bench.query("SELECT count(*) FROM stored GROUP BY topic_uuid ORDER BY 1") == [(50,), (80,)]


async def test_a_broker_that_lost_records_is_an_alarm_and_nothing_is_read(bench: Bench) -> None:
    bench.publish(10, key=b"k")
    async with bench.running():
        await eventually(lambda: bench.count() == 10, within=30)
    bench.query("UPDATE positions SET next_offset = 1000 WHERE next_offset = 10 RETURNING 1")
    bench.publish(10, start=10, key=b"k")
    async with bench.running() as consumer:
        await eventually(lambda: has_detail(consumer, "position 1000 is beyond the end 20"), within=30)
        assert not (await consumer.check()).ready
    assert bench.count() == 10


async def test_one_record_that_cant_be_stored_stops_its_log_there_and_no_other(bench: Bench) -> None:
    poisoned = [(b"k", b"%d" % n) for n in range(50)]
    poisoned[33] = (b"k", b"refuse")
    publish(bench.kafka.bootstrap, bench.topic, poisoned)
    bench.publish(200, start=1_000)
    async with bench.running() as consumer:
        await eventually(lambda: has_detail(consumer, "offset 33 can't be stored: ValueError"), within=30)
        await eventually(lambda: bench.count() >= 33, within=10)
        (partition,) = (log.partition for log, _ in consumer._stuck.values())
    stored = bench.query(f'SELECT count(*), max("offset") FROM stored WHERE partition = {partition}')
    assert stored == [(33, 32)]
    others = bench.query(f"SELECT count(*) FROM stored WHERE partition <> {partition}")
    assert others == bench.query(f"SELECT sum(next_offset) FROM positions WHERE partition <> {partition}")
    assert others[0][0] != 0


async def test_a_commit_that_fails_stores_nothing_and_moves_nothing(bench: Bench) -> None:
    bench.publish(100)
    with armed("batch.before_commit", error=ConnectionError()) as fault:
        async with bench.running():
            await eventually(lambda: bench.count() == 100, within=30)
    assert fault.passes >= 2


async def test_a_commit_whose_answer_was_lost_is_not_repeated(bench: Bench) -> None:
    bench.publish(100)
    with armed("database.after_commit", nth=2, error=ConnectionError()):
        async with bench.running():
            await eventually(lambda: bench.count() == 100, within=30)
            bench.publish(10, start=100)
            await eventually(lambda: bench.count() == 110, within=30)


async def test_a_topic_that_joins_is_read_from_the_next_start_on(bench: Bench) -> None:
    bench.publish(10)
    async with bench.running():
        await eventually(lambda: bench.count() == 10, within=30)
    another = "test.others.v1"
    create_topics(bench.kafka.bootstrap, [bench.settings.topic_prefix + another])
    publish(bench.kafka.bootstrap, bench.settings.topic_prefix + another, [(b"k", b"0")])
    async with bench.running(replace(bench.batch, topics=lambda: [TOPIC, another])):
        await eventually(lambda: bench.count() == 11, within=40)


async def test_a_stale_consumer_drops_its_batch_and_joins_anew(bench: Bench) -> None:
    bench.publish(10, key=b"k")
    async with bench.running():
        await eventually(lambda: bench.count() == 10, within=30)
        bench.query("UPDATE positions SET next_offset = 12 WHERE next_offset = 10 RETURNING 1")  # somebody else did
        bench.publish(5, start=10, key=b"k")
        await eventually(lambda: bench.count() == 13, within=30)
    assert bench.query('SELECT "offset" FROM stored WHERE "offset" > 9 ORDER BY 1') == [(12,), (13,), (14,)]


async def test_two_workers_share_the_logs_and_store_each_record_once(bench: Bench) -> None:
    async with bench.running(slot="0") as first:
        await eventually(lambda: len(first.assigned()) == 12, within=30)
        async with bench.running(slot="1") as second:
            await eventually(lambda: first.assigned() and second.assigned(), within=30)
            bench.publish(1_000)
            await eventually(lambda: bench.count() == 1_000, within=30)
    assert sorted(int(value) for value in bench.values()) == list(range(1_000))


async def test_a_database_that_restarts_is_waited_for(bench: Bench, postgres: Postgres) -> None:
    bench.publish(100)
    async with bench.running():
        await eventually(lambda: bench.count() == 100, within=30)
        await asyncio.to_thread(postgres.kill)
        bench.publish(100, start=100)
        await asyncio.to_thread(postgres.start)
        await eventually(lambda: bench.count() == 200, within=30)


async def test_a_broker_that_restarts_is_consumed_again(bench: Bench) -> None:
    bench.publish(100)
    async with bench.running():
        await eventually(lambda: bench.count() == 100, within=30)
        await asyncio.to_thread(bench.kafka.kill)
        await asyncio.to_thread(bench.kafka.start)
        bench.publish(100, start=100)
        await eventually(lambda: bench.count() == 200, within=30)


async def test_an_exception_that_nobody_foresaw_costs_a_rejoin_and_no_record(bench: Bench) -> None:
    bench.publish(100)
    with armed("batch.after_commit", error=FaultInjectedError()):
        async with bench.running():
            await eventually(lambda: bench.count() == 100, within=30)
            bench.publish(10, start=100)
            await eventually(lambda: bench.count() == 110, within=30)


@pytest.mark.slow
async def test_a_hundred_thousand_records_are_stored_fast(bench: Bench) -> None:
    payload = b"x" * 600
    for _ in range(5):
        publish(bench.kafka.bootstrap, bench.topic, [(b"k%d" % n, payload) for n in range(20_000)])
    started = time.monotonic()
    async with bench.running():
        await eventually(lambda: bench.count() == 100_000, within=60)
    assert 100_000 / (time.monotonic() - started) > 5_000  # the benchmarks say how fast; this says not absurdly slow
