"""Three brokers, of which one may be lost: what was written is there, and what is written goes on."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import psycopg
import pytest
from chassis.database import Database
from chassis.envelope import Envelope
from chassis.relay.leadership import Relay
from chassis.settings import Settings
from chassis.testing.events import HAPPENED, create_tables, event, units_on
from chassis.testing.outbox import insert_event
from chassis.testing.topics import admin_client
from chassis.testing.waiting import eventually
from chassis.unit import Unit
from chassis.worker.batch import Batch, BatchConsumer, Log, Record
from chassis.worker.processor import Reaction
from chassis.worker.reaction import ReactionConsumer
from contracts.codec import Codec
from contracts.registry import Registry
from deploy.kafka import Cluster
from deploy.provision import provision
from deploy.server import free_port
from kafka.admin import ConfigResource, ConfigResourceType
from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from tests.conftest import CACHE

pytestmark = pytest.mark.slow

CODEC = Codec(Registry.load())
NOTE = text("INSERT INTO effects (kind, subject) VALUES (:kind, :subject)")
TOPIC = "petition.petitions.v1"
OFFSETS = "__consumer_offsets"


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    ports = {"port": free_port(), "controller_port": free_port()}
    cluster = Cluster(tmp_path_factory.mktemp("cluster"), jars=CACHE / "kafka", size=3, **ports)
    cluster.install()
    with ThreadPoolExecutor() as pool:  # none of them answers before most of them are there
        list(pool.map(lambda broker: broker.start(), cluster.brokers))
    yield cluster
    for broker in cluster.brokers:
        broker.kill()  # a graceful stop would wait for the others


def partitions(cluster: Cluster, topics: Sequence[str]) -> list[dict[str, Any]]:
    with admin_client(cluster.bootstrap) as admin:
        return [partition for topic in admin.describe_topics(list(topics)) for partition in topic["partitions"]]


def in_sync_everywhere(cluster: Cluster, topics: Sequence[str]) -> bool:
    return all(sorted(partition["isr_nodes"]) == [1, 2, 3] for partition in partitions(cluster, topics))


class Bench:
    """A service that writes things, one that reacts to each, and one that keeps all records."""

    def __init__(self, cluster: Cluster, url: str, prefix: str) -> None:
        self.url = url
        self.settings = Settings(
            service=prefix.rstrip("."),
            database_url=url,
            http_port=1,
            kafka_bootstrap=cluster.bootstrap,
            topic_prefix=prefix,
        )
        self.topics = {TOPIC: prefix + TOPIC}
        self.written: list[str] = []

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Write without a pause while the block runs; relay, react and keep."""
        database = Database(self.url, 6, 1.0)
        units = units_on(database)
        reaction = Reaction(name="note", topics=(TOPIC,), handlers={HAPPENED: self._note})
        reacting = ReactionConsumer(reaction, settings=self.settings, units=units, decode=CODEC.decode)
        keeping = BatchConsumer(Batch(name="keep", topics=lambda: [TOPIC], store=self._keep), settings=self.settings)
        relay = Relay(service="test", dsn=self.url, bootstrap=self.settings.kafka_bootstrap, topics=self.topics)
        async with AsyncExitStack() as stack:
            stack.push_async_callback(database.close)
            relay.start()
            stack.push_async_callback(asyncio.to_thread, relay.stop)
            for consumer in (reacting, keeping):
                await consumer.start()
                stack.push_async_callback(consumer.stop)
            writing = asyncio.create_task(self._write(database))
            yield
            writing.cancel()
            await asyncio.gather(writing, return_exceptions=True)

    async def more(self, count: int) -> None:
        """Wait until so many more things were written, and all that were written by then have had their effects."""
        enough = len(self.written) + count
        await eventually(lambda: len(self.written) >= enough, within=60, that=f"{count} more are written")
        expected = set(self.written)
        await eventually(lambda: expected <= self.effects("reaction"), within=60, that="all of them are reacted to")
        await eventually(lambda: expected <= self.effects("batch"), within=60, that="all of them are kept")

    def effects(self, kind: str) -> set[str]:
        return {subject for subject, _ in self._counted(kind)}

    def doubled(self, kind: str) -> list[str]:
        return [subject for subject, count in self._counted(kind) if count > 1]

    def _counted(self, kind: str) -> list[tuple[str, int]]:
        statement = "SELECT subject, count(*) FROM effects WHERE kind = %s GROUP BY 1"
        with psycopg.connect(self.url) as connection:
            return connection.execute(statement, (kind,)).fetchall()

    async def _write(self, database: Database) -> None:
        while True:
            subject = f"thing-{len(self.written)}"
            async with database.transaction() as session:
                await insert_event(session, TOPIC, event(subject, 1))
            self.written.append(subject)
            await asyncio.sleep(0.01)

    async def _note(self, envelope: Envelope, unit: Unit) -> None:
        await (await unit.session.connection()).execute(NOTE, {"kind": "reaction", "subject": envelope.subject})

    async def _keep(self, session: AsyncSession, _: Log, records: Sequence[Record]) -> None:
        values = [{"kind": "batch", "subject": CODEC.decode(record.value)["subject"]} for record in records]
        await (await session.connection()).execute(NOTE, values)


@pytest.fixture
def bench(cluster: Cluster, database_url: str, topic_prefix: str) -> Bench:
    create_tables(database_url)
    with psycopg.connect(database_url) as connection:
        connection.execute("CREATE TABLE effects (kind text, subject text)")
    provision(cluster.bootstrap, tuple(Registry.load().topics.values()), prefix=topic_prefix, replication=3)
    return Bench(cluster, database_url, topic_prefix)


def test_every_topic_is_on_three_brokers_and_a_record_counts_once_two_have_it(
    cluster: Cluster, topic_prefix: str
) -> None:
    topics = tuple(Registry.load().topics.values())
    made = provision(cluster.bootstrap, topics, prefix=topic_prefix, replication=3)
    assert len(made.created) == len(topics)
    assert provision(cluster.bootstrap, topics, prefix=topic_prefix, replication=3).differences == ()
    for partition in partitions(cluster, made.created):
        assert sorted(partition["replica_nodes"]) == sorted(partition["isr_nodes"]) == [1, 2, 3]
    resources = [ConfigResource(ConfigResourceType.TOPIC, name) for name in made.created]
    with admin_client(cluster.bootstrap) as admin:
        found = admin.describe_configs(resources, config_filter="all")["topic"]
    assert {settings["min.insync.replicas"]["value"] for settings in found.values()} == {"2"}


async def test_a_broker_may_be_killed_under_load_and_processes_start_while_it_is_away(
    bench: Bench, cluster: Cluster
) -> None:
    topics, lost = [*bench.topics.values(), OFFSETS], cluster.brokers[0]  # the one that clients are told of first
    async with bench.running():
        await bench.more(50)
        assert any(partition["leader_id"] == lost.node for partition in partitions(cluster, topics[:1]))
        lost.kill()
        await bench.more(100)
    async with bench.running():
        await bench.more(20)
        await asyncio.to_thread(lost.start)
        await eventually(lambda: asyncio.to_thread(in_sync_everywhere, cluster, topics), within=60)
        await bench.more(20)
    assert bench.doubled("reaction") == []
