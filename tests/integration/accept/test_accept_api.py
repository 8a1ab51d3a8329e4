"""The API on a real database: what each one may do and see, and what a commit leaves behind."""

from typing import Any
from uuid import uuid4

import pytest
from casework.numbers import is_human_number

from .conftest import FORM, GUANGZHOU, ITEM, PROVINCE, SHENZHEN, Cases

APPLICATION = {"channel": "portal", "item": ITEM, "form": FORM}
VEHICLE = "cross-boundary-vehicle-extension"


def types_of(cases: Cases, id_: str) -> list[str]:
    return [event.type.split(".")[-2] for event in cases.events(id_)]


async def test_an_applicant_gets_a_receipt_and_one_event_is_on_its_way(cases: Cases) -> None:
    response = await cases.post("/v1/cases", APPLICATION, "citizen")
    receipt = response.json()
    assert response.status_code == 201
    assert response.headers["location"] == f"/v1/cases/{receipt['id']}"
    assert response.headers["etag"] == '"1"'
    assert is_human_number(receipt["number"])
    assert (receipt["state"], receipt["item"]) == ("submitted", ITEM)
    (event,) = cases.events(receipt["id"])
    assert event.type == "yiwangban.accept.case.submitted.v1"
    assert (event.tenant, event.data["channel"]) == (GUANGZHOU, "portal")
    assert event.data["form"].startswith("sealed:v1:")


async def test_an_accepted_case_carries_its_form_and_what_was_promised_to_whoever_decides(cases: Cases) -> None:
    id_ = (await cases.submitted())["id"]
    response = await cases.post(f"/v1/cases/{id_}/accept", None, "window", version=1)
    assert (response.status_code, response.headers["etag"]) == (200, '"2"')
    assert (response.json()["state"], response.json()["workdays"]) == ("accepted", 7)
    submitted, accepted = cases.events(id_)
    assert accepted.sequence == 2
    assert (accepted.data["workdays"], accepted.data["item"]) == (7, ITEM)
    assert accepted.data["applicant"] == submitted.data["applicant"]
    assert accepted.data["form"].startswith("sealed:v1:")
    assert accepted.data["form"] != submitted.data["form"]


async def test_a_refusal_tells_the_applicant_why(cases: Cases) -> None:
    id_ = (await cases.submitted())["id"]
    await cases.refused(id_, notice="缺少通行证复印件。")
    mine = (await cases.get(f"/v1/cases/{id_}", "citizen")).json()
    assert (mine["state"], mine["notice"]) == ("not-accepted", "缺少通行证复印件。")
    assert [reason["code"] for reason in mine["reasons"]] == ["materials-incomplete"]
    assert mine["reasons"][0]["words"]["zh"] == "申请材料不齐全或不符合法定形式"
    assert types_of(cases, id_) == ["submitted", "not-accepted"]


async def test_an_applicant_takes_it_back_before_and_after_acceptance(cases: Cases) -> None:
    early, late = [(await cases.submitted())["id"] for _ in range(2)]
    await cases.accepted(late)
    for id_, events in [(early, ["submitted", "withdrawn"]), (late, ["submitted", "accepted", "withdrawn"])]:
        await cases.withdrawn(id_)
        assert types_of(cases, id_) == events


async def test_a_case_is_somebody_elses_to_withdraw_for_nobody(cases: Cases) -> None:
    id_ = (await cases.submitted())["id"]
    path = f"/v1/cases/{id_}/withdraw"
    assert (await cases.post(path, None, "citizen", sub="citizen-2")).status_code == 404
    assert (await cases.post(path, None, "window")).status_code == 403
    token = cases.token("citizen", "window", sub="somebody-else")
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": "k"}
    both = await cases.client.post(path, headers=headers)
    assert both.json()["type"] == "urn:yiwangban:problem:not-applicant"
    assert types_of(cases, id_) == ["submitted"]


async def test_a_reviews_decision_concludes_the_case_once(cases: Cases) -> None:
    id_ = (await cases.submitted())["id"]
    await cases.accepted(id_)
    for _ in range(2):
        await cases.decided(id_, "denied")
    shown = (await cases.get(f"/v1/cases/{id_}", "citizen")).json()
    assert (shown["state"], shown["outcome"], shown["version"]) == ("concluded", "denied", 3)
    assert types_of(cases, id_) == ["submitted", "accepted", "concluded"]


