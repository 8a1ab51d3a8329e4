"""An alert of the intelligence store leads to one bulletin draft, however often it is told."""

import json
from datetime import UTC, datetime
from typing import Any

from chassis.envelope import Envelope, new_id
from petition.handlers import open_bulletin_draft

from contracts.events import AlertRaised, Evidence

from .conftest import GUANGZHOU, SHENZHEN, Petitions


def alert(tenant: str = GUANGZHOU) -> Envelope:
    moment = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
    evidence = Evidence(topic="petition.petitions.v1", partition=0, offset=1, id=new_id())
    raised = AlertRaised(
        rule="burst",
        kind="report",
        matter="fraud",
        window_start=moment,
        window_end=moment,
        count=12,
        threshold=10,
        evidence=(evidence,),
    )
    return Envelope(
        id=new_id(),
        source="/intel-sink",
        type=AlertRaised.TYPE,
        subject=new_id(),
        time=moment,
        dataschema=AlertRaised.DATASCHEMA,
        tenant=tenant,
        sequence=1,
        actor="intel-sink",
        correlationid=new_id(),
        data=raised.to_data(),
    )


async def told(petitions: Petitions, event: Envelope) -> None:
    async with petitions.units.begin(cause=event) as unit:
        await open_bulletin_draft(event, unit)


def drafted(petitions: Petitions) -> list[dict[str, Any]]:
    rows = petitions.rows("SELECT body FROM outbox WHERE topic = 'petition.bulletins.v1'")
    return [json.loads(bytes(row["body"])) for row in rows]


async def test_a_draft_and_its_event_come_from_an_alert_and_say_so(petitions: Petitions) -> None:
    event = alert()
    await told(petitions, event)
    (published,) = drafted(petitions)
    assert published["data"]["alert"] == event.id
    assert (published["causationid"], published["correlationid"]) == (event.id, event.correlationid)
    (listed,) = (await petitions.get("/v1/bulletins", "analyst")).json()["items"]
    assert (listed["id"], listed["title"]) == (published["subject"], published["data"]["title"])


async def test_an_alert_that_is_told_again_drafts_nothing_even_past_the_inbox(petitions: Petitions) -> None:
    event = alert()
    for _ in range(3):
        await told(petitions, event)
    assert len(drafted(petitions)) == 1
    assert len(petitions.rows("SELECT id FROM bulletins")) == 1


async def test_a_bulletin_is_seen_in_its_own_city_and_by_the_province(petitions: Petitions) -> None:
    await told(petitions, alert(GUANGZHOU))
    for role, tenant, seen in [
        ("triage", GUANGZHOU, 1),
        ("administrator", GUANGZHOU, 1),
        ("triage", SHENZHEN, 0),
        ("analyst", SHENZHEN, 0),
        ("auditor", "440000", 1),
    ]:
        page = (await petitions.get("/v1/bulletins", role, tenant=tenant)).json()
        assert len(page["items"]) == seen
    assert (await petitions.get("/v1/bulletins", "citizen")).status_code == 403


async def test_bulletins_come_in_pages_newest_first(petitions: Petitions) -> None:
    for _ in range(3):
        await told(petitions, alert())
    first = (await petitions.get("/v1/bulletins?limit=2", "triage")).json()
    second = (await petitions.get(f"/v1/bulletins?limit=2&cursor={first['next']}", "triage")).json()
    moments = [item["drafted_at"] for item in first["items"] + second["items"]]
    assert len(moments) == 3
    assert moments == sorted(moments, reverse=True)
    assert second["next"] is None
