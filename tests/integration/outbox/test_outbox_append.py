"""A decision's events and its state are committed together, or not at all."""

import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from chassis.database import Database
from chassis.outbox import Outbox
from chassis.sealing import open_
from chassis.testing.events import create_tables, units_on
from chassis.unit import Units
from contracts.codec import Codec, ContractViolation
from contracts.registry import Registry
from opentelemetry.sdk.trace import TracerProvider
from sqlalchemy import text
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from yiwangban_keyring.encryption import FileEncryption
from yiwangban_keyring.store import DatabaseKeyring

from contracts.events import BulletinDrafted, PetitionReceived
from tests.integration.kit.statements import note_statements

TOPIC = "petition.bulletins.v1"


def drafted(**changes: Any) -> BulletinDrafted:
    example = Codec(Registry.load()).decode(Registry.load().example("fraud-warning.json"))
    return BulletinDrafted.from_data(example["data"] | changes)


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    create_tables(database_url)
    opened = Database(database_url, pool_size=2, pool_wait_s=0.2)
    yield opened
    await opened.close()


@pytest.fixture
def units(database: Database) -> Units:
    return units_on(database, service="petition")


async def rows_of(database: Database) -> list[Any]:
    async with database.transaction() as session:
        return list(await (await session.connection()).execute(text("SELECT * FROM outbox ORDER BY id")))


async def test_the_events_of_a_decision_are_consecutive_rows(units: Units, database: Database) -> None:
    async with units.begin() as unit:
        await unit.append(
            topic=TOPIC, subject="b1", tenant="440100", first_sequence=3, events=[drafted(), drafted(title="另一条")]
        )
    rows = await rows_of(database)
    assert [(row.subject, row.sequence, row.status, row.topic) for row in rows] == [
        ("b1", 3, "pending", TOPIC),
        ("b1", 4, "pending", TOPIC),
    ]
    codec = Codec(Registry.load())
    events = [codec.decode(row.body) for row in rows]
    assert [event["id"] for event in events] == [str(row.event_id) for row in rows]
    assert events[0]["source"] == "/petition"
    assert events[0]["correlationid"] == events[1]["correlationid"] == unit.correlationid
    assert [event["traceparent"] for event in events if "traceparent" in event] == [
        row.traceparent for row in rows if row.traceparent
    ]


