"""A service's whole process, in all its roles, on a real broker."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
from chassis.app import Bootstrap, service_defaults
from chassis.testing.waiting import eventually
from kafka import KafkaConsumer, TopicPartition


@asynccontextmanager
async def running(bootstrap: Bootstrap) -> AsyncIterator[httpx.AsyncClient]:
    """Start the process, wait until it is ready, and stop it as SIGTERM would."""
    app = service_defaults(bootstrap)
    transport = httpx.ASGITransport(app=app)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://service") as client,
    ):
        await eventually(lambda: is_ready(client), within=60, that="the service is ready")
        yield client


async def is_ready(client: httpx.AsyncClient) -> bool:
    """Ask as a supervisor does."""
    return (await client.get("/readyz")).status_code == 200


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
