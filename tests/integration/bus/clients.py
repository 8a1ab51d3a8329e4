"""What somebody on the bus tries, and why it was refused."""

import asyncio
from contextlib import closing
from pathlib import Path

from aiokafka import AIOKafkaConsumer
from aiokafka.errors import TopicAuthorizationFailedError
from contracts.bus import Bus
from contracts.registry import Registry
from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from kafka.errors import KafkaError

TOPICS = Registry.load().topics
PROVINCE = next(name for name, topic in TOPICS.items() if topic.audience == "province")
PATIENT = {"request_timeout_ms": 10_000, "bootstrap_timeout_ms": 10_000}
SOON = {"request_timeout_ms": 10_000, "bootstrap_timeout_ms": 1_000}
"""For who is not to be let in: a client that is refused tries again until this is over."""


def write_all(bus: Bus) -> dict[str, BaseException]:
    """Try to write to every topic; give those that refused, and why."""
    producer = KafkaProducer(**bus.client(), acks="all", enable_idempotence=False, max_block_ms=5_000, **PATIENT)
    refused = {}
    with closing(producer):
        for topic in TOPICS:
            try:
                producer.send(topic, b"{}", key=b"k").get(timeout=10)
            except KafkaError as error:
                refused[topic] = error
    return refused


def read_all(bus: Bus) -> dict[str, BaseException]:
    """Try to read a record of every topic; give those that refused, and why."""

    async def all_at_once() -> list[BaseException | None]:
        return await asyncio.gather(*(reading(bus, topic) for topic in TOPICS))

    answers = zip(TOPICS, asyncio.run(all_at_once()), strict=True)
    return {topic: refused for topic, refused in answers if refused is not None}


def read(bus: Bus, topic: str) -> BaseException | None:
    """Try to read a record; give why it was refused."""
    return asyncio.run(reading(bus, topic))


async def reading(bus: Bus, topic: str) -> BaseException | None:
    # With aiokafka: kafka-python waits in silence for the partitions of a topic that it isn't told of.
    consumer = AIOKafkaConsumer(topic, **bus.client(), group_id=None, auto_offset_reset="earliest")
    try:
        await consumer.start()
        return None if await consumer.getmany(timeout_ms=5_000) else TimeoutError(topic)
    except TopicAuthorizationFailedError as error:
        return as_raised(error)
    finally:
        await consumer.stop()


def look_up(bus: Bus, group: str) -> BaseException | None:
    """Try to learn where a group stands; give why it was refused."""
    with closing(KafkaConsumer(**bus.client(), group_id=group, enable_auto_commit=False, **PATIENT)) as consumer:
        try:
            consumer.committed(TopicPartition(PROVINCE, 0))
        except KafkaError as error:
            return as_raised(error)
        return None


def as_raised(error: BaseException) -> BaseException:
    """Give it back: neither client's errors have types."""
    return error


def settings_of(folder: Path) -> dict[str, str]:
    """Read what a subscriber is handed over."""
    return dict(line.split("=", 1) for line in (folder / "kafka.env").read_text("utf-8").splitlines())
