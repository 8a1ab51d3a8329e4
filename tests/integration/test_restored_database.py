"""A database that is restored to an older state: what came since has its effect in it once, and nothing parks."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager

import psycopg
import pytest
from chassis.database import Database
from chassis.envelope import Envelope
from chassis.relay.leadership import Relay
from chassis.relay.recovery import Recovery
from chassis.settings import Settings
from chassis.testing.events import HAPPENED, create_tables, event, record_of, units_on
from chassis.testing.outbox import insert_event, read_topic
from chassis.testing.topics import create_topics, publish
from chassis.testing.waiting import eventually
from chassis.unit import Unit, Units
from chassis.worker.batch import Batch, BatchConsumer, Log, Record
from chassis.worker.logs import LogDirectory
from chassis.worker.processor import Reaction
from chassis.worker.reaction import ReactionConsumer
from contracts.codec import Codec
from contracts.registry import Registry
from deploy.kafka import Kafka
from deploy.postgres import Postgres
from psycopg import sql
from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

THINGS, NOTES = "test.things.v1", "test.notes.v1"
CODEC = Codec(Registry.load())
NOTE = text("INSERT INTO effects (kind, subject, place) VALUES (:kind, :subject, :place)")


async def keep(session: AsyncSession, log: Log, records: Sequence[Record]) -> None:
    values = [{"kind": "batch", "subject": str(log.partition), "place": record.offset} for record in records]
    await (await session.connection()).execute(NOTE, values)


class Bench:
    """A service that notes each thing, and tells of each note in a topic of its own; and one that keeps all records."""

    def __init__(self, kafka: Kafka, postgres: Postgres, url: str, prefix: str) -> None:
        self.bus, self.bootstrap = kafka.bus, kafka.bootstrap
        self.admin = postgres.dsn("postgres")
        self.url = url
        self.prefix = prefix
        self.settings = Settings(
            service="test", database_url=url, http_port=1, kafka_bootstrap=kafka.bootstrap, topic_prefix=prefix
        )
        self.directory = LogDirectory(kafka.bus, client_id="test")

    async def note(self, envelope: Envelope, unit: Unit) -> None:
        """Handle a thing."""
        await self._note(unit, envelope.subject, envelope.sequence)
        made = event(f"{envelope.subject}-{envelope.sequence}", 1, causationid=envelope.id)
        await insert_event(unit.session, NOTES, made)

    async def restore(self, unit: Unit, envelope: Envelope) -> None:
        """Take over what a note of ours tells."""
        subject, _, sequence = envelope.subject.partition("-")
        await self._note(unit, subject, int(sequence))

    async def _note(self, unit: Unit, subject: str, sequence: int) -> None:
        values = {"kind": "reaction", "subject": subject, "place": sequence}
        await (await unit.session.connection()).execute(NOTE, values)

    @asynccontextmanager
    async def reacting(self, *, recovering: bool = False, relaying: bool = False) -> AsyncIterator[ReactionConsumer]:
        database = Database(self.url, 4, 1.0)
        units = units_on(database)
        reaction = Reaction(name="note", topics=(THINGS,), handlers={HAPPENED: self.note})
        consumer = ReactionConsumer(reaction, settings=self.settings, units=units, decode=CODEC.decode)
        relay = Relay(service="test", dsn=self.url, bus=self.bus, topics={NOTES: self.prefix + NOTES})
        async with AsyncExitStack() as stack:
            stack.push_async_callback(database.close)
            if recovering:
                await self.recover(units)
            if relaying:
                relay.start()
                stack.push_async_callback(asyncio.to_thread, relay.stop)
            await consumer.start()
            stack.push_async_callback(consumer.stop)
            yield consumer

    async def recover(self, units: Units) -> None:
        recovery = Recovery(
            units=units, codec=CODEC, bus=self.bus, topics={NOTES: self.prefix + NOTES},
            directory=self.directory, restore=self.restore,
        )  # fmt: skip
        await asyncio.wait_for(recovery.run(), 20)

    @asynccontextmanager
    async def keeping(self) -> AsyncIterator[BatchConsumer]:
        consumer = BatchConsumer(Batch(name="keep", topics=lambda: [THINGS], store=keep), settings=self.settings)
        await consumer.start()
        try:
            yield consumer
        finally:
            await consumer.stop()

    def publish(self, *events: tuple[str, int]) -> None:
        records = [record_of(event(subject, sequence)) for subject, sequence in events]
        publish(self.bootstrap, self.prefix + THINGS, records)

    async def committed(self, group: str | None, records: int) -> None:
        """Wait until the group has committed so many records to Kafka."""
        assert group is not None

        async def reached() -> bool:
            found = await asyncio.to_thread(self.directory.committed, group)
            return sum(found.values()) >= records

        await eventually(reached, within=20, that=f"{records} records are committed")

    def query(self, statement: str) -> list[tuple[object, ...]]:
        with psycopg.connect(self.url) as connection:
            return connection.execute(statement).fetchall()

    def noted(self) -> list[tuple[object, ...]]:
        return self.query("SELECT subject, place FROM effects WHERE kind = 'reaction' ORDER BY 1, 2")

    def kept(self) -> list[tuple[object, ...]]:
        return self.query("SELECT subject, place FROM effects WHERE kind = 'batch' ORDER BY 1, 2")

    def copy(self, source: str, target: str) -> None:
        """Copy a database that nobody uses over another."""
        with psycopg.connect(self.admin, autocommit=True) as admin:
            admin.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(target)))
            admin.execute(
                sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(target), sql.Identifier(source))
            )

    def backup(self) -> None:
        name = self.url.rpartition("/")[2]
        self.copy(name, f"{name}_backup")

    def restored(self) -> None:
        """Put the backup in the database's place."""
        name = self.url.rpartition("/")[2]
        self.copy(f"{name}_backup", name)
        with psycopg.connect(self.admin, autocommit=True) as admin:
            admin.execute(sql.SQL("DROP DATABASE {}").format(sql.Identifier(f"{name}_backup")))


