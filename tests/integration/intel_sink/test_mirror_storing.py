"""What goes into the mirror is there, once, in order, whatever it is."""

import asyncio
from dataclasses import replace
from typing import Any

import orjson
import psycopg
import pytest
from chassis.testing.events import event
from chassis.testing.faults import FaultInjectedError, armed
from chassis.worker.batch import Log, Record
from intel_sink import domain, merkle
from intel_sink.mirror import ConflictInLogError, GapInLogError

from .conftest import MirrorKit, life, records

POISON: dict[str, bytes | None] = {
    "nothing (a tombstone)": None,
    "empty": b"",
    "not JSON": b"\xff\xfe\x00hello",
    "cut short": orjson.dumps(event("p", 1))[:-3],
    "a number": b"1e999",
    "a list": b"[]",
    "NUL in a text": orjson.dumps(event("p", 1, data={"a": "\0"})),
    "NUL in the subject": orjson.dumps(event("p", 1) | {"subject": "a\0b"}),
    "a lone surrogate": orjson.dumps(event("p", 1)).replace(b'"p-test"', b'"\\ud800"'),
    "no id": orjson.dumps({**event("p", 1), "id": None}),
    "an id that is no UUID": orjson.dumps(event("p", 1) | {"id": "../../etc/passwd"}),
    "a sequence beyond bigint": orjson.dumps(event("p", 1) | {"sequence": "9" * 20}),
    "a date that doesn't exist": orjson.dumps(event("p", 1) | {"time": "2026-02-31T00:00:00Z"}),
    "huge": orjson.dumps(event("p", 1, data={"a": "x" * 600_000})),
    "nested deep": b'{"a":' * 2_000 + b"1" + b"}" * 2_000,
    "SQL": b"'); DROP TABLE mirror_records; --",
}


async def test_a_batch_is_stored_with_its_bytes_leaves_tree_and_journal(kit: MirrorKit) -> None:
    batch = records(life("p", 5))
    await kit.store(batch[:2], batch[2:])
    rows = kit.rows('SELECT * FROM mirror_records ORDER BY "offset"')
    assert [(row["offset"], bytes(row["value"]), row["status"]) for row in rows] == [
        (record.offset, record.value, "ok") for record in batch
    ]
    (log,) = kit.rows("SELECT * FROM mirror_logs")
    root = merkle.Frontier(log["size"], bytes(log["frontier"])).root()
    assert (log["topic_uuid"], log["partition"], log["size"]) == (kit.log.topic_uuid, 0, 5)
    assert root == merkle.root_of(bytes(row["leaf_hash"]) for row in rows)
    journal = kit.rows("SELECT first_offset, records FROM mirror_arrivals ORDER BY ordinal")
    assert journal == [{"first_offset": 0, "records": 2}, {"first_offset": 2, "records": 3}]


async def test_poison_of_every_sort_is_stored_as_it_came_and_marked_invalid(kit: MirrorKit) -> None:
    good = event("p", 1)
    headers: Any = (("h", b"\x00"), ("h", None))  # a broker gives a null header, whatever its client's types say
    poison = [Record(offset, 1, b"\x00\xff", value, headers) for offset, value in enumerate(POISON.values(), 1)]
    batch = [*records([good]), *poison]
    await kit.store(batch)
    rows = kit.rows('SELECT status, event_id, value FROM mirror_records ORDER BY "offset"')
    assert rows[0]["status"] == "ok"
    for name, row, value in zip(POISON, rows[1:], POISON.values(), strict=True):
        assert (row["status"], row["event_id"]) == ("invalid", None), name
        assert (row["value"] if row["value"] is None else bytes(row["value"])) == value, name
    assert kit.verify().findings.total == 0


async def test_of_records_with_one_event_id_the_first_to_arrive_is_ok_and_the_others_are_duplicates(
    kit: MirrorKit, other_log: Log
) -> None:
    first, second = life("p", 2)
    await kit.store(records([first, first, second]))
    await kit.store(records([second, first]), log=other_log)
    await kit.store(records([second], start=3))
    rows = kit.rows('SELECT status FROM mirror_records ORDER BY log, "offset"')
    assert [row["status"] for row in rows] == ["ok", "duplicate", "ok", "duplicate", "duplicate", "duplicate"]
    assert kit.verify().findings.total == 0


async def test_an_invalid_record_never_makes_a_valid_one_a_duplicate(kit: MirrorKit) -> None:
    good = event("p", 1)
    broken = good | {"tenant": "nowhere"}
    await kit.store(records([broken, good]))
    assert [row["status"] for row in kit.rows('SELECT status FROM mirror_records ORDER BY "offset"')] == [
        "invalid",
        "ok",
    ]


