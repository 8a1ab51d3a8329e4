"""What is read from the mirror: it follows, it can be made again, and it comes out the same."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from chassis.envelope import Envelope, new_id
from chassis.testing.events import event
from chassis.testing.faults import FaultInjectedError, armed
from chassis.worker.batch import Log
from contracts.registry import Registry
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from intel_sink import handlers
from intel_sink.domain import BurstRule
from intel_sink.projections import Projector
from intel_sink.rebuild import REBUILD_LOCK, RebuildRunningError, rebuild

from .conftest import MirrorKit, classified, life, records

START = datetime(2026, 1, 5, tzinfo=UTC)
TABLES = ("counts", "classifications", "entries", "invalid", "burst_events", "burst_windows", "progress")


def at(hours: float) -> str:
    return (START + timedelta(hours=hours)).isoformat().replace("+00:00", "Z")


def projected(kit: MirrorKit) -> dict[str, list[dict[str, Any]]]:
    return {name: kit.rows(f"SELECT * FROM projections.{name} AS t ORDER BY t::text") for name in TABLES}


def counts(kit: MirrorKit) -> set[tuple[str, str, str, int]]:
    rows = kit.rows("SELECT * FROM projections.counts WHERE total > 0")
    return {(row["tenant"], row["kind"], row["day"].isoformat(), row["total"]) for row in rows}


async def test_petitions_are_counted_by_tenant_kind_and_day_in_beijing(kit: MirrorKit) -> None:
    await kit.store(
        records(
            [
                classified("a", kind="consult", time="2026-01-05T15:59:00Z"),
                classified("b", kind="consult", time="2026-01-05T16:01:00Z"),
                classified("c", kind="consult", time="2026-01-05T16:02:00Z"),
                classified("d", kind="help", tenant="440300", time="2026-01-05T16:02:00Z"),
            ]
        )
    )
    await kit.follow()
    assert counts(kit) == {
        ("440100", "consult", "2026-01-05", 1),
        ("440100", "consult", "2026-01-06", 2),
        ("440300", "help", "2026-01-06", 1),
    }


async def test_a_petition_that_staff_classify_again_counts_once_on_its_first_day(kit: MirrorKit) -> None:
    await kit.store(
        records(
            [
                classified("a", kind="consult", time="2026-01-05T01:00:00Z"),
                classified("a", kind="report", sequence=2, time="2026-01-07T01:00:00Z"),
            ]
        )
    )
    await kit.follow()
    assert counts(kit) == {("440100", "report", "2026-01-05", 1)}


async def test_duplicates_count_once(kit: MirrorKit, next_incarnation: Log) -> None:
    first = classified("a")
    await kit.store(records([first, first]))
    await kit.store(records([first]), log=next_incarnation)
    await kit.follow()
    assert counts(kit) == {("440100", "report", "2026-01-05", 1)}
    statuses = [row["status"] for row in kit.rows('SELECT status FROM projections.entries ORDER BY log, "offset"')]
    assert statuses == ["ok", "duplicate", "duplicate"]


async def test_another_petition_under_an_event_id_that_was_used_does_not_count(kit: MirrorKit) -> None:
    first = classified("a")
    await kit.store(records([first, classified("b") | {"id": first["id"]}]))
    await kit.follow()
    assert counts(kit) == {("440100", "report", "2026-01-05", 1)}


async def test_invalid_records_are_listed_with_reasons_and_without_content(kit: MirrorKit) -> None:
    secret = "13800138000"
    await kit.store(records([event("a", 1) | {"subject": f"{secret} "}, classified("b", kind=secret), event("c", 1)]))
    await kit.follow()
    rows = kit.rows('SELECT "offset", tenant, reason FROM projections.invalid ORDER BY "offset"')
    assert [(row["offset"], row["tenant"]) for row in rows] == [(0, None), (1, "440100")]
    assert all(row["reason"] and secret not in row["reason"] for row in rows)
    assert [row["offset"] for row in kit.rows('SELECT "offset" FROM projections.entries ORDER BY 1')] == [1, 2]


async def test_a_burst_raises_one_alert_with_its_evidence(kit: MirrorKit) -> None:
    reports = [classified(f"p{number}", time=at(number)) for number in range(6)]
    await kit.store(records([*reports[:2], classified("q", kind="help", time=at(2)), *reports[2:]]))
    await kit.follow()
    (alert,) = kit.outbox()
    assert (alert["type"], alert["tenant"], alert["sequence"]) == (
        "yiwangban.intel.alert.raised.v1",
        "440100",
        "0" * 19 + "1",
    )
    data = alert["data"]
    assert (data["rule"], data["kind"], data["matter"], data["count"]) == ("fraud-reports", "report", "fraud", 3)
    assert [(place["offset"], place["id"]) for place in data["evidence"]] == [
        (0, reports[0]["id"]),
        (1, reports[1]["id"]),
        (3, reports[2]["id"]),
    ]
    assert data["evidence"][0]["topic_uuid"] == str(kit.log.topic_uuid)
    assert (data["window_start"], data["window_end"]) == ("2026-01-05T00:00:00.000000Z", "2026-01-06T00:00:00.000000Z")


async def test_each_wave_each_tenant_and_each_matter_has_an_alert_of_its_own(kit: MirrorKit) -> None:
    wave = [classified(f"a{number}", time=at(number)) for number in range(3)]
    later = [classified(f"b{number}", time=at(30 + number)) for number in range(3)]
    elsewhere = [classified(f"c{number}", tenant="440300", time=at(number)) for number in range(3)]
    await kit.store(records([*wave, *later, *elsewhere, classified("d", time=at(31.5))]))
    await kit.follow()
    assert sorted((alert["tenant"], alert["data"]["window_start"][:13]) for alert in kit.outbox()) == [
        ("440100", "2026-01-05T00"),
        ("440100", "2026-01-06T06"),
        ("440300", "2026-01-05T00"),
    ]


async def test_a_report_that_comes_late_completes_its_window(kit: MirrorKit) -> None:
    await kit.store(records([classified("a", time=at(0)), classified("b", time=at(20)), classified("c", time=at(10))]))
    await kit.follow()
    (alert,) = kit.outbox()
    assert [place["offset"] for place in alert["data"]["evidence"]] == [0, 2, 1]


async def test_a_report_that_staff_take_back_no_longer_counts_for_a_burst(kit: MirrorKit) -> None:
    again = classified("a", kind="consult", sequence=2, time=at(0.5))
    await kit.store(
        records([classified("a", time=at(0)), again, classified("b", time=at(1)), classified("c", time=at(2))])
    )
    await kit.follow()
    assert kit.outbox() == []
    await kit.store(records([classified("d", time=at(3))], start=4))
    await kit.follow()
    assert len(kit.outbox()) == 1


async def test_a_follower_that_dies_before_its_commit_raises_the_alert_once(kit: MirrorKit) -> None:
    await kit.store(records([classified(f"p{number}", time=at(number)) for number in range(4)]))
    with armed("projections.before_commit"), pytest.raises(FaultInjectedError):
        await kit.follow()
    assert kit.outbox() == []
    await kit.follow()
    await kit.follow()
    assert len(kit.outbox()) == 1
    assert counts(kit) == {("440100", "report", "2026-01-05", 4)}


async def test_two_followers_at_once_take_each_batch_once(kit: MirrorKit) -> None:
    await kit.store(*[records([classified(f"p{number}", time=at(number))], start=number) for number in range(5)])
    async with kit.units.begin() as first, kit.units.begin() as second:
        await handlers.follow_mirror(first, kit.projector)
        await handlers.follow_mirror(second, kit.projector)
    assert counts(kit) == {("440100", "report", "2026-01-05", 5)}


async def test_an_alert_that_the_topic_remembers_is_not_raised_again_after_a_restore(kit: MirrorKit) -> None:
    await kit.store(records([classified(f"p{number}", time=at(number)) for number in range(4)]))
    await kit.follow()
    (alert,) = kit.outbox()
    kit.tamper("DELETE FROM alerts", "DELETE FROM outbox", "UPDATE projections.progress SET ordinal = 0",
               *(f"TRUNCATE projections.{name}" for name in TABLES if name != "progress"))  # fmt: skip
    async with kit.units.begin() as unit:
        await handlers.restore(unit, Envelope.from_cloudevent(alert))
        await handlers.restore(unit, Envelope.from_cloudevent(alert))
    await kit.follow()
    assert kit.outbox() == []
    (row,) = kit.rows("SELECT * FROM alerts")
    assert str(row["id"]) == alert["subject"]
    assert row["evidence"] == alert["data"]["evidence"]


classifications = st.builds(
    classified,
    st.integers(0, 12).map("p{}".format),
    kind=st.sampled_from(["report", "report", "report", "consult"]),
    sequence=st.integers(1, 3),
    tenant=st.sampled_from(["440100", "440100", "440300"]),
    time=st.integers(0, 60).map(at),
)
events = st.one_of(
    classifications,
    classifications,
    st.just("again"),
    st.just(event("x", 1) | {"id": "?"}),
    classifications.map(lambda whole: whole | {"data": {}}),
)
histories = st.lists(
    st.tuples(st.integers(0, 2), st.lists(events, min_size=1, max_size=6), st.booleans()), min_size=2, max_size=14
)
"""Batches: into which log, which records (some come again), and whether the projections follow at once."""


async def live(kit: MirrorKit, history: list[tuple[int, list[Any], bool]]) -> None:
    ends = {Log(kit.log.topic, kit.log.topic_uuid, partition): 0 for partition in range(3)}
    logs, seen = list(ends), classified("first")
    for partition, items, follow in history:
        batch = []
        for item in items:
            seen = seen if item == "again" else item | {"id": item["id"] if item["id"] == "?" else new_id()}
            batch.append(seen)
        await kit.store(records(batch, start=ends[logs[partition]]), log=logs[partition])
        ends[logs[partition]] += len(batch)
        if follow:
            await kit.follow()
    await kit.follow()


@given(history=histories)
@example(history=[(0, [classified(f"p{number}", time=at(number)) for number in range(4)], True), (1, ["again"], False)])
@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
async def test_what_is_rebuilt_is_what_was_there_and_no_alert_is_raised_again(kit: MirrorKit, history: Any) -> None:
    kit.emptied()
    await live(kit, history)
    before, raised = projected(kit), kit.outbox()
    raw = kit.rows('SELECT * FROM mirror_records ORDER BY log, "offset"')
    done = await rebuild(kit.database, kit.projector)
    assert projected(kit) == before
    assert kit.outbox() == raised
    assert len(raised) == len(before["burst_windows"])
    assert kit.rows('SELECT * FROM mirror_records ORDER BY log, "offset"') == raw
    assert done.records == len(raw)
    assert kit.rows("SELECT nspname FROM pg_namespace WHERE nspname LIKE 'projections%'") == [
        {"nspname": "projections"}
    ]


async def test_the_mirror_is_followed_on_after_a_rebuild(kit: MirrorKit) -> None:
    await kit.store(records([classified("a", time=at(0)), classified("b", time=at(1))]))
    await kit.follow()
    await kit.store(records([classified("c", time=at(2))], start=2))  # stored, but not followed yet
    await rebuild(kit.database, kit.projector)
    assert kit.outbox() == []
    await kit.follow()
    assert len(kit.outbox()) == 1
    assert counts(kit) == {("440100", "report", "2026-01-05", 3)}


async def test_spoilt_projections_are_put_right_by_a_rebuild(kit: MirrorKit) -> None:
    await kit.store(records([classified("a"), *life("b", 2)]))
    await kit.follow()
    before = projected(kit)
    kit.tamper("UPDATE projections.counts SET total = 99", "DELETE FROM projections.entries")
    await rebuild(kit.database, kit.projector)
    assert projected(kit) == before


async def test_other_rules_change_what_is_a_burst_but_raise_no_alert_about_the_past(kit: MirrorKit) -> None:
    await kit.store(records([classified(f"p{number}", time=at(number)) for number in range(2)]))
    await kit.follow()
    stricter = Projector(
        kit.codec,
        Registry.load().topics,
        [BurstRule(name="fraud-reports", kind="report", matter="fraud", threshold=2, hours=24)],
    )
    await rebuild(kit.database, stricter)
    assert len(kit.rows("SELECT * FROM projections.burst_windows")) == 1
    assert kit.outbox() == []


async def test_two_rebuilds_at_once_are_refused_and_one_that_died_is_cleared_away(kit: MirrorKit) -> None:
    await kit.store(records([classified("a")]))
    await kit.follow()
    kit.tamper("CREATE SCHEMA projections_next", "CREATE TABLE projections_next.half_way (id integer)")
    with kit.locked(f"SELECT pg_advisory_lock({REBUILD_LOCK})"), pytest.raises(RebuildRunningError):
        await rebuild(kit.database, kit.projector)
    await rebuild(kit.database, kit.projector)
    assert counts(kit) == {("440100", "report", "2026-01-05", 1)}
