"""Stores whole logs, thousands of records in a transaction, each record exactly once.

The position of each log is a row in the database that is stored into, moved by the same transaction; what is committed
to Kafka is only for lag tools. A log is known by its topic's UUID, so a topic that was wiped and made again is read
from its beginning instead of being taken for the old one.

This module decides and stores; `chassis.worker.batch` brings the records.
"""

import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final, Self

from aiokafka import ConsumerRecord
from sqlmodel.ext.asyncio.session import AsyncSession

from chassis.database import Database
from chassis.infrastructure import Patience, StoppedError, describe
from chassis.testing.faults import fault_point
from chassis.worker import positions
from chassis.worker.logs import Extent, Log
from chassis.worker.positions import StaleConsumerError

__all__ = ["Batch", "BatchStore", "Log", "Part", "Record"]

log = logging.getLogger(__name__)

MAX_RECORDS: Final = 4_000


@dataclass(slots=True)
class Record:
    """One record as the broker keeps it.

    Attributes:
        offset: Its place in the log.
        timestamp_ms: Milliseconds since 1970, as the broker recorded it.
        key: Raw.
        value: Raw.
        headers: In order, repeats included.
    """

    offset: int
    timestamp_ms: int
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes], ...]

    @classmethod
    def of(cls, record: ConsumerRecord[bytes, bytes]) -> Self:
        """Take over what aiokafka delivered."""
        return cls(record.offset, record.timestamp, record.key, record.value, tuple(record.headers))


Store = Callable[[AsyncSession, Log, Sequence[Record]], Awaitable[None]]
"""Stores one log's records, in order of offset, in the session's transaction; the caller commits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """A named consumer that stores whole topics.

    Attributes:
        name: Unique in the service; part of the consumer group's name and of each position row.
        topics: As the contracts name them; asked once each time that the consumer joins its group.
        store: Called once for each log of a batch. Use COPY.
        max_records: Most records of one transaction.
        wanted: Asked every second; while it says no, the consumer leaves its group and rests.
    """

    name: str
    topics: Callable[[], Sequence[str]]
    store: Store
    max_records: int = MAX_RECORDS
    wanted: Callable[[AsyncSession], Awaitable[bool]] | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """Records of one log that follow its position, and the position after them."""

    log: Log
    old: int
    records: Sequence[Record]

    @property
    def new(self) -> int:
        """The position once they are stored."""
        return self.records[-1].offset + 1

    def halves(self) -> tuple["Part", "Part"]:
        """Divide it; the second half follows the first one's position."""
        middle = len(self.records) // 2
        left = replace(self, records=self.records[:middle])
        return left, Part(self.log, left.new, self.records[middle:])


class BatchStore:
    """Moves positions and stores records, in one transaction; finds the one record on which a batch fails."""

    def __init__(self, batch: Batch, database: Database, patience: Patience) -> None:
        """Tie a batch to its database.

        Args:
            batch: What to store.
            database: Holds the positions, beside the tables that the batch stores into.
            patience: Waits while the infrastructure is away, until the process stops.
        """
        self._batch = batch
        self._database = database
        self._patience = patience

    async def wanted(self) -> bool:
        """Tell whether the batch is to be stored now."""
        asked = self._batch.wanted
        if asked is None:
            return True

        async def ask() -> bool:
            async with self._database.transaction(read_only=True) as session:
                return await asked(session)

        return await self._patience.until_done(self._batch.name, ask)

    async def begin(self, extents: dict[Log, Extent]) -> tuple[dict[Log, int], dict[Log, str]]:
        """Find out where to go on.

        Args:
            extents: Where each log begins and ends on the broker.

        Returns:
            The position of each log that can be read on, and for each other one what is wrong with it.
        """

        async def read() -> dict[Log, int]:
            async with self._database.transaction() as session:
                firsts = {log_: extent.begin for log_, extent in extents.items()}
                return await positions.begin(session, self._batch.name, firsts)

        found = await self._patience.until_done(self._batch.name, read)
        wrong = {}
        for log_, position in found.items():
            extent = extents[log_]
            if position > extent.end:
                wrong[log_] = f"position {position} is beyond the end {extent.end}: the broker has lost records"
            elif position < extent.begin:
                wrong[log_] = f"position {position} is before the beginning {extent.begin}: records were deleted unread"
        return {log_: position for log_, position in found.items() if log_ not in wrong}, wrong

    async def store(self, parts: Sequence[Part]) -> dict[Log, str]:
        """Store the parts, together if possible.

        When they can't be stored together, each is tried alone, then its halves, down to the record that can't be
        stored. Everything before that record is stored; nothing after it in its log is.

        Returns:
            For each log that got stuck, at which record and why.

        Raises:
            StaleConsumerError: Somebody else has moved a position on.
            StoppedError: The process stops.
        """
        try:
            await self._patience.until_done(self._batch.name, lambda: self._commit(parts))
        except (StaleConsumerError, StoppedError):
            raise
        except Exception as error:
            if len(parts) > 1:
                stuck: dict[Log, str] = {}
                for part in parts:
                    stuck |= await self.store([part])
                return stuck
            (part,) = parts
            if len(part.records) == 1:
                log.exception("%s can't store %s offset %d", self._batch.name, part.log, part.old)
                return {part.log: f"offset {part.records[0].offset} can't be stored: {describe(error)}"}
            left, right = part.halves()
            return await self.store([left]) or await self.store([right])
        return {}

    async def _commit(self, parts: Sequence[Part]) -> None:
        async with self._database.transaction() as session:
            # Positions first, in one order for everybody: a second consumer waits here, and then finds itself stale.
            for part in sorted(parts, key=lambda part: (part.log.topic_uuid, part.log.partition)):
                await positions.advance(session, self._batch.name, part.log, old=part.old, new=part.new)
            for part in parts:
                await self._batch.store(session, part.log, part.records)
            fault_point("batch.before_commit")
        fault_point("batch.after_commit")
