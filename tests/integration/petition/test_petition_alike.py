"""Petitions that are alike: found with reasons, answered on one confirmation each for itself, told as hot matters."""

from typing import Any

import pytest
from petition.alike.sketching import Sketching

from tests.integration.kit.erasures import erased

from .conftest import PROVINCE, SHENZHEN, Petitions
from .library import PASSPORT, done, published, slug

LIGHTS = (
    "建设路口的红绿灯坏了三天，晚高峰车辆行人混在一起非常危险，请尽快修好",
    "请问建设路口坏了三天的红绿灯什么时候修好？晚高峰行人过街非常危险",
    "建设路口红绿灯坏了，晚高峰非常危险，行人不敢过，什么时候派人修好",
)
OTHER = "我想咨询小孩户口随父落户需要带什么材料，谢谢"
FIRE = {"department": "fire"}


async def told(petitions: Petitions, *texts: str, **who: Any) -> list[str]:
    """Have several people write, and let the worker compare it."""
    ids = [
        str((await petitions.submitted(title="请问", text=text, sub=f"citizen-{number}", **who))["id"])
        for number, text in enumerate(texts)
    ]
    await petitions.sketched()
    return ids


async def alike(petitions: Petitions, id_: str, role: str = "triage", **who: Any) -> dict[str, Any]:
    found = await petitions.get(f"/v1/petitions/{id_}/alike", role, **who)
    assert found.status_code == 200, found.text
    body: dict[str, Any] = found.json()
    return body


def others(*chosen: tuple[str, int]) -> dict[str, Any]:
    return {"others": [{"id": id_, "version": version} for id_, version in chosen]}


async def by_library(petitions: Petitions) -> dict[str, Any]:
    return {"answer": await published(petitions), "answer_version": 1}


async def test_what_is_alike_is_shown_with_its_reasons_nearest_first_and_from_either_side(petitions: Petitions) -> None:
    *lights, other = await told(petitions, *LIGHTS, OTHER)
    found = await alike(petitions, lights[0])
    assert found["ready"]
    assert {each["id"] for each in found["alike"]} == set(lights[1:])
    likeness = [each["likeness"] for each in found["alike"]]
    assert likeness == sorted(likeness, reverse=True)
    nearest = found["alike"][0]
    assert {"红绿灯", "路口"} <= set(nearest["words"])
    assert (nearest["access"], nearest["same_topic"], nearest["same_sender"]) == ("open", True, False)
    back = {each["id"]: each["likeness"] for each in (await alike(petitions, nearest["id"]))["alike"]}
    assert back[lights[0]] == nearest["likeness"]
    assert (await alike(petitions, other))["alike"] == []
    (read,) = petitions.reads()[-1:]
    assert read.data["resource"] == "petition"


async def test_a_copy_is_shown_with_the_passage_and_its_sender(petitions: Petitions) -> None:
    copy = [(await petitions.submitted(title="反映", text=LIGHTS[0]))["id"] for _ in range(2)]
    await petitions.sketched()
    (same,) = (await alike(petitions, copy[0]))["alike"]
    assert (same["id"], same["likeness"], same["same_sender"]) == (copy[1], 1.0, True)
    assert LIGHTS[0][:12] in same["passage"]


async def test_nobody_is_shown_what_they_may_not_read(petitions: Petitions) -> None:
    mine, theirs, *_ = await told(petitions, *LIGHTS)
    (elsewhere,) = await told(petitions, LIGHTS[0], tenant=SHENZHEN)
    report = await petitions.submitted_with({}, title="请问", text=LIGHTS[0], sub="informant")
    hidden = await petitions.post(
        f"/v1/petitions/{report['id']}/move", {"to": "crime", "kind": "report"}, "triage", version=2
    )
    assert hidden.status_code == 200, hidden.text
    await petitions.sketched()
    for id_ in (mine, theirs):
        await petitions.transferred(id_, "fire")
    shown = {each["id"] for each in (await alike(petitions, mine, "handler", **FIRE))["alike"]}
    assert shown == {theirs}
    everything = {each["id"] for each in (await alike(petitions, mine, "triage", tenant=PROVINCE))["alike"]}
    assert not everything & {elsewhere, report["id"], hidden.json()["continued"]}
    assert {row["petition"] for row in petitions.rows("SELECT petition::text FROM sketches")}.isdisjoint(
        {report["id"], hidden.json()["continued"]}
    )
    for role, who in (("handler", {"department": "household"}), ("triage", {"tenant": SHENZHEN})):
        assert (await petitions.get(f"/v1/petitions/{mine}/alike", role, **who)).status_code == 404
    assert (await petitions.get(f"/v1/petitions/{hidden.json()['continued']}/alike", "triage")).status_code == 404
    assert (await petitions.get(f"/v1/petitions/{mine}/alike", "citizen", sub="citizen-0")).status_code == 403
    words = (await alike(petitions, mine, "supervisor"))["alike"]
    assert {(each["access"], each["title"], tuple(each["words"])) for each in words} == {("withheld", None, ())}


