"""Checks that need everything at once: PostgreSQL sorts, and names at most a thousand of what it finds."""

from collections.abc import Mapping
from typing import Any, Final, Self

import psycopg

from intel_sink.findings import MOST_NAMED, Findings, Kind, Place

EVENTS_A_COPY: Final = 5_000

Connection = psycopg.Connection[tuple[Any, ...]]

SEQUENCES: Final = """
SELECT logs.topic, topic_uuid, partition, event."offset", subject, sequence, previous, events
FROM (
    SELECT subject, sequence, count(DISTINCT event_id) AS events,
           (array_agg(log ORDER BY log, "offset"))[1] AS log,
           (array_agg("offset" ORDER BY log, "offset"))[1] AS "offset",
           lag(sequence, 1, 0::bigint) OVER (PARTITION BY topic, subject ORDER BY sequence) AS previous
    FROM verify_events
    GROUP BY topic, subject, sequence
) AS event
JOIN mirror_logs AS logs ON logs.log = event.log
WHERE sequence <> previous + 1 OR events > 1
LIMIT %s
"""

DUPLICATES: Final = """
WITH repeated AS (
    SELECT event_id FROM mirror_records WHERE event_id IS NOT NULL
    GROUP BY event_id HAVING count(*) > 1 OR bool_or(status = 'duplicate')
), ordered AS (
    SELECT log, "offset", event_id, status, row_number() OVER (
        PARTITION BY event_id
        ORDER BY (SELECT max(ordinal) FROM mirror_arrivals AS arrival
                  WHERE arrival.log = records.log
                    AND first_offset = (SELECT max(first_offset) FROM mirror_arrivals AS earlier
                                        WHERE earlier.log = records.log AND earlier.first_offset <= records."offset")),
                 log, "offset") AS turn
    FROM mirror_records AS records JOIN repeated USING (event_id)
    WHERE status <> 'invalid'
)
SELECT logs.topic, topic_uuid, partition, "offset", event_id, status
FROM ordered JOIN mirror_logs AS logs USING (log)
WHERE (turn = 1) <> (status = 'ok')
LIMIT %s
"""

JOURNAL: Final = """
SELECT logs.topic, topic_uuid, partition, expected, first_offset
FROM (
    SELECT log, ordinal, first_offset, first_offset + records AS after,
           lag(first_offset + records) OVER by_offset AS expected, lag(ordinal) OVER by_offset AS previous
    FROM (
        SELECT log, ordinal, first_offset, records FROM mirror_arrivals
        UNION ALL
        SELECT log, 0, base_offset, 0 FROM mirror_logs
        UNION ALL
        SELECT log, 9223372036854775807, base_offset + size, 0 FROM mirror_logs
    ) AS batch
    WINDOW by_offset AS (PARTITION BY log ORDER BY first_offset, ordinal)
) AS step
LEFT JOIN mirror_logs AS logs USING (log)
WHERE expected <> first_offset OR previous > ordinal OR logs.log IS NULL
LIMIT %s
"""

LOST_LOGS: Final = """
SELECT topic, topic_uuid, partition, max(size) FROM verify_heads AS head
WHERE NOT EXISTS (SELECT FROM mirror_logs AS logs
                  WHERE logs.topic_uuid = head.topic_uuid AND logs.partition = head.partition)
GROUP BY topic, topic_uuid, partition
LIMIT %s
"""

STRAY_ROWS: Final = """
SELECT log, min("offset"), count(*) FROM mirror_records AS records
WHERE NOT EXISTS (SELECT FROM mirror_logs AS logs WHERE logs.log = records.log)
GROUP BY log
LIMIT %s
"""

CHECKPOINTS: Final = """
SELECT ordinal, array_agg(DISTINCT source ORDER BY source), count(DISTINCT digest) FROM verify_checkpoints
GROUP BY ordinal
HAVING count(DISTINCT digest) > 1 OR NOT bool_or(source = 'database')
ORDER BY ordinal
LIMIT %s
"""


