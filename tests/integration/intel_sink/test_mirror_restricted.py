"""What came on a restricted topic is mirrored byte by byte, counted for whoever supervises, and shown to nobody."""

import dataclasses
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from chassis.envelope import format_time
from chassis.testing.events import event
from chassis.worker.logs import Log

from contracts.events import PetitionClosed, ReportClassified, ReportClosed

from .conftest import MirrorKit, classified, records
from .test_mirror_api import Api, api

__all__ = ["api"]

REPORTS = ReportClassified.TOPIC
SENT = datetime(2026, 11, 4, 9, 47, 13, 514008, UTC)


def reported(subject: str, *, sequence: int = 1, kind: str = "report", **attributes: Any) -> dict[str, Any]:
    """A report's classification."""
    data = {"kind": kind, "matter": "fraud", "confidence": 0.9, "danger": "none", "by": "rules"}
    names = {"type_": ReportClassified.TYPE, "dataschema": ReportClassified.DATASCHEMA}
    return event(subject, sequence, source="/petition", data=data, **names, **attributes)


def closed(type_: type[PetitionClosed | ReportClosed], subject: str, sequence: int) -> dict[str, Any]:
    """The end of a petition that goes on elsewhere."""
    data = {"by": "p_triage", "outcome": "moved"}
    return event(subject, sequence, source="/petition", data=data, type_=type_.TYPE, dataschema=type_.DATASCHEMA)


@pytest.fixture
def restricted(kit: MirrorKit) -> Log:
    return dataclasses.replace(kit.log, topic=REPORTS, topic_uuid=uuid4())


def totals(items: list[dict[str, Any]]) -> dict[tuple[str, str], int]:
    return {(item["tenant"], item["kind"]): item["total"] for item in items}


async def test_of_a_report_the_store_shows_counts_and_those_to_whoever_supervises(
    api: Api, kit: MirrorKit, restricted: Log
) -> None:
    before = totals(await api.items("/v1/intel/counts"))
    life = [reported("r1"), reported("r2"), reported("r3", kind="complain", tenant="440300")]
    await kit.store(records(life), log=restricted)
    await kit.follow()
    raw = kit.rows(f"SELECT value FROM mirror_records JOIN mirror_logs USING (log) WHERE topic = '{REPORTS}'")
    assert [bytes(row["value"]) for row in raw] == [record.value for record in records(life)]
    for role in ("analyst", "administrator"):
        assert totals(await api.items("/v1/intel/counts", role)) == before
    for role in ("supervisor", "auditor"):
        seen = totals(await api.items("/v1/intel/counts", role))
        assert seen == before | {("440100", "report"): 5, ("440300", "complain"): 1}
    for role in ("analyst", "auditor", "administrator"):
        assert await api.items("/v1/intel/records?subject=r1", role) == []
        assert await api.items(f"/v1/intel/records?id={life[0]['id']}", role) == []


async def test_a_burst_of_reports_is_told_by_the_hour_and_without_the_places_of_its_evidence(
    api: Api, kit: MirrorKit, restricted: Log
) -> None:
    times = [SENT + timedelta(minutes=10 * number) for number in range(3)]
    await kit.store(
        records([reported(f"r{n}", tenant="440300", time=format_time(at)) for n, at in enumerate(times)]),
        log=restricted,
    )
    await kit.follow()
    (alert,) = [each for each in await api.items("/v1/intel/alerts") if each["tenant"] == "440300"]
    assert (alert["count"], alert["evidence"]) == (3, [])
    assert alert["window_start"] == "2026-11-04T09:00:00Z"
    (raised,) = [event for event in kit.outbox() if event["tenant"] == "440300"]
    assert len(raised["data"]["evidence"]) == 3, "the suite itself can find them"


async def test_what_was_moved_counts_once_where_it_goes_on(kit: MirrorKit, restricted: Log) -> None:
    await kit.store(records([classified("a", kind="consult"), closed(PetitionClosed, "a", 2)]))
    await kit.store(records([reported("b"), reported("c"), closed(ReportClosed, "c", 2)]), log=restricted)
    await kit.store(records([classified("d", kind="complain")], start=2))
    await kit.follow()
    counts = kit.rows("SELECT kind, audience, total FROM projections.counts WHERE total > 0 ORDER BY kind")
    assert [(row["kind"], row["audience"], row["total"]) for row in counts] == [
        ("complain", "province", 1),
        ("report", "restricted", 1),
    ]
