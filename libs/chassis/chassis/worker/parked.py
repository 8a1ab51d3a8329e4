"""Parked records as whoever looks after them sees them: list, look at one, let a subject's be tried again."""

from datetime import datetime
from typing import Final, NamedTuple

from psycopg import Connection
from psycopg.rows import TupleRow, class_row

_LIST: Final = """
SELECT id, consumer, topic, subject, sequence, reason, error, parked_at, partition, "offset", type, event_id::text
FROM parked
WHERE (%(subject)s::text IS NULL OR subject = %(subject)s) AND (%(id)s::bigint IS NULL OR id = %(id)s)
ORDER BY id LIMIT %(limit)s
"""
# The worker looks every few seconds for parked records whose turn has come; a failed one isn't looked at until this.
_REPLAY: Final = """
UPDATE parked SET reason = 'behind', error = NULL
WHERE reason = 'failed' AND subject = %(subject)s AND (%(consumer)s::text IS NULL OR consumer = %(consumer)s)
"""


class ParkedRecord(NamedTuple):
    """One record that a reaction has set aside."""

    id: int
    consumer: str
    topic: str
    subject: str | None
    sequence: int | None
    reason: str
    error: str | None
    parked_at: datetime
    partition: int
    offset: int
    type: str | None
    event_id: str | None


class ParkedRecords:
    """The parked records of a service. Every method is one statement."""

    def __init__(self, connection: Connection[TupleRow]) -> None:
        """Use a connection in autocommit mode."""
        self._connection = connection

    def records(self, *, subject: str | None = None, limit: int = 100) -> list[ParkedRecord]:
        """Give the records, those parked first at the head."""
        return self._select(subject=subject, limit=limit)

    def show(self, record: int) -> tuple[ParkedRecord, bytes | None] | None:
        """Give one record with its bytes; None when there is no such."""
        found = self._select(record=record, limit=1)
        if not found:
            return None
        row = self._connection.execute("SELECT raw FROM parked WHERE id = %s", (record,)).fetchone()
        return found[0], row[0] if row else None

    def replay(self, subject: str, *, consumer: str | None = None) -> int:
        """Have a subject's failed records tried again, in order; give their number. The worker does it within 5 s."""
        return self._connection.execute(_REPLAY, {"subject": subject, "consumer": consumer}).rowcount

    def _select(self, *, subject: str | None = None, record: int | None = None, limit: int) -> list[ParkedRecord]:
        with self._connection.cursor(row_factory=class_row(ParkedRecord)) as cursor:
            return cursor.execute(_LIST, {"subject": subject, "id": record, "limit": limit}).fetchall()