class EventSink:
    """Puts what envelopes say about sequences aside, a COPY for some thousand of them."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._rows: list[tuple[Any, ...]] = []

    def __enter__(self) -> Self:
        """Begin."""
        return self

    def __exit__(self, *_: object) -> None:
        """Write what is left."""
        self._write()

    def add(self, topic: str, log: int, offset: int, event: Mapping[str, Any]) -> None:
        """Put one aside."""
        self._rows.append((topic, event["subject"], int(event["sequence"]), event["id"], log, offset))
        if len(self._rows) >= EVENTS_A_COPY:
            self._write()

    def _write(self) -> None:
        with self._connection.cursor() as cursor, cursor.copy("COPY verify_events FROM STDIN") as copy:
            for row in self._rows:
                copy.write_row(row)
        self._rows.clear()


def check_sequences(connection: Connection, findings: Findings) -> int:
    """Each subject's events are numbered 1, 2, 3 … and each number is one event's. Gives the number of subjects."""
    connection.execute("ANALYZE verify_events")
    for topic, uuid, partition, offset, subject, sequence, previous, events in _rows(connection, SEQUENCES):
        place = Place(topic=topic, topic_uuid=uuid, partition=partition)
        if events > 1:
            detail = f"{events} different events are number {sequence} of subject {subject}"
        else:
            detail = f"subject {subject} goes from number {previous} to {sequence}"
        findings.add(Kind.SEQUENCE, detail, place=place, offset=offset)
    row = connection.execute("SELECT count(*) FROM (SELECT DISTINCT topic, subject FROM verify_events) AS s").fetchone()
    return row[0] if row else 0


def check_duplicates(connection: Connection, findings: Findings) -> None:
    """Of the records with one event id, the first to arrive is ok, and the others are duplicates."""
    for topic, uuid, partition, offset, event_id, status in _rows(connection, DUPLICATES):
        place = Place(topic=topic, topic_uuid=uuid, partition=partition)
        detail = f"marked {status}, but " + (
            "an earlier record has the same event id" if status == "ok" else "no earlier record has its event id"
        )
        findings.add(Kind.DUPLICATE, detail, place=place, offset=offset, event_id=event_id)


def check_journal(connection: Connection, findings: Findings) -> None:
    """The journal's batches cover each log without a gap, in the log's order."""
    for topic, uuid, partition, expected, first in _rows(connection, JOURNAL):
        place = Place(topic=topic, topic_uuid=uuid, partition=partition) if topic else None
        detail = (
            "the journal names a log that isn't there" if place is None else f"a batch begins here, not at {expected}"
        )
        findings.add(Kind.JOURNAL, detail, place=place, offset=first)


def check_logs(connection: Connection, findings: Findings) -> None:
    """No log that was signed is gone, and no row belongs to a log that isn't there."""
    for topic, uuid, partition, size in _rows(connection, LOST_LOGS):
        place = Place(topic=topic, topic_uuid=uuid, partition=partition)
        findings.add(Kind.TRUNCATED, "the whole log is gone", place=place, offset=0, through=size - 1)
    for log, offset, count in _rows(connection, STRAY_ROWS):
        findings.add(Kind.INSERTED, f"{count} rows of a log {log} that isn't there", offset=offset)


def check_checkpoints(connection: Connection, findings: Findings) -> None:
    """File, database and topic tell the same checkpoints."""
    for ordinal, sources, digests in _rows(connection, CHECKPOINTS):
        where = " and ".join(sources)
        detail = f"differs between {where}" if digests > 1 else f"is in the {where}, but not in the database"
        findings.add(Kind.CHECKPOINT, f"checkpoint {ordinal} {detail}")


def _rows(connection: Connection, query: str) -> list[tuple[Any, ...]]:
    return connection.execute(query, (MOST_NAMED,)).fetchall()
