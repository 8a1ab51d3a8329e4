"""When which record was mirrored, and when it was visible in the read model: seen from outside, by read-only SQL."""

import threading
import time
from bisect import bisect_right
from collections import defaultdict
from typing import Any, LiteralString

import psycopg

from demo.history import Log

MIRRORED = "SELECT topic, topic_uuid, partition, base_offset + size FROM mirror_logs"
VISIBLE = """
    SELECT topic, topic_uuid, partition, next_offset FROM positions
    WHERE consumer = 'progress-' || (SELECT active FROM model)
"""
POLL_S = 0.02


class Watch(threading.Thread):
    """Looks every 20 ms how far a consumer is, and remembers when it saw which offset.

    A row is seen no earlier than its transaction is committed, so the times are upper bounds by one look.
    They are of this machine's wall clock, as are the journal's. A database that is down is looked at again.

    Args:
        dsn: Read-only access to the consumer's database.
        ends: ``MIRRORED`` or ``VISIBLE``.
    """

    def __init__(self, dsn: str, ends: LiteralString) -> None:
        super().__init__(name="watch", daemon=True)
        self._dsn = dsn
        self._statement = ends
        self._ended = threading.Event()
        self._lock = threading.Lock()
        self._ends: dict[Log, list[int]] = defaultdict(list)
        self._times: dict[Log, list[int]] = defaultdict(list)

    def run(self) -> None:
        """Look until `stop`."""
        while not self._ended.is_set():
            try:
                with psycopg.connect(self._dsn, autocommit=True, connect_timeout=2) as connection:
                    connection.execute("SET statement_timeout = '2s'")
                    while not self._ended.wait(POLL_S):
                        self._look(connection)
            except psycopg.Error:
                self._ended.wait(POLL_S * 5)

    def stop(self) -> None:
        """End the thread."""
        self._ended.set()
        if self.is_alive():
            self.join(timeout=10)

    def ends(self) -> dict[Log, int]:
        """Give how far each log was read at the last look."""
        with self._lock:
            return {log: ends[-1] for log, ends in self._ends.items()}

    def seen_at(self, log: Log, offset: int) -> int | None:
        """Give when the offset was first seen to be read, nanoseconds since 1970."""
        with self._lock:
            place = bisect_right(self._ends[log], offset)
            times = self._times[log]
            return times[place] if place < len(times) else None

    def _look(self, connection: psycopg.Connection[Any]) -> None:
        found = connection.execute(self._statement).fetchall()
        now = time.time_ns()
        with self._lock:
            for topic, uuid, partition, end in found:
                log = Log(topic, str(uuid), partition)
                if not self._ends[log] or self._ends[log][-1] < end:
                    self._ends[log].append(end)
                    self._times[log].append(now)
