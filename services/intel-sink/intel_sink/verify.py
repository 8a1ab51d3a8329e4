"""``intel-sink verify``: proves that the mirror is complete and as it was, or names what isn't.

Everything is read once, in order, in one snapshot, with bounded memory; what needs sorting (sequences, signed heads) is
sorted by PostgreSQL in temporary tables. Nothing that the database says about itself is believed: leaf hashes, trees,
statuses and event ids are computed again from the raw bytes, and the roots are compared with the signed heads that were
kept outside.
"""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import psycopg
from contracts.codec import Codec, Undecodable
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from psycopg.rows import class_row

from contracts.events import CheckpointTreeHeadSigned
from intel_sink import crosschecks, mirror
from intel_sink.audit import LogAudit, LogRow, RecordRow, SignedHead, Suspects
from intel_sink.broker import Broker, Comparison
from intel_sink.chain import ChainAudit
from intel_sink.checkpoints import CheckpointError, OutsideFile, SignedCheckpoint, is_authentic
from intel_sink.crosschecks import EventSink
from intel_sink.domain import Status
from intel_sink.findings import Findings, Kind, Tally

WRITTEN_WITHIN_S: Final = 5.0
"""A checkpoint is written to the file right after its commit: so long a look that came between waits for it."""
ROWS_A_FETCH: Final = 200
"""Rows fetched at once; each may hold up to 512 KiB."""

Connection = psycopg.Connection[tuple[Any, ...]]

TEMPORARY: Final = """
CREATE TEMPORARY TABLE verify_heads
    (topic text, topic_uuid uuid, partition integer, size bigint, root bytea, ordinal bigint);
CREATE TEMPORARY TABLE verify_checkpoints (source text, ordinal bigint, digest text);
CREATE TEMPORARY TABLE verify_events
    (topic text, subject text, sequence bigint, event_id uuid, log integer, "offset" bigint);
"""


@dataclass(slots=True)
class Counted(Tally):
    """What was checked."""

    logs: int = 0
    records: int = 0
    ok: int = 0
    duplicates: int = 0
    invalid: int = 0
    subjects: int = 0
    checkpoints: int = 0
    signed_heads: int = 0
    compared_with_broker: int = 0
    behind_broker: int = 0


@dataclass(slots=True)
class Verification:
    """The result: what was counted, and what isn't as it should be."""

    counted: Counted = field(default_factory=Counted)
    findings: Findings = field(default_factory=Findings)

    @property
    def passed(self) -> bool:
        """Whether nothing was found."""
        return self.findings.total == 0

    def to_json(self) -> dict[str, Any]:
        """Give the result as a JSON object."""
        return {"passed": self.passed, "counted": self.counted.to_json(), **self.findings.to_json()}


