"""What was seen of a run, from outside: by the client, in the topics, in the mirror and in the read model."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from demo.journal import Request


class Kind(StrEnum):
    """What a history may be guilty of."""

    LOST = "lost"
    DOUBLE = "double"
    DISORDER = "out of order"
    ABORTED = "aborted"


@dataclass(frozen=True, slots=True)
class Log:
    """One partition of one incarnation of a topic: a wiped and recreated topic is another log."""

    topic: str
    uuid: str
    partition: int

    def at(self, offset: int) -> str:
        """Name a place in it for people."""
        return f"{self.topic}/{self.partition}@{offset} ({self.uuid[:8]})"


Place = tuple[str, str, int]
"""(topic, subject, sequence): may hold one event only, ever."""


@dataclass(frozen=True, slots=True)
class Record:
    """A record of a log as the broker holds it.

    Attributes:
        id: Of the event.
        digest: SHA-256 of the record's value.
        origin: Number of the request that set it off.
        about: What it is about, where that isn't its subject: a review's case, a bulletin's alert.
        outcome: How it ended, where an event says so.
    """

    log: Log
    offset: int
    id: str
    type: str
    subject: str
    sequence: int
    digest: bytes
    origin: str | None = None
    about: str | None = None
    outcome: str | None = None

    @property
    def place(self) -> Place:
        """Where it stands in its subject's life."""
        return self.log.topic, self.subject, self.sequence

    @property
    def name(self) -> str:
        """Name it for people."""
        return f"{self.type} {self.subject}#{self.sequence}"


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the mirror: where the record stood, and the SHA-256 of the bytes that were stored."""

    log: Log
    offset: int
    digest: bytes


@dataclass(frozen=True, slots=True)
class Model:
    """What query's read model holds.

    Attributes:
        stages: Where each matter stands by its own events, and by those of its review.
        steps: The matter of each step, which is known by subject and sequence.
    """

    stages: Mapping[str, tuple[str | None, str | None]]
    steps: Mapping[tuple[str, int], str]


@dataclass(frozen=True, slots=True)
class Violation:
    """One broken promise, with enough to find it.

    Attributes:
        topic: Whose record it is about.
    """

    kind: Kind
    topic: str
    what: str


@dataclass(frozen=True, slots=True)
class History:
    """All that was seen.

    Attributes:
        requests: From the journal.
        records: Everything that the topics hold now, each log in order of offsets.
        ends: The broker's present logs, empty ones too, each with the offset of its next record.
        rows: Everything that the mirror holds, of this and of earlier incarnations.
        exclusive: Nobody but this client wrote to the topics that its requests address.
        model: The read model; None if it wasn't looked at.
    """

    requests: Sequence[Request]
    records: Sequence[Record]
    ends: Mapping[Log, int]
    rows: Sequence[Row]
    exclusive: bool = False
    model: Model | None = None


@dataclass(slots=True)
class Verdict:
    """What the checker found.

    Attributes:
        promised: Events that were promised by a 2xx.
        repeated: Records that repeat an earlier one byte by byte (allowed).
        overtaken: Records that came before their predecessor, which did come (allowed).
    """

    violations: list[Violation] = field(default_factory=list)
    promised: int = 0
    repeated: int = 0
    overtaken: int = 0

    def of(self, kind: Kind) -> list[Violation]:
        """Give the violations of one kind."""
        return [violation for violation in self.violations if violation.kind is kind]
