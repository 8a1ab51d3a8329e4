"""The mirror: every record of every topic, once, in the order of its log, with one Merkle tree a log.

A batch is stored by one COPY, straight into its table; the log's tree, the journal and the consumer's position change
in the same transaction. What is in a record never decides whether it is stored: its bytes go into ``bytea`` columns,
and all reading happens in Python, tolerantly, before the first statement.

The mirror's transactions take turns (one advisory lock, held from the first statement to the commit). So the journal's
order is the order of commits, no follower can overlook a batch, and of two records with one event id the first to
arrive is known: it is ``ok``, the other one ``duplicate``.
"""

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from chassis.database import driver_of
from chassis.testing.faults import fault_point
from chassis.worker.batch_store import Record
from chassis.worker.logs import Log
from contracts.codec import Codec, Undecodable
from psycopg import AsyncConnection
from sqlmodel.ext.asyncio.session import AsyncSession

from intel_sink import domain, merkle
from intel_sink.domain import Status

WRITER_LOCK: Final = 0x6D69_7272_6F72  # "mirror"

COPY: Final = (
    'COPY mirror_records (log, "offset", timestamp_ms, event_id, status, leaf_hash, key, headers, value) '
    "FROM STDIN (FORMAT BINARY)"
)
# PostgreSQL's binary COPY: a signature, rows of (number of columns, then each behind its length), a trailer. A leaf's
# content is encoded in just this way, so the bytes that are hashed are the bytes that are copied.
SIGNATURE: Final = b"PGCOPY\n\xff\r\n\x00" + bytes(8)
TRAILER: Final = b"\xff\xff"
_PLACE: Final = struct.Struct(">hiiiqiq").pack
_COLUMNS: Final = 9
_UUID: Final = b"\x00\x00\x00\x10"
_HASH: Final = b"\x00\x00\x00\x20"
_STATUS: Final = {status: len(status.value).to_bytes(4, "big") + status.value.encode() for status in Status}
_BLOCK: Final = 256 * 1024
"""How much is handed to the driver at once, in bytes."""

Connection = AsyncConnection[tuple[Any, ...]]


class GapInLogError(Exception):
    """The broker gave a later offset than the next: records of a log that keeps everything are missing."""


class ConflictInLogError(Exception):
    """The broker gives other bytes for an offset that is already mirrored: one of the two was rewritten."""


@dataclass(slots=True)
class Row:
    """A record, read and hashed, ready to be copied.

    Attributes:
        event_id: As the envelope spells it; None if the record is invalid.
        content: Key, headers and value as :func:`domain.leaf_content` encodes them.
    """

    offset: int
    timestamp_ms: int
    event_id: str | None
    status: Status
    leaf: bytes
    content: bytes


class Mirror:
    """Stores batches of records.

    Args:
        codec: Reads envelopes.
    """

    def __init__(self, codec: Codec) -> None:
        self._codec = codec

    async def store(self, session: AsyncSession, log: Log, records: Sequence[Record]) -> None:
        """Store one batch of one log; the caller commits.

        Raises:
            GapInLogError: the batch doesn't begin where the log ends, or has a hole.
            ConflictInLogError: records that are already mirrored now have other bytes.
        """
        rows = self.read(log, records)
        connection = driver_of(session)
        await _take_turn(connection)
        number, base, tree = await _open_log(connection, log, rows[0].offset)
        rows = await _unless_stored(connection, number, base + tree.size, log, rows)
        if not rows:
            return
        await _mark_duplicates(connection, rows)
        await _copy(connection, number, rows)
        fault_point("mirror.after_copy")
        tree.extend(row.leaf for row in rows)
        await connection.execute(
            "UPDATE mirror_logs SET size = %s, frontier = %s WHERE log = %s", (tree.size, tree.to_bytes(), number)
        )
        await connection.execute(
            "INSERT INTO mirror_arrivals (log, first_offset, records) VALUES (%s, %s, %s)",
            (number, rows[0].offset, len(rows)),
        )

    def read(self, log: Log, records: Sequence[Record]) -> list[Row]:
        """Hash each record and find out whether it is a readable event. Never fails on what a record holds."""
        prefix = domain.leaf_prefix(log.topic, log.topic_uuid, log.partition)
        rows = []
        headers: object = ()
        encoded = b""
        for record in records:
            if record.headers != headers:  # nearly always those of the record before
                headers, encoded = record.headers, domain.encode_headers(record.headers)
            content = domain.leaf_content(record.key, encoded, record.value)
            leaf = domain.leaf_hash(prefix, record.offset, record.timestamp_ms, content)
            event = read_envelope(self._codec, record.value)
            event_id, status = (event["id"], Status.OK) if event is not None else (None, Status.INVALID)
            rows.append(Row(record.offset, record.timestamp_ms, event_id, status, leaf, content))
        return rows


