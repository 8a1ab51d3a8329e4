"""The whole process against a real broker: from a receipt to the topic, and from an alert to one draft."""

import asyncio
import json
from typing import Any

import httpx
import psycopg
import pytest
from chassis.envelope import Envelope
from chassis.testing.topics import create_topics, publish
from chassis.testing.waiting import eventually
from contracts.codec import Codec
from contracts.registry import Registry
from deploy.issuer import Issuer
from deploy.kafka import Kafka
from petition.bootstrap import bootstrap

from contracts.events import AlertRaised, PetitionReceived
from tests.integration.kit.on_the_broker import running, topic_holds

TOPICS = (*(topic.name for topic in Registry.load().written_by("petition")), "intel.erasures.v1")
ALERTS = "intel.alerts.v1"


@pytest.fixture
def environment(
    petition_environment: Issuer, database_url: str, kafka: Kafka, topic_prefix: str, monkeypatch: pytest.MonkeyPatch
) -> Issuer:
    """A service of its own on a broker: topics, database, settings."""
    monkeypatch.setenv("KAFKA_BOOTSTRAP", kafka.bootstrap)
    monkeypatch.setenv("TOPIC_PREFIX", topic_prefix)
    create_topics(kafka.bootstrap, [topic_prefix + topic for topic in TOPICS])
    create_topics(kafka.bootstrap, [topic_prefix + ALERTS], partitions=1)  # so that alerts come in one order
    return petition_environment


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
    async with running(bootstrap) as client:
        ids = [(await submit(client, environment, f"key-{number}")).json()["id"] for number in range(5)]

        def published() -> list[dict[str, Any]]:
            events = topic_holds(kafka.bootstrap, f"{topic_prefix}{PetitionReceived.TOPIC}")
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
    async with running(bootstrap):
        records = [(keys[0], alert)] * 3 + [(keys[1], later)]
        await asyncio.to_thread(publish, kafka.bootstrap, topic_prefix + ALERTS, records)

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