async def test_a_case_that_was_withdrawn_while_the_review_decided_stays_withdrawn(cases: Cases) -> None:
    id_ = (await cases.submitted())["id"]
    await cases.accepted(id_)
    await cases.withdrawn(id_)
    await cases.decided(id_, "approved")
    shown = (await cases.get(f"/v1/cases/{id_}", "citizen")).json()
    assert (shown["state"], shown["outcome"]) == ("withdrawn", None)
    assert types_of(cases, id_) == ["submitted", "accepted", "withdrawn"]


async def test_a_decision_about_a_case_that_is_not_here_is_set_aside_and_not_lost(cases: Cases) -> None:
    with pytest.raises(LookupError):
        await cases.decided(str(uuid4()), "approved")


@pytest.mark.parametrize("role", ["window", "auditor"])
async def test_an_officer_of_another_city_sees_it_neither_listed_nor_by_id(cases: Cases, role: str) -> None:
    id_ = (await cases.submitted())["id"]
    assert (await cases.get(f"/v1/cases/{id_}", role, tenant=SHENZHEN)).status_code == 404
    assert (await cases.get("/v1/cases", role, tenant=SHENZHEN)).json()["items"] == []
    assert (await cases.get(f"/v1/cases/{id_}", role)).status_code == 200


async def test_an_officer_of_another_city_changes_nothing(cases: Cases) -> None:
    id_ = (await cases.submitted())["id"]
    response = await cases.post(f"/v1/cases/{id_}/accept", None, "window", tenant=SHENZHEN, version=1)
    assert response.status_code == 404
    assert types_of(cases, id_) == ["submitted"]


async def test_the_province_sees_every_city_and_leaves_acting_to_its_window(cases: Cases) -> None:
    id_ = (await cases.submitted())["id"]
    await cases.submitted(tenant=SHENZHEN)
    assert len((await cases.get("/v1/cases", "window", tenant=PROVINCE)).json()["items"]) == 2
    shown = (await cases.get(f"/v1/cases/{id_}", "window", tenant=PROVINCE)).json()
    assert (shown["access"], shown["form"]) == ("withheld", None)
    assert (await cases.get(f"/v1/cases/{id_}", "auditor", tenant=PROVINCE)).json()["form"] == FORM
    response = await cases.post(f"/v1/cases/{id_}/accept", None, "window", tenant=PROVINCE, version=1)
    assert (response.status_code, response.json()["type"]) == (403, "urn:yiwangban:problem:other-city")


async def test_an_officer_does_not_decide_on_a_case_of_their_own(cases: Cases) -> None:
    id_ = (await cases.submitted(sub="both"))["id"]
    response = await cases.post(f"/v1/cases/{id_}/accept", None, "window", sub="both", version=1)
    assert (response.status_code, response.json()["type"]) == (403, "urn:yiwangban:problem:own-case")


async def test_everybody_lists_what_is_theirs_to_see(cases: Cases) -> None:
    await cases.submitted()
    await cases.submitted(sub="citizen-2")
    await cases.submitted(channel="window")
    assert len((await cases.get("/v1/cases", "citizen")).json()["items"]) == 1
    assert len((await cases.get("/v1/cases", "window")).json()["items"]) == 3
    for role in ("connector", "triage", "analyst", "administrator"):
        assert (await cases.get("/v1/cases", role)).status_code == 403


async def test_nothing_of_a_form_is_in_the_database_in_clear(cases: Cases) -> None:
    notice = "请补交签名页。"
    receipt = await cases.submitted(sub="citizen-who-applies")
    accepted = await cases.submitted(channel="window", sub="officer-who-types")
    await cases.accepted(accepted["id"])
    await cases.refused(receipt["id"], notice=notice)
    tables = [row["name"] for row in cases.rows("SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public'")]
    dump = "\n".join(
        row["line"] for table in tables for row in cases.rows(f'SELECT t::text AS line FROM "{table}" AS t')
    )
    bodies = cases.rows("SELECT body FROM outbox UNION ALL SELECT body FROM idempotency_keys")
    dump += "\n".join(bytes(row["body"]).decode(errors="replace") for row in bodies)
    secrets = [str(value) for name, value in FORM.items() if name not in {"entries", "destination"}]
    for secret in (*secrets, "hong-kong", notice, "citizen-who-applies", "officer-who-types"):
        assert secret not in dump
        assert secret.encode().hex() not in dump
    assert receipt["number"] in dump


