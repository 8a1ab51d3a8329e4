"""Reports and complaints about police: where they begin, who sees them, how they are moved in and out."""

import json
from typing import Any
from uuid import UUID

import pytest
from contracts.registry import Registry

from .conftest import GUANGZHOU, PROVINCE, SHENZHEN, Petitions

GAMBLING = {"title": "举报聚众赌博", "text": "三号楼一层每晚有人聚众赌博抽水，请保密"}
CONDUCT = {"title": "投诉民警", "text": "窗口民警态度恶劣，还骂人"}
QUESTION = {"title": "请问护照怎么办", "text": "需要带什么材料？"}
RESTRICTED = {"petition.reports.v1"} & {
    name for name, topic in Registry.load().topics.items() if topic.audience == "restricted"
}


async def submitted(petitions: Petitions, message: dict[str, str], **more: Any) -> dict[str, Any]:
    """Submit; give the receipt."""
    answer = await petitions.post("/v1/petitions", {"channel": "portal"} | message | more, "citizen")
    assert answer.status_code == 201, answer.text
    receipt: dict[str, Any] = answer.json()
    return receipt


def told(petitions: Petitions, id_: str) -> set[str]:
    """Give the topics on which something is said about a petition."""
    return {row["topic"] for row in petitions.rows(f"SELECT topic FROM outbox WHERE subject = '{id_}'")}


async def seen(petitions: Petitions, id_: str, role: str, **who: Any) -> int:
    """Give the status of a look; a list agrees with it."""
    status: int = (await petitions.get(f"/v1/petitions/{id_}", role, **who)).status_code
    listed = await petitions.get("/v1/petitions", role, **who)
    if listed.status_code == 200:
        assert (id_ in {item["id"] for item in listed.json()["items"]}) == (status == 200)
    return status


async def moved(petitions: Petitions, id_: str, to: str, kind: str, role: str = "triage", **who: Any) -> Any:
    return await petitions.post(f"/v1/petitions/{id_}/move", {"to": to, "kind": kind}, role, version=2, **who)


@pytest.mark.parametrize(("message", "tenant"), [(GAMBLING, GUANGZHOU), (CONDUCT, PROVINCE)])
async def test_what_might_be_a_report_or_about_police_begins_on_the_restricted_topic(
    petitions: Petitions, message: dict[str, str], tenant: str
) -> None:
    receipt, ordinary = await submitted(petitions, message), await submitted(petitions, QUESTION)
    assert (receipt["confidential"], ordinary["confidential"]) == (True, False)
    assert (told(petitions, receipt["id"]), told(petitions, ordinary["id"])) == (RESTRICTED, {"petition.petitions.v1"})
    assert {event.tenant for event in petitions.events(receipt["id"])} == {tenant}


@pytest.mark.parametrize("declared", ["crime", "police"])
async def test_who_says_that_it_is_one_is_believed(petitions: Petitions, declared: str) -> None:
    receipt = await submitted(petitions, QUESTION, declared=declared)
    assert told(petitions, receipt["id"]) == RESTRICTED
    (row,) = petitions.rows("SELECT hidden FROM petitions")
    assert row["hidden"] == declared


async def test_a_report_is_seen_by_its_citys_desk_and_nobody_else_until_a_handler_is_named(
    petitions: Petitions,
) -> None:
    id_ = (await submitted(petitions, GAMBLING))["id"]
    assert await seen(petitions, id_, "triage") == 200
    for role, tenant in (
        ("triage", PROVINCE), ("triage", SHENZHEN), ("auditor", GUANGZHOU), ("auditor", PROVINCE),
        ("supervisor", GUANGZHOU), ("supervisor", PROVINCE), ("handler", GUANGZHOU),
    ):  # fmt: skip
        assert await seen(petitions, id_, role, tenant=tenant, department="public-order") == 404, (role, tenant)


