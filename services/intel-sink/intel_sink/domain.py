"""What a mirrored record is, when a count is a burst, and what a checkpoint signs. Pure: no input, no output."""

import json
import struct
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from typing import Any, Final
from uuid import NAMESPACE_URL, UUID, uuid5
from zoneinfo import ZoneInfo

from intel_sink import merkle

BEIJING: Final = ZoneInfo("Asia/Shanghai")
PROVINCE: Final = "440000"
MAX_EVIDENCE: Final = 100
INSTANT: Final = timedelta(microseconds=1)
"""The resolution of time: an event at ``t`` fills ``[t, t + INSTANT)``."""
MAX_SEQUENCE: Final = 2**63 - 1
FIRST: Final = "0" * 64
"""What the first checkpoint names as its predecessor."""
ABSENT: Final = b"\xff\xff\xff\xff"
"""Stands for "no value" where a length would: Kafka tells a null key from an empty one, and so does a leaf."""
_LENGTH: Final = struct.Struct(">I").pack
_PLACE: Final = struct.Struct(">qq").pack

Headers = Sequence[tuple[str, bytes | None]]


class Status(StrEnum):
    """What the mirror says about a record that it stored; each record is stored, whatever it holds."""

    OK = "ok"
    INVALID = "invalid"
    DUPLICATE = "duplicate"


@dataclass(frozen=True, slots=True)
class Attributes:
    """What a well-formed envelope says about its record.

    Attributes:
        event_id: The event's id.
        sequence: Its place in the subject's life, from 1.
    """

    event_id: UUID
    type: str
    subject: str
    sequence: int
    tenant: str
    time: datetime


class Malformed(ValueError):
    """The envelope can't be read; the message says why in a few words and never quotes the content."""


def attributes_of(event: Mapping[str, Any]) -> Attributes:
    """Read the envelope's attributes that searching and checking need.

    Raises:
        Malformed: an attribute is missing or not in this suite's form, or holds what PostgreSQL's text can't.
    """
    try:
        event_id = UUID(event["id"])
        sequence = int(event["sequence"])
        time = datetime.fromisoformat(event["time"])
        kind, subject, tenant = event["type"], event["subject"], event["tenant"]
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise Malformed(f"envelope: {type(error).__name__}") from None
    if not 1 <= sequence <= MAX_SEQUENCE:
        raise Malformed("envelope: sequence out of range")
    if time.tzinfo is None:
        raise Malformed("envelope: time without a zone")
    for text in (kind, subject, tenant):
        if not isinstance(text, str) or "\x00" in text:
            raise Malformed("envelope: text that can't be stored")
    return Attributes(event_id, kind, subject, sequence, tenant, time.astimezone(UTC))


def encode_headers(headers: Headers) -> bytes:
    """Headers as bytes: name and value of each, in order, every one behind its length (4 bytes, big endian)."""
    return b"".join([_sized(name.encode("utf-8", "surrogateescape")) + _sized(value) for name, value in headers])


def leaf_prefix(topic: str, topic_uuid: UUID, partition: int) -> bytes:
    """The part of a leaf that names its log; the same for all records of the log."""
    return _sized(topic.encode()) + topic_uuid.bytes + struct.pack(">i", partition)


def leaf_content(key: bytes | None, headers: bytes, value: bytes | None) -> bytes:
    """The part of a leaf that is the record itself: each piece behind its length.

    Args:
        key: The record's key.
        headers: From :func:`encode_headers`.
        value: The record's value.
    """
    return _sized(key) + _sized(headers) + _sized(value)


def leaf_hash(prefix: bytes, offset: int, timestamp_ms: int, content: bytes) -> bytes:
    """The leaf hash of one record.

    The leaf is a canonical encoding of everything that the broker holds of the record *and of its place*, so that a row
    that was moved contradicts its own hash. Every part has a fixed size or follows its length: no two records share it.

    Args:
        prefix: From :func:`leaf_prefix`.
        offset: The record's offset in its log.
        timestamp_ms: The broker's time stamp, milliseconds since 1970 (UTC).
        content: From :func:`leaf_content`.
    """
    return sha256(b"\x00" + prefix + _PLACE(offset, timestamp_ms) + content).digest()


def _sized(data: bytes | None) -> bytes:
    return ABSENT if data is None else _LENGTH(len(data)) + data


