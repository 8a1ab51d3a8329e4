"""The whole process against a real broker: from a receipt to the topic, and from an alert to one draft."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import psycopg
import pytest
from chassis.app import service_defaults
from chassis.envelope import Envelope
from chassis.process.migration import migrate
from chassis.testing.topics import create_topics, publish
from chassis.testing.waiting import eventually
from contracts.codec import Codec
from contracts.registry import Registry
from deploy.issuer import Issuer
from deploy.kafka import Kafka
from kafka import KafkaConsumer, TopicPartition
from petition.bootstrap import MIGRATIONS, bootstrap

from contracts.events import AlertRaised

TOPICS = ("petition.petitions.v1", "petition.bulletins.v1", "intel.alerts.v1")


@asynccontextmanager
async def running(issuer: Issuer) -> AsyncIterator[httpx.AsyncClient]:
    """Start the process in all its roles, wait until it is ready, and stop it as SIGTERM would."""
    app = service_defaults(bootstrap)
    transport = httpx.ASGITransport(app=app)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://petition") as client,
    ):
        await eventually(lambda: is_ready(client), within=60, that="the service is ready")
        yield client


async def is_ready(client: httpx.AsyncClient) -> bool:
    return (await client.get("/readyz")).status_code == 200


@pytest.fixture
def environment(
    petition_environment: Issuer, database_url: str, kafka: Kafka, topic_prefix: str, monkeypatch: pytest.MonkeyPatch
) -> Issuer:
    """A service of its own on a broker: topics, database, settings."""
    monkeypatch.setenv("KAFKA_BOOTSTRAP", kafka.bootstrap)
    monkeypatch.setenv("TOPIC_PREFIX", topic_prefix)
    create_topics(kafka.bootstrap, [topic_prefix + topic for topic in TOPICS[:2]])
    create_topics(kafka.bootstrap, [topic_prefix + TOPICS[2]], partitions=1)  # so that alerts come in one order
    migrate(database_url, MIGRATIONS)
    return petition_environment


def topic_holds(bootstrap_servers: str, topic: str) -> list[dict[str, Any]]:
    """Read a topic to its end, in the order of each partition."""
    consumer = KafkaConsumer(bootstrap_servers=bootstrap_servers, enable_auto_commit=False)
    try:
        partitions = [TopicPartition(topic, number) for number in consumer.partitions_for_topic(topic) or ()]
        consumer.assign(partitions)
        consumer.seek_to_beginning(*partitions)
        ends = consumer.end_offsets(partitions)
        events = []
        while any(consumer.position(partition) < ends[partition] for partition in partitions):
            for records in consumer.poll(timeout_ms=200).values():
                events += [json.loads(record.value) for record in records]
        return events
    finally:
        consumer.close()


async def submit(client: httpx.AsyncClient, issuer: Issuer, key: str) -> httpx.Response:
    token = issuer.token(sub="citizen-1", tenant="440100", roles=["citizen"])
    return await client.post(
        "/v1/petitions",
        json={"channel": "portal", "title": "请问护照怎么办", "text": "急用"},
        headers={"Authorization": f"Bearer {token}", "Idempotency-Key": key},
    )


async def test_what_got_a_receipt_is_on_the_topic_in_order_and_sealed(
    environment: Issuer, kafka: Kafka, topic_prefix: str
) -> None:
    async with running(environment) as client:
        ids = [(await submit(client, environment, f"key-{number}")).json()["id"] for number in range(5)]

        def published() -> list[dict[str, Any]]:
            events = topic_holds(kafka.bootstrap, topic_prefix + TOPICS[0])
            return events if len(events) >= 10 else []

        events = await eventually(lambda: asyncio.to_thread(published), within=30, that="ten events are published")
    codec = Codec(Registry.load())
    assert len(events) == 10
    for id_ in ids:
        mine = [Envelope.from_cloudevent(codec.decode(json.dumps(e).encode())) for e in events if e["subject"] == id_]
        assert [event.sequence for event in mine] == [1, 2]
        assert mine[0].data["text"].startswith("sealed:v1:")


async def test_an_alert_that_is_delivered_three_times_leads_to_one_draft_and_one_event(
    environment: Issuer, kafka: Kafka, topic_prefix: str, database_url: str
) -> None:
    codec, registry = Codec(Registry.load()), Registry.load()
    example = json.loads(registry.example(registry.types[AlertRaised.TYPE].examples[0]))
    alert, later = (codec.encode(example | {"id": id_, "subject": id_}) for id_ in (
        "0198a1f2-6b1e-7c53-9a5e-3f0d2c7b8e14", "0198a1f2-6b1e-7c53-9a5e-3f0d2c7b8e15",
    ))  # fmt: skip
    keys = (b"0198a1f2-6b1e-7c53-9a5e-3f0d2c7b8e14", b"0198a1f2-6b1e-7c53-9a5e-3f0d2c7b8e15")
    async with running(environment):
        records = [(keys[0], alert)] * 3 + [(keys[1], later)]
        await asyncio.to_thread(publish, kafka.bootstrap, topic_prefix + "intel.alerts.v1", records)

        def consumed() -> bool:
            with psycopg.connect(database_url) as connection:
                (drafts,) = connection.execute("SELECT count(*) FROM bulletins").fetchone() or (0,)
                (pending,) = connection.execute("SELECT count(*) FROM outbox WHERE status = 'pending'").fetchone() or (
                    1,
                )
            return bool(drafts >= 2 and pending == 0)

        # The later alert comes behind the three: when it has its draft, all of them have been seen.
        await eventually(lambda: asyncio.to_thread(consumed), within=60, that="both alerts led to drafts")
    drafted = topic_holds(kafka.bootstrap, topic_prefix + "petition.bulletins.v1")
    assert sorted(event["data"]["alert"] for event in drafted) == sorted(key.decode() for key in keys)
