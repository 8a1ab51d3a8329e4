"""The audit of one log: its rows, read once in order, against their own hashes, the tree, and the signed heads."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from intel_sink import domain, merkle
from intel_sink.domain import Status
from intel_sink.findings import Findings, Kind, Place

CONTRADICTION: Final = "the row and its leaf hash contradict each other"
MOST_SUSPECTS: Final = 64
"""How many changed rows are kept with their content, to find out whose record they hold."""


@dataclass(frozen=True, slots=True)
class LogRow:
    """A row of ``mirror_logs``."""

    log: int
    topic: str
    topic_uuid: UUID
    partition: int
    base_offset: int
    size: int
    frontier: bytes

    @property
    def place(self) -> Place:
        """The log, as findings name it."""
        return Place(topic=self.topic, topic_uuid=self.topic_uuid, partition=self.partition)

    @property
    def end(self) -> int:
        """The offset after the last record."""
        return self.base_offset + self.size


@dataclass(frozen=True, slots=True)
class RecordRow:
    """A row of ``mirror_records``."""

    offset: int
    event_id: UUID | None
    status: str
    timestamp_ms: int
    key: bytes | None
    headers: bytes
    value: bytes | None
    leaf_hash: bytes

    def leaf(self, prefix: bytes, offset: int) -> bytes:
        """The leaf hash of this row's content, were it at ``offset`` of the log behind ``prefix``."""
        content = domain.leaf_content(self.key, self.headers, self.value)
        return domain.leaf_hash(prefix, offset, self.timestamp_ms, content)


@dataclass(frozen=True, slots=True)
class SignedHead:
    """A log's tree at some size, as a checkpoint signed it."""

    size: int
    root: bytes
    ordinal: int


@dataclass(slots=True)
class Suspects:
    """Rows whose content contradicts their hash, and places whose row is gone: together they tell who moved where."""

    rows: list[tuple[LogRow, RecordRow]] = field(default_factory=list)
    gone: list[tuple[LogRow, int]] = field(default_factory=list)

    def add_row(self, log: LogRow, row: RecordRow) -> bool:
        """Keep a row; False when there are too many already."""
        if len(self.rows) >= MOST_SUSPECTS:
            return False
        self.rows.append((log, row))
        return True

    def add_gone(self, log: LogRow, first: int, after: int) -> None:
        """Keep places whose row is gone, as many as there is room for."""
        room = MOST_SUSPECTS - len(self.gone)
        self.gone.extend((log, offset) for offset in range(first, min(after, first + room)))

    def report(self, findings: Findings) -> None:
        """Name each row: changed, or moved, and from where."""
        places = [(log, row.offset, row.leaf_hash) for log, row in self.rows]
        places += [(log, offset, b"") for log, offset in self.gone]
        for log, row in self.rows:
            origin = _origin(log, row, places)
            if origin is None:
                findings.add(Kind.CHANGED, CONTRADICTION, place=log.place, offset=row.offset)
            else:
                detail = f"the row holds the record of {origin[0].place} offset {origin[1]}"
                findings.add(Kind.MOVED, detail, place=log.place, offset=row.offset)


def _origin(log: LogRow, row: RecordRow, places: list[tuple[LogRow, int, bytes]]) -> tuple[LogRow, int] | None:
    for other, offset, leaf_hash in places:
        if (other.log, offset) == (log.log, row.offset):
            continue
        prefix = domain.leaf_prefix(other.topic, other.topic_uuid, other.partition)
        if row.leaf(prefix, offset) in {row.leaf_hash, leaf_hash}:
            return other, offset
    return None