async def test_the_same_records_again_change_nothing(kit: MirrorKit) -> None:
    batch = records(life("p", 4))
    await kit.store(batch[:3])
    before = kit.rows("SELECT * FROM mirror_records"), kit.rows("SELECT * FROM mirror_logs")
    await kit.store(batch[:3])
    assert (kit.rows("SELECT * FROM mirror_records"), kit.rows("SELECT * FROM mirror_logs")) == before
    await kit.store(batch)
    assert [row["offset"] for row in kit.rows('SELECT "offset" FROM mirror_records ORDER BY 1')] == [0, 1, 2, 3]


@pytest.mark.parametrize(
    "change",
    [{"value": b"{}"}, {"key": None}, {"timestamp_ms": 1}, {"headers": ()}],
    ids=lambda change: next(iter(change)),
)
async def test_other_bytes_at_a_mirrored_offset_stop_the_mirror(kit: MirrorKit, change: dict[str, Any]) -> None:
    batch = records(life("p", 3))
    await kit.store(batch)
    with pytest.raises(ConflictInLogError, match="offset 1"):
        await kit.store([batch[0], replace(batch[1], **change), batch[2]])


@pytest.mark.parametrize("missing", [2, 3])
async def test_a_hole_in_the_log_stops_the_mirror_and_stores_nothing(kit: MirrorKit, missing: int) -> None:
    batch = records(life("p", 5))
    await kit.store(batch[:2])
    with pytest.raises(GapInLogError, match=f"where {missing} was next"):
        await kit.store([record for record in batch[2:] if record.offset != missing])
    assert await kit.scalar("SELECT count(*) FROM mirror_records") == 2


async def test_a_topic_that_was_made_again_is_another_log(kit: MirrorKit, next_incarnation: Log) -> None:
    events = life("p", 3)
    await kit.store(records(events[:2]))
    await kit.store(records(events), log=next_incarnation)
    logs = kit.rows("SELECT topic_uuid, size FROM mirror_logs ORDER BY log")
    assert logs == [
        {"topic_uuid": kit.log.topic_uuid, "size": 2},
        {"topic_uuid": next_incarnation.topic_uuid, "size": 3},
    ]
    statuses = [row["status"] for row in kit.rows('SELECT status FROM mirror_records ORDER BY log, "offset"')]
    assert statuses == ["ok", "ok", "duplicate", "duplicate", "ok"]
    assert kit.verify().findings.total == 0


async def test_a_mirror_that_dies_before_the_commit_stores_the_batch_once_when_it_is_back(kit: MirrorKit) -> None:
    batch = records(life("p", 6))
    await kit.store(batch[:2])
    for point in ("mirror.after_copy", "database.before_commit"):
        with armed(point), pytest.raises(FaultInjectedError):
            await kit.store(batch[2:])
        assert await kit.scalar("SELECT count(*) FROM mirror_records") == 2
    with armed("database.after_commit"), pytest.raises(FaultInjectedError):
        await kit.store(batch[2:])
    await kit.store(batch[2:])  # it doesn't know that it was committed
    assert await kit.scalar("SELECT count(*) FROM mirror_records") == 6
    assert kit.verify().findings.total == 0


async def test_two_mirrors_at_once_leave_a_journal_in_the_order_of_commits(kit: MirrorKit, other_log: Log) -> None:
    shared = life("p", 40)
    one = [records(shared[at : at + 4], start=at) for at in range(0, 40, 4)]
    await asyncio.gather(kit.store(*one), kit.store(*one, log=other_log))
    assert await kit.scalar("SELECT count(*) FROM mirror_records WHERE status = 'ok'") == 40
    assert kit.verify().findings.total == 0


async def test_a_follower_never_sees_a_later_batch_before_an_earlier_one(kit: MirrorKit, other_log: Log) -> None:
    async with kit.database.transaction() as slow:
        await kit.mirror.store(slow, kit.log, records(life("p", 2)))
        fast = asyncio.create_task(kit.store(records(life("q", 2)), log=other_log))
        await asyncio.wait([fast], timeout=0.5)
        assert not fast.done()
        assert kit.rows("SELECT ordinal FROM mirror_arrivals") == []
    await fast
    assert len(kit.rows("SELECT ordinal FROM mirror_arrivals")) == 2


async def test_headers_with_other_boundaries_make_another_leaf() -> None:
    one = domain.encode_headers([("ab", b"c")])
    other = domain.encode_headers([("a", b"bc")])
    absent = domain.encode_headers([("ab", None)])
    assert len({one, other, absent, domain.encode_headers([("ab", b"")])}) == 4


async def test_nothing_in_the_mirror_is_left_half_way_when_the_server_goes_away(kit: MirrorKit) -> None:
    with pytest.raises((psycopg.OperationalError, Exception)):  # noqa: PT012  whatever the driver says
        async with kit.database.transaction() as session:
            await kit.mirror.store(session, kit.log, records(life("p", 3)))
            kit.tamper(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
    assert await kit.scalar("SELECT count(*) FROM mirror_records") == 0
    await kit.store(records(life("p", 3)))
    assert kit.verify().findings.total == 0
