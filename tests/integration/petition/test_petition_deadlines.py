"""By when a petition has to be answered: told at once, kept by timers, and the order of the queue."""

from datetime import datetime
from typing import Any

import pytest
from chassis.testing.faults import armed
from workdays.calendar import packaged
from workdays.counting import deadline

from .conftest import PROVINCE, SHENZHEN, Petitions

LIFE = {"title": "有人要跳楼", "text": "我朋友在天河路大厦楼顶要跳楼自杀，求求你们快来"}
GAMBLING = {"title": "举报聚众赌博", "text": "三号楼一层每晚有人聚众赌博抽水，请保密"}


async def queue(petitions: Petitions, role: str = "triage", query: str = "", **who: Any) -> list[str]:
    """Give the ids of the queue in its order, page by page, one a page."""
    ids, cursor = [], ""
    while True:
        page = (await petitions.get(f"/v1/petitions/queue?limit=1{query}{cursor}", role, **who)).json()
        ids += [item["id"] for item in page["items"]]
        if page["next"] is None:
            return ids
        cursor = f"&cursor={page['next']}"


def come_due(petitions: Petitions) -> None:
    """Let time pass until the next timers are due."""
    petitions.rows("UPDATE timers SET next_at = now() WHERE fired_at IS NULL RETURNING id")


def timers(petitions: Petitions) -> list[tuple[str, bool]]:
    """Give the clocks of the timers that there are, and whether each has had its effect."""
    found = petitions.rows("SELECT clock, fired_at IS NOT NULL AS fired FROM timers ORDER BY id")
    return [(row["clock"], row["fired"]) for row in found]


async def test_the_citizen_is_told_by_when_and_shown_the_sum(petitions: Petitions) -> None:
    receipt = await petitions.submitted()
    (received, _) = petitions.events(receipt["id"])
    promised = deadline(received.time, 15, packaged())
    shown = (await petitions.get(f"/v1/petitions/{receipt['id']}", "citizen")).json()
    assert shown["course"]["due_at"] == receipt["due_at"]
    assert datetime.fromisoformat(receipt["due_at"]) == promised.at
    assert shown["course"]["provisional"] is receipt["provisional"] is promised.provisional
    assert shown["limit"]["rule"] == "petition/answer"
    assert shown["limit"]["zh"].startswith("网络问政答复（网络问政平台办理规定（2010））")
    assert [day["number"] for day in shown["limit"]["days"]][-1] == 15
    assert (shown["course"]["warned"], shown["course"]["offices"]) == (None, None)


async def test_whoever_sent_a_report_is_told_of_no_clock_and_its_desk_is(petitions: Petitions) -> None:
    response = await petitions.post("/v1/petitions", {"channel": "portal"} | GAMBLING, "citizen")
    receipt = response.json()
    mine = (await petitions.get(f"/v1/petitions/{receipt['id']}", "citizen")).json()
    assert (receipt["due_at"], mine["course"], mine["limit"]) == (None, None, None)
    theirs = (await petitions.get(f"/v1/petitions/{receipt['id']}", "triage")).json()
    assert (theirs["limit"]["rule"], theirs["limit"]["verified"]) == ("crime-report/filing-review", False)


async def test_danger_comes_first_then_the_deadline_then_age(petitions: Petitions) -> None:
    oldest, pressing, youngest, answered = [(await petitions.submitted())["id"] for _ in range(4)]
    danger = (await petitions.submitted(**LIFE))["id"]
    later = (await petitions.submitted(**LIFE))["id"]
    petitions.rows(f"UPDATE petitions SET due_at = due_at - interval '3 days' WHERE id = '{pressing}' RETURNING id")
    petitions.rows(f"UPDATE petitions SET danger = 'money', urgency = 2 WHERE id = '{later}' RETURNING id")
    await petitions.transferred(answered)
    await petitions.replied(answered)
    assert await queue(petitions) == [danger, later, pressing, oldest, youngest]
    assert await queue(petitions, tenant=PROVINCE) == [danger, later, pressing, oldest, youngest]
    assert await queue(petitions, tenant=SHENZHEN) == []


async def test_a_handlers_queue_is_their_departments_and_narrowed_as_they_ask(petitions: Petitions) -> None:
    theirs, others, late = [(await petitions.submitted())["id"] for _ in range(3)]
    for id_, to in ((theirs, "traffic-police"), (others, "fire"), (late, "traffic-police")):
        await petitions.transferred(id_, to)
    petitions.rows(f"UPDATE petitions SET overdue = true WHERE id = '{late}' RETURNING id")
    who = {"role": "handler", "department": "traffic-police"}
    assert await queue(petitions, **who) == [theirs, late]
    assert await queue(petitions, query="&overdue=true", **who) == [late]
    assert await queue(petitions, query="&department=fire") == [others]
    assert await queue(petitions, query="&state=classified") == []


