"""What is asked meanwhile, over HTTP: more from the sender, more time, and when the answer will come."""

from datetime import datetime

from tests.integration.kit.erasures import erased

from .conftest import SHENZHEN, Petitions
from .library import slug
from .test_petition_deadlines import come_due, queue, timers
from .test_petition_jurisdiction import act

FIRE = {"department": "fire"}
ASKED = {"text": "请补充东风路的门牌号。"}
MORE = {"text": "东风路九十七号，谢谢。"}
TIME = {"days": 5, "reason": "需向外省核实"}


async def in_hand(petitions: Petitions) -> str:
    """Give a petition that the fire department has taken on."""
    id_ = str((await petitions.submitted())["id"])
    await petitions.in_hand(id_, "fire")
    return id_


async def test_the_clock_stands_still_while_the_sender_is_asked_and_runs_on_with_their_answer(
    petitions: Petitions,
) -> None:
    id_ = await in_hand(petitions)
    (before,) = petitions.rows("SELECT due_at FROM petitions")
    assert (await act(petitions, id_, "request-supplement", ASKED, **FIRE)).json()["state"] == "supplementing"
    mine = (await petitions.get(f"/v1/petitions/{id_}", "citizen")).json()
    assert (mine["supplement_request"], mine["course"]["due_at"]) == (ASKED["text"], None)
    assert mine["course"]["stopped_at"] is not None
    assert await queue(petitions) == [], "nobody has to do anything"
    come_due(petitions)
    petitions.rows("UPDATE timers SET next_at = now() + interval '1 day' WHERE clock = 'supplement' RETURNING id")
    assert await petitions.timers_run() == 3
    assert petitions.types(id_)[-1] == "supplement-requested", "no card while it stands still"
    for role, who, status in (("citizen", {"sub": "citizen-2"}, 404), ("handler", FIRE, 403), ("citizen", {}, 200)):
        done = await act(petitions, id_, "supplement", MORE, role, **who)
        assert done.status_code == status, done.text
    (after,) = petitions.rows("SELECT due_at, deadline, supplement, supplement_request FROM petitions")
    assert (after["due_at"], after["deadline"]) == (before["due_at"], 6), "on the same day no day was lost"
    assert "九十七" not in str(after) + str([event.data for event in petitions.events(id_)])
    seen = (await petitions.get(f"/v1/petitions/{id_}", "handler", **FIRE)).json()
    assert (seen["supplement"], seen["state"]) == (MORE["text"], "in-hand")
    come_due(petitions)
    assert await petitions.timers_run() == 2
    assert petitions.types(id_)[-1] == "warned", "by the deadline of now"
    assert slug(await act(petitions, id_, "request-supplement", ASKED, **FIRE)) == (409, "asked-before")


async def test_if_the_sender_lets_the_time_pass_it_goes_on_by_itself(petitions: Petitions) -> None:
    id_ = await in_hand(petitions)
    await act(petitions, id_, "request-supplement", ASKED, **FIRE)
    petitions.rows("UPDATE timers SET next_at = now() WHERE clock = 'supplement' RETURNING id")
    assert await petitions.timers_run() == 1
    lapsed = petitions.events(id_)[-1]
    assert lapsed.type.endswith("supplement-lapsed.v1")
    assert timers(petitions)[-1] == ("warning", False)
    assert await queue(petitions) == [id_]
    late = await petitions.post(f"/v1/petitions/{id_}/supplement", MORE, "citizen", version=6)
    assert slug(late) == (409, "wrong-state")


async def test_more_time_is_asked_for_by_the_handler_and_granted_by_the_head_of_the_authority_alone(
    petitions: Petitions,
) -> None:
    id_ = await in_hand(petitions)
    assert (await petitions.get(f"/v1/petitions/{id_}", "agency-head")).status_code == 404
    assert (await act(petitions, id_, "request-extension", TIME, **FIRE)).status_code == 200
    assert (await petitions.get(f"/v1/petitions/{id_}", "agency-head")).json()["access"] == "open"
    assert await queue(petitions, "agency-head") == [id_]
    both = petitions.token("handler", "agency-head", sub="handler-1", department="fire")
    headers = {"Authorization": f"Bearer {both}", "If-Match": '"5"', "Idempotency-Key": "own"}
    own = await petitions.client.post(f"/v1/petitions/{id_}/extend", json={"reason": "同意"}, headers=headers)
    assert slug(own) == (403, "same-person")
    for role, tenant, status in (
        ("handler", "440100", 403), ("supervisor", "440100", 403), ("agency-head", SHENZHEN, 404),
        ("agency-head", "440100", 200),
    ):  # fmt: skip
        done = await act(petitions, id_, "extend", {"reason": "同意"}, role, tenant=tenant, department="fire")
        assert done.status_code == status, (role, done.text)
    extended = petitions.events(id_)[-1]
    assert (extended.data["authority"], extended.data["days"]) == ("agency-head", 5)
    shown = (await petitions.get(f"/v1/petitions/{id_}", "citizen")).json()
    assert datetime.fromisoformat(shown["course"]["due_at"]) == datetime.fromisoformat(extended.data["due_at"])
    assert "经本行政机关负责人批准延长" in shown["limit"]["zh"]
    assert (await petitions.get(f"/v1/petitions/{id_}", "agency-head")).status_code == 404, "it was decided"
    come_due(petitions)
    await petitions.timers_run()
    assert petitions.types(id_)[-1] == "warned"
    (warned,) = petitions.events(id_)[-1:]
    assert warned.data["effective_at"] == extended.data["warn_at"]