async def test_a_sealed_form_that_was_moved_to_another_row_does_not_open(cases: Cases) -> None:
    one, two = [(await cases.submitted())["id"] for _ in range(2)]
    moved = f"UPDATE cases SET form = (SELECT form FROM cases WHERE id = '{one}') WHERE id = '{two}'"
    cases.rows(f"{moved} RETURNING id")
    assert (await cases.get(f"/v1/cases/{two}", "window")).status_code == 500


async def test_what_belongs_to_somebody_erased_stays_countable_and_cannot_be_accepted(cases: Cases) -> None:
    id_ = (await cases.submitted())["id"]
    (row,) = cases.rows("SELECT keyid FROM cases")
    await cases.keyring.destroy(row["keyid"])
    shown = (await cases.get(f"/v1/cases/{id_}", "window")).json()
    assert (shown["access"], shown["form"], shown["state"]) == ("erased", None, "submitted")
    response = await cases.post(f"/v1/cases/{id_}/accept", None, "window", version=1)
    assert (response.status_code, response.json()["type"]) == (409, "urn:yiwangban:problem:erased")


@pytest.mark.parametrize(("channel", "role"), [("portal", "window"), ("window", "citizen"), ("portal", "connector")])
async def test_a_channel_is_for_its_own_role(cases: Cases, channel: str, role: str) -> None:
    response = await cases.post("/v1/cases", APPLICATION | {"channel": channel}, role)
    assert response.status_code == 403
    assert cases.rows("SELECT id FROM cases") == []


async def test_a_walk_in_is_nobodys_account_and_the_officer_is_not_the_applicant(cases: Cases) -> None:
    one, two = [await cases.submitted(channel="window") for _ in range(2)]
    applicants = {row["applicant"] for row in cases.rows("SELECT applicant FROM cases")}
    assert len(applicants) == 2
    await cases.accepted(one["id"])
    assert cases.events(two["id"])[0].data["applicant"] in applicants


@pytest.mark.parametrize(
    ("change", "tenant", "status", "slug"),
    [
        ({"item": "no-such-item"}, GUANGZHOU, 422, "unknown-service-item"),
        ({"item": VEHICLE}, GUANGZHOU, 422, "not-offered"),
        ({}, PROVINCE, 422, "not-offered"),
        ({}, "110100", 401, "unauthenticated"),
    ],
)
async def test_an_item_has_to_be_offered_where_it_is_asked_for(
    cases: Cases, change: dict[str, str], tenant: str, status: int, slug: str
) -> None:
    response = await cases.post("/v1/cases", APPLICATION | change, "citizen", tenant=tenant)
    assert (response.status_code, response.json()["type"]) == (status, f"urn:yiwangban:problem:{slug}")
    assert cases.rows("SELECT id FROM cases") == []


async def test_everything_wrong_with_a_form_is_told_at_once_and_never_its_values(cases: Cases) -> None:
    form = {"name": " 陈", "resident_id": "440100199001010008", "mobile": 7, "entries": 3, "nickname": "小明"}
    response = await cases.post("/v1/cases", APPLICATION | {"form": form}, "citizen")
    assert response.status_code == 422
    assert response.json()["type"] == "urn:yiwangban:problem:invalid"
    errors = {error["pointer"]: (error["reason_zh"], error["reason_en"]) for error in response.json()["errors"]}
    assert errors == {
        "/body/form/name": ("格式不正确（首尾不留空格）", "has the wrong form (no space at either end)"),
        "/body/form/resident_id": (
            "不符合要求（18 位，末位校验码须正确）",
            "is not acceptable (18 characters, the last one checks the others)",
        ),
        "/body/form/mobile": ("须为文本", "must be text"),
        "/body/form/entries": ("只能为 1, 2", "must be 1, 2"),
        "/body/form/permit_number": ("必填", "is required"),
        "/body/form/destination": ("必填", "is required"),
        "/body/form/nickname": ("未知字段", "is not a known field"),
    }
    assert "440100199001010008" not in response.text
    assert "小明" not in response.text


