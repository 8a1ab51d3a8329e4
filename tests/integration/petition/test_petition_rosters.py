"""Who has which shift is kept by the tenant's own; whoever has it is paged, and signs; the register is public."""

import asyncio
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest
from petition.rosters.handlers import on_duty

from tests.integration.kit.in_process import SHENZHEN

from .conftest import GUANGZHOU, PROVINCE, Petitions
from .library import published

ENTRY = {
    "office": "深圳市公安局",
    "title": "深圳公安网络发言人",
    "channels": ["portal", "forum"],
    "hours": "工作日 9:00–17:30",
}


def body(starts: float = -1, hours: float = 8, **besides: Any) -> dict[str, Any]:
    begins = datetime.now().astimezone() + timedelta(hours=starts)
    ends = begins + timedelta(hours=hours)
    whole = {"post": "duty", "officer": "duty-officer-1", "deputy": "duty-officer-2"} | besides
    return {"starts_at": begins.isoformat(), "ends_at": ends.isoformat()} | whole


async def add(petitions: Petitions, wanted: dict[str, Any], role: str = "supervisor", **who: Any) -> httpx.Response:
    return await petitions.post("/v1/shifts", wanted, role, **who)


async def shifts(petitions: Petitions, role: str = "supervisor", query: str = "", **who: Any) -> list[dict[str, Any]]:
    response = await petitions.get(f"/v1/shifts{query}", role, **who)
    assert response.status_code == 200, response.text
    items: list[dict[str, Any]] = response.json()["items"]
    return items


@pytest.mark.parametrize("role", ["supervisor", "administrator"])
async def test_whoever_keeps_it_adds_and_ends_shifts_and_the_city_sees_who_has_them(
    petitions: Petitions, role: str
) -> None:
    wanted = body()
    made = await add(petitions, wanted, role)
    assert made.status_code == 201, made.text
    (shown,) = await shifts(petitions, "duty-officer")
    assert (shown["officer"], shown["deputy"], shown["running"]) == ("duty-officer-1", "duty-officer-2", True)
    assert datetime.fromisoformat(shown["starts_at"]) == datetime.fromisoformat(wanted["starts_at"])
    assert await shifts(petitions, tenant=SHENZHEN) == []
    assert await shifts(petitions, query="?post=spokesperson") == []
    path = f"/v1/shifts/{made.json()['id']}/end"
    elsewhere = await petitions.post(path, None, role, tenant=SHENZHEN, version=1)
    assert elsewhere.status_code == 404
    ended = await petitions.post(path, None, role, version=1)
    assert (ended.status_code, ended.json()["version"]) == (200, 2)
    (shown,) = await shifts(petitions)
    assert (shown["running"], shown["ended_at"] is None) == (False, False)
    assert (await petitions.post(path, None, role, version=2)).status_code == 409


async def test_a_shift_that_nobody_can_have_is_refused_and_says_why(petitions: Petitions) -> None:
    assert (await add(petitions, body())).status_code == 201
    refusals = [
        (body(hours=-1), "backwards-shift", 422),
        (body(hours=49), "long-shift", 422),
        (body(starts=-9), "past-shift", 422),
        (body(starts=24 * 400), "shift-far-ahead", 422),
        (body(deputy="duty-officer-1"), "own-deputy", 422),
        (body(starts=3), "overlapping-shift", 409),
    ]
    for wanted, slug, status in refusals:
        refused = await add(petitions, wanted)
        assert (refused.status_code, refused.json()["type"].rpartition(":")[2]) == (status, slug), refused.text
    assert "duty-officer-1" not in refused.text
    assert len(await shifts(petitions)) == 1


async def test_of_two_who_put_somebody_on_at_once_one_is_refused(petitions: Petitions) -> None:
    answers = await asyncio.gather(*(add(petitions, body(), sub=f"keeper-{number}") for number in range(4)))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]
    assert len(petitions.rows("SELECT id FROM shifts")) == 1


async def test_no_account_lies_in_clear_and_whoever_reads_one_is_on_record(petitions: Petitions) -> None:
    await add(petitions, body(officer="account-of-wang", deputy="account-of-li"))
    for table in ("shifts", "outbox"):
        text = str(petitions.rows(f"SELECT * FROM {table}"))
        text += "".join(bytes(row["body"]).decode() for row in petitions.rows("SELECT body FROM outbox"))
        assert "account-of" not in text
    refused = await petitions.get("/v1/shifts", "supervisor", purpose=None)
    assert refused.status_code == 400
    await shifts(petitions)
    (read,) = petitions.reads()
    assert read.data["resource"] == "shift"


