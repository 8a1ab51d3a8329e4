"""The API on a real database: what each one may do and see, and what a commit leaves behind."""

import json
from typing import Any
from uuid import uuid4

import pytest
from casework.numbers import is_human_number

from tests.integration.kit.in_process import CODEC

from .conftest import GUANGZHOU, PROVINCE, SHENZHEN, Petitions

FORUM = {
    "channel": "forum",
    "title": "举报诈骗",
    "text": "有人刷单骗钱",
    "author": "网友甲",
    "posted_at": "2026-03-01T20:00:00+08:00",
}


def events_of(petitions: Petitions, id_: str) -> list[dict[str, Any]]:
    rows = petitions.rows(f"SELECT body FROM outbox WHERE subject = '{id_}' ORDER BY sequence")
    return [CODEC.decode(bytes(row["body"])) for row in rows]


async def test_a_citizen_gets_a_receipt_and_two_events_are_on_their_way(petitions: Petitions) -> None:
    response = await petitions.post(
        "/v1/petitions", {"channel": "portal", "title": "请问护照怎么办", "text": "急用"}, "citizen"
    )
    receipt = response.json()
    assert response.status_code == 201
    assert response.headers["location"] == f"/v1/petitions/{receipt['id']}"
    assert response.headers["etag"] == '"2"'
    assert is_human_number(receipt["number"])
    assert receipt["state"] == "classified"
    received, classified = events_of(petitions, receipt["id"])
    assert received["type"].endswith("petition.received.v1")
    assert received["tenant"] == GUANGZHOU
    assert classified["sequence"].endswith("2")
    said = classified["data"]
    assert (said["kind"], said["matter"], said["topic"]) == ("consult", "exit-entry", "exit-entry/passport")
    assert (said["danger"], said["by"]) == ("none", "rules")
    assert {"kind.consult.asks", "exit-entry.passport", "model.kind"} <= set(said["reasons"])
    assert said["suggestion"].startswith("sealed:v1:")
    assert "护照" not in json.dumps(said, ensure_ascii=False)


async def test_staff_see_why_it_was_taken_for_that_in_the_words_that_decided(petitions: Petitions) -> None:
    id_ = (await petitions.submitted(title="建议在路口增设红绿灯", text="上学的路上车很多"))["id"]
    seen = (await petitions.get(f"/v1/petitions/{id_}", "triage")).json()
    suggestion = seen["suggestion"]
    assert (suggestion["kind"]["value"], suggestion["topic"]["value"]) == ("suggest", "traffic/signals")
    assert (suggestion["department"]["value"], suggestion["tenant"]["value"]) == ("traffic-police", GUANGZHOU)
    spoken = {reason["name"]: reason["words"] for reason in suggestion["topic"]["reasons"]}
    assert spoken["traffic.signals"] == ["红绿灯"]
    assert 0 < seen["confidence"] <= suggestion["kind"]["confidence"] <= 1
    listed = (await petitions.get("/v1/petitions", "triage")).json()["items"][0]
    assert (listed["topic"], listed["danger"]) == ("traffic/signals", "none")
    withheld = (await petitions.get(f"/v1/petitions/{id_}", "supervisor")).json()
    assert (withheld["access"], withheld["suggestion"]) == ("withheld", None)


async def test_a_petition_goes_all_the_way_and_each_step_is_one_event(petitions: Petitions) -> None:
    id_ = (await petitions.submitted())["id"]
    await petitions.transferred(id_)
    await petitions.replied(id_)
    closed = await petitions.post(
        f"/v1/petitions/{id_}/close", {"outcome": "answered"}, "handler", department="traffic-police", version=5
    )
    assert closed.status_code == 200
    assert closed.headers["etag"] == '"6"'
    assert closed.json() | {"number": ""} == {
        "id": id_,
        "number": "",
        "state": "closed",
        "version": 6,
        "department": "traffic-police",
        "outcome": "answered",
    }
    events = events_of(petitions, id_)
    assert [event["type"].split(".")[-2] for event in events] == [
        "received", "classified", "transferred", "signed-for", "replied", "closed",
    ]  # fmt: skip
    assert [int(event["sequence"]) for event in events] == [1, 2, 3, 4, 5, 6]