async def test_each_of_those_chosen_is_answered_for_itself_and_what_is_refused_says_why(petitions: Petitions) -> None:
    answer = await by_library(petitions)
    one, two, changed, closed = await told(petitions, *LIGHTS, LIGHTS[0])
    await petitions.post(f"/v1/petitions/{closed}/close", {"outcome": "duplicate"}, "triage", version=2)
    danger = (await petitions.submitted(title="救命", text="有人要跳楼，快来人"))["id"]
    report = (await petitions.submitted(title="举报诈骗", text="有人刷单骗钱"))["id"]
    (elsewhere,) = await told(petitions, LIGHTS[0], tenant=SHENZHEN)
    version = {id_: len(petitions.events(id_)) for id_ in (danger, report, elsewhere)}
    chosen = others(
        (two, 2), (changed, 1), (closed, 3), *((id_, version[id_]) for id_ in (danger, report, elsewhere)), (two, 2)
    )
    body = answer | chosen
    response = await petitions.post(f"/v1/petitions/{one}/answer-alike", body, "triage", version=2, key="once")
    assert response.status_code == 200, response.text
    told_of = [(each["id"], (each["problem"] or {}).get("status"), each["done"]) for each in response.json()["others"]]
    assert told_of == [
        (two, None, True),
        (changed, 412, False),
        (closed, 409, False),
        (danger, 409, False),
        (report, 403, False),
        (elsewhere, 404, False),
        (two, 412, False),
    ]
    assert response.json()["others"][3]["problem"]["type"].endswith("answered-alone")
    for id_, citizen in ((one, "citizen-0"), (two, "citizen-1")):
        replied = petitions.events(id_)[-1]
        assert (replied.type.split(".")[-2], replied.data["answer"]) == ("replied", answer["answer"])
        mine = (await petitions.get(f"/v1/petitions/{id_}", "citizen", sub=citizen)).json()
        assert (mine["state"], mine["reply"], mine["version"]) == ("replied", PASSPORT, 3)
    assert (petitions.types(changed), petitions.types(closed)[-1]) == (["received", "classified"], "closed")
    events = len(petitions.events())
    again = await petitions.post(f"/v1/petitions/{one}/answer-alike", body, "triage", version=2, key="once")
    assert (again.json(), len(petitions.events())) == (response.json(), events)


async def test_if_the_one_that_was_read_has_changed_nothing_is_done(petitions: Petitions) -> None:
    answer = await by_library(petitions)
    one, two, _ = await told(petitions, *LIGHTS)
    stale = await petitions.post(f"/v1/petitions/{one}/answer-alike", answer | others((two, 2)), "triage", version=1)
    assert stale.status_code == 412
    wrong = await petitions.post(
        f"/v1/petitions/{one}/answer-alike", answer | {"answer_version": 2} | others((two, 2)), "triage", version=2
    )
    assert slug(wrong) == (409, "not-in-force")
    many = others(*((two, 2) for _ in range(51)))
    too_many = await petitions.post(f"/v1/petitions/{one}/answer-alike", answer | many, "triage", version=2)
    assert too_many.status_code == 422
    assert petitions.types(one) == petitions.types(two) == ["received", "classified"]


async def test_a_group_answer_leaves_what_single_answers_would_have(petitions: Petitions) -> None:
    answer = await by_library(petitions)
    single, one, two = await told(petitions, *LIGHTS)
    await done(petitions, f"/v1/petitions/{single}/answer", answer, "triage", version=2)
    await done(petitions, f"/v1/petitions/{one}/answer-alike", answer | others((two, 2)), "triage", version=2)
    columns = "state, answer, answer_version, repliers, department, open, sequence, reopenable_until::date"
    rows = petitions.rows(f"SELECT {columns} FROM petitions ORDER BY id")
    assert rows[0] == rows[1] == rows[2]
    replied = [petitions.events(id_)[-1].data for id_ in (single, one, two)]
    assert [set(data) for data in replied] == [set(replied[0])] * 3


