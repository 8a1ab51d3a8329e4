"""At start: does this database know every event that it has published? If not, it was restored, and has to catch up.

The tail of each own topic, from the relay's last known position on, is compared with the outbox. An event that the
outbox doesn't know was published by a later state of this database. Until all of them are imported (row and effect),
nobody may write: a new decision would use a (subject, sequence) that the topic already holds.
"""

import asyncio
import logging
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from aiokafka import AIOKafkaConsumer, TopicPartition
from contracts.bus import Bus
from contracts.codec import Codec, Undecodable

from chassis.envelope import Envelope
from chassis.relay.importer import Found, Importer, Restore, UnrecoverableError
from chassis.unit import Units
from chassis.worker.logs import Extent, Incarnation, LogDirectory

log = logging.getLogger(__name__)

BATCH: Final = 500
FETCH_MS: Final = 500
PAUSES_S: Final = (0.2, 5.0)

Place = tuple[str, int]
"""A topic, by its name in the contracts, and a partition."""

_POSITIONS: Final = "SELECT topic, partition, topic_uuid, next_offset FROM relay_positions"
_MOVE: Final = """
INSERT INTO relay_positions AS known (topic, partition, topic_uuid, next_offset)
VALUES (%(topic)s, %(partition)s, %(topic_uuid)s, %(next_offset)s)
ON CONFLICT (topic, partition) DO UPDATE SET next_offset = greatest(known.next_offset, excluded.next_offset)
WHERE known.topic_uuid = excluded.topic_uuid
"""
_CUT_OFF: Final = """
WITH back AS (
    UPDATE relay_positions SET next_offset = %(end)s
    WHERE topic = %(topic)s AND partition = %(partition)s AND topic_uuid = %(topic_uuid)s
)
UPDATE outbox SET status = 'pending', topic_uuid = NULL, partition = NULL, "offset" = NULL, sent_at = NULL
WHERE topic = %(topic)s AND partition = %(partition)s AND topic_uuid = %(topic_uuid)s AND "offset" >= %(end)s
  AND status IN ('sent', 'imported')
"""


class State(StrEnum):
    """What a service may do."""

    STARTING = "starting"  # not compared yet: read-only
    RECOVERING = "recovering"  # its topics know more: read-only until it has caught up
    READY = "ready"


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
        bus: Bus,
        topics: Mapping[str, str],
        directory: LogDirectory,
        restore: Restore | None = None,
    ) -> None:
        """Prepare.

        Args:
            units: Opens the transactions of the import.
            codec: Reads the events.
            bus: The brokers, as the service sees them.
            topics: The topics that the service writes: physical name by name in the contracts.
            directory: Knows the topics' incarnations and extents.
            restore: Applies an event; None if the service keeps no state beside its outbox.
        """
        self.state = State.STARTING
        self.imported = 0
        self.trouble = ""
        self._units = units
        self._codec = codec
        self._bus = bus
        self._topics = dict(topics)
        self._names = {physical: name for name, physical in topics.items()}
        self._directory = directory
        self._restore = restore

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
        await self._read(incarnations, starts, ends)
        # A lost incarnation's positions stay: by them the relay sees that it has to send the rest again.
        moves = [
            {"topic": name, "partition": partition, "topic_uuid": incarnations[name].uuid, "next_offset": end}
            for (name, partition), end in ends.items()
            if name not in lost
        ]
        async with self._units.begin() as unit:
            connection = await unit.session.connection()
            for move in moves:
                await connection.exec_driver_sql(_MOVE, move)

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
        async with self._units.begin(read_only=True) as unit:
            rows = (await (await unit.session.connection()).exec_driver_sql(_POSITIONS)).all()
        # After the positions, so that a relay at work can't make a log look shorter than what was sent to it.
        extents = await self._extents(incarnations)
        lost = {
            row.topic for row in rows if row.topic in incarnations and row.topic_uuid != incarnations[row.topic].uuid
        }
        known = {(row.topic, row.partition): row.next_offset for row in rows if row.topic not in lost}
        starts, ends = {}, {}
        for place, extent in extents.items():
            starts[place] = max(extent.begin, min(known.get(place, 0), extent.end))
            ends[place] = extent.end
            if known.get(place, 0) > extent.end:
                await self._pend_cut_off(place, incarnations[place[0]].uuid, extent.end)
        return starts, ends, lost

    async def _extents(self, incarnations: Mapping[str, Incarnation]) -> dict[Place, Extent]:
        partitions = [
            (self._topics[name], partition)
            for name, incarnation in incarnations.items()
            for partition in range(incarnation.partitions)
        ]
        extents = await asyncio.to_thread(self._directory.extents, partitions)
        if len(extents) != len(partitions):
            raise UnrecoverableError("topics are being made or deleted")
        return {(self._names[physical], partition): extent for (physical, partition), extent in extents.items()}

    async def _pend_cut_off(self, place: Place, topic_uuid: UUID, end: int) -> None:
        """Have sent again what an acknowledging broker has lost: its log ends before what was sent to it."""
        values = {"topic": place[0], "partition": place[1], "topic_uuid": topic_uuid, "end": end}
        async with self._units.begin() as unit:
            result = await (await unit.session.connection()).exec_driver_sql(_CUT_OFF, values)
        log.error(
            "the broker lost the end of a log; %d events are sent again",
            result.rowcount,
            extra={"event.name": "recovery.cut_off", "yiwangban.topic": place[0], "yiwangban.partition": place[1]},
        )

    async def _read(
        self,
        incarnations: Mapping[str, Incarnation],
        starts: Mapping[Place, int],
        ends: Mapping[Place, int],
    ) -> None:
        """Read each tail to the end that it has now, and compare batch by batch."""
        importer = Importer(self._units, self._restore)
        left = {place: end for place, end in ends.items() if starts[place] < end}
        if not left:
            return
        total = sum(ends[place] - starts[place] for place in left)
        log.info("comparing %d records with the outbox", total, extra={"event.name": "recovery.compares"})
        consumer = AIOKafkaConsumer(**self._bus.client(), group_id=None, enable_auto_commit=False)
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
                imported = await importer.compare(found)
                self.imported += imported
                if importer.unknown:
                    self.state = State.RECOVERING
                if imported:
                    log.info("%d events imported", self.imported, extra={"event.name": "recovery.imports"})
            await importer.finish()
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