async def test_the_author_reads_the_reply_and_nobody_elses_petition(petitions: Petitions) -> None:
    id_ = (await petitions.submitted())["id"]
    await petitions.transferred(id_)
    await petitions.replied(id_, text="请到窗口办理。")
    mine = await petitions.get(f"/v1/petitions/{id_}", "citizen")
    assert mine.status_code == 200
    assert (mine.json()["title"], mine.json()["reply"]) == ("请问护照怎么办", "请到窗口办理。")
    assert mine.headers["etag"] == '"5"'
    assert (await petitions.get(f"/v1/petitions/{id_}", "citizen", sub="citizen-2")).status_code == 404
    moved = await petitions.get(f"/v1/petitions/{id_}", "citizen", tenant=SHENZHEN)
    assert (moved.status_code, moved.json()["reply"]) == (200, "请到窗口办理。")


@pytest.mark.parametrize("role", ["triage", "handler", "auditor", "supervisor"])
async def test_an_officer_of_another_city_sees_it_neither_listed_nor_by_id(petitions: Petitions, role: str) -> None:
    id_ = (await petitions.submitted())["id"]
    await petitions.transferred(id_)
    who = {"department": "traffic-police"}
    assert (await petitions.get(f"/v1/petitions/{id_}", role, tenant=SHENZHEN, **who)).status_code == 404
    assert (await petitions.get("/v1/petitions", role, tenant=SHENZHEN, **who)).json()["items"] == []
    assert (await petitions.get(f"/v1/petitions/{id_}", role, **who)).status_code == 200


async def test_an_officer_of_another_city_changes_nothing(petitions: Petitions) -> None:
    id_ = (await petitions.submitted())["id"]
    response = await petitions.post(
        f"/v1/petitions/{id_}/transfer", {"department": "fire"}, "triage", tenant=SHENZHEN, version=2
    )
    assert response.status_code == 404
    assert len(events_of(petitions, id_)) == 2


@pytest.mark.parametrize(("role", "seen"), [("triage", 2), ("auditor", 2), ("handler", 0)])
async def test_the_province_sees_every_city_in_triage_and_audit(petitions: Petitions, role: str, seen: int) -> None:
    await petitions.submitted()
    await petitions.submitted(tenant=SHENZHEN)
    page = (await petitions.get("/v1/petitions", role, tenant=PROVINCE)).json()
    assert len(page["items"]) == seen


@pytest.mark.parametrize("role", ["citizen", "connector", "analyst", "administrator"])
async def test_the_list_is_for_officers(petitions: Petitions, role: str) -> None:
    assert (await petitions.get("/v1/petitions", role)).status_code == 403


async def test_content_opens_for_triage_audit_and_the_department_in_charge_only(petitions: Petitions) -> None:
    id_ = (await petitions.submitted())["id"]
    await petitions.transferred(id_)
    for role, department, access in [
        ("triage", None, "open"),
        ("auditor", None, "open"),
        ("handler", "traffic-police", "open"),
        ("supervisor", None, "withheld"),
    ]:
        detail = (await petitions.get(f"/v1/petitions/{id_}", role, department=department)).json()
        assert (detail["access"], detail["title"] is not None, detail["text"] is not None) == (
            access,
            access == "open",
            access == "open",
        )
    for department in ("fire", None):
        assert (await petitions.get(f"/v1/petitions/{id_}", "handler", department=department)).status_code == 404


async def test_no_row_and_no_event_holds_content_or_names_in_clear(petitions: Petitions) -> None:
    response = await petitions.post("/v1/petitions", FORUM, "connector", sub="forum-crawler-7")
    assert response.status_code == 201
    dump = json.dumps(petitions.rows("SELECT * FROM petitions"), default=str, ensure_ascii=False)
    dump += json.dumps(events_of(petitions, response.json()["id"]), ensure_ascii=False)
    for secret in ("举报诈骗", "刷单", "网友甲", "forum-crawler-7", response.json()["query_code"]):
        assert secret not in dump
    detail = (await petitions.get(f"/v1/petitions/{response.json()['id']}", "triage")).json()
    assert (detail["title"], detail["handle"]) == ("举报诈骗", "网友甲")
    assert detail["posted_at"] == "2026-03-01T12:00:00Z"


async def test_sealed_text_that_was_moved_to_another_row_does_not_open(petitions: Petitions) -> None:
    one, two = [(await petitions.submitted(text=text))["id"] for text in ("一", "二")]
    with_other_text = f"UPDATE petitions SET text = (SELECT text FROM petitions WHERE id = '{one}') WHERE id = '{two}'"
    petitions.rows(f"{with_other_text} RETURNING id")
    assert (await petitions.get(f"/v1/petitions/{two}", "triage")).status_code == 500


