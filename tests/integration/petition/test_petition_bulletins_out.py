"""A bulletin goes out wherever it is carried: once, in order, and taken back there when it is withdrawn."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import orjson
import pytest
from deploy.issuer import Issuer
from petition.bootstrap import bootstrap
from petition.petition import Channel

from tests.integration.kit.bulletins import BULLETIN
from tests.integration.kit.sources import Source

from .channels import feed, pulled
from .conftest import GUANGZHOU, PROVINCE, SHENZHEN, Petitions
from .outbound import group_of, states, told, zone_of

BLOG: dict[str, Any] = {"channel": Channel.MICROBLOG, "source": "gz-weibo", "mention": "gz-police"}


@pytest.fixture
async def carried(
    petition_environment: Issuer, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, zone: Source
) -> AsyncIterator[Petitions]:
    """The service with a microblog and a group that carry bulletins, and a forum that takes nothing."""
    (tmp_path / "secret").write_bytes(b"a-secret-that-both-of-them-know")
    known = {"tenant": GUANGZHOU, "answers": zone.url, "bulletins": True}
    forum = {"channel": "forum", "source": "gz-zone", "tenant": GUANGZHOU, "url": zone.url}
    group = known | {"source": "gz-fans", "secret_path": str(tmp_path / "secret")}
    monkeypatch.setenv("PETITION_FEEDS", orjson.dumps([BLOG | known | {"url": zone.url}, forum]).decode())
    monkeypatch.setenv("PETITION_RELAYS", orjson.dumps([group]).decode())
    async with Petitions.on(bootstrap, database_url, petition_environment) as service:
        yield service
    monkeypatch.delenv("PETITION_FEEDS")
    monkeypatch.delenv("PETITION_RELAYS")
    bootstrap()


async def published(petitions: Petitions, tenant: str = GUANGZHOU, **content: Any) -> str:
    """Have a bulletin drafted and signed; give its id."""
    drafted = await petitions.post("/v1/bulletins", BULLETIN | content, "handler", tenant=tenant)
    assert drafted.status_code == 201, drafted.text
    path = f"/v1/bulletins/{drafted.json()['id']}"
    signed = await petitions.post(f"{path}/publish", None, "spokesperson", version=1, tenant=tenant)
    assert signed.status_code == 200, signed.text
    return str(drafted.json()["id"])


async def withdrawn(petitions: Petitions, id_: str) -> None:
    reason = {"reason": "情况已解除。"}
    done = await petitions.post(f"/v1/bulletins/{id_}/withdraw", reason, "spokesperson", version=2)
    assert done.status_code == 200, done.text


async def test_a_bulletin_is_posted_to_microblog_and_group_once_and_taken_back_there(
    carried: Petitions, zone: Source, tmp_path: Path
) -> None:
    id_ = await published(carried)
    group = group_of(zone, secret_path=tmp_path / "secret")
    zone.instead = [(-1, {})]
    for _ in range(2):
        await told(carried, zone_of(zone, **BLOG))
        await told(carried, group)
    (blog, posted), (in_group, said) = zone.taken.items()
    assert (posted["visibility"], posted["in_reply_to"], "to" in posted) == ("public", None, False)
    assert said["visibility"] == "public"
    assert "to" not in said
    assert all(BULLETIN[part] in each["text"] for part in ("title", "text") for each in (posted, said))
    assert states(carried) == [("bulletin", "sent", "public")] * 2
    assert {event.data["bulletin"] for event in carried.events(blog)} == {id_}
    await withdrawn(carried, id_)
    await told(carried, zone_of(zone, **BLOG))
    await told(carried, group)
    _, _, *notices = zone.taken.values()
    assert [notice["withdraws"] for notice in notices] == [blog, in_group]
    assert all("情况已解除" in notice["text"] for notice in notices)


async def test_a_city_carries_its_own_and_the_provinces_and_no_other_citys(carried: Petitions) -> None:
    for tenant, places in ((SHENZHEN, 0), (GUANGZHOU, 2), (PROVINCE, 2)):
        carried.rows("DELETE FROM deliveries RETURNING id")
        await published(carried, tenant)
        assert len(carried.rows("SELECT id FROM deliveries")) == places, tenant


async def test_what_was_withdrawn_or_is_over_before_it_was_sent_is_not_sent(carried: Petitions, zone: Source) -> None:
    await withdrawn(carried, await published(carried))
    await published(carried, effective_until="2999-12-31")
    carried.rows("UPDATE bulletins SET last_day = '2020-01-01' WHERE last_day IS NOT NULL RETURNING id")
    await told(carried, zone_of(zone, **BLOG), 3)
    assert ["withdraws" in each for each in zone.taken.values()] == [True], "who may have got it learns that it is over"


async def test_what_is_refused_is_for_the_desk_to_send_again(carried: Petitions, zone: Source) -> None:
    id_ = await published(carried)
    zone.instead = [(404, {})]
    await told(carried, zone_of(zone, **BLOG))
    (parked,) = (await carried.get("/v1/deliveries", "triage")).json()["items"]
    assert (parked["bulletin"], parked["petition"], parked["number"]) == (id_, None, None)
    assert (await carried.get("/v1/deliveries", "triage", tenant=SHENZHEN)).json()["items"] == []
    path = f"/v1/deliveries/{parked['id']}"
    assert (await carried.get(path, "triage", tenant=SHENZHEN)).status_code == 404
    resent = await carried.post(f"{path}/resend", None, "triage", version=parked["version"])
    assert (resent.status_code, resent.json()["resumed"]) == (200, 1)
    await told(carried, zone_of(zone, **BLOG))
    assert len(zone.taken) == 1


async def test_a_restored_database_sends_nothing_twice(carried: Petitions, zone: Source) -> None:
    await published(carried)
    await told(carried, zone_of(zone, **BLOG))
    order = "SELECT id, tenant, sequence, petition, told, what, channel, source, state, way FROM deliveries ORDER BY id"
    before = carried.rows(order)
    for events in (carried.events(), carried.events()[::-1]):
        carried.rows("DELETE FROM deliveries RETURNING id")
        carried.rows("DELETE FROM bulletins RETURNING id")
        firsts = sorted(events, key=lambda event: event.sequence)
        await carried.restored(firsts)
        assert carried.rows(order) == before


async def test_nothing_waits_for_a_source_that_nothing_is_sent_to(carried: Petitions, zone: Source) -> None:
    zone.post("p1", "天河路口的红绿灯坏了，请问什么时候修好")
    zone.post("p2", "请问居住证到期了怎么续签", mentions=["gz-police"])
    await pulled(carried, feed(zone))
    assert carried.rows("SELECT id FROM deliveries") == []
    await pulled(carried, feed(zone, **BLOG, answers=zone.url))
    assert len(carried.rows("SELECT id FROM deliveries")) == 1