class Verifier:
    """One verification.

    Args:
        dsn: The mirror's database; reading and temporary tables are all it takes.
        codec: Reads envelopes.
        public: Checks the checkpoints' signatures.
        outside: The file of checkpoints outside the database.
        broker: If given, offsets are compared with the broker's, and the records that no signed head vouches for.
        topics: What the mirror is meant to hold, as the contracts name it; only for comparing with the broker.
        at_rest: Nothing is being written: that the mirror is behind the broker is then a finding, too.
    """

    def __init__(
        self,
        dsn: str,
        codec: Codec,
        public: Ed25519PublicKey,
        outside: OutsideFile,
        *,
        broker: Broker | None = None,
        topics: Sequence[str] = (),
        at_rest: bool = False,
    ) -> None:
        self._dsn = dsn
        self._codec = codec
        self._public = public
        self._outside = outside
        self._result = Verification()
        self._comparison = Comparison(broker, topics, self._result.findings, at_rest=at_rest) if broker else None

    def run(self) -> Verification:
        """Verify everything.

        Raises:
            psycopg.Error: the database can't be read.
            BrokerUnavailableError: the broker was asked for and doesn't answer.
        """
        with psycopg.connect(self._dsn, application_name="intel-sink-verify", autocommit=True) as connection:
            connection.execute(TEMPORARY)
            # The file first, then the snapshot: what the file already has, the database must have, too.
            in_file = self._read_file(connection)
            connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ")
            self._read_table(connection, in_file)
            self._audit(connection)
            crosschecks.check_checkpoints(connection, self._result.findings)
            self._result.counted.subjects = crosschecks.check_sequences(connection, self._result.findings)
            crosschecks.check_duplicates(connection, self._result.findings)
            crosschecks.check_journal(connection, self._result.findings)
            connection.execute("ROLLBACK")
        return self._result

    def _read_file(self, connection: Connection) -> int:
        """Check the chain in the file; give the number of its last checkpoint."""
        last = 0
        try:
            last = self._keep(connection, "file", self._outside.read())
        except CheckpointError as error:
            self._result.findings.add(Kind.CHECKPOINT, f"{self._outside.path}: {error}")
        return last

    def _read_table(self, connection: Connection, in_file: int) -> None:
        """Check the chain in the database, and that the file outside has all of it."""
        with connection.cursor("checkpoints") as cursor:
            cursor.itersize = ROWS_A_FETCH
            cursor.execute("SELECT ordinal, body, key_id, signature FROM checkpoints ORDER BY ordinal", binary=True)
            last = self._keep(connection, "database", self._stored_checkpoints(cursor))
        newest = self._written(in_file, last)
        if newest < last:
            where = f"checkpoints {newest + 1} to {last} aren't in {self._outside.path}"
            self._result.findings.add(Kind.CHECKPOINT, where)

    def _written(self, in_file: int, last: int) -> int:
        """Give the number of the last checkpoint in the file; one that was signed since it was read may still come."""
        newest, until = in_file, time.monotonic() + WRITTEN_WITHIN_S
        while newest < last:
            try:
                written = self._outside.last()
            except CheckpointError:
                break  # reported when the file was read
            newest = written.ordinal if written else 0
            if time.monotonic() > until:
                break
            time.sleep(0.1)
        return newest

    def _stored_checkpoints(self, cursor: psycopg.ServerCursor[Any]) -> Iterator[SignedCheckpoint]:
        for ordinal, body, key_id, signature in cursor:
            try:
                yield SignedCheckpoint.from_stored(ordinal, body, key_id, signature)
            except CheckpointError as error:
                self._result.findings.add(Kind.CHECKPOINT, f"checkpoint {ordinal} (database): {error}")

    def _keep(self, connection: Connection, source: str, checkpoints: Iterator[SignedCheckpoint]) -> int:
        """Put digests and changed heads aside; give the last number."""
        chain = ChainAudit(self._public, source, self._result.findings)
        last = 0
        for checkpoint, heads in chain.heads(checkpoints):
            last = checkpoint.ordinal
            connection.execute(
                "INSERT INTO verify_checkpoints VALUES (%s, %s, %s)", (source, checkpoint.ordinal, checkpoint.digest)
            )
            with connection.cursor() as cursor:
                cursor.executemany(
                    "INSERT INTO verify_heads VALUES (%s, %s, %s, %s, decode(%s, 'hex'), %s)",
                    [(h.topic, h.topic_uuid, h.partition, h.size, h.root, checkpoint.ordinal) for h in heads],
                )
        self._result.counted.checkpoints = max(self._result.counted.checkpoints, chain.count)
        return last

    def _audit(self, connection: Connection) -> None:
        """Read all logs, and ask the broker about what no head vouches for."""
        connection.execute("CREATE INDEX ON verify_heads (topic_uuid, partition, size)")
        suspects = Suspects()
        with connection.cursor(row_factory=class_row(LogRow)) as cursor:
            logs = cursor.execute(
                "SELECT log, topic, topic_uuid, partition, base_offset, size, frontier FROM mirror_logs ORDER BY log"
            ).fetchall()
        for log in logs:
            vouched = self._audit_log(connection, log, suspects)
            if self._comparison is not None:
                self._comparison.compare(connection, log, vouched)
        suspects.report(self._result.findings)
        if self._comparison is not None:
            self._comparison.finish()
            self._result.counted.compared_with_broker = self._comparison.compared
            self._result.counted.behind_broker = self._comparison.behind
        crosschecks.check_logs(connection, self._result.findings)

    def _audit_log(self, connection: Connection, log: LogRow, suspects: Suspects) -> int:
        """Read one log; give the offset up to which a signed head vouches for it."""
        counted = self._result.counted
        counted.logs += 1
        if log.base_offset:
            self._result.findings.add(
                Kind.MISSING, "the log doesn't begin at 0", place=log.place, offset=0, through=log.base_offset - 1
            )
        with (
            connection.cursor(f"heads_{log.log}") as heads,
            connection.cursor(f"rows_{log.log}", row_factory=class_row(RecordRow)) as rows,
            EventSink(connection) as events,
        ):
            heads.execute(
                "SELECT size, root, min(ordinal) FROM verify_heads WHERE topic_uuid = %s AND partition = %s "
                "GROUP BY size, root ORDER BY size, min(ordinal)",
                (log.topic_uuid, log.partition),
                binary=True,
            )
            audit = LogAudit(log, self._signed(heads), self._result.findings, suspects)
            rows.itersize = ROWS_A_FETCH
            rows.execute(
                'SELECT "offset", event_id, status, timestamp_ms, key, headers, value, leaf_hash '
                'FROM mirror_records WHERE log = %s ORDER BY "offset"',
                (log.log,),
                binary=True,
            )
            for row in rows:
                event = mirror.read_envelope(self._codec, row.value)
                audit.row(row, event)
                self._count(row.status)
                if event is None:
                    continue
                events.add(log.topic, log.log, row.offset, event)
                if event["type"] == CheckpointTreeHeadSigned.TYPE:
                    self._keep_mirrored_checkpoint(connection, log, row)
        audit.finish()
        return audit.vouched

    def _signed(self, cursor: psycopg.ServerCursor[Any]) -> Iterator[SignedHead]:
        for size, root, ordinal in cursor:
            self._result.counted.signed_heads += 1
            yield SignedHead(size, root, ordinal)

    def _count(self, status: str) -> None:
        counted = self._result.counted
        counted.records += 1
        counted.ok += status == Status.OK
        counted.duplicates += status == Status.DUPLICATE
        counted.invalid += status == Status.INVALID

    def _keep_mirrored_checkpoint(self, connection: Connection, log: LogRow, row: RecordRow) -> None:
        try:
            checkpoint = SignedCheckpoint.from_json(self._codec.decode(row.value)["data"])
        except (Undecodable, CheckpointError):
            return  # a projection lists it as invalid
        if is_authentic(checkpoint, self._public):
            connection.execute(
                "INSERT INTO verify_checkpoints VALUES ('topic', %s, %s)", (checkpoint.ordinal, checkpoint.digest)
            )
        else:
            what = f"checkpoint {checkpoint.ordinal} (topic): the signature isn't the signing key's"
            self._result.findings.add(Kind.CHECKPOINT, what, place=log.place, offset=row.offset)