async def test_what_belongs_to_somebody_erased_stays_countable_and_unreadable(petitions: Petitions) -> None:
    id_ = (await petitions.submitted())["id"]
    (row,) = petitions.rows("SELECT keyid FROM petitions")
    await petitions.keyring.destroy(row["keyid"])
    detail = (await petitions.get(f"/v1/petitions/{id_}", "triage")).json()
    assert (detail["access"], detail["title"], detail["kind"]) == ("erased", None, "consult")
    listed = (await petitions.get("/v1/petitions", "triage")).json()["items"]
    assert [item["access"] for item in listed] == ["erased"]


@pytest.mark.parametrize(("channel", "role"), [("portal", "connector"), ("forum", "citizen"), ("portal", "triage")])
async def test_a_channel_is_for_its_own_role(petitions: Petitions, channel: str, role: str) -> None:
    response = await petitions.post("/v1/petitions", {"channel": channel, "title": "请问", "text": "请问"}, role)
    assert response.status_code == 403
    assert petitions.rows("SELECT id FROM petitions") == []


async def test_who_is_of_a_city_outside_the_suite_is_nobody_here(petitions: Petitions) -> None:
    body = {"channel": "portal", "title": "请问", "text": "请问"}
    assert (await petitions.post("/v1/petitions", body, "citizen", tenant="110100")).status_code == 401
    assert (await petitions.get("/v1/petitions", "triage", tenant="110100")).status_code == 401
    assert petitions.rows("SELECT id FROM petitions") == []


async def test_a_change_names_the_version_it_was_decided_on(petitions: Petitions) -> None:
    id_ = (await petitions.submitted())["id"]
    path, body = f"/v1/petitions/{id_}/transfer", {"department": "fire"}
    assert (await petitions.post(path, body, "triage")).status_code == 428
    stale = await petitions.post(path, body, "triage", version=1)
    assert stale.status_code == 412
    assert stale.headers["etag"] == '"2"'
    assert (await petitions.post(path, body, "triage", version=2)).status_code == 200
    assert len(events_of(petitions, id_)) == 3


@pytest.mark.parametrize(
    ("action", "body", "who", "status", "slug"),
    [
        ("transfer", {"department": "post-office"}, {"role": "triage"}, 422, "unknown-department"),
        ("transfer", {"department": "fire"}, {"role": "handler", "department": "fire"}, 403, "forbidden"),
        ("transfer", {"department": "fire", "accused": ["fire"]}, {"role": "triage"}, 422, "involved-handles"),
        ("reply", {"text": "好"}, {"role": "handler", "department": "fire"}, 404, "not-found"),
        ("close", {"outcome": "answered"}, {"role": "triage"}, 409, "nothing-answered"),
        ("close", {"outcome": "duplicate"}, {"role": "handler", "department": "fire"}, 404, "not-found"),
    ],
)
async def test_a_refusal_has_a_stable_type_and_leaves_nothing(
    petitions: Petitions, action: str, body: dict[str, str], who: dict[str, str], status: int, slug: str
) -> None:
    id_ = (await petitions.submitted())["id"]
    response = await petitions.post(f"/v1/petitions/{id_}/{action}", body, version=2, **who)
    assert (response.status_code, response.json()["type"]) == (status, f"urn:yiwangban:problem:{slug}")
    assert response.headers["content-type"] == "application/problem+json"
    assert len(events_of(petitions, id_)) == 2


async def test_only_the_department_in_charge_replies(petitions: Petitions) -> None:
    id_ = (await petitions.submitted())["id"]
    await petitions.transferred(id_, "fire")
    path, body = f"/v1/petitions/{id_}/reply", {"text": "好"}
    assert (await petitions.post(path, body, "handler", department="household", version=3)).status_code == 404
    token = petitions.token("handler", "triage", department="household")
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": "k", "If-Match": '"3"'}
    sees_it = await petitions.client.post(path, json=body, headers=headers)
    assert (sees_it.status_code, sees_it.json()["type"]) == (403, "urn:yiwangban:problem:wrong-department")


