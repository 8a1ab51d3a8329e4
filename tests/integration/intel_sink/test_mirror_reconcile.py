"""Every service's outbox against the mirror, event by event."""

from datetime import timedelta
from typing import Any

import orjson
import psycopg
import pytest
from chassis.testing.events import create_tables, event
from chassis.worker.batch import Log, Record
from contracts.registry import Registry
from intel_sink.reconcile import Reconciler, Reconciliation
from psycopg import sql

from .conftest import MirrorKit, life

NOW_MS = 4_000_000_000_000


class Petition:
    """The other service's outbox."""

    def __init__(self, url: str, log: Log) -> None:
        self.url = url
        self._log = log
        create_tables(url)

    def sent(self, *events: dict[str, Any], start: int = 0) -> list[Record]:
        """Record events as sent; give them as the broker would."""
        found = []
        for offset, item in enumerate(events, start):
            body = orjson.dumps(item)
            self.row(item, status="sent", offset=offset)
            found.append(Record(offset, NOW_MS + offset, item["subject"].encode(), body, ()))
        return found

    def row(self, item: dict[str, Any], *, status: str, offset: int | None = None, reason: str | None = None) -> None:
        """Record an event."""
        row = {
            "event_id": item["id"],
            "topic": self._log.topic,
            "subject": item["subject"],
            "sequence": int(item["sequence"]),
            "type": item["type"],
            "body": orjson.dumps(item),
            "status": status,
            "reason": reason,
        }
        if offset is not None:
            row |= {"topic_uuid": self._log.topic_uuid, "partition": self._log.partition, "offset": offset}
        statement = sql.SQL("INSERT INTO outbox ({}) VALUES ({})").format(
            sql.SQL(", ").join(map(sql.Identifier, row)), sql.SQL(", ").join(map(sql.Placeholder, row))
        )
        with psycopg.connect(self.url) as connection:
            connection.execute(statement, row)

    def execute(self, statement: str) -> None:
        """Change something."""
        with psycopg.connect(self.url) as connection:
            connection.execute(statement)


@pytest.fixture
def petition(kit: MirrorKit, database_url: str) -> Petition:
    return Petition(database_url, kit.log)


def reconciled(kit: MirrorKit, petition: str | None) -> Reconciliation:
    """Reconcile with petition's outbox; the other services have written nothing, as intel-sink's own outbox says."""
    registry = Registry.load()
    sources = {topic.writer: kit.url for topic in registry.topics.values()} | {"petition": petition}
    given = {service: url for service, url in sources.items() if url is not None}
    return Reconciler(kit.url, given, registry, retention=timedelta(days=14)).run()


def named(result: Reconciliation) -> list[tuple[str, int | None]]:
    return sorted(((finding.kind.value, finding.offset) for finding in result.findings), key=str)


async def test_what_was_sent_and_mirrored_agrees(kit: MirrorKit, petition: Petition) -> None:
    await kit.store(petition.sent(*life("p", 30), *life("q", 30)))
    result = reconciled(kit, petition.url)
    assert result.passed
    assert (result.services["petition"].recorded, result.services["petition"].same) == (60, 60)
    assert result.services["intel-sink"].recorded == 0


async def test_what_the_mirror_misses_is_named_and_what_is_on_its_way_is_not(
    kit: MirrorKit, petition: Petition
) -> None:
    stored = petition.sent(*life("p", 5))
    petition.sent(event("q", 1), start=5)  # sent, and the mirror hasn't come so far
    petition.row(event("r", 1), status="pending")
    petition.row(event("s", 1), status="quarantined", reason="too large")
    await kit.store(stored)
    kit.tamper('DELETE FROM mirror_records WHERE "offset" = 3')
    result = reconciled(kit, petition.url)
    assert named(result) == [("missing", 3), ("missing", None)]
    counted = result.services["petition"]
    assert (counted.recorded, counted.same, counted.pending, counted.missing) == (8, 4, 2, 2)


async def test_other_bytes_are_named(kit: MirrorKit, petition: Petition) -> None:
    await kit.store(petition.sent(*life("p", 3)))
    petition.execute("UPDATE outbox SET body = body || ' '::bytea WHERE sequence = 2")
    assert named(reconciled(kit, petition.url)) == [("different", 1)]


async def test_what_its_writer_never_wrote_is_named_unless_the_outbox_has_let_it_go(
    kit: MirrorKit, petition: Petition
) -> None:
    stored = petition.sent(*life("p", 3))
    forged, old = event("x", 1), event("y", 1)
    await kit.store(
        [
            *stored,
            Record(3, NOW_MS, b"x", orjson.dumps(forged), ()),
            Record(4, 1_000, b"y", orjson.dumps(old), ()),
            Record(5, NOW_MS, b"z", b"rubbish", ()),
        ]
    )
    result = reconciled(kit, petition.url)
    assert named(result) == [("extra", 3)]
    counted = result.services["petition"]
    assert (counted.extra, counted.expired, counted.invalid) == (1, 1, 1)


async def test_an_event_that_was_sent_again_to_a_new_incarnation_agrees(
    kit: MirrorKit, petition: Petition, next_incarnation: Log
) -> None:
    stored = petition.sent(*life("p", 3))
    await kit.store(stored)
    await kit.store(stored, log=next_incarnation)
    petition.execute(f"UPDATE outbox SET topic_uuid = '{next_incarnation.topic_uuid}'")
    assert reconciled(kit, petition.url).passed


async def test_a_writer_without_a_source_is_told(kit: MirrorKit) -> None:
    result = reconciled(kit, None)
    assert [finding.detail for finding in result.findings] == ["no source was given for the outbox of petition"]


async def test_a_user_that_may_only_read_the_outbox_will_do(kit: MirrorKit, petition: Petition) -> None:
    await kit.store(petition.sent(*life("p", 2)))
    role = "reader_" + petition.url.rpartition("/")[2]
    with psycopg.connect(petition.url) as connection:
        name = sql.Identifier(role)
        connection.execute(sql.SQL("CREATE ROLE {} LOGIN PASSWORD 'x'").format(name))
        connection.execute(sql.SQL("GRANT SELECT ON outbox TO {}").format(name))
    head, _, place = petition.url.rpartition("@")
    reader = f"{head.partition('://')[0]}://{role}:x@{place}"
    try:
        assert reconciled(kit, reader).passed
    finally:
        petition.execute(f"DROP OWNED BY {role}")
        petition.execute(f"DROP ROLE {role}")
