"""The mirror against a raw COPY of the same rows into the same table, and against one INSERT a row."""

import asyncio
import time
from collections.abc import Sequence
from typing import Any

import psycopg
from chassis.worker.batch import Batch, BatchConsumer
from contracts.bus import Bus
from contracts.codec import Codec
from contracts.registry import Registry
from intel_sink.config import IntelSinkSettings
from intel_sink.mirror import Mirror

from benchmarks.events import TOPIC
from benchmarks.harness import Comparison, Side, Void, compare
from benchmarks.logs import fill

PREFIX = "bench-mirror."
RECORDS = 30_000
ROWS_ONE_BY_ONE = 1_000
BATCH = 4_000
WITHIN_S = 120.0
EMPTY = "TRUNCATE mirror_records, mirror_logs, mirror_arrivals, positions RESTART IDENTITY"
STORED = "SELECT coalesce(sum(size), 0)::bigint FROM mirror_logs"
COLUMNS = 'log, "offset", event_id, status, timestamp_ms, key, headers, value, leaf_hash'
COPY = f"COPY mirror_records ({COLUMNS}) FROM STDIN (FORMAT BINARY)"
COLUMN_TYPES = ("int4", "int8", "uuid", "text", "int8", "bytea", "bytea", "bytea", "bytea")
INSERT = f"INSERT INTO mirror_records ({COLUMNS}) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)"


def run(dsn: str, bus: Bus, blocks: int) -> list[Comparison]:
    """Compare; the service's own worker must not run meanwhile."""
    fill(bus, PREFIX, RECORDS)
    ours = Side("mirror", lambda: mirrored(dsn, bus))
    ours.measure()
    with psycopg.connect(dsn) as connection:
        rows = connection.execute(f"SELECT {COLUMNS} FROM mirror_records ORDER BY 1, 2", binary=True).fetchall()
    return [
        compare("mirror", ours, Side("raw COPY", lambda: copied(dsn, rows)), unit="records/s", aim=0.5, blocks=blocks),
        compare(
            "mirror", ours, Side("INSERT a row", lambda: inserted(dsn, rows[:ROWS_ONE_BY_ONE])),
            unit="records/s", aim=8, blocks=blocks,
        ),
    ]  # fmt: skip


def mirrored(dsn: str, bus: Bus) -> float:
    """Let the mirror's own consumer take the topic in from its first record; counted from its first batch on."""
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute(EMPTY)
        return asyncio.run(_consumed(connection, dsn, bus))


async def _consumed(connection: psycopg.Connection[Any], dsn: str, bus: Bus) -> float:
    settings = IntelSinkSettings(
        database_url=dsn,
        kafka_bootstrap=bus.bootstrap,
        kafka_user=bus.user,
        kafka_password_path=bus.password_path,
        kafka_ca_path=bus.ca_path,
        topic_prefix=PREFIX,
        slot=f"bench-{time.monotonic_ns()}",
    )
    store = Mirror(Codec(Registry.load())).store
    batch = Batch(name=f"bench-{time.monotonic_ns()}", topics=lambda: [TOPIC], store=store, max_records=BATCH)
    consumer = BatchConsumer(batch, settings=settings)
    await consumer.start()
    try:
        first = await _stored(connection, 1)
        last = await _stored(connection, RECORDS)
    finally:
        await consumer.stop()
    held = connection.execute("SELECT count(*) FROM mirror_records").fetchone()
    if held != (RECORDS,):
        raise Void(f"{RECORDS} records, {held} rows")
    return (last[0] - first[0]) / (last[1] - first[1])


async def _stored(connection: psycopg.Connection[Any], least: int) -> tuple[int, float]:
    """Wait until so many are stored; give how many there are, and when that was."""
    deadline = time.monotonic() + WITHIN_S
    while time.monotonic() < deadline:
        found = connection.execute(STORED).fetchone()
        if found is not None and found[0] >= least:
            return found[0], time.monotonic()
        await asyncio.sleep(0.002)
    raise Void("the mirror did not finish")


def copied(dsn: str, rows: Sequence[tuple[Any, ...]]) -> float:
    """COPY the very same rows, one batch a transaction."""
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute(EMPTY)
        started = time.monotonic()
        for first in range(0, len(rows), BATCH):
            with connection.transaction(), connection.cursor() as cursor, cursor.copy(COPY) as copy:
                copy.set_types(COLUMN_TYPES)
                for row in rows[first : first + BATCH]:
                    copy.write_row(row)
        return len(rows) / (time.monotonic() - started)


def inserted(dsn: str, rows: Sequence[tuple[Any, ...]]) -> float:
    """INSERT one row a transaction."""
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute(EMPTY)
        started = time.monotonic()
        for row in rows:
            connection.execute(INSERT, row)
        return len(rows) / (time.monotonic() - started)
