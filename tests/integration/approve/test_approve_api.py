"""The API on a real database: what each one may do and see, and what a commit leaves behind."""

from typing import Any
from uuid import uuid4

import pytest

from .conftest import DENIED, EXAMINED, FORM, GUANGZHOU, PROVINCE, SHENZHEN, Reviews, ago


async def test_an_accepted_case_is_taken_up_once_with_its_form(reviews: Reviews) -> None:
    event = await reviews.accepted()
    for _ in range(2):
        await reviews.reacted(event)
    (row,) = reviews.rows("SELECT id FROM reviews")
    (started,) = reviews.events(str(row["id"]))
    assert started.type == "yiwangban.approve.review.started.v1"
    assert (started.tenant, started.causationid, started.data["case"]) == (GUANGZHOU, event.id, event.subject)
    assert started.data["form"].startswith("sealed:v1:")
    assert started.data["form"] != event.data["form"]
    shown = (await reviews.get(f"/v1/reviews/{row['id']}", "examiner")).json()
    assert (shown["form"], shown["access"], shown["step"]) == (FORM, "open", "examination")


async def test_two_officers_examine_and_decide(reviews: Reviews) -> None:
    id_ = await reviews.started()
    await reviews.examined(id_)
    shown = (await reviews.get(f"/v1/reviews/{id_}", "approver")).json()
    assert (shown["step"], shown["recommendation"], shown["opinion"]) == ("approval", "approve", EXAMINED["opinion"])
    await reviews.decided(id_)
    assert reviews.types(id_) == ["started", "task-assigned", "task-completed", "task-assigned", "approved"]
    response = await reviews.get(f"/v1/reviews/{id_}", "auditor")
    assert response.headers["etag"] == '"5"'
    assert (response.json()["state"], response.json()["step"]) == ("approved", None)


async def test_a_denial_tells_why_and_carries_a_sealed_notice(reviews: Reviews) -> None:
    id_ = await reviews.started()
    await reviews.examined(id_)
    await reviews.decided(id_, "deny")
    denied = reviews.events(id_)[-1]
    assert denied.data["reasons"] == DENIED["reasons"]
    assert denied.data["notice"].startswith("sealed:v1:")
    shown = (await reviews.get(f"/v1/reviews/{id_}", "approver")).json()
    assert (shown["state"], shown["notice"]) == ("denied", DENIED["notice"])


async def test_whoever_examined_it_does_not_decide_it(reviews: Reviews) -> None:
    id_ = await reviews.started()
    await reviews.examined(id_, by="both")
    response = await reviews.act(id_, "claim", "approver", sub="both")
    assert (response.status_code, response.json()["type"]) == (403, "urn:yiwangban:problem:own-examination")
    assert (await reviews.act(id_, "claim", "approver")).status_code == 200


@pytest.mark.parametrize("step", ["examination", "approval"])
async def test_whoever_applied_handles_none_of_it_and_reads_nothing_of_it(reviews: Reviews, step: str) -> None:
    id_ = await reviews.started(applicant="officer-who-applied")
    role = "examiner"
    if step == "approval":
        await reviews.examined(id_)
        role = "approver"
    response = await reviews.act(id_, "claim", role, sub="officer-who-applied")
    assert (response.status_code, response.json()["type"]) == (403, "urn:yiwangban:problem:own-application")
    shown = (await reviews.get(f"/v1/reviews/{id_}", role, sub="officer-who-applied")).json()
    assert (shown["access"], shown["form"], shown["opinion"]) == ("withheld", None, None)


async def test_only_the_holder_of_a_task_acts_on_it(reviews: Reviews) -> None:
    id_ = await reviews.started()
    assert (await reviews.act(id_, "claim", "examiner")).status_code == 200
    for action, body in (("complete", EXAMINED), ("release", None)):
        response = await reviews.act(id_, action, "examiner", body, sub="examiner-2")
        assert (response.status_code, response.json()["type"]) == (403, "urn:yiwangban:problem:not-holder")
    assert (await reviews.act(id_, "claim", "examiner", sub="examiner-2")).json()["possible"] == [
        "release", "complete", "warn", "breach", "discontinue",
    ]  # fmt: skip


@pytest.mark.parametrize(("role", "sub"), [("examiner", "examiner-1"), ("administrator", "administrator-1")])
async def test_a_task_is_given_back_by_its_holder_or_an_administrator(reviews: Reviews, role: str, sub: str) -> None:
    id_ = await reviews.started()
    await reviews.act(id_, "claim", "examiner")
    assert (await reviews.act(id_, "release", role, sub=sub)).json()["state"] == "to-examine"
    await reviews.examined(id_, by="examiner-2")
    assert reviews.types(id_) == ["started", "task-assigned", "task-released", "task-assigned", "task-completed"]