async def test_the_same_key_gives_the_same_receipt_and_one_petition(petitions: Petitions) -> None:
    body = {"channel": "portal", "title": "请问", "text": "请问"}
    first, second = [await petitions.post("/v1/petitions", body, "citizen", key="same") for _ in range(2)]
    assert first.content == second.content
    assert first.headers["location"] == second.headers["location"]
    assert len(petitions.rows("SELECT id FROM petitions")) == 1
    assert len(petitions.rows("SELECT id FROM outbox")) == 2


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"channel": "portal", "title": "请问"}, "/body/portal/text"),
        ({"channel": "portal", "title": "   ", "text": "请问"}, "/body/portal/title"),
        ({"channel": "portal", "title": "问" * 201, "text": "请问"}, "/body/portal/title"),
        ({"channel": "portal", "title": "请问", "text": "问" * 20_001}, "/body/portal/text"),
        ({"channel": "portal", "title": "请问", "text": "请问", "author": "我"}, "/body/portal/author"),
        ({"channel": "forum", "title": "请问", "text": "请问", "posted_at": "2026-03-01"}, "/body/forum/posted_at"),
        ({"channel": "telegraph", "title": "请问", "text": "请问"}, "/body"),
        ({"channel": "portal", "title": 7, "text": "请问"}, "/body/portal/title"),
    ],
)
async def test_a_wrong_field_is_pointed_at(petitions: Petitions, body: dict[str, Any], pointer: str) -> None:
    response = await petitions.post("/v1/petitions", body, "citizen")
    assert response.status_code == 422
    assert [error["pointer"] for error in response.json()["errors"]] == [pointer]


@pytest.mark.parametrize(
    "posted_at", ["2999-01-01T00:00:00Z", "9999-12-31T23:59:59-12:00", "0001-01-01T00:00:00+14:00"]
)
async def test_a_post_from_the_future_or_before_forums_is_refused(petitions: Petitions, posted_at: str) -> None:
    response = await petitions.post("/v1/petitions", FORUM | {"posted_at": posted_at}, "connector")
    assert response.status_code == 422


async def test_the_longest_message_in_the_widest_letters_goes_through(petitions: Petitions) -> None:
    receipt = await petitions.submitted(title="𠮷" * 200, text="𠮷" * 20_000)
    detail = (await petitions.get(f"/v1/petitions/{receipt['id']}", "citizen")).json()
    assert detail["text"] == "𠮷" * 20_000


async def test_pages_follow_one_another_without_overlap_newest_first(petitions: Petitions) -> None:
    ids = [(await petitions.submitted())["id"] for _ in range(5)]
    seen, cursor = [], ""
    for _ in range(3):
        page = (await petitions.get(f"/v1/petitions?limit=2{cursor}", "triage")).json()
        seen += [item["id"] for item in page["items"]]
        cursor = f"&cursor={page['next']}"
    assert page["next"] is None
    assert seen == ids[::-1]


async def test_a_list_can_be_narrowed_to_a_state_and_a_department(petitions: Petitions) -> None:
    await petitions.submitted()
    id_ = (await petitions.submitted())["id"]
    await petitions.transferred(id_, "fire")
    for narrowed, found in [("state=transferred", 1), ("department=fire", 1), ("state=closed", 0), ("department=x", 0)]:
        assert len((await petitions.get(f"/v1/petitions?{narrowed}", "triage")).json()["items"]) == found


@pytest.mark.parametrize("query", ["limit=0", "limit=101", "cursor=%00", "cursor=zzz", "cursor=a%2Bb", "state=lost"])
async def test_a_page_that_cannot_be_is_refused(petitions: Petitions, query: str) -> None:
    response = await petitions.get(f"/v1/petitions?{query}", "triage")
    assert response.status_code in {400, 422}


async def test_what_is_not_there_is_not_found(petitions: Petitions) -> None:
    assert (await petitions.get(f"/v1/petitions/{uuid4()}", "triage")).status_code == 404
    assert (await petitions.get("/v1/petitions/not-an-id", "triage")).status_code == 422


async def test_the_openapi_document_speaks_chinese_first_and_english_second(petitions: Petitions) -> None:
    document = (await petitions.client.get("/openapi.json")).json()
    operations = [operation for path in document["paths"].values() for operation in path.values()]
    assert len(operations) == 118
    for operation in operations:
        chinese, _, english = operation["summary"].partition(" · ")
        assert any("一" <= letter <= "鿿" for letter in chinese)
        assert english.isascii()
        assert english