def day_of(moment: datetime) -> date:
    """The day on which a moment falls for the people it concerns (Asia/Shanghai)."""
    return moment.astimezone(BEIJING).date()


# Bursts ---------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class BurstRule:
    """So many events of one sort, of one tenant, within one stretch of event time, are worth an alert.

    Attributes:
        name: The rule's name, as alerts carry it.
        kind: Only this kind of matter; None takes any.
        matter: Only this matter; None takes any, each counted by itself.
        threshold: Raise at this many.
        hours: Length of the window.
    """

    name: str
    kind: str | None = None
    matter: str | None = None
    threshold: int
    hours: int

    def __post_init__(self) -> None:
        if self.threshold < 2 or self.hours < 1:  # noqa: PLR2004  one event is no burst
            raise ValueError(f"rule {self.name!r}: a burst is at least 2 events within at least 1 hour")

    @property
    def window(self) -> timedelta:
        """Length of the window."""
        return timedelta(hours=self.hours)

    def concerns(self, kind: str, matter: str) -> bool:
        """Whether an event of this kind and matter counts for the rule."""
        return self.kind in {None, kind} and self.matter in {None, matter}


def find_burst(
    times: Sequence[datetime], new: datetime, *, threshold: int, window: timedelta
) -> tuple[int, int] | None:
    """The earliest window that the new event fills, as the range ``[first, end)`` of indexes into ``times``.

    Events may come in any order of time: a late one can complete a window that ends after it, too.

    Args:
        times: Ascending times of the events that belong to no alert yet, ``new`` among them.
        new: Time of the event that has just come.
        threshold: How many make a burst.
        window: A window is ``[start, start + window)`` and starts at one of the events.
    """
    latest = bisect_left(times, new)
    for first in range(bisect_left(times, new - window), latest + 1):
        end = bisect_left(times, times[first] + window)
        if end > latest and end - first >= threshold:
            return first, end
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Burst:
    """A window that held enough events of a rule, and where they are.

    Attributes:
        window_start: Included.
        window_end: Excluded.
        count: How many events the window held when it filled.
        evidence: Numbers of logs, offsets and ids of the first of them, at most 100.
    """

    rule: BurstRule
    tenant: str
    kind: str
    matter: str
    window_start: datetime
    window_end: datetime
    count: int
    evidence: tuple[tuple[int, int, UUID], ...]

    @property
    def id(self) -> UUID:
        """The id of the alert about it: the same whenever the same records are replayed."""
        start = self.window_start.astimezone(UTC).isoformat()
        place = f"{self.rule.name}/{self.tenant}/{self.kind}/{self.matter}/{start}"
        return uuid5(NAMESPACE_URL, f"urn:yiwangban:alert:{place}")


# Checkpoints ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, order=True)
class Head:
    """The state of one log's tree: its size and root.

    Attributes:
        root: In hexadecimal.
    """

    topic: str
    topic_uuid: str
    partition: int
    size: int
    root: str

    @classmethod
    def of(cls, topic: str, topic_uuid: UUID, partition: int, frontier: merkle.Frontier) -> "Head":
        """The head of a log whose tree has this frontier."""
        return cls(topic, str(topic_uuid), partition, frontier.size, frontier.root().hex())


def checkpoint_body(ordinal: int, heads: Sequence[Head], previous: str) -> bytes:
    """What a checkpoint signs: canonical JSON (sorted keys, no spaces) of its number, the heads and its predecessor.

    Args:
        ordinal: 1, 2, 3 …
        heads: One for each log that holds a record, in order.
        previous: SHA-256 of the previous checkpoint's body, in hexadecimal; 64 zeros for the first.
    """
    body = {
        "ordinal": ordinal,
        "previous": previous,
        "heads": [
            {"topic": h.topic, "topic_uuid": h.topic_uuid, "partition": h.partition, "size": h.size, "root": h.root}
            for h in sorted(heads)
        ],
    }
    return json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def worth_signing(heads: Sequence[Head], last: Sequence[Head], checkpoint_topic: str) -> bool:
    """Whether something other than a checkpoint's own record came since the last checkpoint."""
    return {h for h in heads if h.topic != checkpoint_topic} != {h for h in last if h.topic != checkpoint_topic}
