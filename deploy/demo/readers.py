"""How far every consumer of every service has read, and whether anything still has to leave an outbox."""

from collections import defaultdict
from collections.abc import Mapping
from contextlib import ExitStack, suppress
from typing import Any, LiteralString, Self

import psycopg

from demo.history import Log

POSITIONS: LiteralString = "SELECT consumer, topic, topic_uuid::text, partition, next_offset FROM positions"
ACTIVE: LiteralString = POSITIONS + " WHERE consumer = 'progress-' || (SELECT active FROM model)"  # noqa: S608  constants
"""Query's: of its two models one is idle."""

PENDING = "SELECT count(*) FROM outbox WHERE status = 'pending'"
ANSWER_S = 5


class Readers:
    """Looks into the services' databases. A context.

    Args:
        databases: Read-only access to each service's database, by the service's name.
    """

    def __init__(self, databases: Mapping[str, str]) -> None:
        self._databases = databases
        self._connections: dict[str, psycopg.Connection[Any]] = {}
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def positions(self, service: str) -> dict[tuple[str, Log], int]:
        """Give the offset that each consumer of a service reads next in each log.

        Raises:
            psycopg.Error: The database doesn't answer.
        """
        statement = ACTIVE if service == "query" else POSITIONS
        return {(consumer, Log(*log)): next_ for consumer, *log, next_ in self.fetch(service, statement)}

    def late(self, ends: Mapping[Log, int]) -> list[str]:
        """Name the consumers that haven't read everything, and the services whose outbox isn't empty.

        Args:
            ends: Each log as it is now, with the offset of its next record.

        Raises:
            psycopg.Error: A database doesn't answer.
        """
        found = []
        for service in self._databases:
            if self.pending(service):
                found.append(f"{service}: outbox")
            positions = self.positions(service)
            read: dict[str, set[str]] = defaultdict(set)
            for consumer, log in positions:
                read[consumer].add(log.topic)
            for consumer, topics in read.items():
                behind = {log.topic for log, end in ends.items() if positions.get((consumer, log), 0) < end}
                found += [f"{service}: {consumer} in {topic}" for topic in sorted(behind & topics)]
        return found

    def pending(self, service: str) -> int:
        """Count the rows that wait in a service's outbox.

        Raises:
            psycopg.Error: The database doesn't answer.
        """
        return int(self.fetch(service, PENDING)[0][0])

    def moved(self, service: str, before: Mapping[tuple[str, Log], int]) -> bool:
        """Tell whether a consumer of a service has read on since; a database that is down tells of none."""
        try:
            now = self.positions(service)
        except psycopg.Error:
            return False
        return any(next_ > before.get(place, 0) for place, next_ in now.items())

    def fetch(self, service: str, statement: LiteralString, *values: object) -> list[tuple[Any, ...]]:
        """Ask a service's database something.

        Raises:
            psycopg.Error: It doesn't answer.
        """
        with suppress(psycopg.OperationalError):
            return self._connect(service).execute(statement, values).fetchall()
        return self._connect(service).execute(statement, values).fetchall()  # the connection was broken: by a new one

    def _connect(self, service: str) -> psycopg.Connection[Any]:
        connection = self._connections.get(service)
        if connection is None or connection.closed:
            connection = psycopg.connect(self._databases[service], autocommit=True, connect_timeout=ANSWER_S)
            self._connections[service] = self._stack.enter_context(connection)
        return connection
