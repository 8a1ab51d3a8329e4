"""The broker as the relay needs it: one idempotent producer, and the identity of each topic."""

import contextlib
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import Any, Final
from uuid import UUID

from contracts.bus import Bus
from contracts.refusal import NotLetInError, explained
from kafka import KafkaProducer
from kafka.errors import (
    InvalidRecordError,
    InvalidTimestampError,
    InvalidTopicError,
    KafkaError,
    KafkaTimeoutError,
    MessageSizeTooLargeError,
    RecordListTooLargeError,
    TopicAuthorizationFailedError,
    UnknownTopicOrPartitionError,
)
from kafka.future import Future
from opentelemetry.trace import Span

from chassis.admin_client import AdminClient
from chassis.envelope import CONTENT_TYPE
from chassis.relay.outgoing import Row

WAIT_MS: Final = 1_500
"""Longest wait for the broker in one call. Two of them must fit into the leader's idle session time-out of 5 s."""

DELIVERY_TIMEOUT_MS: Final = 30_000
OVERDUE_S: Final = DELIVERY_TIMEOUT_MS / 1000 + 5
"""By then a producer at work has answered for a record, one way or the other."""

MAX_REQUEST_BYTES: Final = 1024 * 1024
BATCH_BYTES: Final = 128 * 1024
LINGER_MS: Final = 2

RECORD_ERRORS: Final = (MessageSizeTooLargeError, RecordListTooLargeError, InvalidRecordError, InvalidTimestampError)
"""The record itself is refused: it would be at every attempt."""

TOPIC_ERRORS: Final = (TopicAuthorizationFailedError, UnknownTopicOrPartitionError, InvalidTopicError)
"""The topic is missing or closed to us: somebody has to provision it, and then the rows go on by themselves."""

_HEADERS: Final = [("content-type", CONTENT_TYPE.encode())]
_CLIENT: Final = {"bootstrap_timeout_ms": WAIT_MS, "reconnect_backoff_max_ms": 500}


@dataclass(slots=True)
class Batch:
    """Rows that were handed to the producer.

    Attributes:
        rows: In the order of their ids.
        trial: Whether it is one row that was refused before, and nothing else is in flight.
        futures: The producer's answer to each; an exception if it refused the row at once.
        since: When that was, by the monotonic clock.
        spans: Of the rows whose trace is recorded, by place in the batch.
    """

    rows: list[Row]
    trial: bool
    futures: list[Any] = field(default_factory=list)
    since: float = field(default_factory=time.monotonic)
    spans: dict[int, Span] = field(default_factory=dict)

    @property
    def overdue(self) -> bool:
        """Whether the producer has had the time to answer for each row, and more: it won't any more."""
        return time.monotonic() - self.since > OVERDUE_S

    def answers(self) -> Iterator[tuple[Row, Any]]:
        """Give each row with the place of its record; None if it isn't acknowledged, or not yet."""
        for row, future in zip_longest(self.rows, self.futures):
            acknowledged = isinstance(future, Future) and future.succeeded()
            yield row, future.value if acknowledged else None

    def failures(self) -> Iterator[tuple[Row, KafkaError]]:
        """Give the rows that weren't taken, each with the reason."""
        for row, future in zip(self.rows, self.futures, strict=True):
            if isinstance(future, KafkaError):
                yield row, future
            elif future.failed():
                yield row, future.exception if isinstance(future.exception, KafkaError) else KafkaTimeoutError()


class Publisher:
    """A connection to the broker that is opened, used until the first error, and abandoned."""

    def __init__(self, bus: Bus, topics: Mapping[str, str]) -> None:
        """Prepare.

        Args:
            bus: The brokers, as the service sees them.
            topics: Physical name of each topic by its name in the contracts.
        """
        self._bus = bus
        self._topics = dict(topics)
        self._producer: Any = None
        self._admin: Any = None

    def open(self) -> None:
        """Connect a producer.

        Raises:
            KafkaError: The broker doesn't answer.
            NotLetInError: It does, and refuses us.
        """
        with explained(self._bus):
            self._producer = KafkaProducer(
                **self._bus.client(),
                enable_idempotence=True,  # by name: otherwise a setting that conflicts with it switches it off silently
                acks="all",
                max_block_ms=WAIT_MS,
                delivery_timeout_ms=DELIVERY_TIMEOUT_MS,
                request_timeout_ms=DELIVERY_TIMEOUT_MS // 3,
                max_request_size=MAX_REQUEST_BYTES,
                batch_size=BATCH_BYTES,
                linger_ms=LINGER_MS,
                allow_auto_create_topics=False,
                metrics_enabled=False,
                **_CLIENT,
            )

    def identities(self) -> dict[str, UUID]:
        """Ask for the UUID of each topic, by its name in the contracts; a topic that isn't there is left out.

        Raises:
            KafkaError: The broker doesn't answer. The next call connects anew, so that no call waits long.
            NotLetInError: It does, and refuses us.
        """
        try:
            if self._admin is None:
                self._admin = AdminClient(self._bus, request_timeout_ms=WAIT_MS, **_CLIENT)
            found = {topic["name"]: topic for topic in self._admin.describe_topics(list(self._topics.values()))}
        except (KafkaError, NotLetInError):
            self._close_admin()
            raise
        described = ((name, found.get(physical)) for name, physical in self._topics.items())
        return {name: UUID(topic["topic_id"]) for name, topic in described if topic and topic["error_code"] == 0}

    def send(self, row: Row) -> Any:
        """Hand a row to the producer and give the future of its place.

        Raises:
            MessageSizeTooLargeError: The record is larger than a request may be.
            KafkaError: The topic's metadata didn't come in time, or the topic went away a moment ago.
        """
        physical = self._topics[row.topic]
        try:
            return self._producer.send(physical, value=row.body, key=row.subject.encode(), headers=list(_HEADERS))
        except ValueError as error:  # "Partitioner did not assign a partition": no metadata of that topic any more
            raise UnknownTopicOrPartitionError(physical) from error

    def abandon(self) -> None:
        """Let go of the connection at once; whatever isn't acknowledged by now counts as not sent."""
        producer, self._producer = self._producer, None
        if producer is not None:
            # close() flushes first, and raises instead of closing when the broker is gone: stop its thread directly.
            producer._sender.force_close()  # noqa: SLF001
            producer._sender.join(WAIT_MS / 1000)  # noqa: SLF001
            with contextlib.suppress(KafkaError):
                producer.close(timeout=0)
        self._close_admin()

    def _close_admin(self) -> None:
        admin, self._admin = self._admin, None
        if admin is not None:
            admin.close()
