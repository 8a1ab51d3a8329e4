"""What the Kafka clients, the broker and OpenTelemetry's SDK really do, where the chassis rests on it or avoids it."""

import asyncio
from importlib.metadata import entry_points, version

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError
from aiokafka.protocol import metadata
from chassis.testing.topics import create_topics, publish, recreate_topics
from chassis.testing.waiting import eventually, eventually_sync
from chassis.worker.logs import LogDirectory
from deploy.kafka import Kafka
from kafka import KafkaProducer
from kafka.errors import KafkaConfigurationError, KafkaTimeoutError, MessageSizeTooLargeError
from kafka.record import util
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from packaging.version import Version


def test_a_setting_that_conflicts_disables_idempotence_silently_unless_it_was_asked_for(kafka: Kafka) -> None:
    """So the relay asks for it by name."""
    producer = KafkaProducer(bootstrap_servers=kafka.bootstrap, acks=1)
    try:
        assert not producer.config["enable_idempotence"]
    finally:
        producer.close()
    with pytest.raises(KafkaConfigurationError):
        KafkaProducer(bootstrap_servers=kafka.bootstrap, acks=1, enable_idempotence=True)


def test_a_record_over_the_brokers_limit_fails_at_once_and_takes_its_idempotent_producer_with_it(
    kafka: Kafka, topic_prefix: str
) -> None:
    """So the outbox refuses what is larger than 512 KiB, and the relay goes on with another producer."""
    topic = f"{topic_prefix}large"
    create_topics(kafka.bootstrap, [topic], partitions=1)
    producer = KafkaProducer(bootstrap_servers=kafka.bootstrap, max_request_size=8_000_000)
    try:
        with pytest.raises(MessageSizeTooLargeError):
            producer.send(topic, value=b"x" * 2_000_000).get(timeout=20)
        with pytest.raises(MessageSizeTooLargeError):
            producer.send(topic, value=b"small").get(timeout=20)
    finally:
        producer.close()
    publish(kafka.bootstrap, topic, [(b"k", b"x" * 512 * 1024)])


def test_an_unknown_topic_blocks_the_sender_as_long_as_it_may(kafka: Kafka, topic_prefix: str) -> None:
    """So the relay runs in a thread of its own, with a bound of its own."""
    producer = KafkaProducer(bootstrap_servers=kafka.bootstrap, max_block_ms=500)
    try:
        with pytest.raises(KafkaTimeoutError):
            producer.send(f"{topic_prefix}unknown", value=b"x")
    finally:
        producer.close()


def test_the_client_is_one_of_those_whose_consumers_do_not_stall() -> None:
    assert Version(version("kafka-python")) >= Version("3.0.12")


def test_checksums_are_computed_in_c() -> None:
    """It makes the producer three times faster."""
    assert util.crc32c_c is not None


def test_aiokafka_does_not_tell_topics_apart_by_uuid() -> None:
    """So kafka-python's admin client is asked; once this fails, the extra connection can go."""
    versions = [getattr(metadata, name).API_VERSION for name in dir(metadata) if name.startswith("MetadataRequest_v")]
    assert max(versions) < 10


def test_a_topic_that_was_made_anew_has_another_uuid_and_begins_at_zero(kafka: Kafka, topic_prefix: str) -> None:
    """So a log's identity is its topic's UUID, its partition and the offset."""
    topic = f"{topic_prefix}again"
    before = create_topics(kafka.bootstrap, [topic], partitions=1)[topic]
    publish(kafka.bootstrap, topic, [(b"k", b"0"), (b"k", b"1")])
    after = recreate_topics(kafka.bootstrap, [topic], partitions=1)[topic]
    assert before != after
    directory = LogDirectory(kafka.bus, client_id="probe")
    try:
        assert directory.ends([(topic, 0)]) == {(topic, 0): 0}
        assert directory.incarnations([topic])[topic].uuid == after
        assert directory.incarnations([f"{topic_prefix}missing"]) == {}
        assert directory.ends([(f"{topic_prefix}missing", 0)]) == {}
    finally:
        directory.close()