class LogAudit:
    """Feed it the rows of one log in order of offset, then :meth:`finish` it.

    Two trees are grown, one over the leaf hashes computed from the rows, one over those stored beside them. They are
    the same until a row contradicts its hash; then whichever agrees with a signed head shows what was tampered with.

    Args:
        log: What the database says about the log.
        heads: Signed heads of the log, by ascending size.
        findings: Where to report.
        suspects: Shared by all logs, so that a row that was moved between logs is recognised.
    """

    def __init__(self, log: LogRow, heads: Iterator[SignedHead], findings: Findings, suspects: Suspects) -> None:
        self.log = log
        self.rows = 0
        self.vouched = log.base_offset
        """Everything before this offset is as it was when a checkpoint was signed."""
        self._prefix = domain.leaf_prefix(log.topic, log.topic_uuid, log.partition)
        self._heads = heads
        self._head = next(heads, None)
        self._findings = findings
        self._suspects = suspects
        self._next = log.base_offset
        self._computed = merkle.Frontier()
        self._stored = self._computed
        self._whole = True
        self._doubted = False

    def row(self, row: RecordRow, event: Mapping[str, Any] | None) -> None:
        """Check the next row.

        Args:
            row: As stored.
            event: Its envelope; None if it is invalid.
        """
        place = self.log.place
        if not self.log.base_offset <= row.offset < self.log.end:
            self._findings.add(Kind.INSERTED, "no batch stored a record here", place=place, offset=row.offset)
            return
        self._pass_over(row.offset, Kind.MISSING)
        self._next = row.offset + 1
        self.rows += 1
        leaf = row.leaf(self._prefix, row.offset)
        if leaf != row.leaf_hash:
            if self._stored is self._computed:
                self._stored = self._computed.copy()
            if not self._suspects.add_row(self.log, row):
                self._findings.add(Kind.CHANGED, CONTRADICTION, place=place, offset=row.offset)
        else:
            self._check_derived(row, event)
        if self._whole:
            self._computed.append(leaf)
            if self._stored is not self._computed:
                self._stored.append(row.leaf_hash)
            self._check_heads()

    def finish(self) -> None:
        """Check what only the end shows: missing rows, the tree's frontier, heads that were never reached."""
        self._pass_over(self.log.end, Kind.TRUNCATED)
        if self._whole and self.log.frontier not in {self._computed.to_bytes(), self._stored.to_bytes()}:
            self._findings.add(Kind.TREE, "the log's frontier isn't that of its rows", place=self.log.place)
        while self._head is not None:
            if self._head.size > self.log.size:
                self._findings.add(
                    Kind.TRUNCATED,
                    f"checkpoint {self._head.ordinal} signed {self._head.size} records, the log has {self.log.size}",
                    place=self.log.place,
                    offset=self.log.end,
                    through=self.log.base_offset + self._head.size - 1,
                )
                return
            self._head = next(self._heads, None)

    def _pass_over(self, offset: int, kind: Kind) -> None:
        if self._next >= offset:
            return
        self._findings.add(
            kind, "the record isn't there any more", place=self.log.place, offset=self._next, through=offset - 1
        )
        self._suspects.add_gone(self.log, self._next, offset)
        self._next = offset
        self._whole = False  # without these leaves no later root can be computed

    def _check_derived(self, row: RecordRow, event: Mapping[str, Any] | None) -> None:
        if event is None:
            right = row.status == Status.INVALID and row.event_id is None
        else:
            right = row.status in {Status.OK, Status.DUPLICATE} and row.event_id == UUID(event["id"])
        if not right:
            detail = "status or event id isn't what the record's bytes say"
            self._findings.add(Kind.DERIVED, detail, place=self.log.place, offset=row.offset)

    def _check_heads(self) -> None:
        size = self._computed.size
        while self._head is not None and self._head.size <= size:
            head, self._head = self._head, next(self._heads, None)
            if head.size < size or self._doubted:
                continue  # a size of zero, or after the first head that disagrees, which later ones can't but follow
            if head.root in {self._computed.root(), self._stored.root()}:
                self.vouched = self.log.base_offset + size
                continue
            self._doubted = True
            self._findings.add(
                Kind.HEAD,
                f"checkpoint {head.ordinal} signed another root: a record in this interval isn't what it was",
                place=self.log.place,
                offset=self.vouched,
                through=self.log.base_offset + size - 1,
            )