async def test_a_complaint_about_police_is_seen_by_the_supervision_desk_one_tier_up_and_by_no_queue_of_the_city(
    petitions: Petitions,
) -> None:
    id_ = (await submitted(petitions, CONDUCT))["id"]
    assert await seen(petitions, id_, "supervisor", tenant=PROVINCE) == 200
    for role, tenant in (
        ("triage", GUANGZHOU), ("supervisor", GUANGZHOU), ("auditor", GUANGZHOU), ("triage", PROVINCE),
        ("auditor", PROVINCE),
    ):  # fmt: skip
        assert await seen(petitions, id_, role, tenant=tenant) == 404, (role, tenant)
    to = {"department": "criminal", "handlers": ["wang"]}
    unsaid = await petitions.post(f"/v1/petitions/{id_}/transfer", to, "supervisor", version=2, tenant=PROVINCE)
    assert (unsaid.status_code, unsaid.json()["type"]) == (422, "urn:yiwangban:problem:nobody-accused")
    said = to | {"accused": ["household"]}
    done = await petitions.post(f"/v1/petitions/{id_}/transfer", said, "supervisor", version=2, tenant=PROVINCE)
    assert done.status_code == 200
    assert await seen(petitions, id_, "handler", tenant=PROVINCE, department="criminal", sub="wang") == 200
    assert await seen(petitions, id_, "supervisor", tenant=PROVINCE, department="household") == 404


async def test_its_events_name_its_sender_as_nothing_else_of_theirs_does(petitions: Petitions) -> None:
    ordinary, report = [(await submitted(petitions, each))["id"] for each in (QUESTION, GAMBLING)]
    names: list[set[str]] = []
    for id_ in (ordinary, report):
        events = petitions.events(id_)
        names.append(
            {event.actor for event in events}
            | {str(event.keyid) for event in events}
            | {value for event in events for value in event.data.values() if str(value).startswith("p_")}
        )
    assert not names[0] & names[1], "neither pseudonym, nor actor, nor key joins the two"
    authors = {row["author"] for row in petitions.rows("SELECT author FROM petitions")}
    assert len(authors) == 2
    dump = json.dumps([event.data for event in petitions.events(report)], ensure_ascii=False)
    assert not [word for word in ("赌博", "gambling", "citizen-1", *names[0]) if word in dump]


async def test_its_sender_is_told_received_handed_over_filed_and_no_more(petitions: Petitions) -> None:
    id_ = (await submitted(petitions, GAMBLING))["id"]
    entrusted = {"department": "public-order", "handlers": ["wang"], "accused": ["fire"]}
    by = {"sub": "wang", "department": "public-order"}
    for action, body, role, who in (
        ("", None, "", {}),
        ("transfer", entrusted, "triage", {}),
        ("sign-for", None, "handler", by),
        ("reply", {"text": "已核查，谢谢您。"}, "handler", by),
        ("close", {"outcome": "filed"}, "handler", by),
    ):
        if action:
            version = (await petitions.get(f"/v1/petitions/{id_}", role, **who)).json()["version"]
            done = await petitions.post(f"/v1/petitions/{id_}/{action}", body, role, version=version, **who)
            assert done.status_code == 200, done.text
        mine = (await petitions.get(f"/v1/petitions/{id_}", "citizen")).json()
        assert mine["text"] == GAMBLING["text"]
        said = {name: mine[name] for name in ("kind", "matter", "topic", "department", "confidence", "suggestion")}
        assert set(said.values()) == {None}
    assert (mine["state"], mine["outcome"], mine["reply"]) == ("closed", "filed", "已核查，谢谢您。")


@pytest.mark.parametrize("message", [GAMBLING, QUESTION])
async def test_what_a_department_has_answered_it_closes_itself(petitions: Petitions, message: dict[str, str]) -> None:
    id_ = (await submitted(petitions, message))["id"]
    by = {"sub": "wang", "department": "public-order"}
    for version, action, body, role, who, status in (
        (2, "transfer", {"department": "public-order", "handlers": ["wang"]}, "triage", {}, 200),
        (3, "sign-for", None, "handler", by, 200),
        (4, "reply", {"text": "已核查，谢谢您。"}, "handler", by, 200),
        (5, "close", {"outcome": "answered"}, "triage", {}, 403),
        (5, "close", {"outcome": "answered"}, "handler", by, 200),
    ):
        done = await petitions.post(f"/v1/petitions/{id_}/{action}", body, role, version=version, **who)
        assert done.status_code == status, done.text