@pytest.mark.parametrize(
    ("action", "role", "body"),
    [
        ("claim", "window", None),
        ("complete", "approver", EXAMINED),
        ("approve", "examiner", None),
        ("deny", "administrator", DENIED),
    ],
)
async def test_an_action_is_for_its_own_role(reviews: Reviews, action: str, role: str, body: Any) -> None:
    id_ = await reviews.started()
    assert (await reviews.act(id_, action, role, body)).status_code == 403
    assert reviews.types(id_) == ["started"]


async def test_a_change_names_the_version_that_was_looked_at(reviews: Reviews) -> None:
    id_ = await reviews.started()
    path = f"/v1/reviews/{id_}/claim"
    assert (await reviews.post(path, None, "examiner")).status_code == 428
    assert (await reviews.post(path, None, "examiner", version=7)).status_code == 412
    assert (await reviews.post(path, None, "examiner", version=1)).headers["etag"] == '"2"'


async def test_a_repeated_key_gets_the_same_answer_and_no_second_effect(reviews: Reviews) -> None:
    id_ = await reviews.started()
    path = f"/v1/reviews/{id_}/claim"
    one, two = [await reviews.post(path, None, "examiner", version=1, key="once") for _ in range(2)]
    assert one.json() == two.json()
    assert two.headers["idempotency-replayed"] == "true"
    assert reviews.types(id_) == ["started", "task-assigned"]


@pytest.mark.parametrize("role", ["examiner", "approver", "administrator", "auditor"])
async def test_an_officer_of_another_city_sees_it_neither_queued_nor_by_id(reviews: Reviews, role: str) -> None:
    id_ = await reviews.started()
    assert (await reviews.get(f"/v1/reviews/{id_}", role, tenant=SHENZHEN)).status_code == 404
    assert (await reviews.get("/v1/reviews", role, tenant=SHENZHEN)).json()["items"] == []
    assert (await reviews.get(f"/v1/reviews/{id_}", role)).status_code == 200


async def test_audit_of_the_province_sees_every_city_and_nobody_acts_beyond_their_own(reviews: Reviews) -> None:
    id_ = await reviews.started()
    await reviews.started(tenant=SHENZHEN)
    assert len((await reviews.get("/v1/reviews", "auditor", tenant=PROVINCE)).json()["items"]) == 2
    assert (await reviews.get(f"/v1/reviews/{id_}", "auditor", tenant=PROVINCE)).json()["form"] == FORM
    assert (await reviews.get("/v1/reviews", "examiner", tenant=PROVINCE)).json()["items"] == []
    token = reviews.token("examiner", "auditor", tenant=PROVINCE)
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": "k", "If-Match": '"1"'}
    response = await reviews.client.post(f"/v1/reviews/{id_}/claim", headers=headers)
    assert (response.status_code, response.json()["type"]) == (403, "urn:yiwangban:problem:other-city")
    response = await reviews.act(id_, "claim", "examiner", tenant=PROVINCE)
    assert response.status_code == 404


@pytest.mark.parametrize("role", ["citizen", "window", "triage", "analyst"])
async def test_reviews_are_for_those_who_work_on_them(reviews: Reviews, role: str) -> None:
    id_ = await reviews.started()
    assert (await reviews.get("/v1/reviews", role)).status_code == 403
    assert (await reviews.get(f"/v1/reviews/{id_}", role)).status_code == 403


async def test_a_withdrawn_case_is_reviewed_no_further(reviews: Reviews) -> None:
    event = await reviews.accepted()
    await reviews.reacted(event)
    (row,) = reviews.rows("SELECT id FROM reviews")
    await reviews.act(str(row["id"]), "claim", "examiner")
    for _ in range(2):
        await reviews.withdrawn(event.subject)
    assert reviews.types(str(row["id"])) == ["started", "task-assigned", "discontinued"]
    assert (await reviews.act(str(row["id"]), "complete", "examiner", EXAMINED)).status_code == 409
    assert (await reviews.get("/v1/reviews", "examiner")).json()["items"] == []


async def test_a_case_that_was_withdrawn_before_it_was_accepted_has_no_review(reviews: Reviews) -> None:
    await reviews.withdrawn(str(uuid4()), sequence=2)
    assert reviews.rows("SELECT id FROM reviews") == []


async def test_a_withdrawal_that_comes_after_the_decision_changes_nothing_here(reviews: Reviews) -> None:
    event = await reviews.accepted()
    await reviews.reacted(event)
    (row,) = reviews.rows("SELECT id FROM reviews")
    await reviews.examined(str(row["id"]))
    await reviews.decided(str(row["id"]))
    await reviews.withdrawn(event.subject)
    assert reviews.types(str(row["id"]))[-1] == "approved"


