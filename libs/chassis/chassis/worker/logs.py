"""What the broker says about its logs: which incarnation they are, where they begin and end, how far a group has come.

A log's identity is *(topic UUID, partition)*. A topic that was deleted, or whose broker's disk was wiped, and that
was created again under its old name has another UUID: its offsets mean other records. aiokafka 0.14 speaks no
version of the metadata request that carries the UUID, so kafka-python's admin client is asked.
"""

import hashlib
import socket
import threading
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit
from uuid import UUID

from contracts.bus import Bus
from contracts.refusal import NotLetInError
from kafka import TopicPartition
from kafka.admin import OffsetSpec
from kafka.errors import KafkaError, SaslAuthenticationFailedError, UnknownTopicOrPartitionError

from chassis.admin_client import AdminClient

Partition = tuple[str, int]
"""Topic, as the broker names it, and partition."""

_TIMEOUT_MS: Final = 5_000
REPLACED_AFTER_S: Final = 15.0
"""A client that has had no answer for so long is replaced: after an outage one may never ask again."""
REACHED_WITHIN_S: Final = 1.0
DEFAULT_PORT: Final = 9092
_NO_UUID: Final = UUID(int=0)


class BrokerUnavailableError(OSError):
    """The broker didn't answer, or not sensibly; it may do so later."""


@dataclass(frozen=True, slots=True)
class Log:
    """One partition of one incarnation of a topic.

    Attributes:
        topic: As the contracts name it.
        topic_uuid: The incarnation.
        partition: Its number.
    """

    topic: str
    topic_uuid: UUID
    partition: int

    def __str__(self) -> str:
        """Give the log in a form for people."""
        return f"{self.topic}/{self.partition} ({self.topic_uuid})"


@dataclass(frozen=True, slots=True)
class Incarnation:
    """A topic as it exists on the broker now."""

    uuid: UUID
    partitions: int


@dataclass(frozen=True, slots=True)
class Extent:
    """Where a log begins and ends: offset of the first record that is still there, and of the next to be written."""

    begin: int
    end: int


class LogDirectory:
    """Answers questions about logs. All methods block, at most some seconds; it may be used from any thread."""

    def __init__(self, bus: Bus, *, client_id: str) -> None:
        """Connect at the first question, not here."""
        self._bus = bus
        self._client_id = client_id
        self._client: AdminClient | None = None
        self._answered = 0.0
        self._lock = threading.Lock()

    def incarnations(self, topics: Iterable[str]) -> dict[str, Incarnation]:
        """Describe those of the topics that exist.

        Raises:
            BrokerUnavailableError: No answer.
        """
        asked = sorted(topics)
        if not asked:
            return {}  # the broker would take it for the question about all
        return {
            topic["name"]: Incarnation(_as_uuid(topic["topic_id"]), len(topic["partitions"]))
            for topic in self._ask("describe_topics", asked)
            if topic["error_code"] == 0 and _as_uuid(topic["topic_id"]) != _NO_UUID
        }

    def extents(self, partitions: Sequence[Partition]) -> dict[Partition, Extent]:
        """Say where the logs begin and end; none, if one of them doesn't exist.

        Raises:
            BrokerUnavailableError: No answer.
        """
        begin = self._offsets(partitions, OffsetSpec.EARLIEST)
        end = self._offsets(partitions, OffsetSpec.LATEST)
        return {partition: Extent(begin[partition], end[partition]) for partition in begin.keys() & end.keys()}

    def ends(self, partitions: Sequence[Partition]) -> dict[Partition, int]:
        """Say where the logs end; nothing, if one of them doesn't exist.

        Raises:
            BrokerUnavailableError: No answer.
        """
        return self._offsets(partitions, OffsetSpec.LATEST)

    def committed(self, group: str) -> dict[Partition, int]:
        """Say how far the group has come; partitions in which it has committed nothing are left out.

        Raises:
            BrokerUnavailableError: No answer.
        """
        found = self._ask("list_group_offsets", group).get(group, {})
        return {(tp.topic, tp.partition): at.offset for tp, at in found.items() if at.offset >= 0}

    def close(self) -> None:
        """Close the connection; the next question opens another."""
        with self._lock:
            client, self._client = self._client, None
        if client is not None:
            client.close()

    def _offsets(self, partitions: Sequence[Partition], spec: OffsetSpec) -> dict[Partition, int]:
        if not partitions:
            return {}
        specs = {TopicPartition(*partition): spec for partition in partitions}
        try:
            found = self._ask("list_partition_offsets", specs, timeout_ms=_TIMEOUT_MS)
        except BrokerUnavailableError as error:
            if isinstance(error.__cause__, UnknownTopicOrPartitionError):
                return {}
            raise
        return {(tp.topic, tp.partition): at.offset for tp, at in found.items()}

    def _ask(self, question: str, *arguments: Any, **options: Any) -> Any:
        with self._lock:
            try:
                if self._client is None:
                    self._client = self._connect()
                    self._answered = time.monotonic()
                answer = getattr(self._client, question)(*arguments, **options)
            except (KafkaError, OSError) as error:
                self._give_up(error)
                why = str(error) if isinstance(error, NotLetInError) else type(error).__name__
                raise BrokerUnavailableError(f"{question}: {why}") from error
            self._answered = time.monotonic()
            return answer

    def _connect(self) -> AdminClient:
        """Open a client, once any of the brokers can be reached: it would take its whole time to find none."""
        if not any(map(_takes_connections, self._bus.bootstrap.split(","))):
            raise ConnectionError("no broker takes a connection")
        return AdminClient(
            self._bus,
            client_id=self._client_id,
            request_timeout_ms=_TIMEOUT_MS,
            bootstrap_timeout_ms=_TIMEOUT_MS,
            reconnect_backoff_max_ms=1_000,
        )

    def _give_up(self, error: Exception) -> None:
        """Replace a client that has had no answer for long, or that a broker refused and that would never ask it again.

        It is closed apart, since that may take its time.
        """
        refused = isinstance(error, SaslAuthenticationFailedError)
        if self._client is not None and (refused or time.monotonic() - self._answered > REPLACED_AFTER_S):
            threading.Thread(target=self._client.close, daemon=True).start()
            self._client = None


def _takes_connections(server: str) -> bool:
    at = urlsplit(f"//{server}")
    try:
        socket.create_connection((at.hostname, at.port or DEFAULT_PORT), timeout=REACHED_WITHIN_S).close()
    except OSError:
        return False
    return True


def fingerprint(incarnations: Mapping[str, Incarnation]) -> str:
    """Give eight digits that change when a topic comes, goes, or becomes a new incarnation."""
    names = (f"{topic}={incarnations[topic].uuid}" for topic in sorted(incarnations))
    return hashlib.sha256(";".join(names).encode()).hexdigest()[:8]


def _as_uuid(value: UUID | str | None) -> UUID:
    if value is None:
        return _NO_UUID
    return value if isinstance(value, UUID) else UUID(value)
