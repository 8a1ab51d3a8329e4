"""Bulletins over HTTP, on a real database: from an alert or an officer, signed by a second person, for everybody."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from chassis.envelope import Envelope, new_id
from petition.bulletins.handlers import open_bulletin_draft

from contracts.events import AlertRaised, Evidence
from tests.integration.kit.bulletins import BULLETIN

from .conftest import GUANGZHOU, PROVINCE, SHENZHEN, Petitions
from .library import done, slug, types_of

PUBLIC = "/v1/published-bulletins"
REASON = {"reason": "手法有变"}


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


def events_of(petitions: Petitions) -> list[dict[str, Any]]:
    rows = petitions.rows("SELECT body FROM outbox WHERE topic = 'petition.bulletins.v1'")
    return [json.loads(bytes(row["body"])) for row in rows]


async def drafted(petitions: Petitions, tenant: str = GUANGZHOU, **changes: Any) -> str:
    made = await done(petitions, "/v1/bulletins", BULLETIN | changes, "handler", tenant=tenant)
    return str(made["id"])


async def published(petitions: Petitions, tenant: str = GUANGZHOU, **changes: Any) -> str:
    id_ = await drafted(petitions, tenant, **changes)
    await done(petitions, f"/v1/bulletins/{id_}/publish", None, "spokesperson", tenant=tenant, version=1)
    return id_


async def shown(petitions: Petitions, query: str = "") -> list[str]:
    """Read the public's list, as somebody who isn't signed in."""
    response = await petitions.client.get(f"{PUBLIC}{query}")
    assert response.status_code == 200, response.text
    return [item["id"] for item in response.json()["items"]]


async def test_a_draft_and_its_event_come_from_an_alert_and_say_so(petitions: Petitions) -> None:
    event = alert()
    await told(petitions, event)
    (written,) = events_of(petitions)
    assert written["data"]["alert"] == event.id
    assert (written["causationid"], written["correlationid"]) == (event.id, event.correlationid)
    (listed,) = (await petitions.get("/v1/bulletins", "analyst")).json()["items"]
    assert (listed["id"], listed["title"]) == (written["subject"], written["data"]["title"])


async def test_an_alert_that_is_told_again_drafts_nothing_even_when_its_bulletin_was_discarded(
    petitions: Petitions,
) -> None:
    event = alert()
    await told(petitions, event)
    (row,) = petitions.rows("SELECT id FROM bulletins")
    await done(petitions, f"/v1/bulletins/{row['id']}/discard", REASON, "triage", version=1)
    for _ in range(2):
        await told(petitions, event)
    assert len(events_of(petitions)) == 2
    assert len(petitions.rows("SELECT id FROM bulletins")) == 1


async def test_a_bulletin_is_seen_in_its_own_city_and_by_the_province(petitions: Petitions) -> None:
    await told(petitions, alert(GUANGZHOU))
    for role, tenant, seen in [
        ("triage", GUANGZHOU, 1),
        ("administrator", GUANGZHOU, 1),
        ("triage", SHENZHEN, 0),
        ("analyst", SHENZHEN, 0),
        ("auditor", PROVINCE, 1),
    ]:
        page = (await petitions.get("/v1/bulletins?state=drafted", role, tenant=tenant)).json()
        assert len(page["items"]) == seen
    assert (await petitions.get("/v1/bulletins?state=published", "triage")).json()["items"] == []
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


async def test_two_people_stand_behind_each_and_whoever_revised_it_does_not_sign_it(petitions: Petitions) -> None:
    await told(petitions, alert())
    (row,) = petitions.rows("SELECT id FROM bulletins")
    path = f"/v1/bulletins/{row['id']}"
    unverified = await petitions.post(f"{path}/publish", None, "spokesperson", version=1)
    assert slug(unverified) == (409, "not-verified")
    await done(petitions, f"{path}/revise", BULLETIN, "spokesperson", version=1)
    own = await petitions.post(f"{path}/publish", None, "spokesperson", version=2)
    assert slug(own) == (403, "same-person")
    await done(petitions, f"{path}/publish", None, "spokesperson", version=2, sub="another")
    assert types_of(petitions, str(row["id"])) == ["drafted", "revised", "published"]


async def test_everybody_sees_what_is_published_and_nothing_else(petitions: Petitions) -> None:
    waiting, discarded = await drafted(petitions), await drafted(petitions)
    await done(petitions, f"/v1/bulletins/{discarded}/discard", REASON, "handler", version=1)
    id_ = await published(petitions)
    assert await shown(petitions, f"?tenant={GUANGZHOU}") == [id_]
    detail = (await petitions.client.get(f"{PUBLIC}/{id_}")).json()
    assert (detail["state"], detail["title"], detail["text"]) == ("published", BULLETIN["title"], BULLETIN["text"])
    assert detail.keys().isdisjoint({"alert", "kind", "makers", "version"})
    for hidden in (waiting, discarded, new_id()):
        assert (await petitions.client.get(f"{PUBLIC}/{hidden}")).status_code == 404


async def test_a_withdrawn_one_stays_and_says_so(petitions: Petitions) -> None:
    id_ = await published(petitions)
    await done(petitions, f"/v1/bulletins/{id_}/withdraw", REASON, "spokesperson", version=2)
    (item,) = (await petitions.client.get(f"{PUBLIC}?tenant={GUANGZHOU}")).json()["items"]
    assert (item["state"], item["reason"]) == ("withdrawn", "手法有变")
    assert (await petitions.client.get(f"{PUBLIC}/{id_}")).json()["text"] == BULLETIN["text"]
    (_, last) = [event for event in petitions.events(id_) if "written" not in event.type]
    assert (last.data["reason"], last.data["text"]) == ("手法有变", BULLETIN["text"])


async def test_what_is_over_leaves_the_list_and_can_still_be_seen(petitions: Petitions) -> None:
    id_ = await published(petitions, effective_until="2099-12-31")
    assert await shown(petitions, f"?tenant={GUANGZHOU}") == [id_]
    petitions.rows("UPDATE bulletins SET last_day = '2020-01-01' RETURNING id")
    assert await shown(petitions, f"?tenant={GUANGZHOU}") == []
    assert (await petitions.client.get(f"{PUBLIC}/{id_}")).json()["state"] == "expired"
    late = await drafted(petitions, effective_until="2020-01-01")
    refused = await petitions.post(f"/v1/bulletins/{late}/publish", None, "spokesperson", version=1)
    assert slug(refused) == (422, "wrong-period")


async def test_a_city_shows_its_own_and_the_provinces_in_the_order_of_their_publication(petitions: Petitions) -> None:
    early, own = await drafted(petitions), await published(petitions)
    provincial = await published(petitions, PROVINCE)
    await done(petitions, f"/v1/bulletins/{early}/publish", None, "spokesperson", version=1)
    await published(petitions, SHENZHEN)
    assert await shown(petitions) == [provincial]
    assert await shown(petitions, f"?tenant={GUANGZHOU}") == [early, provincial, own]
    first = (await petitions.client.get(f"{PUBLIC}?tenant={GUANGZHOU}&limit=2")).json()
    assert await shown(petitions, f"?tenant={GUANGZHOU}&limit=2&cursor={first['next']}") == [own]


async def test_whoever_has_it_asks_only_whether_it_has_changed(petitions: Petitions) -> None:
    id_ = await published(petitions)
    for path in (f"{PUBLIC}/{id_}", f"{PUBLIC}?tenant={GUANGZHOU}"):
        answer = await petitions.client.get(path)
        assert answer.headers["cache-control"] == "public, max-age=30"
        known = {"If-None-Match": f'"other", W/{answer.headers["etag"]}'}
        again = await petitions.client.get(path, headers=known)
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", answer.headers["etag"])
    await done(petitions, f"/v1/bulletins/{id_}/withdraw", REASON, "spokesperson", version=2)
    assert (await petitions.client.get(path, headers=known)).status_code == 200


async def test_nothing_personal_gets_to_the_public(petitions: Petitions) -> None:
    refused = await petitions.post("/v1/bulletins", BULLETIN | {"text": "请致电 13800138000。"}, "handler")
    assert (slug(refused), refused.json()["kinds"]) == ((422, "holds-personal-data"), ["telephone"])
    id_ = await published(petitions)
    reason = {"reason": "请向 13800138000 核实"}
    refused = await petitions.post(f"/v1/bulletins/{id_}/withdraw", reason, "spokesperson", version=2)
    assert slug(refused) == (422, "holds-personal-data")


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"category": "rumour"}, "/body/category"),
        ({"matter": "weather"}, "/body/matter"),
        ({"title": "  "}, "/body/title"),
        ({"effective_until": "2026-02-30"}, "/body/effective_until"),
    ],
)
async def test_a_wrong_field_is_pointed_at(petitions: Petitions, changes: dict[str, Any], pointer: str) -> None:
    response = await petitions.post("/v1/bulletins", BULLETIN | changes, "handler")
    assert response.status_code == 422
    assert [error["pointer"] for error in response.json()["errors"]] == [pointer]


async def test_rows_rebuilt_from_events_are_the_rows_that_were_decided(petitions: Petitions) -> None:
    await told(petitions, alert())
    (row,) = petitions.rows("SELECT id FROM bulletins")
    await done(petitions, f"/v1/bulletins/{row['id']}/revise", BULLETIN, "triage", version=1)
    withdrawn = await published(petitions, effective_until="2099-12-31")
    await done(petitions, f"/v1/bulletins/{withdrawn}/withdraw", REASON, "spokesperson", version=2)
    discarded = await drafted(petitions)
    await done(petitions, f"/v1/bulletins/{discarded}/discard", REASON, "handler", version=1)
    before = petitions.rows("SELECT * FROM bulletins ORDER BY id")
    petitions.rows("DELETE FROM bulletins RETURNING id")
    for _ in range(2):
        await petitions.restored(petitions.events())
    assert petitions.rows("SELECT * FROM bulletins ORDER BY id") == before