@pytest.fixture
def bench(kafka: Kafka, postgres: Postgres, database_url: str, topic_prefix: str) -> Bench:
    create_tables(database_url)
    with psycopg.connect(database_url) as connection:
        connection.execute("CREATE TABLE effects (kind text, subject text, place bigint)")
    create_topics(kafka.bootstrap, [topic_prefix + THINGS, topic_prefix + NOTES], partitions=2)
    return Bench(kafka, postgres, database_url, topic_prefix)


BEFORE = [("a", 1), ("a", 2), ("b", 1)]
SINCE = [("a", 3), ("b", 2), ("c", 1)]
ALL = sorted([*BEFORE, *SINCE])


async def test_a_reaction_is_given_again_what_came_since_the_backup(bench: Bench) -> None:
    bench.publish(*BEFORE)
    async with bench.reacting() as consumer:
        await eventually(lambda: bench.noted() == BEFORE, within=20)
    bench.backup()
    bench.publish(*SINCE)
    async with bench.reacting() as consumer:
        await eventually(lambda: bench.noted() == ALL, within=20)
        await bench.committed(consumer.group, len(ALL))
    bench.restored()
    bench.publish(("a", 4))
    async with bench.reacting():
        await eventually(lambda: bench.noted() == sorted([*ALL, ("a", 4)]), within=20)
    assert bench.query("SELECT reason, subject, sequence FROM parked") == []


async def test_an_effect_that_recovery_has_taken_over_is_not_made_again(bench: Bench) -> None:
    bench.publish(*BEFORE)
    async with bench.reacting(relaying=True):
        await eventually(lambda: bench.noted() == BEFORE, within=20)
    bench.backup()
    bench.publish(*SINCE)
    async with bench.reacting(relaying=True):
        await eventually(lambda: len(read_topic(bench.bootstrap, bench.prefix + NOTES, partitions=2)) == 6, within=20)
    bench.restored()
    async with bench.reacting(recovering=True, relaying=True) as consumer:
        assert bench.noted() == ALL  # before any record came
        bench.publish(("c", 2))
        await eventually(lambda: bench.noted() == sorted([*ALL, ("c", 2)]), within=20)
        await bench.committed(consumer.group, 7)
    assert bench.noted() == sorted([*ALL, ("c", 2)])
    assert bench.query("SELECT subject, count(*) FROM outbox GROUP BY 1 HAVING count(*) > 1") == []
    assert bench.query("SELECT reason, subject, sequence FROM parked") == []


async def test_a_database_that_is_restored_under_a_running_reaction_is_noticed(bench: Bench) -> None:
    tables = ("effects", "inbox", "positions", "outbox")
    async with bench.reacting():
        bench.publish(*BEFORE)
        await eventually(lambda: bench.noted() == BEFORE, within=20)
        with psycopg.connect(bench.url) as connection:
            for table in tables:
                connection.execute(f"CREATE TABLE {table}_backup AS TABLE {table}")
        bench.publish(*SINCE)
        await eventually(lambda: bench.noted() == ALL, within=20)
        with psycopg.connect(bench.url) as connection:
            for table in tables:
                connection.execute(f"TRUNCATE {table}")
                overriding = "OVERRIDING SYSTEM VALUE" if table == "outbox" else ""
                connection.execute(f"INSERT INTO {table} {overriding} TABLE {table}_backup")
        bench.publish(("a", 4), ("b", 3), ("c", 2))
        await eventually(lambda: bench.noted() == sorted([*ALL, ("a", 4), ("b", 3), ("c", 2)]), within=30)
    assert bench.query("SELECT reason, subject, sequence FROM parked") == []


async def test_a_log_that_ends_before_the_position_is_read_from_its_beginning(bench: Bench) -> None:
    bench.publish(*BEFORE)
    async with bench.reacting():
        await eventually(lambda: bench.noted() == BEFORE, within=20)
    with psycopg.connect(bench.url) as connection:
        connection.execute("UPDATE positions SET next_offset = next_offset + 100")
    bench.publish(*SINCE)
    async with bench.reacting():
        await eventually(lambda: bench.noted() == ALL, within=20)


async def test_a_batch_is_given_again_what_came_since_the_backup(bench: Bench) -> None:
    bench.publish(*BEFORE)
    async with bench.keeping():
        await eventually(lambda: len(bench.kept()) == len(BEFORE), within=20)
    bench.backup()
    bench.publish(*SINCE)
    async with bench.keeping() as consumer:
        await eventually(lambda: len(bench.kept()) == len(ALL), within=20)
        await bench.committed(consumer.group, len(ALL))
    everything = bench.kept()
    bench.restored()
    async with bench.keeping():
        await eventually(lambda: bench.kept() == everything, within=20)
