"""``intel-sink prove``: shows with a few hashes that a record is under a signed head, to who hasn't the mirror."""

from typing import Any
from uuid import UUID

import psycopg

from intel_sink import merkle
from intel_sink.checkpoints import SignedCheckpoint
from intel_sink.domain import Head

ROWS_A_FETCH = 10_000

Connection = psycopg.Connection[tuple[Any, ...]]


class Unprovable(LookupError):
    """No checkpoint covers such a record yet, or the mirror's leaves don't lead to the signed root."""


def prove(dsn: str, topic_uuid: UUID, partition: int, offset: int) -> dict[str, Any]:
    """Give the newest checkpoint, the record's leaf hash, and the audit path between them, as JSON.

    Whoever has the record computes its leaf hash (README, "Leaves"), follows the path by RFC 9162, section 2.1.3.2, and
    compares with the head in the checkpoint, whose signature they check with the public key.

    Raises:
        Unprovable: there is no such record under a signed head.
    """
    with psycopg.connect(dsn, application_name="intel-sink-prove") as connection:
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        log, base = _log(connection, topic_uuid, partition)
        checkpoint, head = _newest(connection, topic_uuid, partition)
        index = offset - base
        if not 0 <= index < head.size:
            raise Unprovable(f"the newest checkpoint covers {head.size} records from offset {base}")

        def range_root(start: int, end: int) -> bytes:
            with connection.cursor("leaves") as cursor:
                cursor.itersize = ROWS_A_FETCH
                cursor.execute(
                    'SELECT leaf_hash FROM mirror_records WHERE log = %s AND "offset" >= %s AND "offset" < %s '
                    'ORDER BY "offset"',
                    (log, base + start, base + end),
                    binary=True,
                )
                return merkle.root_of(leaf for (leaf,) in cursor)

        path = merkle.inclusion_proof(index, head.size, range_root)
        leaf = range_root(index, index + 1)
        if not merkle.includes(leaf, index, head.size, path, bytes.fromhex(head.root)):
            raise Unprovable("the mirror's leaves don't lead to the signed root: run verify")
    return {
        "topic": head.topic,
        "topic_uuid": head.topic_uuid,
        "partition": partition,
        "offset": offset,
        "index": index,
        "leaf_hash": leaf.hex(),
        "path": [step.hex() for step in path],
        "checkpoint": checkpoint.to_json(),
    }


def _log(connection: Connection, topic_uuid: UUID, partition: int) -> tuple[int, int]:
    query = "SELECT log, base_offset FROM mirror_logs WHERE topic_uuid = %s AND partition = %s"
    row = connection.execute(query, (topic_uuid, partition)).fetchone()
    if row is None:
        raise Unprovable(f"no log {topic_uuid}/{partition} in the mirror")
    return row[0], row[1]


def _newest(connection: Connection, topic_uuid: UUID, partition: int) -> tuple[SignedCheckpoint, Head]:
    row = connection.execute(
        "SELECT ordinal, body, key_id, signature FROM checkpoints ORDER BY ordinal DESC LIMIT 1"
    ).fetchone()
    if row is not None:
        checkpoint = SignedCheckpoint.from_stored(*row)
        for head in checkpoint.heads:
            if (head.topic_uuid, head.partition) == (str(topic_uuid), partition):
                return checkpoint, head
    raise Unprovable("no checkpoint covers this log yet")