async def test_whoever_has_the_duty_is_named_to_the_pager_and_nobody_where_no_roster_is_kept(
    petitions: Petitions,
) -> None:
    await add(petitions, body())
    await add(petitions, body(starts=8), tenant=SHENZHEN)
    async with petitions.units.begin() as unit:
        found = await on_duty({GUANGZHOU, SHENZHEN, PROVINCE}, unit)
    assert {tenant: (each.officer, each.deputy) for tenant, each in found.items()} == {
        GUANGZHOU: ("duty-officer-1", "duty-officer-2")
    }


async def test_a_restored_database_has_the_roster_and_the_register_again(petitions: Petitions) -> None:
    made = (await add(petitions, body())).json()
    await petitions.post(f"/v1/shifts/{made['id']}/end", None, "supervisor", version=1)
    await add(petitions, body(starts=1))
    await petitions.post("/v1/spokesperson", ENTRY, "administrator", tenant=SHENZHEN)
    before = [petitions.rows(f"SELECT * FROM {table} ORDER BY id") for table in ("shifts", "spokespersons")]
    shown = await shifts(petitions)
    events = petitions.events()
    for table in ("shifts", "spokespersons"):
        petitions.rows(f"DELETE FROM {table} RETURNING id")
    await petitions.restored(events)
    after = [petitions.rows(f"SELECT * FROM {table} ORDER BY id") for table in ("shifts", "spokespersons")]
    sealed = {"officer_account", "deputy_account", "keyid"}
    assert [[_without(row, sealed) for row in rows] for rows in after] == [
        [_without(row, sealed) for row in rows] for rows in before
    ]
    assert await shifts(petitions) == shown


def _without(row: dict[str, Any], names: set[str]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name not in names}


async def test_the_register_is_for_everybody_and_holds_nobody(petitions: Petitions) -> None:
    path = "/v1/spokesperson"
    for _ in range(2):
        made = await petitions.post(path, ENTRY, "administrator", tenant=SHENZHEN)
        assert made.status_code == 201, made.text
    public = await petitions.client.get("/v1/spokespersons")
    (entry,) = public.json()["items"]
    found = {name: entry.pop(name) for name in ("id", "registered_at")}
    assert found == {name: made.json()[name] for name in found}
    assert entry == {"tenant": SHENZHEN} | ENTRY | {"channels": ["forum", "portal"]}
    assert (await petitions.client.get(f"/v1/spokespersons?tenant={GUANGZHOU}")).json()["items"] == []
    named = await petitions.post(path, ENTRY | {"title": "王警官"}, "administrator", tenant=SHENZHEN)
    assert named.status_code == 422
    telephone = ENTRY | {"hours": "请打 13800138000"}
    refused = await petitions.post(path, telephone, "administrator", tenant=SHENZHEN)
    assert refused.json()["type"].endswith("holds-personal-data")
    assert len(petitions.events()) == 1


async def test_whoever_has_the_word_signs_or_their_deputy_and_any_of_them_where_no_roster_is_kept(
    petitions: Petitions,
) -> None:
    ids = [await drafted(petitions) for _ in range(3)]
    assert (await sign(petitions, ids[0], "anybody")).status_code == 200
    wanted = body(post="spokesperson", officer="spokesperson-1", deputy="spokesperson-2")
    shift = (await add(petitions, wanted)).json()
    refused = await sign(petitions, ids[1], "anybody")
    assert (refused.status_code, refused.json()["type"].rpartition(":")[2]) == (403, "not-on-shift")
    assert (await sign(petitions, ids[1], "spokesperson-1")).status_code == 200
    assert (await sign(petitions, ids[2], "handler-1")).status_code == 403, "never who drafted it"
    assert (await sign(petitions, ids[2], "spokesperson-2")).status_code == 200
    assert (await petitions.post(f"/v1/shifts/{shift['id']}/end", None, "supervisor", version=1)).status_code == 200
    assert (await sign(petitions, await drafted(petitions), "anybody")).status_code == 200


async def drafted(petitions: Petitions) -> str:
    """Have a reply in other words than the library's wait for its signature."""
    id_ = str((await petitions.submitted())["id"])
    await petitions.in_hand(id_)
    answer = await published(petitions)
    words = {"answer": answer, "answer_version": 1, "text": "请到大厅办理，谢谢。"}
    path = f"/v1/petitions/{id_}/draft-reply"
    made = await petitions.post(path, words, "handler", department="traffic-police", version=4)
    assert made.status_code == 200, made.text
    return id_


async def sign(petitions: Petitions, id_: str, sub: str) -> httpx.Response:
    return await petitions.post(f"/v1/drafts/{id_}/sign", None, "spokesperson", sub=sub, version=5)
