"""The relay against a bare kafka-python producer, and against sending and waiting for each record."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from chassis.relay.leadership import Relay
from contracts.bus import Bus
from kafka import KafkaProducer

from benchmarks.events import HEADERS, TOPIC, Event, events, record
from benchmarks.harness import Comparison, Side, Void, compare
from benchmarks.logs import ends

RECORDS = 10_000
RECORDS_ONE_BY_ONE = 400
WITHIN_S = 120.0
PENDING = "SELECT 1 FROM outbox WHERE status = 'pending' LIMIT 1"


def run(dsn: str, bus: Bus, blocks: int) -> list[Comparison]:
    """Compare; the service's own relay must not run meanwhile."""
    batch, few = events(RECORDS), events(RECORDS_ONE_BY_ONE)
    with psycopg.connect(dsn) as connection:
        connection.execute("TRUNCATE outbox")  # what other parts recorded isn't to be counted here
    with relaying(dsn, bus) as relay, producing(bus) as producer:
        ours = Side("relay", lambda: relayed(relay, dsn, bus, batch))
        bare = Side("bare kafka-python", lambda: sent(producer, bus, batch, wait=False))
        waiting = Side("send and wait", lambda: sent(producer, bus, few, wait=True))
        ours.measure(), bare.measure()  # both have met the broker before anything is counted
        return [
            compare("relay", ours, bare, unit="records/s", aim=0.5, blocks=blocks),
            compare("relay", ours, waiting, unit="records/s", aim=16, blocks=blocks),
        ]


@contextmanager
def relaying(dsn: str, bus: Bus) -> Iterator[Relay]:
    """Run the relay in a thread, as in a service."""
    relay = Relay(service="petition", dsn=dsn, bus=bus, topics={TOPIC: TOPIC})
    relay.start()
    try:
        yield relay
    finally:
        relay.stop()


@contextmanager
def producing(bus: Bus) -> Iterator[KafkaProducer]:
    """Open a producer with the relay's durability and sizes."""
    producer = KafkaProducer(
        **bus.client(), enable_idempotence=True, acks="all", batch_size=128 * 1024, linger_ms=2,
        max_request_size=1024 * 1024, metrics_enabled=False,
    )  # fmt: skip
    try:
        yield producer
    finally:
        producer.close()


def relayed(relay: Relay, dsn: str, bus: Bus, batch: list[Event]) -> float:
    """Commit the events to the outbox at once and wait until all of them are marked as sent."""
    before = ends(bus, TOPIC)
    with psycopg.connect(dsn, autocommit=True) as connection:
        record(dsn, batch)
        started = time.monotonic()
        relay.wake()
        while connection.execute(PENDING).fetchone() is not None:
            if time.monotonic() - started > WITHIN_S:
                raise Void("the relay did not finish")
            time.sleep(0.005)
        seconds = time.monotonic() - started
        connection.execute("DELETE FROM outbox WHERE status = 'sent'")
        connection.execute("VACUUM outbox")
    expect(ends(bus, TOPIC) - before, len(batch))
    return len(batch) / seconds


def sent(producer: KafkaProducer, bus: Bus, batch: list[Event], *, wait: bool) -> float:
    """Send the same bytes; all at once with one flush, or one after the other."""
    before = ends(bus, TOPIC)
    started = time.monotonic()
    futures = []
    for event in batch:
        future = producer.send(TOPIC, key=event.subject.encode(), value=event.body, headers=HEADERS)
        if wait:
            future.get(timeout=WITHIN_S)
        futures.append(future)
    producer.flush(timeout=WITHIN_S)
    for future in futures:
        future.get(timeout=WITHIN_S)
    seconds = time.monotonic() - started
    expect(ends(bus, TOPIC) - before, len(batch))
    return len(batch) / seconds


def expect(found: int, wanted: int) -> None:
    """Void the figures unless everything is there once."""
    if found != wanted:
        raise Void(f"{wanted} were sent, {found} arrived")
