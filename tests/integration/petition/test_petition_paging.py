"""What can't wait reaches the duty officer within a minute, whatever the pager does, and somebody takes it."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from chassis.testing.faults import FaultInjectedError, armed
from petition.paging import delivering
from petition.paging.config import PagerSettings, PagingSettings
from petition.paging.delivering import Watch, deliver
from petition.paging.pager import Pagers
from petition.paging.store import MOST_ATTEMPTS

from tests.integration.kit.pagers import SECRET, Pager
from tests.integration.kit.sources import Source

from .channels import feed, pulled
from .conftest import GUANGZHOU, PROVINCE, SHENZHEN, Petitions

LIFE = {"title": "有人要跳楼", "text": "我朋友在天河路大厦楼顶要跳楼自杀，求求你们快来"}
ROBBERY = {"title": "举报正在抢劫", "text": "我要举报：现在三号楼一层有人正在持刀抢劫，请保密"}
MINUTE = timedelta(minutes=1)


@pytest.fixture
def pager() -> Iterator[Pager]:
    """One that is up."""
    found = Pager()
    with found.up():
        yield found


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    """What pager and service know."""
    path = tmp_path / "pager-secret"
    path.write_bytes(SECRET)
    return path


@pytest.fixture
def pagers(pager: Pager, secret: Path) -> Pagers:
    """One pager for all tenants."""
    return paging(secret, pager)


def paging(secret: Path, everybody: Pager | None = None, **by_tenant: Pager) -> Pagers:
    known = [PagerSettings(url=everybody.url, secret_path=secret)] if everybody else []
    known += [PagerSettings(tenant=name[1:], url=each.url, secret_path=secret) for name, each in by_tenant.items()]
    return Pagers(PagingSettings(pagers=tuple(known), page_link="https://desk.example/petitions/{id}"))


async def dangerous(petitions: Petitions, message: dict[str, str] = LIFE, tenant: str = GUANGZHOU) -> str:
    body = {"channel": "portal"} | message
    response = await petitions.post("/v1/petitions", body, "citizen", tenant=tenant)
    assert response.status_code == 201, response.text
    return str(response.json()["id"])


async def run(petitions: Petitions, pagers: Pagers, at: datetime | None = None) -> None:
    """Let a worker deliver what is due at a moment; by default at the moment at which the next page is."""
    async with petitions.units.begin() as unit:
        due = petitions.rows("SELECT min(next_at) AS at FROM pages")[0]["at"]
        unit.now = at or due or unit.now
        await deliver(pagers, unit)


def come_due(petitions: Petitions) -> None:
    """Let the time pass in which somebody had to take it."""
    petitions.rows("UPDATE timers SET next_at = now() WHERE clock = 'page' AND fired_at IS NULL RETURNING id")


async def take(
    petitions: Petitions, id_: str, role: str = "duty-officer", *, version: int = 3, **who: Any
) -> httpx.Response:
    return await petitions.post(f"/v1/petitions/{id_}/take", None, role, version=version, **who)


async def listed(petitions: Petitions, role: str = "triage", **who: Any) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = (await petitions.get("/v1/pages", role, purpose=None, **who)).json()["items"]
    return items


async def test_the_pager_is_told_number_tenant_danger_and_link_once_and_not_a_word_of_what_was_written(
    petitions: Petitions, pagers: Pagers, pager: Pager
) -> None:
    id_ = await dangerous(petitions)
    (raised,) = [event for event in petitions.events(id_) if event.type.endswith(".petition.paged.v1")]
    await run(petitions, pagers)
    await run(petitions, pagers, raised.time + MINUTE)
    ((key, body),) = pager.got
    (row,) = petitions.rows("SELECT number FROM petitions")
    assert key == f"page-{id_}-3"
    assert body == {
        "number": row["number"],
        "tenant": GUANGZHOU,
        "danger": "life",
        "desk": GUANGZHOU,
        "rung": "duty-officer",
        "to": None,
        "paged_at": body["paged_at"],
        "link": f"https://desk.example/petitions/{id_}",
    }
    assert datetime.fromisoformat(body["paged_at"]) == raised.time
    for word in (*LIFE.values(), "citizen", "跳楼"):
        assert word not in pager.raw.decode()
    (page,) = await listed(petitions)
    assert (page["id"], page["attempts"], page["trouble"]) == (id_, 1, None)
    assert page["delivered_at"] is not None


async def test_a_pager_that_fails_is_told_again_within_the_minute(
    petitions: Petitions, pagers: Pagers, pager: Pager
) -> None:
    await dangerous(petitions)
    pager.answers = [500, 429, 302, 400]
    for _ in range(5):
        await run(petitions, pagers)
    (row,) = petitions.rows("SELECT delivered_at - paged_at AS took, attempts, trouble FROM pages")
    assert row["took"] < MINUTE
    assert (row["attempts"], row["trouble"]) == (5, None)
    assert len({key for key, _ in pager.got}) == 1, "by which the pager knows that it is the same"


async def test_it_is_not_told_again_before_its_pause_and_not_for_ever(
    petitions: Petitions, pagers: Pagers, pager: Pager
) -> None:
    await dangerous(petitions)
    pager.answers = [500] * (MOST_ATTEMPTS + 5)
    await run(petitions, pagers)
    (row,) = petitions.rows("SELECT next_at, paged_at FROM pages")
    await run(petitions, pagers, row["next_at"] - timedelta(milliseconds=1))
    assert len(pager.got) == 1
    pauses = []
    for _ in range(MOST_ATTEMPTS):
        before = petitions.rows("SELECT next_at FROM pages")[0]["next_at"]
        await run(petitions, pagers)
        after = petitions.rows("SELECT next_at FROM pages")[0]["next_at"]
        pauses += [after - before] if before and after else []
    assert len(pager.got) == MOST_ATTEMPTS
    assert pauses == sorted(pauses)
    assert max(pauses) == timedelta(seconds=30)
    (page,) = await listed(petitions)
    assert (page["attempts"], page["trouble"], page["delivered_at"]) == (MOST_ATTEMPTS, "status-500", None)


async def test_one_that_hangs_is_left_and_holds_up_nobody_elses_page(
    petitions: Petitions, secret: Path, pager: Pager, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivering, "ANSWER_S", 0.3)
    slow = Pager()
    slow.hangs.set()
    here, there = await dangerous(petitions), await dangerous(petitions, tenant=SHENZHEN)
    with slow.up():
        await run(petitions, paging(secret, pager, _440100=slow), datetime.now().astimezone())
        assert [body["tenant"] for _, body in slow.got] == [GUANGZHOU]
        assert [body["tenant"] for _, body in pager.got] == [SHENZHEN]
        rows = {str(row["petition"]): row for row in petitions.rows("SELECT * FROM pages")}
        assert (rows[here]["trouble"], rows[here]["delivered_at"]) == ("too-slow", None)
        assert rows[there]["delivered_at"] is not None
        slow.hangs.clear()
        await run(petitions, paging(secret, pager, _440100=slow))
    assert petitions.rows("SELECT count(*) FROM pages WHERE delivered_at IS NOT NULL") == [{"count": 2}]


async def test_one_that_is_down_is_told_when_it_is_back(petitions: Petitions, secret: Path) -> None:
    pager = Pager()
    with pager.up():
        pass
    pagers = paging(secret, pager)
    await dangerous(petitions)
    await run(petitions, pagers)
    assert petitions.rows("SELECT trouble FROM pages") == [{"trouble": "unreachable"}]
    with pager.up():
        await run(petitions, pagers)
    assert len(pager.got) == 1
    assert petitions.rows("SELECT trouble FROM pages WHERE delivered_at IS NOT NULL") == [{"trouble": None}]


async def test_a_worker_that_dies_after_telling_tells_again_by_the_same_key_and_then_never(
    petitions: Petitions, pagers: Pagers, pager: Pager, secret: Path
) -> None:
    await dangerous(petitions)
    with armed("paging.before_commit", nth=1, error=FaultInjectedError), pytest.raises(FaultInjectedError):
        await run(petitions, pagers)
    restarted = paging(secret, pager)
    for _ in range(3):
        await run(petitions, restarted, datetime.now().astimezone() + MINUTE)
    assert [key for key, _ in pager.got] == [pager.got[0][0]] * 2


async def test_without_a_pager_it_stands_in_the_list_and_whoever_runs_the_service_is_told(
    petitions: Petitions, secret: Path, pager: Pager
) -> None:
    id_ = await dangerous(petitions)
    await run(petitions, paging(secret))
    for role in ("triage", "supervisor", "duty-officer"):
        (page,) = await listed(petitions, role)
        assert (page["id"], page["danger"], page["rung"]) == (id_, "life", "duty-officer")
        assert (page["delivered_at"], page["attempts"], page["trouble"]) == (None, 0, "no-pager")
    watch = Watch()
    async with petitions.units.begin(read_only=True) as unit:
        unit.now += MINUTE
        await watch.look(unit)
    status = await watch.check()
    assert status.ready
    assert status.detail.startswith("1 untaken, 1 of them told no pager, the oldest for 6")
    await run(petitions, paging(secret, pager))
    assert len(pager.got) == 1, "once there is one, it is told"


async def test_nobody_takes_it_so_the_deputy_and_then_the_tier_above_are_paged(
    petitions: Petitions, pagers: Pagers, pager: Pager
) -> None:
    id_ = await dangerous(petitions)
    above: dict[str, Any] = {"role": "duty-officer", "tenant": PROVINCE}
    assert await listed(petitions, **above) == []
    assert (await take(petitions, id_, **above)).status_code == 404
    assert await petitions.timers_run() == 0
    for _ in range(3):
        await run(petitions, pagers)
        come_due(petitions)
        await petitions.timers_run()
    await run(petitions, pagers)
    assert petitions.types(id_)[2:] == ["paged", "paged", "paged"]
    assert [(body["rung"], body["desk"]) for _, body in pager.got] == [
        ("duty-officer", GUANGZHOU),
        ("deputy", GUANGZHOU),
        ("superior", PROVINCE),
    ]
    assert len({key for key, _ in pager.got}) == 3
    paged = petitions.events(id_)[2:]
    assert {event.correlationid for event in paged} == {paged[0].correlationid}
    (page,) = await listed(petitions, **above)
    assert (page["rung"], page["desk"], page["answer_by"]) == ("superior", PROVINCE, None)
    assert (await take(petitions, id_, **above)).status_code == 412, "somebody was paged since"
    assert (await take(petitions, id_, version=page["version"], **above)).status_code == 200


async def test_who_takes_it_ends_the_paging_and_whoever_comes_later_is_told_since_when(
    petitions: Petitions, pagers: Pagers, pager: Pager
) -> None:
    id_ = await dangerous(petitions)
    taken = await take(petitions, id_)
    assert (taken.status_code, taken.json()["version"]) == (200, 4)
    assert (await take(petitions, id_, version=4)).json()["version"] == 4, "again by the same: nothing happens"
    late = await take(petitions, id_, "triage", version=4)
    assert (late.status_code, late.json()["type"]) == (409, "urn:yiwangban:problem:taken-already")
    await run(petitions, pagers)
    come_due(petitions)
    await petitions.timers_run()
    assert petitions.types(id_)[2:] == ["paged", "taken"]
    assert pager.got == [], "what was taken before the pager was told is told nobody any more"
    assert await listed(petitions) == []
    event = petitions.events(id_)[-1]
    assert event.data["by"] == event.actor


async def test_it_stays_at_the_head_of_the_queue_wherever_it_goes_until_it_is_taken(petitions: Petitions) -> None:
    older = (await petitions.submitted())["id"]
    id_ = await dangerous(petitions)
    body = {"department": "traffic-police"}
    await petitions.post(f"/v1/petitions/{id_}/transfer", body, "triage", version=3)
    await petitions.post(f"/v1/petitions/{id_}/sign-for", None, "handler", department="traffic-police", version=4)

    async def queue() -> list[str]:
        return [item["id"] for item in (await petitions.get("/v1/petitions/queue", "triage")).json()["items"]]

    assert await queue() == [id_, older]
    assert (await take(petitions, id_, "triage", version=5)).status_code == 200
    assert await queue() == [older, id_]


async def test_a_report_is_paged_in_its_circle_and_read_by_who_was_paged_then_by_who_took_it(
    petitions: Petitions, pagers: Pagers, pager: Pager
) -> None:
    id_ = await dangerous(petitions, ROBBERY)
    await run(petitions, pagers)
    assert [body["danger"] for _, body in pager.got] == ["crime"]
    assert {event.type.split(".")[2] for event in petitions.events(id_)} == {"report"}
    (page,) = await listed(petitions, "duty-officer")
    assert page["confidential"] is True
    path = f"/v1/petitions/{id_}"
    for sub in ("first", "second"):
        assert (await petitions.get(path, "duty-officer", sub=sub)).json()["text"] == ROBBERY["text"]
    assert (await take(petitions, id_, sub="second")).status_code == 200
    assert (await petitions.get(path, "duty-officer", sub="second")).status_code == 200
    assert (await petitions.get(path, "duty-officer", sub="first")).status_code == 404
    mine = (await petitions.get(path, "citizen")).json()
    assert (mine["state"], mine["danger"]) == ("received", None)
    assert petitions.types(id_)[2:] == ["paged", "taken"]
    assert await listed(petitions, "supervisor") == []


async def test_an_edit_that_tells_of_a_danger_pages_also_about_what_was_handed_out(
    petitions: Petitions, zone: Source, pagers: Pagers, pager: Pager
) -> None:
    zone.post("p1", "天河路口的红绿灯坏了，请问什么时候修好")
    source = feed(zone)
    (row,) = await pulled(petitions, source)
    id_ = str(row["id"])
    await petitions.transferred(id_)
    for revision in (1, 2):
        zone.post("p1", LIFE["text"] + "！" * revision, revision=revision)
        await pulled(petitions, source)
    assert petitions.types(id_)[3:] == ["revised", "paged", "revised"]
    await run(petitions, pagers)
    assert [body["danger"] for _, body in pager.got] == ["life"]
    come_due(petitions)
    await petitions.timers_run()
    assert petitions.types(id_)[-1] == "paged"


async def test_what_is_moved_before_it_is_taken_is_paged_about_where_it_goes_on(
    petitions: Petitions, pagers: Pagers, pager: Pager
) -> None:
    id_ = await dangerous(petitions)
    body = {"to": "crime", "kind": "report"}
    moved = (await petitions.post(f"/v1/petitions/{id_}/move", body, "triage", version=3)).json()
    await run(petitions, pagers, datetime.now().astimezone())
    assert [body["link"].rpartition("/")[2] for _, body in pager.got] == [moved["continued"]]
    assert [page["id"] for page in await listed(petitions)] == [moved["continued"]]


async def test_a_restored_database_pages_about_what_nobody_took_and_about_nothing_else(
    petitions: Petitions, pagers: Pagers, pager: Pager
) -> None:
    waiting, taken = await dangerous(petitions), await dangerous(petitions)
    await run(petitions, pagers)
    await run(petitions, pagers)
    await take(petitions, taken)
    told = list(pager.got)
    before = petitions.rows("SELECT * FROM petitions ORDER BY id")
    events = petitions.events()
    for table in ("petitions", "timers"):
        petitions.rows(f"DELETE FROM {table} RETURNING id")
    petitions.rows("DELETE FROM pages RETURNING petition")
    await petitions.restored(events)
    restored = petitions.rows("SELECT * FROM petitions ORDER BY id")
    columns = [name for name in before[0] if name.startswith(("alarm", "taken")) or name in {"urgency", "open"}]
    assert [[row[name] for name in columns] for row in restored] == [[row[name] for name in columns] for row in before]
    await run(petitions, pagers, datetime.now().astimezone())
    assert [key for key, _ in pager.got[2:]] == [key for key, body in told if body["link"].endswith(waiting)]
    come_due(petitions)
    await petitions.timers_run()
    assert petitions.types(waiting)[-1] == "paged"
    assert petitions.types(taken)[-1] == "taken"
