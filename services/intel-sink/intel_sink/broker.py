"""What the broker still holds, for checks that compare it with the mirror."""

import time
from collections.abc import Iterator, Sequence
from typing import Any, Final

import psycopg
from chassis.worker.logs import Extent, Log, LogDirectory
from contracts.bus import Bus
from kafka import KafkaConsumer, TopicPartition

from intel_sink import domain
from intel_sink.audit import LogRow
from intel_sink.findings import Findings, Kind, Place

SILENCE_S: Final = 30.0
POLL_MS: Final = 500
RECORDS_A_POLL: Final = 500
LEAVES_A_FETCH: Final = 1_000

Connection = psycopg.Connection[tuple[Any, ...]]


class SilentBrokerError(OSError):
    """The broker didn't give records that it says it has."""


class Broker:
    """Reads logs by themselves, in no group and without changing anything.

    Args:
        bus: The brokers, as the service sees them.
        topic_prefix: Before the name of each topic.
    """

    def __init__(self, bus: Bus, topic_prefix: str) -> None:
        self._bus = bus
        self._prefix = topic_prefix
        self._directory = LogDirectory(bus, client_id="intel-sink-verify")

    def extents(self, topics: Sequence[str]) -> dict[Log, Extent]:
        """Begin and end of every log of the topics' present incarnations.

        Raises:
            BrokerUnavailableError: no answer.
        """
        names = {self._prefix + topic: topic for topic in topics}
        found = self._directory.incarnations(names)
        partitions = [(name, number) for name, topic in found.items() for number in range(topic.partitions)]
        extents = self._directory.extents(partitions)
        return {Log(names[name], found[name].uuid, number): extent for (name, number), extent in extents.items()}

    def leaves(self, log: Log, start: int, end: int) -> Iterator[tuple[int, bytes]]:
        """Offset and leaf hash of the broker's records in ``[start, end)``.

        Raises:
            SilentBrokerError: they don't come.
        """
        if start >= end:
            return
        prefix = domain.leaf_prefix(log.topic, log.topic_uuid, log.partition)
        partition = TopicPartition(self._prefix + log.topic, log.partition)
        consumer = KafkaConsumer(
            **self._bus.client(),
            client_id="intel-sink-verify",
            enable_auto_commit=False,
            max_poll_records=RECORDS_A_POLL,
        )
        try:
            consumer.assign([partition])
            consumer.seek(partition, start)
            deadline = time.monotonic() + SILENCE_S
            while start < end:
                records = consumer.poll(POLL_MS).get(partition, [])
                for record in records:
                    if record.offset >= end:
                        return
                    content = domain.leaf_content(record.key, domain.encode_headers(record.headers), record.value)
                    yield record.offset, domain.leaf_hash(prefix, record.offset, record.timestamp, content)
                    start = record.offset + 1
                if records:
                    deadline = time.monotonic() + SILENCE_S
                elif time.monotonic() > deadline:
                    raise SilentBrokerError(f"{log}: no record from offset {start} for {SILENCE_S:g} s")
        finally:
            consumer.close()

    def close(self) -> None:
        """Close the connections."""
        self._directory.close()


class Comparison:
    """Compares the mirror's logs with the broker's: where they end, and the records that no signed head vouches for.

    Args:
        broker: Holds the logs.
        topics: Which of them, as the contracts name them.
        findings: Where to report.
        at_rest: Nothing is being written: that the mirror is behind is then a finding, too.
    """

    def __init__(self, broker: Broker, topics: Sequence[str], findings: Findings, *, at_rest: bool) -> None:
        self.compared = 0
        self.behind = 0
        self._broker = broker
        self._findings = findings
        self._at_rest = at_rest
        self._extents = broker.extents(topics)

    def compare(self, connection: Connection, log: LogRow, vouched: int) -> None:
        """Compare one log; a past incarnation isn't there to be compared with.

        Args:
            connection: Reads the mirror.
            log: What the database says about it.
            vouched: Up to this offset its records are as they were when they were signed.
        """
        identity = Log(log.topic, log.topic_uuid, log.partition)
        extent = self._extents.pop(identity, None)
        if extent is None:
            return
        if log.end > extent.end:
            self._report("mirrored, but beyond the end of the broker's log", log.place, extent.end, log.end)
        elif extent.begin > log.end:
            self._report("deleted from the broker's log before it was mirrored", log.place, log.end, extent.begin)
        else:
            self._lag(log.place, log.end, extent.end)
        start, end = max(vouched, extent.begin), min(log.end, extent.end)
        mirrored: dict[int, bytes | None] = {}
        for offset, leaf in self._broker.leaves(identity, start, end):
            if offset not in mirrored:
                mirrored = _leaf_hashes(connection, log.log, offset, min(offset + LEAVES_A_FETCH, end))
            self.compared += 1
            if mirrored[offset] not in {None, leaf}:
                self._findings.add(Kind.CHANGED, "the broker holds another record", place=log.place, offset=offset)

    def finish(self) -> None:
        """Look at the logs of which the mirror knows nothing yet."""
        for log, extent in self._extents.items():
            place = Place(topic=log.topic, topic_uuid=log.topic_uuid, partition=log.partition)
            self._lag(place, 0, extent.end)

    def _lag(self, place: Place, mirrored: int, end: int) -> None:
        self.behind += end - mirrored
        if self._at_rest and end > mirrored:
            self._report("on the broker, but not mirrored", place, mirrored, end)

    def _report(self, detail: str, place: Place, start: int, end: int) -> None:
        self._findings.add(Kind.BROKER, detail, place=place, offset=start, through=end - 1)


def _leaf_hashes(connection: Connection, log: int, start: int, end: int) -> dict[int, bytes | None]:
    """Leaf hashes of the rows in ``[start, end)``; None for those that aren't there, which the audit has reported."""
    query = 'SELECT "offset", leaf_hash FROM mirror_records WHERE log = %s AND "offset" >= %s AND "offset" < %s'
    found: dict[int, bytes | None] = dict.fromkeys(range(start, end))
    found.update(connection.execute(query, (log, start, end), binary=True))
    return found