async def test_an_officers_change_names_the_version_it_was_decided_on(cases: Cases) -> None:
    path = f"/v1/cases/{(await cases.submitted())['id']}/accept"
    assert (await cases.post(path, None, "window")).status_code == 428
    stale = await cases.post(path, None, "window", version=2)
    assert (stale.status_code, stale.headers["etag"]) == (412, '"1"')
    assert (await cases.post(path, None, "window", version=1)).status_code == 200
    assert len(cases.rows("SELECT id FROM outbox")) == 2


@pytest.mark.parametrize(
    ("reasons", "slug"), [(["bad-weather"], "unknown-reason"), (["statements-contradict"], "unknown-reason")]
)
async def test_a_refusal_gives_reasons_that_the_item_has(cases: Cases, reasons: list[str], slug: str) -> None:
    id_ = (await cases.submitted())["id"]
    body = {"reasons": reasons, "notice": "不行"}
    response = await cases.post(f"/v1/cases/{id_}/refuse", body, "window", version=1)
    assert (response.status_code, response.json()["type"]) == (422, f"urn:yiwangban:problem:{slug}")
    assert "materials-incomplete" in response.json()["known"]


async def test_what_the_table_does_not_allow_is_refused_with_what_it_does(cases: Cases) -> None:
    id_ = (await cases.submitted())["id"]
    await cases.accepted(id_)
    response = await cases.post(f"/v1/cases/{id_}/accept", None, "window", version=2)
    assert response.status_code == 409
    assert (response.json()["state"], response.json()["possible"]) == ("accepted", ["withdraw", "conclude"])


async def test_the_same_key_gives_the_same_receipt_and_one_case(cases: Cases) -> None:
    first, second = [await cases.post("/v1/cases", APPLICATION, "citizen", key="same") for _ in range(2)]
    assert first.content == second.content
    assert len(cases.rows("SELECT id FROM cases")) == 1
    assert len(cases.rows("SELECT id FROM outbox")) == 1
    other = await cases.post("/v1/cases", APPLICATION | {"form": FORM | {"entries": 2}}, "citizen", key="same")
    assert other.json()["type"] == "urn:yiwangban:problem:idempotency-key-reused"


async def test_pages_follow_one_another_without_overlap_newest_first(cases: Cases) -> None:
    ids = [(await cases.submitted())["id"] for _ in range(5)]
    seen, cursor = [], ""
    for _ in range(3):
        page = (await cases.get(f"/v1/cases?limit=2{cursor}", "citizen")).json()
        seen += [item["id"] for item in page["items"]]
        cursor = f"&cursor={page['next']}"
    assert page["next"] is None
    assert seen == ids[::-1]


async def test_a_list_can_be_narrowed_to_a_state_and_an_item(cases: Cases) -> None:
    await cases.submitted(item="residence-permit")
    await cases.accepted((await cases.submitted())["id"])
    for narrowed, found in [("state=accepted", 1), (f"item={ITEM}", 1), ("state=withdrawn", 0), ("item=x", 0)]:
        assert len((await cases.get(f"/v1/cases?{narrowed}", "window")).json()["items"]) == found


@pytest.mark.parametrize("query", ["limit=0", "limit=101", "cursor=%00", "cursor=zzz", "state=lost", "item=Ü"])
async def test_a_page_that_cannot_be_is_refused(cases: Cases, query: str) -> None:
    assert (await cases.get(f"/v1/cases?{query}", "window")).status_code in {400, 422}


async def test_what_is_not_there_is_not_found(cases: Cases) -> None:
    assert (await cases.get(f"/v1/cases/{uuid4()}", "window")).status_code == 404
    assert (await cases.get("/v1/cases/not-an-id", "window")).status_code == 422


async def test_the_openapi_document_speaks_chinese_first_and_english_second(cases: Cases) -> None:
    document: dict[str, Any] = (await cases.client.get("/openapi.json")).json()
    operations = [operation for path in document["paths"].values() for operation in path.values()]
    assert len(operations) == 9
    for operation in operations:
        chinese, _, english = operation["summary"].partition(" · ")
        assert any("一" <= letter <= "鿿" for letter in chinese)
        assert english.isascii()
        assert english