async def test_the_queue_is_in_the_order_of_deadlines_page_by_page(reviews: Reviews) -> None:
    limits = [9, 2, 20, 2, 5]
    ids = {await reviews.started(workdays=days): days for days in limits}
    found, cursor = [], ""
    for _ in range(3):
        page = (await reviews.get(f"/v1/reviews?limit=2{cursor}", "examiner")).json()
        found += [item["id"] for item in page["items"]]
        cursor = f"&cursor={page['next']}"
    assert page["next"] is None
    assert [ids[id_] for id_ in found] == sorted(limits)


async def test_the_queue_shows_what_is_open_or_ones_own_or_in_one_state(reviews: Reviews) -> None:
    one, two, three = [await reviews.started() for _ in range(3)]
    await reviews.examined(one)
    await reviews.decided(one)
    await reviews.act(two, "claim", "examiner")

    async def listed(query: str) -> set[str]:
        page = (await reviews.get(f"/v1/reviews{query}", "examiner")).json()
        return {item["id"] for item in page["items"]}

    assert await listed("") == {two, three}
    assert await listed("?mine=true") == {two}
    assert await listed("?state=to-examine") == {three}
    assert await listed("?state=approved") == {one}


async def test_a_cursor_that_somebody_made_up_is_a_place_like_any_other(reviews: Reviews) -> None:
    await reviews.started()
    for cursor, items in (("A" * 32, 1), ("_" * 32, 0)):
        page = (await reviews.get(f"/v1/reviews?cursor={cursor}", "examiner")).json()
        assert len(page["items"]) == items
    assert (await reviews.get("/v1/reviews?cursor=short", "examiner")).status_code == 422


async def test_nothing_of_a_form_an_opinion_or_a_notice_is_in_the_database_in_clear(reviews: Reviews) -> None:
    id_ = await reviews.started(applicant="citizen-who-applies")
    await reviews.examined(id_, by="officer-who-examines")
    await reviews.decided(id_, "deny")
    tables = [
        row["name"] for row in reviews.rows("SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public'")
    ]
    dump = "\n".join(
        row["line"] for table in tables for row in reviews.rows(f'SELECT t::text AS line FROM "{table}" AS t')
    )
    bodies = reviews.rows("SELECT body FROM outbox UNION ALL SELECT body FROM idempotency_keys")
    dump += "\n".join(bytes(row["body"]).decode(errors="replace") for row in bodies)
    texts = (*FORM.values(), EXAMINED["opinion"], DENIED["notice"], "citizen-who-applies", "officer-who-examines")
    for secret in texts:
        assert str(secret) not in dump
        assert str(secret).encode().hex() not in dump
    assert id_ in dump


async def test_the_review_of_somebody_erased_goes_on_without_their_form(reviews: Reviews) -> None:
    event = await reviews.accepted()
    assert event.keyid is not None
    await reviews.keyring.destroy(event.keyid)
    await reviews.reacted(event)
    (row,) = reviews.rows("SELECT id FROM reviews")
    shown = (await reviews.get(f"/v1/reviews/{row['id']}", "examiner")).json()
    assert (shown["access"], shown["form"], shown["state"]) == ("erased", None, "to-examine")
    (started,) = reviews.events(str(row["id"]))
    assert "form" not in started.data


async def test_cards_are_given_once_when_their_time_has_come(reviews: Reviews) -> None:
    late = await reviews.started(at=ago(days=60), workdays=3)
    await reviews.started()
    assert await reviews.timers_run() == 2
    assert await reviews.timers_run() == 0
    started, warned, breached = reviews.events(late)
    assert [event.type.split(".")[-2] for event in (warned, breached)] == ["warned", "breached"]
    assert warned.data["effective_at"] == started.data["warn_at"]
    assert breached.data["effective_at"] == started.data["due_at"]
    assert (warned.actor, warned.correlationid) == ("approve", started.correlationid)
    (item,) = [item for item in (await reviews.get("/v1/reviews", "examiner")).json()["items"] if item["id"] == late]
    assert (item["warned"], item["breached"], item["version"]) == (True, True, 3)


async def test_a_review_that_was_decided_in_time_gets_no_card(reviews: Reviews) -> None:
    id_ = await reviews.started(at=ago(days=60), workdays=3)
    await reviews.examined(id_)
    await reviews.decided(id_)
    assert await reviews.timers_run() == 2
    assert reviews.types(id_)[-1] == "approved"


async def test_a_timer_of_a_deadline_that_was_moved_does_nothing(reviews: Reviews) -> None:
    id_ = await reviews.started(at=ago(days=60), workdays=3)
    reviews.rows(f"UPDATE reviews SET deadline = 2 WHERE id = '{id_}' RETURNING id")
    assert await reviews.timers_run() == 2
    assert reviews.types(id_) == ["started"]
