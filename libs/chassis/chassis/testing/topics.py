"""Topics of a test's own, on the real broker."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from uuid import UUID

from contracts.bus import Bus
from kafka import KafkaAdminClient, KafkaProducer, TopicPartition
from kafka.admin import OffsetSpec

from chassis.testing.waiting import eventually_sync

PARTITIONS = 12


@contextmanager
def admin_client(bus: Bus | str) -> Iterator[KafkaAdminClient]:
    """Open an admin client that gives up soon; a plaintext broker is named by its address alone."""
    told = (Bus(bus) if isinstance(bus, str) else bus).client()
    with KafkaAdminClient(**told, request_timeout_ms=10_000, bootstrap_timeout_ms=10_000) as admin:
        yield admin


def create_topics(
    bootstrap: str, names: Sequence[str], *, partitions: int = PARTITIONS, configs: Mapping[str, str] | None = None
) -> dict[str, UUID]:
    """Create topics, wait until each partition has a leader, and give their UUIDs."""
    with admin_client(bootstrap) as admin:
        admin.create_topics(
            {
                name: {"num_partitions": partitions, "replication_factor": 1, "configs": dict(configs or {})}
                for name in names
            }
        )
        admin.wait_for_topics(list(names), timeout_ms=10_000)
        return {topic["name"]: UUID(str(topic["topic_id"])) for topic in admin.describe_topics(list(names))}


def delete_topics(bootstrap: str, names: Sequence[str]) -> None:
    """Delete topics and wait until they are gone."""
    with admin_client(bootstrap) as admin:
        admin.delete_topics(list(names))

        def gone() -> bool:
            return all(topic["error_code"] != 0 for topic in admin.describe_topics(list(names)))

        eventually_sync(gone, within=15, that="the topics are gone")


def recreate_topics(bootstrap: str, names: Sequence[str], *, partitions: int = PARTITIONS) -> dict[str, UUID]:
    """Delete topics and create them again under the same names: new incarnations, as after a lost disk."""
    delete_topics(bootstrap, names)
    return create_topics(bootstrap, names, partitions=partitions)


def ends_of(bootstrap: str, topic: str, *, partitions: int = PARTITIONS) -> dict[int, int]:
    """Give the end offset of each partition of a topic."""
    specs = {TopicPartition(topic, number): OffsetSpec.LATEST for number in range(partitions)}
    with admin_client(bootstrap) as admin:
        return {at.partition: found.offset for at, found in admin.list_partition_offsets(specs).items()}


def publish(bootstrap: str, topic: str, records: Sequence[tuple[bytes | None, bytes | None]]) -> None:
    """Publish records by the partitioner's choice and wait until the broker has all of them.

    Raises:
        kafka.errors.KafkaError: It hasn't.
    """
    producer = KafkaProducer(
        bootstrap_servers=bootstrap, acks="all", enable_idempotence=True, linger_ms=5, max_block_ms=10_000
    )
    try:
        sent = [producer.send(topic, key=key, value=value) for key, value in records]
        producer.flush(timeout=30)
        for future in sent:
            future.get(timeout=0)
    finally:
        producer.close(timeout=5)
