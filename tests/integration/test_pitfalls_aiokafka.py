"""What aiokafka does that the chassis relies on, or has to get round."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from aiokafka import AIOKafkaConsumer
from chassis.testing.waiting import eventually
from chassis.worker.consumer_stop import stop_consumer
from contracts.registry import Registry
from deploy.config import Configuration
from deploy.kafka import Kafka
from deploy.provision import provision
from deploy.server import free_port

TOPIC = "petition.petitions.v1"


@pytest.fixture
def mortal_kafka(tmp_path: Path) -> Iterator[Kafka]:
    jars = Configuration.from_environment().cache / "kafka"
    kafka = Kafka(tmp_path / "kafka", jars=jars, port=free_port(), controller_port=free_port())
    kafka.start()
    yield kafka
    kafka.stop()


async def cut_off(kafka: Kafka) -> AIOKafkaConsumer:
    """Give a consumer whose broker was killed while it fetched."""
    provision(kafka.bus, [Registry.load().topics[TOPIC]])
    consumer = AIOKafkaConsumer(TOPIC, bootstrap_servers=kafka.bootstrap, group_id=None)
    await consumer.start()
    await consumer.getmany(timeout_ms=500)
    await asyncio.to_thread(kafka.kill)
    await consumer.getmany(timeout_ms=1_000)
    await eventually(lambda: consumer._fetcher._pending_tasks, that="a fetch fails and pauses")
    return consumer


async def test_a_consumer_whose_broker_is_gone_is_stopped_whole_and_without_a_cancellation(mortal_kafka: Kafka) -> None:
    consumer = await cut_off(mortal_kafka)
    await stop_consumer(consumer, 10.0)
    assert consumer._client._sync_task is None


async def test_aiokafka_itself_lets_a_cancellation_escape_half_way(mortal_kafka: Kafka) -> None:
    consumer = await cut_off(mortal_kafka)
    # The pause may be over by now; one that surely isn't makes the outcome the same each time.
    consumer._fetcher._pending_tasks.add(asyncio.create_task(asyncio.sleep(60)))
    with pytest.raises(asyncio.CancelledError):
        await consumer.stop()
    assert consumer._client._sync_task is not None
    await stop_consumer(consumer, 10.0)
