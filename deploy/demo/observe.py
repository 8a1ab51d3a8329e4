"""What topics, mirror and read model hold, read from outside: Kafka by its protocol, databases by read-only SQL."""

import hashlib
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from typing import Any, Self
from uuid import UUID

import orjson
import psycopg
from contracts.bus import Bus
from kafka import KafkaAdminClient, KafkaConsumer, TopicPartition
from kafka.errors import KafkaError

from demo.history import Log, Model, Record, Row

ABOUT = ("case", "alert")
"""Where an event names what it is about, if that isn't its subject."""

READ_WITHIN_S = 120.0
ANSWER_WITHIN_MS = 5_000
ROWS = """
    SELECT log.topic, log.topic_uuid, log.partition, record."offset", sha256(coalesce(record.value, ''))
    FROM mirror_records AS record JOIN mirror_logs AS log USING (log)
    ORDER BY record.log, record."offset"
"""
MATTERS = "SELECT id::text, own_stage, review_stage FROM matters"
STEPS = "SELECT subject::text, sequence, matter::text FROM timeline"


class UnreadableTopicError(RuntimeError):
    """The broker did not deliver what it says it holds within the time granted."""


class Topics:
    """The present incarnations of some topics, as a plain consumer without a group sees them. A context.

    Args:
        bus: The brokers, as somebody sees them who may read all of these.
        names: Topics to read.
        prefix: Put before each name on the broker; left out of what is given back.
    """

    def __init__(self, bus: Bus, names: Sequence[str], prefix: str = "") -> None:
        self._bus = bus
        self._names = [prefix + name for name in names]
        self._prefix = prefix
        self._logs: dict[TopicPartition, Log] = {}

    def __enter__(self) -> Self:
        with closing(KafkaAdminClient(**self._bus.client())) as admin:
            described = admin.describe_topics(self._names)
        for topic in described:
            name, uuid = topic["name"], str(UUID(str(topic["topic_id"])))
            for at in (partition["partition_index"] for partition in topic["partitions"]):
                self._logs[TopicPartition(name, at)] = Log(name.removeprefix(self._prefix), uuid, at)
        self._consumer = self._connect()
        return self

    def __exit__(self, *_: object) -> None:
        self._consumer.close()

    def ends(self) -> dict[Log, int]:
        """Give each log with the offset of its next record."""
        deadline = time.monotonic() + READ_WITHIN_S
        while True:
            try:
                ends = self._consumer.end_offsets(list(self._logs), timeout_ms=ANSWER_WITHIN_MS)
                return {log: ends[at] for at, log in self._logs.items()}
            except KafkaError:
                # A consumer that saw a broker die may go on asking the dead one's partitions of whoever comes back.
                if time.monotonic() > deadline:
                    raise
                self._consumer.close()
                self._consumer = self._connect()

    def _connect(self) -> KafkaConsumer:
        return KafkaConsumer(**self._bus.client(), group_id=None, enable_auto_commit=False, max_poll_records=4_000)

    def read(self) -> tuple[list[Record], dict[Log, int]]:
        """Read all that is there, from the first offset on.

        Raises:
            UnreadableTopicError: The broker stopped delivering.
        """
        ends = self.ends()
        return list(self._records(ends)), ends

    def _records(self, ends: Mapping[Log, int]) -> Iterator[Record]:
        self._consumer.assign(list(self._logs))
        self._consumer.seek_to_beginning()
        left = {at for at, log in self._logs.items() if ends[log]}
        deadline = time.monotonic() + READ_WITHIN_S
        while left:
            if time.monotonic() > deadline:
                raise UnreadableTopicError(f"not read to the end: {sorted(left)}")
            for at, records in self._consumer.poll(timeout_ms=500).items():
                log = self._logs[at]
                for record in records:
                    if record.offset < ends[log]:
                        yield read_record(log, record.offset, record.value)
                if records[-1].offset + 1 >= ends[log]:
                    left.discard(at)


def read_record(log: Log, offset: int, value: bytes | None) -> Record:
    """Read a record's envelope; one that holds no event is a subject of its own."""
    digest = hashlib.sha256(value or b"").digest()
    try:
        event = orjson.loads(value or b"")
        data = event["data"]
        return Record(
            log=log,
            offset=offset,
            id=str(event["id"]),
            type=str(event["type"]),
            subject=str(event["subject"]),
            sequence=int(event["sequence"]),
            digest=digest,
            origin=event.get("correlationid"),
            about=next((str(data[name]) for name in ABOUT if name in data), None),
            outcome=data.get("outcome"),
        )
    except (ValueError, KeyError, TypeError, AttributeError):
        name = f"unreadable-{log.topic}-{log.partition}-{offset}"
        return Record(log, offset, name, "unreadable", name, 1, digest)


def mirror_rows(dsn: str) -> list[Row]:
    """Give every row of the mirror; the database hashes the stored bytes."""
    with psycopg.connect(dsn) as connection, connection.cursor("mirror") as cursor:
        cursor.itersize = 10_000
        cursor.execute(ROWS)
        logs: dict[tuple[Any, ...], Log] = {}
        rows = []
        for *place, offset, digest in cursor:
            log = logs.setdefault(tuple(place), Log(place[0], str(place[1]), place[2]))
            rows.append(Row(log, offset, bytes(digest)))
        return rows


def read_model(dsn: str) -> Model:
    """Give what the active read model holds."""
    with psycopg.connect(dsn) as connection:
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        stages = {matter: (own, review) for matter, own, review in connection.execute(MATTERS)}
        steps = {(subject, sequence): matter for subject, sequence, matter in connection.execute(STEPS)}
        return Model(stages, steps)