def read_envelope(codec: Codec, value: bytes | None) -> dict[str, Any] | None:
    """Read a record's envelope; None if it is invalid.

    Only the envelope counts. Whether the data fits its schema is a projection's business: schemas are added to, and
    what is decided here is checked again for ever.
    """
    try:
        return codec.envelope_of(value)
    except Undecodable:
        return None


async def _take_turn(connection: Connection) -> None:
    await connection.execute("SELECT pg_advisory_xact_lock(%s)", (WRITER_LOCK,))


async def _open_log(connection: Connection, log: Log, first: int) -> tuple[int, int, merkle.Frontier]:
    """Find the log's number, first offset and tree, or begin it at the offset ``first``."""
    cursor = await connection.execute(
        "SELECT log, base_offset, size, frontier FROM mirror_logs WHERE topic_uuid = %s AND partition = %s",
        (log.topic_uuid, log.partition),
        binary=True,
    )
    found = await cursor.fetchone()
    if found is None:
        cursor = await connection.execute(
            "INSERT INTO mirror_logs (topic, topic_uuid, partition, base_offset, size, frontier) "
            "VALUES (%s, %s, %s, %s, 0, '') RETURNING log",
            (log.topic, log.topic_uuid, log.partition, first),
            binary=True,
        )
        (number,) = await cursor.fetchone() or (0,)
        return number, first, merkle.Frontier()
    number, base, size, frontier = found
    return number, base, merkle.Frontier(size, frontier)


async def _unless_stored(connection: Connection, number: int, end: int, log: Log, rows: list[Row]) -> list[Row]:
    """Leave out what is already mirrored, if it is the same, and refuse a hole."""
    again = [row for row in rows if row.offset < end]
    if again:
        cursor = await connection.execute(
            'SELECT "offset", leaf_hash FROM mirror_records WHERE log = %s AND "offset" BETWEEN %s AND %s',
            (number, again[0].offset, again[-1].offset),
            binary=True,
        )
        known: dict[int, bytes] = dict(await cursor.fetchall())
        for row in again:
            if known.get(row.offset) != row.leaf:
                raise ConflictInLogError(f"{log.topic}/{log.partition}: offset {row.offset} now holds other bytes")
    fresh = rows[len(again) :]
    for expected, row in enumerate(fresh, end):
        if row.offset != expected:
            raise GapInLogError(f"{log.topic}/{log.partition}: offset {row.offset} came where {expected} was next")
    return fresh


async def _mark_duplicates(connection: Connection, rows: Sequence[Row]) -> None:
    ids = [row.event_id for row in rows if row.event_id is not None]
    cursor = await connection.execute(
        "SELECT event_id::text FROM mirror_records WHERE event_id = ANY(%s::uuid[]) AND status = 'ok'",
        (f"{{{','.join(ids)}}}",),
    )
    seen = {event_id for (event_id,) in await cursor.fetchall()}
    for row in rows:
        if row.event_id in seen:
            row.status = Status.DUPLICATE
        elif row.event_id is not None:
            seen.add(row.event_id)


async def _copy(connection: Connection, number: int, rows: Sequence[Row]) -> None:
    async with connection.cursor() as cursor, cursor.copy(COPY) as copy:
        block = bytearray(SIGNATURE)
        for row in rows:
            block += _PLACE(_COLUMNS, 4, number, 8, row.offset, 8, row.timestamp_ms)
            block += _UUID + bytes.fromhex(row.event_id.replace("-", "")) if row.event_id else domain.ABSENT
            block += _STATUS[row.status] + _HASH + row.leaf + row.content
            if len(block) >= _BLOCK:
                await copy.write(block)
                block = bytearray()
        await copy.write(block + TRAILER)
