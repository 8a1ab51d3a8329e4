"""At start: does this database know every event that it has published? If not, it was restored, and has to catch up.

The tail of each own topic, from the relay's last known position on, is compared with the outbox. An event that the
outbox doesn't know was published by a later state of this database. Until all of them are imported (row and effect),
nobody may write: a new decision would use a (subject, sequence) that the topic already holds.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from aiokafka import AIOKafkaConsumer, TopicPartition
from contracts.codec import Codec, Undecodable
from sqlmodel.ext.asyncio.session import AsyncSession

from chassis.envelope import Envelope
from chassis.logs import Incarnation, LogDirectory
from chassis.telemetry import meter
from chassis.testing.faults import fault_point
from chassis.unit import Unit, Units

log = logging.getLogger(__name__)

BATCH: Final = 500
MOST_HELD: Final = 100_000
FETCH_MS: Final = 500
PAUSES_S: Final = (0.2, 5.0)
LOCK: Final = int.from_bytes(b"recovery"[:7])

Restore = Callable[[Unit, Envelope], Awaitable[None]]
"""Applies one of the service's own events to its state, without appending anything to the outbox."""

Place = tuple[str, int]
"""A topic, by its name in the contracts, and a partition."""

_POSITIONS: Final = "SELECT topic, partition, topic_uuid, next_offset FROM relay_positions"
_KNOWN: Final = "SELECT event_id FROM outbox WHERE event_id = ANY(%(ids)s::uuid[])"
# Known and found in the topic: sent, whatever the row says. The process died between acknowledgement and mark, or the
# topic was made anew and has been fed since.
_FOUND: Final = """
UPDATE outbox AS o
SET status = 'sent', topic_uuid = f.topic_uuid, partition = f.partition, "offset" = f."offset", sent_at = now()
FROM unnest(%(id)s::uuid[], %(topic_uuid)s::uuid[], %(partition)s::integer[], %(offset)s::bigint[])
     AS f (event_id, topic_uuid, partition, "offset")
WHERE o.event_id = f.event_id
  AND (o.status = 'pending' OR (o.status IN ('sent', 'imported') AND o.topic_uuid <> f.topic_uuid))
"""
_IMPORT: Final = """
INSERT INTO outbox
    (event_id, topic, subject, sequence, type, body, traceparent, status, topic_uuid, partition, "offset")
VALUES (%(event_id)s, %(topic)s, %(subject)s, %(sequence)s, %(type)s, %(body)s, %(traceparent)s, 'imported',
        %(topic_uuid)s, %(partition)s, %(offset)s)
"""
_MOVE: Final = """
INSERT INTO relay_positions AS known (topic, partition, topic_uuid, next_offset)
VALUES (%(topic)s, %(partition)s, %(topic_uuid)s, %(next_offset)s)
ON CONFLICT (topic, partition) DO UPDATE SET next_offset = greatest(known.next_offset, excluded.next_offset)
WHERE known.topic_uuid = excluded.topic_uuid
"""


class State(StrEnum):
    """What a service may do."""

    STARTING = "starting"  # not compared yet: read-only
    RECOVERING = "recovering"  # its topics know more: read-only until it has caught up
    READY = "ready"


class OutOfOrderError(Exception):
    """``restore`` raises it for an event whose predecessor it hasn't seen; it is offered again after that one."""


class UnrecoverableError(Exception):
    """The topics can't be imported as they are; the service stays read-only and says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One own event, as the topic holds it."""

    envelope: Envelope
    body: bytes
    topic: str
    topic_uuid: UUID
    partition: int
    offset: int


