"""A mirror on a real database: records go in as a batch consumer would bring them, and somebody tampers with them."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from chassis.database import Database
from chassis.testing.events import event, record_of, units_on
from chassis.unit import Unit, Units
from chassis.worker.batch import Log, Record
from contracts.codec import Codec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from intel_sink import handlers
from intel_sink.bootstrap import bootstrap
from intel_sink.checkpoints import OutsideFile, SignedCheckpoint, SigningKey
from intel_sink.domain import BurstRule
from intel_sink.findings import Finding
from intel_sink.mirror import Mirror
from intel_sink.projections import Projector
from intel_sink.verify import Verification, Verifier
from psycopg.rows import dict_row

from tests.integration.kit.databases import Databases
from tests.integration.kit.in_process import CODEC, REGISTRY

TOPIC = "petition.petitions.v1"
CLASSIFIED = "yiwangban.petition.petition.classified.v1"
RULE = BurstRule(name="fraud-reports", kind="report", matter="fraud", threshold=3, hours=24)


def records(events: Iterable[dict[str, Any]], *, start: int = 0) -> list[Record]:
    """Records as the broker would give them, from an offset on."""
    found = []
    for offset, item in enumerate(events, start):
        key, value = record_of(item)
        found.append(Record(offset, 1_760_000_000_000 + offset, key, value, (("content-type", b"application/json"),)))
    return found


def life(subject: str, length: int, **attributes: Any) -> list[dict[str, Any]]:
    """The events of one subject, in order."""
    return [event(subject, sequence, **attributes) for sequence in range(1, length + 1)]


def classified(
    subject: str, *, kind: str = "report", matter: str = "fraud", sequence: int = 1, **attributes: Any
) -> dict[str, Any]:
    """A petition's classification, whole and valid."""
    data = {"kind": kind, "matter": matter, "confidence": 0.9, "reasons": ["fraud-words"], "by": "rules"}
    return event(
        subject,
        sequence,
        type_=CLASSIFIED,
        source="/petition",
        dataschema="urn:yiwangban:schema:petition-classified:v1",
        data=data,
        **attributes,
    )


@dataclass
class MirrorKit:
    """Everything around one mirror.

    Attributes:
        url: Its database.
        log: A log to begin with.
        key: Signs its checkpoints.
        outside: Keeps them.
    """

    url: str
    database: Database
    units: Units
    codec: Codec
    key: SigningKey
    outside: OutsideFile
    log: Log = field(default_factory=lambda: Log(TOPIC, uuid4(), 0))

    def __post_init__(self) -> None:
        self.mirror = Mirror(self.codec)
        self.projector = Projector(self.codec, REGISTRY.topics, [RULE])

    async def store(self, *batches: list[Record], log: Log | None = None) -> None:
        """Store batches, a transaction each."""
        for batch in batches:
            async with self.database.transaction() as session:
                await self.mirror.store(session, log or self.log, batch)

    async def sign(self) -> SignedCheckpoint | None:
        """Sign a checkpoint, and wait until the file has it."""
        # One thread, so that the append below waits behind the one that the commit sets off.
        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(max_workers=1))
        async with self.units.begin() as unit:
            signed = await handlers.sign_checkpoint(unit, key=self.key, outside=self.outside)
        if signed is not None:
            await asyncio.to_thread(self.outside.append, [signed], unit.now)
        return signed

    async def follow(self) -> None:
        """Let the projections catch up."""
        behind = True
        while behind:
            async with self.units.begin() as unit:
                behind = await self._step(unit)

    async def _step(self, unit: Unit) -> bool:
        before = await self.scalar("SELECT ordinal FROM projections.progress")
        await handlers.follow_mirror(unit, self.projector)
        connection = await unit.session.connection()
        after = await connection.exec_driver_sql("SELECT ordinal FROM projections.progress")
        return bool(after.scalar_one() != before)

    def verify(self, public: Ed25519PublicKey | None = None, **options: Any) -> Verification:
        """Verify the mirror as the command does."""
        return Verifier(self.url, self.codec, public or self.key.public, self.outside, **options).run()

    def named(self, **options: Any) -> list[tuple[str, int | None, int | None]]:
        """What verification names: kind, partition, offset."""
        return [_short(finding) for finding in self.verify(**options).findings]

    def rows(self, query: str, *values: Any) -> list[dict[str, Any]]:
        """Look into the database, past all code under test."""
        with psycopg.connect(self.url, row_factory=dict_row) as connection:
            return connection.execute(query, values or None).fetchall()

    async def scalar(self, query: str) -> Any:
        """The one value that a query gives."""
        return next(iter(self.rows(query)[0].values()))

    def tamper(self, *statements: str) -> None:
        """Do what somebody with the database's password can do."""
        with psycopg.connect(self.url) as connection:
            for statement in statements:
                connection.execute(statement)

    def emptied(self) -> None:
        """Forget everything."""
        names = [row["name"] for row in self.rows(
            "SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables "
            "WHERE schemaname IN ('public', 'projections') AND tablename <> 'alembic_version'"
        )]  # fmt: skip
        self.tamper(f"TRUNCATE {', '.join(names)}", "INSERT INTO projections.progress VALUES (1, 0)")

    @contextmanager
    def locked(self, statement: str) -> Iterator[None]:
        """Hold a session's lock."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(statement)
            try:
                yield
            finally:
                connection.execute("SELECT pg_advisory_unlock_all()")  # closing alone takes the server a moment

    def outbox(self) -> list[dict[str, Any]]:
        """The events that this service wrote."""
        return [json.loads(bytes(row["body"])) for row in self.rows("SELECT body FROM outbox ORDER BY id")]


def _short(finding: Finding) -> tuple[str, int | None, int | None]:
    return finding.kind.value, finding.place.partition if finding.place else None, finding.offset


@pytest.fixture
def mirror_url(databases: Databases) -> Iterator[str]:
    """A fresh, migrated database."""
    with databases.fresh(bootstrap().migrations) as url:
        yield url


@pytest.fixture
async def kit(mirror_url: str, tmp_path: Path) -> AsyncIterator[MirrorKit]:
    """A mirror with nothing in it."""
    database = Database(mirror_url, 4)
    units = units_on(database, service="intel-sink")
    key = SigningKey.load_or_create(tmp_path / "checkpoints.pem")
    outside = OutsideFile(tmp_path / "outside" / "checkpoints.jsonl")
    yield MirrorKit(mirror_url, database, units, CODEC, key, outside)
    await database.close()


@pytest.fixture
def other_log(kit: MirrorKit) -> Log:
    """Another partition of the same topic."""
    return Log(TOPIC, kit.log.topic_uuid, 1)


@pytest.fixture
def next_incarnation() -> Log:
    """The same partition of the topic after it was made again."""
    return Log(TOPIC, UUID(int=7), 0)
