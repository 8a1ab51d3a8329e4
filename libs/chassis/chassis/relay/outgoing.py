"""The reading end of the outbox: what the relay and the command line ask of it, over one plain psycopg session."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Final, NamedTuple
from uuid import UUID

from psycopg import Connection
from psycopg.rows import TupleRow, class_row

RESET_PAGE: Final = 10_000
"""Rows that one statement looks at when a topic is to be sent again."""

# By status, never by "id > last": a transaction that commits late may hold a lower id. The sum keeps what is fetched
# small enough for the socket's buffers: a backend that waits for a stopped client to read isn't idle, and would keep
# the leader's lock. The first row always fits.
_FETCH: Final = """
SELECT recorded_at, id, event_id, topic, subject, sequence, type, body, traceparent
FROM (
    SELECT *, sum(octet_length(body)) OVER (ORDER BY id) - octet_length(body) AS bytes_before
    FROM (
        SELECT recorded_at, id, event_id, topic, subject, sequence, type, body, traceparent
        FROM outbox AS o
        WHERE status = 'pending' AND topic = ANY(%(topics)s::text[]) AND id <> ALL(%(in_flight)s::bigint[])
          AND NOT EXISTS (SELECT FROM quarantined_subjects AS q WHERE q.topic = o.topic AND q.subject = o.subject)
        ORDER BY id
        LIMIT %(limit)s
    ) AS next
) AS measured
WHERE bytes_before < %(max_bytes)s
ORDER BY id
"""
# One statement, so one transaction: rows and positions move together. Positions belong to one incarnation of a topic.
# Nothing but the primary key is asked for: any further condition tempts the planner away from it.
_MARK_SENT: Final = """
WITH sent AS (
    UPDATE outbox AS o
    SET status = 'sent', topic_uuid = a.topic_uuid, partition = a.partition, "offset" = a."offset", sent_at = now(),
        reason = NULL
    FROM unnest(%(recorded_at)b::timestamptz[], %(id)b::bigint[], %(topic_uuid)b::uuid[], %(partition)b::integer[],
                %(offset)b::bigint[]) AS a (recorded_at, id, topic_uuid, partition, "offset")
    WHERE o.recorded_at = a.recorded_at AND o.id = a.id
    RETURNING o.topic, o.partition, o.topic_uuid, o."offset"
)
INSERT INTO relay_positions AS known (topic, partition, topic_uuid, next_offset)
SELECT topic, partition, topic_uuid, max("offset") + 1 FROM sent GROUP BY topic, partition, topic_uuid
ON CONFLICT (topic, partition) DO UPDATE SET next_offset = greatest(known.next_offset, excluded.next_offset)
WHERE known.topic_uuid = excluded.topic_uuid
"""
_QUARANTINE: Final = """
WITH held AS (
    INSERT INTO quarantined_subjects (topic, subject, reason) VALUES (%(topic)s, %(subject)s, %(reason)s)
    ON CONFLICT (topic, subject) DO NOTHING
)
UPDATE outbox SET status = 'quarantined', reason = %(reason)s
WHERE recorded_at = %(recorded_at)s AND id = %(id)s AND status = 'pending'
"""
_RELEASE: Final = """
WITH released AS (
    DELETE FROM quarantined_subjects
    WHERE subject = %(subject)s AND (%(topic)s::text IS NULL OR topic = %(topic)s)
    RETURNING topic, subject
), again AS (
    UPDATE outbox AS o SET status = 'pending', reason = NULL
    FROM released AS r
    WHERE o.topic = r.topic AND o.subject = r.subject AND o.status = 'quarantined'
)
SELECT count(*) FROM released
"""
_RESET_PAGE: Final = """
WITH page AS (
    SELECT recorded_at, id FROM outbox
    WHERE (recorded_at, id) > (%(recorded_at)s::timestamptz, %(id)s)
    ORDER BY recorded_at, id LIMIT %(limit)s
), again AS (
    UPDATE outbox AS o
    SET status = 'pending', topic_uuid = NULL, partition = NULL, "offset" = NULL, sent_at = NULL
    FROM page AS p
    WHERE o.recorded_at = p.recorded_at AND o.id = p.id AND o.topic = %(topic)s AND o.status IN ('sent', 'imported')
      AND o.topic_uuid IS DISTINCT FROM %(current)s::uuid
    RETURNING o.id
)
SELECT p.recorded_at, p.id, (SELECT count(*) FROM again) FROM page AS p ORDER BY recorded_at DESC, id DESC LIMIT 1
"""
_INCARNATIONS: Final = "SELECT topic, array_agg(DISTINCT topic_uuid) FROM relay_positions GROUP BY topic"
_FORGET: Final = "DELETE FROM relay_positions WHERE topic = %(topic)s AND topic_uuid IS DISTINCT FROM %(current)s::uuid"
_QUARANTINED: Final = """
SELECT q.topic, q.subject, q.reason, q.since,
       (SELECT count(*) FROM outbox AS o
        WHERE o.topic = q.topic AND o.subject = q.subject AND o.status IN ('pending', 'quarantined')) AS waiting
