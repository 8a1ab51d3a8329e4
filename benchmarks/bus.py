"""What it costs that the bus encrypts and asks who is there: the same records, secured and in plaintext."""

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager

from aiokafka import AIOKafkaConsumer, TopicPartition
from contracts.bus import Bus
from contracts.registry import Registry
from deploy.credentials import Credentials
from deploy.kafka import Kafka
from deploy.provision import provision
from deploy.server import free_port
from deploy.suite import Suite

from benchmarks.events import TOPIC, events
from benchmarks.harness import Comparison, Side, Void, compare
from benchmarks.logs import fill
from benchmarks.relay import expect, producing, sent

PREFIX = "bench-bus."
WRITTEN = 40_000
READ = 50_000
ROUNDS = 5
"""So often the topic is read within one measurement, so that it takes a second or more."""
WITHIN_S = 60.0


def run(suite: Suite, blocks: int) -> list[Comparison]:
    """Compare two brokers of their own, which differ in nothing else; the suite's is left alone."""
    with broker(suite, secured=True) as secured, broker(suite, secured=False) as plain:
        for bus in (secured, plain):
            fill(bus, PREFIX, READ)
        with producing(secured) as ours, producing(plain) as theirs:
            batch = events(WRITTEN)
            writing = [
                Side("producing, secured", lambda: sent(ours, secured, batch, wait=False)),
                Side("plaintext", lambda: sent(theirs, plain, batch, wait=False)),
            ]
            reading = [
                Side("consuming, secured", lambda: asyncio.run(consumed(secured))),
                Side("plaintext", lambda: asyncio.run(consumed(plain))),
            ]
            for side in (*writing, *reading):
                side.measure()
            return [
                compare("bus", *writing, unit="records/s", aim=0.8, blocks=blocks),
                compare("bus", *reading, unit="records/s", aim=0.7, blocks=blocks),
            ]


@contextmanager
def broker(suite: Suite, *, secured: bool) -> Iterator[Bus]:
    """Run an empty broker of its own, with the suite's jars and settings."""
    state = suite.configuration.state / "bench-bus" / ("secured" if secured else "plaintext")
    made = Kafka(
        state,
        jars=suite.configuration.kafka().jars,
        port=free_port(),
        controller_port=free_port(),
        credentials=Credentials(state / "credentials") if secured else None,
    )
    made.wipe()
    made.start()
    try:
        provision(made.bus, [Registry.load().topics[TOPIC]])
        yield made.bus
    finally:
        made.stop()


async def consumed(bus: Bus) -> float:
    """Read the whole topic as the mirror does, with `getmany`, from the first record to the last, some times."""
    topic = PREFIX + TOPIC
    consumer = AIOKafkaConsumer(**bus.client(), group_id=None, enable_auto_commit=False)
    await consumer.start()
    try:
        places = [TopicPartition(topic, at) for at in range(Registry.load().topics[TOPIC].partitions)]
        consumer.assign(places)
        started = time.monotonic()
        for _ in range(ROUNDS):
            await consumer.seek_to_beginning(*places)
            count = 0
            while count < READ:
                if time.monotonic() - started > WITHIN_S:
                    raise Void(f"{count} of {READ} records came")
                count += sum(map(len, (await consumer.getmany(timeout_ms=200, max_records=4_000)).values()))
            expect(count, READ)
        return ROUNDS * READ / (time.monotonic() - started)
    finally:
        await consumer.stop()
