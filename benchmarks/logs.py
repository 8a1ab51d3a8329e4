"""What a topic holds, and filling one."""

from contextlib import closing

from contracts.bus import Bus
from contracts.registry import Registry
from deploy.provision import provision
from kafka import KafkaConsumer, KafkaProducer, TopicPartition

from benchmarks.events import HEADERS, TOPIC, events


def ends(bus: Bus, topic: str) -> int:
    """Count the records of a topic that forgets nothing."""
    with closing(KafkaConsumer(**bus.client(), group_id=None)) as consumer:
        partitions = [TopicPartition(topic, at) for at in sorted(consumer.partitions_for_topic(topic) or ())]
        return sum(consumer.end_offsets(partitions).values())


def fill(bus: Bus, prefix: str, records: int) -> None:
    """Make a topic of its own and put so many events into it, unless it is there."""
    topic = Registry.load().topics[TOPIC]
    if provision(bus, [topic], prefix=prefix).created:
        with closing(KafkaProducer(**bus.client(), enable_idempotence=True, acks="all")) as producer:
            for event in events(records):
                producer.send(prefix + TOPIC, key=event.subject.encode(), value=event.body, headers=HEADERS)
            producer.flush()
    if (found := ends(bus, prefix + TOPIC)) != records:
        raise RuntimeError(f"{prefix}{TOPIC} holds {found} records instead of {records}")