async def test_other_words_are_signed_for_each_after_one_look_at_the_same_words(petitions: Petitions) -> None:
    answer = await by_library(petitions)
    one, two, three = await told(petitions, *LIGHTS)
    for id_ in (one, two, three):
        await petitions.in_hand(id_, "fire")
    drafted = answer | {"text": "已报修。"}
    body = drafted | others((two, 4))
    await done(petitions, f"/v1/petitions/{one}/draft-alike", body, "handler", version=4, **FIRE)
    other = drafted | {"text": "三日内修好。"}
    await done(petitions, f"/v1/petitions/{three}/draft-reply", other, "handler", version=4, **FIRE)
    chosen = others((two, 5), (three, 5))
    own = await petitions.post(f"/v1/drafts/{one}/sign-alike", chosen, "spokesperson", version=5, sub="handler-1")
    assert slug(own) == (403, "same-person")
    signed = await done(petitions, f"/v1/drafts/{one}/sign-alike", chosen, "spokesperson", version=5)
    assert [
        (each["done"], (each["problem"] or {}).get("type", "").rpartition(":")[2]) for each in signed["others"]
    ] == [
        (True, ""),
        (False, "other-draft"),
    ]
    for id_, citizen in ((one, "citizen-0"), (two, "citizen-1")):
        replied = petitions.events(id_)[-1]
        assert replied.data["signed_by"] == replied.actor != replied.data["by"]
        assert (await petitions.get(f"/v1/petitions/{id_}", "citizen", sub=citizen)).json()["reply"] == "已报修。"
    assert petitions.types(three)[-1] == "reply-drafted"


async def test_hot_matters_are_counted_among_what_one_may_read(petitions: Petitions) -> None:
    lights = await told(petitions, *LIGHTS)
    forum = {"channel": "forum", "title": "请问", "text": LIGHTS[0], "author": "网友甲"}
    for _ in range(4):
        copies = await petitions.post("/v1/petitions", forum | {"title": "广告", "text": OTHER * 2}, "connector")
        assert copies.status_code == 201
    await petitions.post("/v1/petitions", forum, "connector")
    await told(petitions, LIGHTS[1], tenant=SHENZHEN)
    await petitions.sketched()

    async def matters(role: str = "triage", **who: Any) -> list[dict[str, Any]]:
        page = await petitions.get("/v1/hot-matters?least=3", role, **who)
        assert page.status_code == 200, page.text
        items: list[dict[str, Any]] = page.json()["matters"]
        return items

    hot = {each["petitions"]: each for each in await matters()}
    assert set(hot) == {4, len(lights) + 1}
    (copies_of_one,) = (each for each in hot.values() if each["one_source"])
    assert (copies_of_one["senders"], copies_of_one["channels"]) == (1, {"forum": 4})
    (light,) = (each for each in await matters() if not each["one_source"])
    assert (light["channels"], light["senders"]) == ({"portal": 3, "forum": 1}, 4)
    assert (light["last_day"], light["growth"], light["waiting"]) == (4, None, 4)
    assert "红绿灯" in light["words"]
    assert {each["petitions"] for each in await matters(tenant=PROVINCE)} >= {5}
    assert await matters(tenant=SHENZHEN) == []
    assert await matters("handler", department="fire") == []
    assert {tuple(each["words"]) for each in await matters("supervisor")} == {()}
    assert (await petitions.get("/v1/hot-matters", "citizen")).status_code == 403


async def test_what_is_kept_of_words_are_no_words_and_goes_with_the_key(petitions: Petitions) -> None:
    mine, theirs, *_ = await told(petitions, *LIGHTS)
    kept = {str(row["petition"]): row for row in petitions.rows("SELECT * FROM sketches")}
    assert "红绿灯".encode() not in b"".join(row["words"] for row in kept.values())
    await erased(petitions, kept[mine]["keyid"])
    await petitions.sketched()
    assert mine not in {str(row["petition"]) for row in petitions.rows("SELECT petition FROM sketches")}
    assert mine not in {each["id"] for each in (await alike(petitions, theirs))["alike"]}


async def test_sketches_are_made_anew_of_a_restored_database_and_of_what_was_edited(petitions: Petitions) -> None:
    await told(petitions, *LIGHTS)
    before = petitions.rows("SELECT * FROM sketches ORDER BY petition")
    petitions.rows("DELETE FROM sketches RETURNING petition")
    await petitions.sketched()
    assert petitions.rows("SELECT * FROM sketches ORDER BY petition") == before
    petitions.rows("UPDATE petitions SET revision = 1 RETURNING id")
    async with petitions.units.begin() as unit:
        assert await Sketching().make(unit) == len(before)
        assert await Sketching().make(unit) == 0


@pytest.mark.parametrize("text", ["", "？？？", "的了吗呢"])
async def test_a_message_without_meaning_is_like_no_other(petitions: Petitions, text: str) -> None:
    one, two = await told(petitions, f"🙂{text}", f"🙂{text}")
    assert (await alike(petitions, one))["alike"] == []
    assert (await alike(petitions, two))["ready"]
