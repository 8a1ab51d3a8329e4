"""Rows in an outbox and records in its topics, for tests of the relay and of recovery."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import orjson
import psycopg
from kafka import KafkaConsumer, TopicPartition
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.testing.events import event
from chassis.testing.topics import PARTITIONS

_INSERT = """
INSERT INTO outbox (event_id, topic, subject, sequence, type, body, traceparent)
VALUES (%(id)s, %(topic)s, %(subject)s, %(sequence)s, %(type)s, %(body)s, %(traceparent)s)
"""


@dataclass(frozen=True, slots=True)
class Published:
    """One record, as the topic holds it."""

    subject: str
    sequence: int
    event_id: str
    partition: int
    offset: int
    headers: tuple[tuple[str, bytes], ...]


def record_event(  # what a decision would have recorded, without a decision
    connection: psycopg.Connection[Any], topic: str, subject: str, sequence: int, *, padding: int = 0, **attributes: Any
) -> dict[str, Any]:
    """Insert one event into the outbox, in the connection's transaction, and give it.

    Args:
        connection: To a database with the chassis' tables.
        topic: Name as in the contracts.
        subject: Its subject.
        sequence: Its place in the subject's life.
        padding: Bytes of content, to make it large.
        attributes: Further attributes of the event, for example ``traceparent``.
    """
    made = event(subject, sequence, data={"padding": "x" * padding}, **attributes)
    connection.execute(_INSERT, _row_of(topic, made))
    return made


async def insert_event(session: AsyncSession, topic: str, made: dict[str, Any]) -> None:
    """Insert an event into the outbox, in the transaction of a handler."""
    await (await session.connection()).exec_driver_sql(_INSERT, _row_of(topic, made))


def read_topic(bootstrap: str, topic: str, *, partitions: int = PARTITIONS) -> list[Published]:
    """Read a whole topic, partition by partition, each in its order."""
    consumer = KafkaConsumer(bootstrap_servers=bootstrap, group_id=None, enable_auto_commit=False)
    try:
        places = [TopicPartition(topic, number) for number in range(partitions)]
        ends = consumer.end_offsets(places)
        consumer.assign(places)
        consumer.seek_to_beginning(*places)
        found: dict[TopicPartition, list[Published]] = {place: [] for place in places}
        while any(consumer.position(place) < ends[place] for place in places):
            for place, records in consumer.poll(timeout_ms=500).items():
                found[place] += [_published(record) for record in records]
    finally:
        consumer.close()
    return [one for place in places for one in found[place]]


def sequences_of(published: Sequence[Published], subject: str) -> list[int]:
    """Give the sequences of one subject in the order of its partition."""
    return [one.sequence for one in published if one.subject == subject]


def statuses(connection: psycopg.Connection[Any]) -> dict[str, int]:
    """Count the rows of the outbox by status."""
    return dict(connection.execute("SELECT status, count(*) FROM outbox GROUP BY status").fetchall())


def _row_of(topic: str, made: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": made["id"],
        "topic": topic,
        "subject": made["subject"],
        "sequence": int(made["sequence"]),
        "type": made["type"],
        "body": orjson.dumps(made),
        "traceparent": made.get("traceparent"),
    }


def _published(record: Any) -> Published:
    body = orjson.loads(record.value)
    return Published(
        body["subject"], int(body["sequence"]), body["id"], record.partition, record.offset, tuple(record.headers)
    )