FROM quarantined_subjects AS q ORDER BY q.since
"""
_BACKLOG: Final = """
SELECT count(*), coalesce(extract(epoch FROM now() - min(recorded_at)), 0)::float8,
       (SELECT coalesce(jsonb_object_agg(topic, held), '{}')
        FROM (SELECT topic, count(*) AS held FROM quarantined_subjects GROUP BY topic) AS q)
FROM outbox WHERE status = 'pending'
"""


class Row(NamedTuple):
    """One event that waits in the outbox."""

    recorded_at: datetime
    id: int
    event_id: UUID
    topic: str
    subject: str
    sequence: int
    type: str
    body: bytes
    traceparent: str | None


class Place(NamedTuple):
    """Where the broker put a row's record."""

    row: Row
    topic_uuid: UUID
    partition: int
    offset: int


class Quarantined(NamedTuple):
    """A subject that is held back after a permanent error, and how many of its events wait."""

    topic: str
    subject: str
    reason: str
    since: datetime
    waiting: int


class Backlog(NamedTuple):
    """What waits: events, the age of the oldest in seconds, and how many subjects of each topic are held back."""

    pending: int
    age_s: float
    quarantined: dict[str, int]


class Outgoing:
    """The outbox as its relay sees it. Every method is one short transaction."""

    def __init__(self, connection: Connection[TupleRow]) -> None:
        """Use a connection in autocommit mode."""
        self._connection = connection

    def fetch(self, topics: Sequence[str], *, limit: int, max_bytes: int, in_flight: Sequence[int]) -> list[Row]:
        """Give the next rows in the order of their ids, leaving out subjects in quarantine.

        Args:
            topics: Only rows of these.
            limit: Most rows.
            max_bytes: Rows are taken until their bodies reach this; the first is always taken.
            in_flight: Ids that were fetched before and aren't settled yet.
        """
        with self._connection.cursor(binary=True) as cursor:
            values = {"topics": list(topics), "limit": limit, "max_bytes": max_bytes, "in_flight": list(in_flight)}
            return [Row._make(row) for row in cursor.execute(_FETCH, values)]

    def mark_sent(self, places: Sequence[Place]) -> None:
        """Mark rows as sent and move the positions behind them."""
        if not places:
            return
        self._connection.execute(
            _MARK_SENT,
            {
                "recorded_at": [place.row.recorded_at for place in places],
                "id": [place.row.id for place in places],
                "topic_uuid": [place.topic_uuid for place in places],
                "partition": [place.partition for place in places],
                "offset": [place.offset for place in places],
            },
        )

    def quarantine(self, row: Row, reason: str) -> None:
        """Hold the row's subject back: neither this row nor a later one of it is sent until somebody releases it."""
        values = {"topic": row.topic, "subject": row.subject, "recorded_at": row.recorded_at, "id": row.id}
        self._connection.execute(_QUARANTINE, values | {"reason": reason})

    def release(self, subject: str, topic: str | None = None) -> bool:
        """Send a subject's events again; False when it wasn't held back."""
        found = self._connection.execute(_RELEASE, {"subject": subject, "topic": topic}).fetchone()
        return bool(found and found[0])

    def quarantined(self) -> list[Quarantined]:
        """List the subjects that are held back, the longest first."""
        with self._connection.cursor(row_factory=class_row(Quarantined)) as cursor:
            return cursor.execute(_QUARANTINED).fetchall()

    def lost_incarnations(self, current: Mapping[str, UUID]) -> list[str]:
        """Give the topics to which rows were sent when they were another incarnation (another UUID)."""
        known = self._connection.execute(_INCARNATIONS).fetchall()
        return [topic for topic, before in known if topic in current and any(uuid != current[topic] for uuid in before)]

    def reset(self, topic: str, current: UUID) -> Iterator[int]:
        """Make pending again what was sent to a lost incarnation of a topic, page by page; then forget its positions.

        It may be broken off and begun again at any page. Nothing must be sent to the topic before it is through, else
        the order is lost.

        Args:
            topic: Name as in the contracts.
            current: The incarnation that the topic is now; what was sent to it stays sent.

        Yields:
            How many rows of a page are pending again.
        """
        yield from self._pend_again(topic, current)
        self._connection.execute(_FORGET, {"topic": topic, "current": current})

    def resend(self, topic: str) -> int:
        """Have the whole topic sent again, as far as the outbox reaches back; give the number of rows."""
        return sum(self._pend_again(topic, None))

    def _pend_again(self, topic: str, current: UUID | None) -> Iterator[int]:
        last: tuple[datetime | str, int] = ("-infinity", 0)
        while True:
            values = {"topic": topic, "current": current, "limit": RESET_PAGE, "recorded_at": last[0], "id": last[1]}
            page = self._connection.execute(_RESET_PAGE, values).fetchone()
            if page is None:
                return
            last = (page[0], page[1])
            yield page[2]

    def backlog(self) -> Backlog:
        """Measure what waits."""
        found = self._connection.execute(_BACKLOG).fetchone()
        assert found is not None  # noqa: S101  an aggregate has one row
        return Backlog(*found)
