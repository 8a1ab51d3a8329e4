"""What the topics and the mirror hold, read from outside: Kafka by its protocol, the mirror by read-only SQL."""

import hashlib
import threading
import time
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from typing import Any, Self
from uuid import UUID

import orjson
import psycopg
from kafka import KafkaAdminClient, KafkaConsumer, TopicPartition
from kafka.errors import KafkaError

from demo.history import Log, Record, Row

DRAFTED = "yiwangban.petition.bulletin.drafted.v1"
CAUSES = {"yiwangban.intel.alert.raised.v1": DRAFTED}
"""Every event of the one type has exactly one of the other."""

POLL_S = 0.02
READ_WITHIN_S = 120.0
ANSWER_WITHIN_MS = 5_000
TRACE = slice(3, 35)
"""Where a traceparent has its trace id."""

ENDS = "SELECT topic, topic_uuid, partition, base_offset + size FROM mirror_logs"
HOLDS = "SELECT EXISTS (SELECT FROM mirror_records WHERE key = %s)"
ROWS = """
    SELECT log.topic, log.topic_uuid, log.partition, record."offset", sha256(coalesce(record.value, ''))
    FROM mirror_records AS record JOIN mirror_logs AS log USING (log)
    ORDER BY record.log, record."offset"
"""


class UnreadableTopicError(RuntimeError):
    """The broker did not deliver what it says it holds within the time granted."""


class Topics:
    """The present incarnations of some topics, as a plain consumer without a group sees them. A context.

    Args:
        bootstrap: Address of the broker.
        names: Topics to read.
        prefix: Put before each name on the broker; left out of what is given back.
    """

    def __init__(self, bootstrap: str, names: Sequence[str], prefix: str = "") -> None:
        self._bootstrap = bootstrap
        self._names = [prefix + name for name in names]
        self._prefix = prefix
        self._logs: dict[TopicPartition, Log] = {}

    def __enter__(self) -> Self:
        with closing(KafkaAdminClient(bootstrap_servers=self._bootstrap)) as admin:
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
        return KafkaConsumer(
            bootstrap_servers=self._bootstrap, group_id=None, enable_auto_commit=False, max_poll_records=4_000
        )

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
        traceparent, data = event.get("traceparent"), event.get("data")
        return Record(
            log=log,
            offset=offset,
            id=str(event["id"]),
            type=str(event["type"]),
            subject=str(event["subject"]),
            sequence=int(event["sequence"]),
            digest=digest,
            trace=traceparent[TRACE] if isinstance(traceparent, str) else None,
            cause=str(data["alert"]) if event["type"] == DRAFTED else None,
        )
    except (ValueError, KeyError, TypeError, AttributeError):
        name = f"unreadable-{log.topic}-{log.partition}-{offset}"
        return Record(log, offset, name, "unreadable", name, 1, digest)


def mirror_rows(dsn: str, prefix: str = "") -> list[Row]:
    """Give every row of the mirror; the database hashes the stored bytes."""
    with psycopg.connect(dsn) as connection, connection.cursor("mirror") as cursor:
        cursor.itersize = 10_000
        cursor.execute(ROWS)
        logs: dict[tuple[Any, ...], Log] = {}
        rows = []
        for *place, offset, digest in cursor:
            log = logs.setdefault(tuple(place), Log(place[0].removeprefix(prefix), str(place[1]), place[2]))
            rows.append(Row(log, offset, bytes(digest)))
        return rows


def mirror_holds(dsn: str, subject: str) -> bool:
    """Tell whether the mirror has a record of the subject; a database that is down has none."""
    try:
        with psycopg.connect(dsn, autocommit=True, connect_timeout=2) as connection:
            return connection.execute(HOLDS, (subject.encode(),)).fetchone() == (True,)
    except psycopg.Error:
        return False


class MirrorWatch(threading.Thread):
    """Looks every 20 ms how far the mirror is, and remembers when it saw which offset.

    A row is seen no earlier than its transaction is committed, so the times are upper bounds by one look.
    They are of this machine's wall clock, as are the journal's. A database that is down is looked at again.
    """

    def __init__(self, dsn: str, prefix: str = "") -> None:
        super().__init__(name="mirror-watch", daemon=True)
        self._dsn = dsn
        self._prefix = prefix
        self._ended = threading.Event()
        self._lock = threading.Lock()
        self._ends: dict[Log, list[int]] = defaultdict(list)
        self._times: dict[Log, list[int]] = defaultdict(list)

    def run(self) -> None:
        """Look until `stop`."""
        while not self._ended.is_set():
            try:
                with psycopg.connect(self._dsn, autocommit=True, connect_timeout=2) as connection:
                    connection.execute("SET statement_timeout = '2s'")
                    while not self._ended.wait(POLL_S):
                        self._look(connection)
            except psycopg.Error:
                self._ended.wait(POLL_S * 5)

    def stop(self) -> None:
        """End the thread."""
        self._ended.set()
        if self.is_alive():
            self.join(timeout=10)

    def ends(self) -> dict[Log, int]:
        """Give how far each log was mirrored at the last look."""
        with self._lock:
            return {log: ends[-1] for log, ends in self._ends.items()}

    def seen_at(self, log: Log, offset: int) -> int | None:
        """Give when the offset was first seen in the mirror, nanoseconds since 1970."""
        with self._lock:
            place = bisect_right(self._ends[log], offset)
            times = self._times[log]
            return times[place] if place < len(times) else None

    def first_after(self, moment: int, topic: str | None = None) -> int | None:
        """Give when the first record was seen that came after the moment, nanoseconds since 1970."""
        with self._lock:
            found = (times for log, times in self._times.items() if topic in {None, log.topic})
            later = (times[place] for times in found if (place := bisect_right(times, moment)) < len(times))
            return min(later, default=None)

    def _look(self, connection: psycopg.Connection[Any]) -> None:
        found = connection.execute(ENDS).fetchall()
        now = time.time_ns()
        with self._lock:
            for topic, uuid, partition, end in found:
                log = Log(topic.removeprefix(self._prefix), str(uuid), partition)
                if not self._ends[log] or self._ends[log][-1] < end:
                    self._ends[log].append(end)
                    self._times[log].append(now)