async def test_a_static_member_that_comes_back_gets_its_old_assignment_even_for_other_topics(
    kafka: Kafka, topic_prefix: str
) -> None:
    """So a batch consumer's instance id changes with its topics."""
    first, second = f"{topic_prefix}first", f"{topic_prefix}second"
    create_topics(kafka.bootstrap, [first, second], partitions=1)

    def member(*topics: str, instance: str) -> AIOKafkaConsumer:
        return AIOKafkaConsumer(
            *topics, bootstrap_servers=kafka.bootstrap, group_id=f"{topic_prefix}group", group_instance_id=instance,
            enable_auto_commit=False, session_timeout_ms=6_000,
        )  # fmt: skip

    consumer = member(first, instance="one")
    await consumer.start()
    await eventually(consumer.assignment, within=20)
    await consumer.stop()

    consumer = member(first, second, instance="one")
    await consumer.start()
    await eventually(consumer.assignment, within=20)
    assert consumer.assignment() == {TopicPartition(first, 0)}
    await consumer.stop()

    consumer = member(first, second, instance="another")
    await consumer.start()
    await eventually(lambda: consumer.assignment() == {TopicPartition(first, 0), TopicPartition(second, 0)}, within=30)
    await consumer.stop()


async def start_and_ask_for_nothing(consumer: AIOKafkaConsumer) -> None:
    await consumer.start()  # raises it, too, if the coordinator has been that quick
    while True:
        await consumer.getmany(TopicPartition("nothing", -1), timeout_ms=100)


async def test_what_the_coordinator_died_of_is_raised_only_by_whoever_asks_for_records(
    kafka: Kafka, topic_prefix: str
) -> None:
    """So a batch consumer calls getmany even while nothing is assigned."""
    first, second = f"{topic_prefix}first", f"{topic_prefix}second"
    create_topics(kafka.bootstrap, [first, second], partitions=1)
    for topic in (first, second):
        consumer = AIOKafkaConsumer(
            topic, bootstrap_servers=kafka.bootstrap, group_id=f"{topic_prefix}group", group_instance_id="one"
        )
        if topic == first:
            await consumer.start()
            await eventually(consumer.assignment, within=20)
        else:
            with pytest.raises(KafkaError, match="unsubscribed topic"):
                await asyncio.wait_for(start_and_ask_for_nothing(consumer), 20)
            # Its task holds it, too: unless somebody takes it there, it is logged in the middle of another test.
            coordinating = consumer._coordinator._coordination_task
            await asyncio.wait((coordinating,))
            assert isinstance(coordinating.exception(), KafkaError)
        await consumer.stop()


def test_a_span_keeps_128_links() -> None:
    """So a batch's span links to at most 128 records."""
    tracer = TracerProvider().get_tracer("test")
    links = [trace.Link(trace.SpanContext(1, n + 1, is_remote=True)) for n in range(200)]
    span = tracer.start_span("many", links=links)
    span.end()
    assert len(getattr(span, "links", ())) == 128


def test_no_kafka_client_is_instrumented_by_itself() -> None:
    """Its instrumentation appends a second traceparent when a stored header is sent again."""
    instrumented = {entry.name for entry in entry_points(group="opentelemetry_instrumentor")}
    assert not instrumented & {"kafka", "kafka-python", "aiokafka", "confluent_kafka"}


def test_a_log_ends_where_the_last_record_was_acknowledged(kafka: Kafka, topic_prefix: str) -> None:
    """No markers lie between the records of a producer without transactions."""
    topic = f"{topic_prefix}dense"
    create_topics(kafka.bootstrap, [topic], partitions=1)
    for _ in range(3):
        publish(kafka.bootstrap, topic, [(b"k", b"x")] * 5)
    directory = LogDirectory(kafka.bus, client_id="probe")
    try:
        eventually_sync(lambda: directory.ends([(topic, 0)]) == {(topic, 0): 15})
    finally:
        directory.close()