async def test_a_made_up_cursor_names_some_place(petitions: Petitions) -> None:
    await petitions.submitted()
    for made_up, found in (("_" * 32, 0), ("A" * 32, 1)):
        page = await petitions.get(f"/v1/petitions/queue?cursor={made_up}", "triage")
        assert (page.status_code, len(page.json()["items"])) == (200, found)


async def test_cards_come_by_themselves_once_each_and_the_tier_above_is_told(petitions: Petitions) -> None:
    id_ = (await petitions.submitted())["id"]
    assert timers(petitions) == [("warning", False), ("triage", False)]
    assert await petitions.timers_run() == 0
    come_due(petitions)
    assert await petitions.timers_run() == 2
    assert timers(petitions) == [("warning", True), ("triage", True), ("breach", False)]
    come_due(petitions)
    assert [await petitions.timers_run() for _ in range(2)] == [1, 0]
    received, _, warned, late, overdue, escalated = petitions.events(id_)
    assert petitions.types(id_)[2:] == ["warned", "overdue", "overdue", "escalated"]
    assert late.data == {"clock": "triage", "effective_at": received.data["triage_by"]}
    assert warned.data["effective_at"] == received.data["warn_at"]
    assert overdue.data == {"clock": "answer", "effective_at": received.data["due_at"]}
    assert (escalated.data["to"], escalated.correlationid) == (PROVINCE, received.correlationid)
    shown = (await petitions.get(f"/v1/petitions/{id_}", "supervisor", tenant=PROVINCE)).json()
    assert (shown["course"]["warned"], shown["course"]["overdue"], shown["version"]) == (True, True, 6)
    assert shown["course"]["offices"]["escalated_to"] == PROVINCE


async def test_a_worker_that_dies_with_the_card_in_hand_has_given_none(petitions: Petitions) -> None:
    id_ = (await petitions.submitted())["id"]
    come_due(petitions)
    with armed("database.before_commit", nth=1, error=ConnectionError), pytest.raises(ConnectionError):
        await petitions.timers_run()
    assert petitions.types(id_) == ["received", "classified"]
    assert timers(petitions) == [("warning", False), ("triage", False)]
    assert await petitions.timers_run() == 2
    assert petitions.types(id_) == ["received", "classified", "warned", "overdue"]
    assert timers(petitions) == [("warning", True), ("triage", True), ("breach", False)]


async def test_what_was_answered_in_time_gets_no_card_and_no_further_timer(petitions: Petitions) -> None:
    id_ = (await petitions.submitted())["id"]
    await petitions.transferred(id_)
    await petitions.replied(id_)
    come_due(petitions)
    assert await petitions.timers_run() == 3
    assert petitions.types(id_)[-1] == "replied"
    assert timers(petitions) == [("warning", True), ("triage", True), ("sign-for", True)]


async def test_a_restored_database_gives_the_cards_that_are_still_due(petitions: Petitions) -> None:
    ids = [(await petitions.submitted())["id"] for _ in range(2)]
    come_due(petitions)
    assert await petitions.timers_run() == 4
    later = (await petitions.submitted())["id"]
    events = petitions.events()
    for table in ("petitions", "timers"):
        petitions.rows(f"DELETE FROM {table} RETURNING id")
    await petitions.restored(events)
    assert timers(petitions) == [("warning", False), ("triage", False)] * 3
    come_due(petitions)
    assert await petitions.timers_run() == 6
    come_due(petitions)
    assert await petitions.timers_run() == 3
    for id_ in (*ids, later):
        assert petitions.types(id_)[2:] == ["warned", "overdue", "overdue", "escalated"], "nothing is told twice"


async def test_what_triage_is_late_with_is_seen_by_officers_and_in_their_queue_and_by_nobody_else(
    petitions: Petitions,
) -> None:
    late, handed = [(await petitions.submitted())["id"] for _ in range(2)]
    await petitions.transferred(handed)
    petitions.rows("UPDATE timers SET next_at = now() WHERE clock = 'triage' RETURNING id")
    assert await petitions.timers_run() == 2
    assert (petitions.types(late)[-1], petitions.types(handed)[-1]) == ("overdue", "transferred")
    assert await queue(petitions, query="&late=true") == [late]
    assert await queue(petitions, query="&late=false") == [handed]
    shown = (await petitions.get(f"/v1/petitions/{late}", "supervisor")).json()["course"]
    assert (shown["offices"]["late"], shown["overdue"]) == (True, False)
    mine = (await petitions.get(f"/v1/petitions/{late}", "citizen")).json()["course"]
    assert (mine["offices"], mine["overdue"]) == (None, False)
    answered = await petitions.post(f"/v1/petitions/{late}/transfer", {"department": "fire"}, "triage", version=3)
    assert answered.status_code == 200, answered.text
    assert await queue(petitions, query="&late=true") == [], "the next office has its own time"