async def test_a_petition_that_is_found_to_be_a_report_ends_and_begins_anew_out_of_sight(petitions: Petitions) -> None:
    id_ = (await submitted(petitions, QUESTION))["id"]
    done = await moved(petitions, id_, "crime", "report")
    assert done.status_code == 200, done.text
    continued = done.json()["continued"]
    assert (done.json()["state"], done.json()["outcome"]) == ("closed", "moved")
    assert (told(petitions, id_), told(petitions, continued)) == ({"petition.petitions.v1"}, RESTRICTED)
    for role in ("triage", "auditor", "supervisor"):
        assert await seen(petitions, id_, role) == 404, "what is left of it in the open is nobody's but its sender's"
    there = (await petitions.get(f"/v1/petitions/{continued}", "triage")).json()
    assert (there["linked"], there["text"], there["kind"]) == (id_, QUESTION["text"], "report")
    mine = (await petitions.get(f"/v1/petitions/{id_}", "citizen")).json()
    assert (mine["linked"], mine["text"]) == (continued, QUESTION["text"])
    assert (await petitions.get(f"/v1/petitions/{continued}", "citizen")).status_code == 200
    assert (await petitions.get(f"/v1/petitions/{continued}", "citizen", sub="somebody")).status_code == 404
    open_ = json.dumps([event.data for event in petitions.events(id_)])
    assert continued not in open_


async def test_staff_move_out_what_was_none_and_nothing_told_in_the_open_leads_back(petitions: Petitions) -> None:
    ordinary = (await submitted(petitions, QUESTION))["id"]
    id_ = (await submitted(petitions, QUESTION, declared="crime"))["id"]
    continued = (await moved(petitions, id_, "ordinary", "consult")).json()["continued"]
    assert told(petitions, continued) == {"petition.petitions.v1"}
    first = petitions.events(continued)[0]
    assert first.data["author"] == petitions.events(ordinary)[0].data["author"], "it is its sender's, as others are"
    dump = json.dumps([event.data for event in petitions.events(continued)])
    (hidden,) = petitions.rows(f"SELECT author FROM petitions WHERE id = '{id_}'")
    assert not [each for each in (id_, hidden["author"]) if each in dump]
    for role in ("triage", "auditor"):
        assert await seen(petitions, continued, role) == 200
    assert (await petitions.get(f"/v1/petitions/{id_}", "triage")).json()["linked"] == continued


async def test_nobody_moves_a_petition_of_their_own_nor_one_that_they_are_named_in(petitions: Petitions) -> None:
    id_ = (await petitions.submitted(sub="triage-1"))["id"]
    own = await moved(petitions, id_, "crime", "report", sub="triage-1")
    assert own.status_code == 404
    id_ = (await petitions.submitted())["id"]
    body = {"department": "household", "named": ["zhao"]}
    assert (await petitions.post(f"/v1/petitions/{id_}/transfer", body, "triage", version=2)).status_code == 200
    assert (await moved(petitions, id_, "crime", "report", sub="zhao")).status_code == 404


@pytest.mark.parametrize(
    ("to", "kind", "status"), [("ordinary", "consult", 409), ("crime", "joke", 422), ("moved", "report", 422)]
)
async def test_a_move_that_makes_no_sense_is_refused(petitions: Petitions, to: str, kind: str, status: int) -> None:
    id_ = (await submitted(petitions, QUESTION))["id"]
    answer = await moved(petitions, id_, to, kind)
    assert answer.status_code == status
    assert len(petitions.events(id_)) == 2


async def test_both_ends_of_a_move_come_back_from_their_topics(petitions: Petitions) -> None:
    id_ = (await submitted(petitions, QUESTION))["id"]
    continued = (await moved(petitions, id_, "police", "complain")).json()["continued"]
    rows = "SELECT id, tenant, author, hidden, state, kind, outcome, sequence FROM petitions ORDER BY id"
    before = petitions.rows(rows)
    assert {(row["id"], row["hidden"]) for row in before} == {(UUID(id_), "moved"), (UUID(continued), "police")}
    petitions.rows("DELETE FROM petitions RETURNING id")
    await petitions.restored(petitions.events())
    assert petitions.rows(rows) == before
    there = (await petitions.get(f"/v1/petitions/{continued}", "supervisor", tenant=PROVINCE)).json()
    assert (there["linked"], there["text"]) == (id_, QUESTION["text"])
    out = await moved(petitions, continued, "ordinary", "consult", "supervisor", tenant=PROVINCE)
    assert out.status_code == 200, "its sender is known again, too"
