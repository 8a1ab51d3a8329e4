"""Timers whose effect failed, as whoever looks after them sees them: list, and let them be tried again."""

from datetime import datetime
from typing import Final, NamedTuple

from psycopg import Connection
from psycopg.rows import TupleRow, class_row

_LIST: Final = """
SELECT subject, clock, version, due_at, attempts, next_at, parked_at IS NOT NULL AS parked, error
FROM timers WHERE attempts > 0 AND fired_at IS NULL ORDER BY due_at, id LIMIT %(limit)s
"""
_RETRY: Final = """
UPDATE timers SET attempts = 0, next_at = due_at, parked_at = NULL, error = NULL
WHERE subject = %(subject)s AND attempts > 0 AND fired_at IS NULL
"""


class FailedTimer(NamedTuple):
    """One timer whose effect failed, so far."""

    subject: str
    clock: str
    version: int
    due_at: datetime
    attempts: int
    next_at: datetime
    parked: bool
    error: str | None


class FailedTimers:
    """The failed timers of a service. Every method is one statement."""

    def __init__(self, connection: Connection[TupleRow]) -> None:
        """Use a connection in autocommit mode."""
        self._connection = connection

    def timers(self, *, limit: int = 100) -> list[FailedTimer]:
        """Give them, those due first at the head."""
        with self._connection.cursor(row_factory=class_row(FailedTimer)) as cursor:
            return cursor.execute(_LIST, {"limit": limit}).fetchall()

    def retry(self, subject: str) -> int:
        """Have a subject's failed timers tried again as if for the first time; give their number."""
        return self._connection.execute(_RETRY, {"subject": subject}).rowcount
