"""What a check found, for people and for programs."""

from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

MOST_NAMED: Final = 1_000
"""How many findings are kept in full; all are counted."""


class Kind(StrEnum):
    """What is wrong."""

    CHANGED = "changed"
    MOVED = "moved"
    MISSING = "missing"
    TRUNCATED = "truncated"
    INSERTED = "inserted"
    DERIVED = "derived column"
    TREE = "tree"
    HEAD = "signed head"
    CHECKPOINT = "checkpoint"
    JOURNAL = "journal"
    SEQUENCE = "sequence"
    DUPLICATE = "duplicate"
    BROKER = "broker"
    DIFFERENT = "different"
    EXTRA = "extra"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One partition of one incarnation of a topic."""

    topic: str
    topic_uuid: UUID
    partition: int

    def __str__(self) -> str:
        """Give the place in a form for people."""
        return f"{self.topic}/{self.partition}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that isn't as it should be.

    Attributes:
        place: The log, if it is about one.
        offset: The record, or the first of several.
        through: The last of several records.
        event_id: The event, if it is about one.
    """

    kind: Kind
    detail: str
    place: Place | None = None
    offset: int | None = None
    through: int | None = None
    event_id: UUID | None = None

    def __str__(self) -> str:
        """Give the finding in a line."""
        where = [str(self.place)] if self.place else []
        if self.offset is not None:
            where.append(
                f"offset {self.offset}" + (f"-{self.through}" if self.through not in {None, self.offset} else "")
            )
        if self.event_id is not None:
            where.append(f"event {self.event_id}")
        return f"{self.kind}: {' '.join(where)}{': ' if where else ''}{self.detail}"

    def to_json(self) -> dict[str, Any]:
        """Give the finding as a JSON object."""
        found: dict[str, Any] = {"kind": self.kind.value, "detail": self.detail}
        if self.place is not None:
            found |= {
                "topic": self.place.topic,
                "topic_uuid": str(self.place.topic_uuid),
                "partition": self.place.partition,
            }
        for name in ("offset", "through"):
            if (value := getattr(self, name)) is not None:
                found[name] = value
        return found | ({"event_id": str(self.event_id)} if self.event_id else {})


@dataclass(slots=True)
class Findings:
    """All findings of a check: each is counted, the first thousand are named."""

    total: int = 0
    named: list[Finding] = field(default_factory=list)

    def add(self, kind: Kind, detail: str, **where: Any) -> None:
        """Add one; ``where`` is as in :class:`Finding`."""
        self.total += 1
        if len(self.named) < MOST_NAMED:
            self.named.append(Finding(kind=kind, detail=detail, **where))

    def __iter__(self) -> Iterator[Finding]:
        """Give those that are named."""
        return iter(self.named)

    def to_json(self) -> dict[str, Any]:
        """Give them as a JSON object."""
        return {"total": self.total, "findings": [finding.to_json() for finding in self.named]}


@dataclass(slots=True)
class Tally:
    """Numbers that a check counted, by name, in order of declaration."""

    def rows(self) -> list[tuple[str, int]]:
        """Give (name, number) for a table."""
        return [(entry.name.replace("_", " "), getattr(self, entry.name)) for entry in fields(self)]

    def to_json(self) -> dict[str, int]:
        """Give them as a JSON object."""
        return {entry.name: getattr(self, entry.name) for entry in fields(self)}
