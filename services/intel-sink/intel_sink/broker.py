"""What the broker still holds, for checks that compare it with the mirror."""

import time
from collections.abc import Iterator
from typing import Final

from chassis.logs import Extent, Log, LogDirectory
from kafka import KafkaConsumer, TopicPartition

from intel_sink import domain

SILENCE_S: Final = 30.0
POLL_MS: Final = 500
RECORDS_A_POLL: Final = 500


class SilentBrokerError(OSError):
    """The broker didn't give records that it says it has."""


class Broker:
    """Reads logs by themselves, in no group and without changing anything.

    Args:
        bootstrap: As for every client.
        topic_prefix: Before the name of each topic.
    """

    def __init__(self, bootstrap: str, topic_prefix: str) -> None:
        self._bootstrap = bootstrap
        self._prefix = topic_prefix
        self._directory = LogDirectory(bootstrap, client_id="intel-sink-verify")

    def extents(self, topics: list[str]) -> dict[Log, Extent]:
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
        prefix = domain.leaf_prefix(log.topic, log.topic_uuid, log.partition)
        partition = TopicPartition(self._prefix + log.topic, log.partition)
        consumer = KafkaConsumer(
            bootstrap_servers=self._bootstrap.split(","),
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
                    headers = domain.encode_headers(record.headers)
                    yield (
                        record.offset,
                        domain.leaf_of(prefix, record.offset, record.timestamp, record.key, headers, record.value),
                    )
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
