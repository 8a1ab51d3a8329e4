"""A worker that is killed: what it left is taken up at once, and nothing is lost or done twice.

Run as a program, this file is the worker.
"""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import psycopg
import pytest
from chassis.database import Database
from chassis.envelope import Envelope
from chassis.settings import Settings
from chassis.testing.events import HAPPENED, create_tables, event, record_of, units_on
from chassis.testing.faults import EXIT_STATUS
from chassis.testing.topics import create_topics, publish
from chassis.testing.waiting import eventually_sync
from chassis.unit import Unit
from chassis.worker.batch import Batch, BatchConsumer, Log, Record
from chassis.worker.processor import Reaction
from chassis.worker.reaction import ReactionConsumer
from contracts.codec import Codec
from contracts.registry import Registry
from deploy.kafka import Kafka
from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

TOPIC = "test.things.v1"
SESSION_MS = 45_000
INSERT = text("INSERT INTO effects (kind, subject, place) VALUES (:kind, :subject, :place)")


async def note(envelope: Envelope, unit: Unit) -> None:
    values = {"kind": "reaction", "subject": envelope.subject, "place": envelope.sequence}
    await (await unit.session.connection()).execute(INSERT, values)


async def keep(session: AsyncSession, log: Log, records: Sequence[Record]) -> None:
    values = [{"kind": "batch", "subject": str(log.partition), "place": record.offset} for record in records]
    await (await session.connection()).execute(INSERT, values)


async def work() -> None:
    settings = Settings(
        service="test",
        database_url=os.environ["TEST_DATABASE_URL"],
        http_port=1,
        session_timeout_ms=SESSION_MS,
    )
    database = Database(settings.database_url, 4, 1.0)
    reaction = ReactionConsumer(
        Reaction(name="note", topics=(TOPIC,), handlers={HAPPENED: note}),
        settings=settings,
        units=units_on(database),
        decode=Codec(Registry.load()).decode,
    )
    batch = BatchConsumer(Batch(name="keep", topics=lambda: [TOPIC], store=keep), settings=settings)
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    sys.stdout.write("working\n")
    sys.stdout.flush()
    await reaction.start()
    await batch.start()
    await stop.wait()
    await reaction.stop()
    await batch.stop()
    await database.close()


class Worker:
    """A worker process and what it works on."""

    def __init__(self, kafka: Kafka, url: str, prefix: str) -> None:
        self.kafka = kafka
        self.url = url
        self.topic = prefix + TOPIC
        self.environment = {
            **os.environ,
            "KAFKA_BOOTSTRAP": kafka.bootstrap,
            "TOPIC_PREFIX": prefix,
            "TEST_DATABASE_URL": url,
        }

    @contextmanager
    def running(self, faults: str = "") -> Iterator[subprocess.Popen[bytes]]:
        process = subprocess.Popen(
            [sys.executable, __file__], env={**self.environment, "FAULTS": faults}, stdout=subprocess.PIPE
        )
        assert process.stdout is not None
        try:
            while process.stdout.readline() != b"working\n":
                assert process.poll() is None
            yield process
        finally:
            process.kill()
            process.wait(timeout=10)
            process.stdout.close()

    def publish(self, *sequences: int) -> None:
        publish(self.kafka.bootstrap, self.topic, [record_of(event("a", sequence)) for sequence in sequences])

    def effects(self, kind: str) -> list[int]:
        with psycopg.connect(self.url) as connection:
            rows = connection.execute("SELECT place FROM effects WHERE kind = %s ORDER BY id", (kind,))
            return [place for (place,) in rows]

    def has(self, count: int) -> bool:
        reacted = self.effects("reaction") == list(range(1, count + 1))
        return reacted and self.effects("batch") == list(range(count))


@pytest.fixture
def worker(kafka: Kafka, database_url: str, topic_prefix: str) -> Worker:
    create_tables(database_url)
    with psycopg.connect(database_url) as connection:
        connection.execute(
            "CREATE TABLE effects (id bigint GENERATED ALWAYS AS IDENTITY, kind text, subject text, place bigint)"
        )
    create_topics(kafka.bootstrap, [topic_prefix + TOPIC])
    return Worker(kafka, database_url, topic_prefix)


@pytest.mark.slow
def test_a_killed_worker_is_replaced_without_waiting_for_its_session_to_end(worker: Worker) -> None:
    worker.publish(1)
    with worker.running() as process:
        eventually_sync(lambda: worker.has(1), within=60)
        process.send_signal(signal.SIGKILL)
        process.wait(timeout=10)
    worker.publish(2)
    with worker.running():
        eventually_sync(lambda: worker.has(2), within=SESSION_MS / 1000 / 3)  # about 2 s on an idle machine


@pytest.mark.slow
@pytest.mark.parametrize("fault", ["reaction.before_commit:exit:3", "batch.after_commit:exit:1"])
def test_a_worker_that_dies_around_its_commit_loses_and_repeats_nothing(worker: Worker, fault: str) -> None:
    worker.publish(1, 2, 3, 4, 5)
    with worker.running(fault) as process:
        assert process.wait(timeout=60) == EXIT_STATUS
    with worker.running():
        eventually_sync(lambda: worker.has(5), within=60)


@pytest.mark.slow
def test_a_worker_that_slept_through_its_session_finds_itself_replaced(worker: Worker) -> None:
    worker.publish(1)
    with worker.running() as process:
        eventually_sync(lambda: worker.has(1), within=60)
        process.send_signal(signal.SIGSTOP)
        worker.publish(2, 3)
        with worker.running():
            eventually_sync(lambda: worker.has(3), within=60)
            process.send_signal(signal.SIGCONT)
            worker.publish(4, 5)
            eventually_sync(lambda: worker.has(5), within=90)


if __name__ == "__main__":
    asyncio.run(work())