class Recovery:
    """Compares outbox and topics once, at start.

    Attributes:
        state: Writes are allowed in ``READY`` only.
        imported: How many events were unknown to the database.
        trouble: What keeps it from going on; empty when nothing does.
    """

    def __init__(
        self,
        *,
        units: Units,
        codec: Codec,
        bootstrap: str,
        topics: Mapping[str, str],
        directory: LogDirectory,
        restore: Restore | None = None,
    ) -> None:
        """Prepare.

        Args:
            units: Opens the transactions of the import.
            codec: Reads the events.
            bootstrap: Addresses of brokers.
            topics: The topics that the service writes: physical name by name in the contracts.
            directory: Knows the topics' incarnations and extents.
            restore: Applies an event; None if the service keeps no state beside its outbox.
        """
        self.state = State.STARTING
        self.imported = 0
        self.trouble = ""
        self._units = units
        self._codec = codec
        self._bootstrap = bootstrap
        self._topics = dict(topics)
        self._names = {physical: name for name, physical in topics.items()}
        self._directory = directory
        self._restore = restore
        self._held: dict[tuple[str, str], dict[int, Found]] = {}
        self._imports = meter().create_counter("yiwangban.recovery.imported", "{event}")

    @property
    def writable(self) -> bool:
        """Whether a write may be accepted."""
        return self.state is State.READY

    async def run(self) -> None:
        """Compare, and import what is unknown; return when the service may write. Failures are tried again for ever."""
        pause = PAUSES_S[0]
        while not self.writable:
            try:
                await self._recover()
            except Exception as error:
                if not self.trouble:
                    log.warning(
                        "outbox and topics can't be compared: read-only",
                        exc_info=True,
                        extra={"event.name": "recovery.waits"},
                    )
                self.trouble = str(error) if isinstance(error, UnrecoverableError) else type(error).__name__
                await asyncio.sleep(pause)
                pause = min(2 * pause, PAUSES_S[1])
            else:
                self.trouble = ""
                self.state = State.READY
                log.info("ready; %d events imported", self.imported, extra={"event.name": "recovery.ready"})

    async def _recover(self) -> None:
        incarnations = await self._incarnations()
        starts, ends, lost = await self._tails(incarnations)
        self._held.clear()
        await self._read(incarnations, starts, ends)
        await self._settle_held()
        # A lost incarnation's positions stay: by them the relay sees that it has to send the rest again.
        async with self._units.begin() as unit:
            for (name, partition), end in ends.items():
                if name not in lost:
                    await _execute(
                        unit.session,
                        _MOVE,
                        {
                            "topic": name,
                            "partition": partition,
                            "topic_uuid": incarnations[name].uuid,
                            "next_offset": end,
                        },
                    )

    async def _incarnations(self) -> dict[str, Incarnation]:
        found = await asyncio.to_thread(self._directory.incarnations, self._topics.values())
        missing = sorted(self._topics.values() - found.keys())
        if missing:
            raise UnrecoverableError(f"missing topics: {', '.join(missing)}")
        return {self._names[physical]: incarnation for physical, incarnation in found.items()}

    async def _tails(
        self, incarnations: Mapping[str, Incarnation]
    ) -> tuple[dict[Place, int], dict[Place, int], set[str]]:
        """Say where each tail begins and ends, and which topics are another incarnation than the one last written."""
        partitions = [
            (self._topics[name], partition)
            for name, incarnation in incarnations.items()
            for partition in range(incarnation.partitions)
        ]
        extents = await asyncio.to_thread(self._directory.extents, partitions)
        async with self._units.begin(read_only=True) as unit:
            rows = (await (await unit.session.connection()).exec_driver_sql(_POSITIONS)).all()
        lost = {
            row.topic for row in rows if row.topic in incarnations and row.topic_uuid != incarnations[row.topic].uuid
        }
        known = {(row.topic, row.partition): row.next_offset for row in rows if row.topic not in lost}
        starts, ends = {}, {}
        for (physical, partition), extent in extents.items():
            place = (self._names[physical], partition)
            starts[place] = max(extent.begin, min(known.get(place, 0), extent.end))
            ends[place] = extent.end
        return starts, ends, lost

    async def _read(
        self,
        incarnations: Mapping[str, Incarnation],
        starts: Mapping[Place, int],
        ends: Mapping[Place, int],
    ) -> None:
        """Read each tail to the end that it had, and compare batch by batch."""
        left = {place: end for place, end in ends.items() if starts[place] < end}
        if not left:
            return
        total = sum(ends[place] - starts[place] for place in left)
        log.info("comparing %d records with the outbox", total, extra={"event.name": "recovery.compares"})
        consumer = AIOKafkaConsumer(bootstrap_servers=self._bootstrap, group_id=None, enable_auto_commit=False)
        await consumer.start()
        try:
            consumer.assign([TopicPartition(self._topics[name], partition) for name, partition in left])
            for name, partition in left:
                consumer.seek(TopicPartition(self._topics[name], partition), starts[name, partition])
            while left:
                records = await consumer.getmany(timeout_ms=FETCH_MS, max_records=BATCH)
                found: list[Found] = []
                for at, batch in records.items():
                    place = (self._names[at.topic], at.partition)
                    found += self._decode(batch, place[0], incarnations[place[0]].uuid)
                    if place in left and batch[-1].offset + 1 >= left[place]:
                        del left[place]
                        consumer.pause(at)
                await self._compare(found)
        finally:
            await consumer.stop()

    def _decode(self, records: Sequence[Any], topic: str, topic_uuid: UUID) -> Iterable[Found]:
        for record in records:
            try:
                envelope = Envelope.from_cloudevent(self._codec.decode(record.value))
            except Undecodable:
                log.exception("a record of an own topic isn't one of ours", extra={"yiwangban.topic": topic})
                continue
            yield Found(
                envelope=envelope,
                body=record.value,
                topic=topic,
                topic_uuid=topic_uuid,
                partition=record.partition,
                offset=record.offset,
            )

    async def _compare(self, found: Sequence[Found]) -> None:
        """Mark what is known as sent, import what isn't: one transaction."""
        if not found:
            return
        imported = 0
        async with self._units.begin() as unit:
            await _execute(unit.session, "SELECT pg_advisory_xact_lock(%(lock)s)", {"lock": LOCK})
            known = await _known(unit.session, found)
            await _execute(
                unit.session,
                _FOUND,
                {
                    "id": [one.envelope.id for one in found],
                    "topic_uuid": [one.topic_uuid for one in found],
                    "partition": [one.partition for one in found],
                    "offset": [one.offset for one in found],
                },
            )
            for one in found:
                if one.envelope.id not in known:
                    self.state = State.RECOVERING
                    known.add(one.envelope.id)
                    imported += await self._import(unit, one)
            fault_point("recovery.before_commit")
        if imported:
            self.imported += imported
            log.info("%d events imported", self.imported, extra={"event.name": "recovery.imports"})

    async def _import(self, unit: Unit, one: Found) -> int:
        """Import an event, and then those of its subject that waited for it; an early one waits."""
        waiting = self._held.setdefault((one.topic, one.envelope.subject), {})
        waiting[one.envelope.sequence] = one
        imported = 0
        while waiting:
            earliest = waiting[min(waiting)]
            try:
                async with unit.session.begin_nested():
                    if self._restore is not None:
                        await self._restore(unit, earliest.envelope)
                    await _execute(unit.session, _IMPORT, _row_of(earliest))
            except OutOfOrderError:
                break
            del waiting[earliest.envelope.sequence]
            imported += 1
            self._imports.add(1, {"yiwangban.topic": one.topic})
        if not waiting:
            del self._held[one.topic, one.envelope.subject]
        if len(self._held) > MOST_HELD:
            raise UnrecoverableError("too many subjects miss a predecessor in their topic")
        return imported

    async def _settle_held(self) -> None:
        """Refuse to go on over a gap; what another process has imported meanwhile is none."""
        held = [one for waiting in self._held.values() for one in waiting.values()]
        if not held:
            return
        async with self._units.begin(read_only=True) as unit:
            known = await _known(unit.session, held)
        left = [one for one in held if one.envelope.id not in known]
        if left:
            first = left[0]
            raise UnrecoverableError(
                f"{len(left)} events miss a predecessor in their topic, the first is"
                f" {first.topic}/{first.partition}@{first.offset}"
            )


async def _known(session: AsyncSession, found: Sequence[Found]) -> set[str]:
    connection = await session.connection()
    rows = await connection.exec_driver_sql(_KNOWN, {"ids": [one.envelope.id for one in found]})
    return {str(event_id) for (event_id,) in rows}


async def _execute(session: AsyncSession, statement: str, values: Mapping[str, object]) -> None:
    await (await session.connection()).exec_driver_sql(statement, dict(values))


def _row_of(found: Found) -> dict[str, object]:
    envelope = found.envelope
    return {
        "event_id": envelope.id,
        "topic": found.topic,
        "subject": envelope.subject,
        "sequence": envelope.sequence,
        "type": envelope.type,
        "body": found.body,
        "traceparent": envelope.traceparent,
        "topic_uuid": found.topic_uuid,
        "partition": found.partition,
        "offset": found.offset,
    }