async def test_what_was_refused_is_not_asked_for_again(petitions: Petitions) -> None:
    id_ = await in_hand(petitions)
    await act(petitions, id_, "request-extension", TIME, **FIRE)
    assert (await act(petitions, id_, "refuse-extension", {"reason": "可按期"}, "agency-head")).status_code == 200
    assert slug(await act(petitions, id_, "request-extension", TIME, **FIRE)) == (409, "extension-asked-for")


async def test_sender_supervisor_and_volunteer_urge_each_in_their_measure(petitions: Petitions) -> None:
    id_ = await in_hand(petitions)
    for role, sub, status in (
        ("citizen", "citizen-1", 200), ("citizen", "citizen-1", 409), ("citizen", "citizen-2", 404),
        ("supervisor", None, 200), ("volunteer-supervisor", None, 404), ("handler", None, 403),
    ):  # fmt: skip
        assert (await act(petitions, id_, "urge", None, role, sub=sub, department="fire")).status_code == status, role
    come_due(petitions)
    await petitions.timers_run()
    for status in (200, 409):
        assert (await act(petitions, id_, "urge", None, "volunteer-supervisor")).status_code == status
    assert [event.data["by"] for event in petitions.events(id_) if event.type.endswith("urged.v1")] == [
        "sender", "supervisor", "volunteer-supervisor",
    ]  # fmt: skip
    offices = (await petitions.get(f"/v1/petitions/{id_}", "triage")).json()["course"]["offices"]
    assert offices["urged"] == 1


async def test_volunteers_see_what_has_a_card_without_title_or_text(petitions: Petitions) -> None:
    ids = [await in_hand(petitions) for _ in range(2)]
    petitions.rows(f"UPDATE petitions SET card = 'red', overdue = true WHERE id = '{ids[0]}' RETURNING id")
    page = (await petitions.get("/v1/petitions", "volunteer-supervisor")).json()["items"]
    assert [(item["id"], item["access"], item["title"]) for item in page] == [(ids[0], "withheld", None)]
    assert (await petitions.get(f"/v1/petitions/{ids[0]}", "volunteer-supervisor")).status_code == 403


async def test_a_restored_database_knows_what_was_asked_and_an_erasure_takes_it_along(petitions: Petitions) -> None:
    id_, other = await in_hand(petitions), await in_hand(petitions)
    await act(petitions, id_, "request-supplement", ASKED, **FIRE)
    await act(petitions, id_, "supplement", MORE, "citizen")
    await act(petitions, id_, "urge", None, "citizen")
    for action, body, role in (("request-extension", TIME, "handler"), ("extend", {"reason": "同意"}, "agency-head")):
        assert (await act(petitions, other, action, body, role, **FIRE)).status_code == 200
    columns = "id, state, due_at, deadline, stopped_at, resumed_at, extension, extended_by, urged, urged_on"
    rows, events = petitions.rows(f"SELECT {columns} FROM petitions ORDER BY id"), petitions.events()
    set_ = petitions.rows("SELECT subject, clock, version, due_at FROM timers ORDER BY 1, 2, 3")
    for table in ("petitions", "timers"):
        petitions.rows(f"DELETE FROM {table} RETURNING id")
    await petitions.restored(events)
    assert petitions.rows(f"SELECT {columns} FROM petitions ORDER BY id") == rows
    assert petitions.rows("SELECT subject, clock, version, due_at FROM timers ORDER BY 1, 2, 3") == set_
    shown = (await petitions.get(f"/v1/petitions/{id_}", "citizen")).json()
    assert (shown["supplement_request"], shown["supplement"]) == (ASKED["text"], MORE["text"])
    (row,) = petitions.rows(f"SELECT keyid FROM petitions WHERE id = '{id_}'")
    await erased(petitions, row["keyid"])
    (row,) = petitions.rows(f"SELECT supplement, supplement_request FROM petitions WHERE id = '{id_}'")
    assert set(row.values()) == {None}