async def test_all_that_a_unit_records_is_written_by_its_last_statement_in_order(
    units: Units, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    await rows_of(database)  # what SQLAlchemy asks of its first connection has been asked
    statements: list[str] = []
    note_statements(monkeypatch, statements)
    async with units.begin() as unit:
        for subject, sequence in (("b2", 1), ("b1", 7), ("b2", 2)):
            await unit.append(
                topic=TOPIC, subject=subject, tenant="440100", first_sequence=sequence, events=[drafted()]
            )
        await (await unit.session.connection()).execute(text("SELECT 'the decision'"))
    assert [statement.split()[0] for statement in statements] == ["SELECT", "INSERT"]
    assert [(row.subject, row.sequence) for row in await rows_of(database)] == [("b2", 1), ("b1", 7), ("b2", 2)]


async def test_events_are_written_in_one_go_with_a_statement_that_tells_what_it_changed(
    units: Units, database: Database
) -> None:
    for _ in range(2):
        async with units.begin() as unit:
            await unit.append(topic=TOPIC, subject="b1", tenant="440100", first_sequence=1, events=[drafted()])
            changed = await unit.write_events_beside(
                "INSERT INTO imported_causes VALUES (%(id)s) ON CONFLICT DO NOTHING", {"id": "cause"}
            )
    assert changed == 0, "the second time it was there already"
    assert len(await rows_of(database)) == 2


async def test_a_rolled_back_decision_leaves_no_event(units: Units, database: Database) -> None:
    class RefusedError(Exception):
        pass

    woken: list[bool] = []

    async def decide() -> None:
        async with units.begin() as unit:
            unit.after_commit(lambda: woken.append(True))
            await unit.append(topic=TOPIC, subject="b1", tenant="440100", first_sequence=1, events=[drafted()])
            raise RefusedError

    with pytest.raises(RefusedError):
        await decide()
    assert await rows_of(database) == []
    assert woken == []


async def test_the_relay_is_woken_after_the_commit_and_not_before(database: Database) -> None:
    woken: list[bool] = []
    units = Units(database, units_on(database, service="petition").outbox, wake=lambda: woken.append(True))
    async with units.begin() as unit:
        await unit.append(topic=TOPIC, subject="b1", tenant="440100", first_sequence=1, events=[drafted()])
        assert woken == []
    assert woken == [True]


async def test_one_bad_event_keeps_the_whole_decision_out(units: Units, database: Database) -> None:
    with pytest.raises(ContractViolation):
        async with units.begin() as unit:
            await unit.append(
                topic=TOPIC,
                subject="b1",
                tenant="440100",
                first_sequence=1,
                events=[drafted(), drafted(title="nul \0 byte")],
            )
    assert await rows_of(database) == []


async def test_an_event_that_could_not_be_published_is_refused_before_the_commit(units: Units) -> None:
    with pytest.raises(ContractViolation, match="limit"):
        async with units.begin() as unit:
            await unit.append(
                topic=TOPIC, subject="b1", tenant="440100", first_sequence=1, events=[drafted(text="长" * 600_000)]
            )


async def test_free_text_that_was_not_masked_is_refused_before_the_commit(units: Units, database: Database) -> None:
    with pytest.raises(ContractViolation, match="/data/text: holds a telephone") as refused:
        async with units.begin() as unit:
            await unit.append(
                topic=TOPIC, subject="b1", tenant="440100", first_sequence=1, events=[drafted(text="请拨打13800138000")]
            )
    assert "13800138000" not in str(refused.value)
    assert await rows_of(database) == []


async def test_a_service_writes_its_own_topics_only(database: Database, units: Units) -> None:
    foreign = units_on(database, service="intel-sink")
    async with foreign.begin() as unit:
        with pytest.raises(ValueError, match="doesn't write"):
            await unit.append(topic=TOPIC, subject="b1", tenant="440100", first_sequence=1, events=[drafted()])
    async with units.begin() as unit:
        with pytest.raises(ValueError, match="doesn't write"):
            await unit.append(
                topic="petition.petitions.v1", subject="b1", tenant="440100", first_sequence=1, events=[drafted()]
            )


async def test_a_personal_field_is_never_recorded_in_clear(
    database: Database, keyring_url: str, tmp_path: Path
) -> None:
    registry = Registry.load()
    keyring = DatabaseKeyring(keyring_url, FileEncryption(tmp_path / "kek", create=True), secret=os.urandom(32))
    codec = Codec(registry)
    outbox = Outbox(service="petition", registry=registry, codec=codec, keyring=keyring, pseudonym_secret=b"x" * 32)
    example = codec.decode(registry.example("portal-question.json"))["data"]
    received = PetitionReceived.from_data(example | {"title": "护照", "text": "我的护照过期了"})
    async with Units(database, outbox).begin() as unit:
        with pytest.raises(ValueError, match="whose"):
            await unit.append(
                topic=PetitionReceived.TOPIC, subject="p1", tenant="440100", first_sequence=1, events=[received]
            )
    async with Units(database, outbox).begin() as unit:
        await unit.append(
            topic=PetitionReceived.TOPIC,
            subject="p1",
            tenant="440100",
            first_sequence=1,
            events=[received],
            person="someone",
        )
    (row,) = await rows_of(database)
    assert "护照".encode() not in row.body
    event = codec.decode(row.body)
    key = (await keyring.get_many([event["keyid"]]))[event["keyid"]]
    assert key is not None
    opened = open_(
        event["data"]["text"], key, type=event["type"], subject="p1", sequence=1, field="text", keyid=event["keyid"]
    )
    assert opened == "我的护照过期了"
    await keyring.close()


async def test_an_event_carries_the_context_in_which_it_was_made(
    units: Units, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    tracer = TracerProvider().get_tracer("test")
    monkeypatch.setattr("chassis.outbox.tracer", lambda: tracer)
    with tracer.start_as_current_span("request") as request:
        async with units.begin() as unit:
            await unit.append(topic=TOPIC, subject="b1", tenant="440100", first_sequence=1, events=[drafted()])
    (row,) = await rows_of(database)
    event = Codec(Registry.load()).decode(row.body)
    assert event["traceparent"] == row.traceparent
    version, trace_id, span_id, flags = row.traceparent.split("-")
    assert version == "00"
    assert int(flags, 16) & 1, "sampled"
    assert int(trace_id, 16) == request.get_span_context().trace_id
    assert int(span_id, 16) != request.get_span_context().span_id


async def test_nobody_waits_long_for_a_connection(database: Database) -> None:
    async with database.transaction() as one, database.transaction() as two:
        await one.connection()
        await two.connection()
        with pytest.raises(PoolTimeoutError):
            async with database.transaction() as three:
                await three.connection()


async def test_questions_that_are_asked_often_stay_prepared(database_url: str, database: Database) -> None:
    """See the pitfalls of psycopg: a ROLLBACK at the end of each would make PostgreSQL plan them again and again."""
    alone = Database(database_url, pool_size=1)
    for _ in range(8):
        async with alone.transaction(read_only=True) as session:
            await (await session.connection()).exec_driver_sql("SELECT count(*) FROM outbox")
    async with alone.transaction(read_only=True) as session:
        prepared = await (await session.connection()).exec_driver_sql("SELECT statement FROM pg_prepared_statements")
        assert "SELECT count(*) FROM outbox" in prepared.scalars().all()
    await alone.close()


async def test_a_read_only_unit_can_not_write(units: Units, database: Database) -> None:
    with pytest.raises(Exception, match="read-only"):
        async with units.begin(read_only=True) as unit:
            await unit.append(topic=TOPIC, subject="b1", tenant="440100", first_sequence=1, events=[drafted()])
    assert await rows_of(database) == []
