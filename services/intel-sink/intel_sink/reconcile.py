"""``intel-sink reconcile``: every service's outbox against the mirror, event by event.

Both sides are read in the order of event ids, as digests, in one pass; nothing is kept in memory but the two events
at hand. The mirror's snapshot is taken first: whatever it holds was committed by its writer before.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

import psycopg
from contracts.registry import Registry

from intel_sink.findings import Findings, Kind, Place, Tally

ROWS_A_FETCH: Final = 5_000

MIRRORED: Final = """
SELECT event_id, sha256(value), topic, topic_uuid, partition, "offset", timestamp_ms
FROM mirror_records JOIN mirror_logs USING (log)
WHERE event_id IS NOT NULL AND status = 'ok' AND topic = ANY(%s)
ORDER BY event_id
"""
RECORDED: Final = """
SELECT event_id, sha256(body), topic, topic_uuid, partition, "offset", status, subject, sequence
FROM outbox
ORDER BY event_id
"""

Event = tuple[Any, ...]


@dataclass(slots=True)
class Counted(Tally):
    """Events of one service.

    Attributes:
        recorded: Rows of the outbox.
        same: Mirrored with the same bytes.
        pending: Not sent yet, or sent and not mirrored yet.
        missing: Sent long enough ago for the mirror to be past it, or quarantined; and not mirrored.
        different: Mirrored with other bytes.
        extra: Mirrored, and unknown to the outbox of its writer.
        expired: Mirrored, and older than the outbox keeps its rows.
        invalid: Records of the service's topics that hold no readable event.
    """

    recorded: int = 0
    same: int = 0
    pending: int = 0
    missing: int = 0
    different: int = 0
    extra: int = 0
    expired: int = 0
    invalid: int = 0


@dataclass(slots=True)
class Reconciliation:
    """The result: what was counted for each service, and what doesn't agree."""

    services: dict[str, Counted] = field(default_factory=dict)
    findings: Findings = field(default_factory=Findings)

    @property
    def passed(self) -> bool:
        """Whether nothing was found; what is pending or invalid isn't wrong."""
        return self.findings.total == 0

    def to_json(self) -> dict[str, Any]:
        """Give the result as a JSON object."""
        services = {name: counted.to_json() for name, counted in self.services.items()}
        return {"passed": self.passed, "services": services, **self.findings.to_json()}


class Reconciler:
    """One reconciliation.

    Args:
        dsn: The mirror's database.
        sources: The outboxes to compare: name of the service, and where; a user that may read the outbox will do.
        registry: Tells who writes which topic.
        retention: How long outboxes keep their rows.
    """

    def __init__(self, dsn: str, sources: Mapping[str, str], registry: Registry, *, retention: timedelta) -> None:
        self._dsn = dsn
        self._sources = sources
        self._registry = registry
        self._retention = retention
        self._result = Reconciliation()

    def run(self) -> Reconciliation:
        """Compare all services that write a topic.

        Raises:
            psycopg.Error: one of the databases can't be read.
        """
        for service in sorted({topic.writer for topic in self._registry.topics.values()}):
            dsn = self._sources.get(service)
            if dsn is None:
                self._result.findings.add(Kind.MISSING, f"no source was given for the outbox of {service}")
                continue
            with (
                psycopg.connect(self._dsn, application_name="intel-sink-reconcile") as mirror,
                psycopg.connect(dsn, application_name="intel-sink-reconcile") as outbox,
            ):
                for connection in (mirror, outbox):
                    connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
                    connection.read_only = True
                self._compare(service, mirror, outbox)
        return self._result

    def _compare(self, service: str, mirror: psycopg.Connection[Event], outbox: psycopg.Connection[Event]) -> None:
        counted = self._result.services[service] = Counted()
        topics = [topic.name for topic in self._registry.written_by(service)]
        ends = _ends(mirror)
        counted.invalid = _invalid(mirror, topics)
        oldest_ms = int((datetime.now(UTC) - self._retention).timestamp() * 1_000)
        mirrored = _stream(mirror, MIRRORED, (topics,))
        recorded = _stream(outbox, RECORDED, ())
        found, known = next(mirrored, None), next(recorded, None)
        while found is not None or known is not None:
            if known is None or (found is not None and found[0] < known[0]):
                assert found is not None  # noqa: S101  one of the two is there
                self._only_mirrored(counted, found, oldest_ms)
                found = next(mirrored, None)
            elif found is None or known[0] < found[0]:
                counted.recorded += 1
                self._only_recorded(counted, known, ends)
                known = next(recorded, None)
            else:
                counted.recorded += 1
                self._both(counted, found, known)
                event_id = known[0]
                known = next(recorded, None)
                if known is None or known[0] != event_id:  # an outbox may hold an event twice: recorded and imported
                    found = next(mirrored, None)

    def _only_mirrored(self, counted: Counted, found: Event, oldest_ms: int) -> None:
        event_id, _, topic, topic_uuid, partition, offset, timestamp_ms = found
        if timestamp_ms < oldest_ms:
            counted.expired += 1
            return
        counted.extra += 1
        place = Place(topic=topic, topic_uuid=topic_uuid, partition=partition)
        detail = "mirrored, but unknown to its writer's outbox"
        self._result.findings.add(Kind.EXTRA, detail, place=place, offset=offset, event_id=event_id)

    def _only_recorded(self, counted: Counted, known: Event, ends: Mapping[tuple[UUID, int], int]) -> None:
        event_id, _, topic, topic_uuid, partition, offset, status, subject, sequence = known
        sent = status in {"sent", "imported"}
        if status == "pending" or (sent and ends.get((topic_uuid, partition), 0) <= offset):
            counted.pending += 1
            return
        counted.missing += 1
        place = Place(topic=topic, topic_uuid=topic_uuid, partition=partition) if sent else None
        detail = f"{status} ({topic}, subject {subject}, number {sequence}), but not mirrored"
        self._result.findings.add(Kind.MISSING, detail, place=place, offset=offset, event_id=event_id)

    def _both(self, counted: Counted, found: Event, known: Event) -> None:
        event_id, digest, topic, topic_uuid, partition, offset, _ = found
        if (digest, topic) == (known[1], known[2]):
            counted.same += 1
            return
        counted.different += 1
        place = Place(topic=topic, topic_uuid=topic_uuid, partition=partition)
        detail = "the mirror's bytes aren't the outbox'"
        self._result.findings.add(Kind.DIFFERENT, detail, place=place, offset=offset, event_id=event_id)


def _stream(connection: psycopg.Connection[Event], query: str, values: tuple[Any, ...]) -> Iterator[Event]:
    with connection.cursor("reconcile") as cursor:
        cursor.itersize = ROWS_A_FETCH
        cursor.execute(query, values, binary=True)
        yield from cursor


def _ends(mirror: psycopg.Connection[Event]) -> dict[tuple[UUID, int], int]:
    """The next offset of each log of the mirror."""
    rows = mirror.execute("SELECT topic_uuid, partition, base_offset + size FROM mirror_logs")
    return {(topic_uuid, partition): end for topic_uuid, partition, end in rows}


def _invalid(mirror: psycopg.Connection[Event], topics: list[str]) -> int:
    row = mirror.execute(
        "SELECT count(*) FROM mirror_records JOIN mirror_logs USING (log) WHERE status = 'invalid' AND topic = ANY(%s)",
        (topics,),
    ).fetchone()
    return int(row[0]) if row else 0
