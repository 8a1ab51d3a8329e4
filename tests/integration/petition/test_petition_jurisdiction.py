"""Signing for, giving back, disputing and deciding, over HTTP: who may, in what time, and who is told."""

from typing import Any

from query import telling
from query.domain import Heading
from query.wording import Wording

from contracts.events import EVENTS, PetitionTransferred

from .conftest import PROVINCE, Petitions
from .library import slug
from .test_petition_deadlines import come_due, queue, timers

BACK = {"basis": "another-units-duty", "reason": "属于户政业务，来信人电话13800000000"}
TO_HOUSEHOLD = BACK | {"to": "household"}


async def act(petitions: Petitions, id_: str, action: str, body: Any, role: str = "handler", **who: Any) -> Any:
    """Change a petition as it is now."""
    (row,) = petitions.rows(f"SELECT sequence FROM petitions WHERE id = '{id_}'")
    return await petitions.post(f"/v1/petitions/{id_}/{action}", body, role, version=row["sequence"], **who)


def said(petitions: Petitions, id_: str) -> list[str]:
    """Give what its sender reads about it, in Chinese."""
    wording, read = Wording.load(), []
    for event in petitions.events(id_):
        heading = Heading(subject=id_, sequence=event.sequence, tenant=event.tenant, time=event.time)
        told = telling.read(EVENTS[event.type].from_data(event.data), heading)
        assert told is not None
        if (words := wording.of(told[1], item=None)) is not None:
            read.append(words.zh)
    return read


async def test_a_department_that_gives_back_says_on_what_and_why_without_anything_personal(
    petitions: Petitions,
) -> None:
    id_ = (await petitions.submitted())["id"]
    await petitions.transferred(id_, "fire")
    made_up = await act(petitions, id_, "return", {"basis": "no-time", "reason": "忙"}, department="fire")
    assert made_up.status_code == 422
    back = await act(petitions, id_, "return", BACK, department="fire")
    assert (back.status_code, back.json()["state"], back.json()["department"]) == (200, "classified", None)
    (*_, returned) = petitions.events(id_)
    assert (returned.data["department"], returned.data["basis"]) == ("fire", "another-units-duty")
    assert "13800000000" not in returned.data["reason"]
    assert (await petitions.get(f"/v1/petitions/{id_}", "handler", department="fire")).status_code == 404
    ring = await act(petitions, id_, "transfer", {"department": "fire"}, "triage")
    assert (*slug(ring), ring.json()["path"]) == (409, "transfer-ring", ["fire", "fire"])
    decided = await act(petitions, id_, "decide", {"department": "fire", "reason": "由消防办理"}, "supervisor")
    assert (decided.json()["state"], decided.json()["department"]) == ("transferred", "fire")
    assert slug(await act(petitions, id_, "return", BACK, department="fire")) == (409, "jurisdiction-decided")


async def test_a_dispute_is_heard_on_both_sides_and_decided_by_their_common_superior_only(
    petitions: Petitions,
) -> None:
    id_ = (await petitions.submitted())["id"]
    await petitions.transferred(id_, "fire")
    other = {"department": "household"}
    assert (await petitions.get(f"/v1/petitions/{id_}", "handler", **other)).status_code == 404
    assert (await act(petitions, id_, "dispute", TO_HOUSEHOLD, department="fire")).json()["state"] == "disputed"
    seen = (await petitions.get(f"/v1/petitions/{id_}", "handler", **other)).json()
    assert (seen["access"], seen["course"]["offices"]["contender"]) == ("open", "household")
    assert await queue(petitions, "handler", **other) == [id_]
    again = await act(petitions, id_, "dispute", TO_HOUSEHOLD, department="fire")
    assert slug(again) == (409, "disputed-before")
    assert (await act(petitions, id_, "dispute", BACK | {"to": "fire"}, **other)).status_code == 200
    decision = {"department": "household", "reason": "由户政办理"}
    for role, tenant, status in (
        ("triage", "440100", 403), ("supervisor", "440300", 404), ("handler", "440100", 403), ("triage", PROVINCE, 200),
    ):  # fmt: skip
        done = await act(petitions, id_, "decide", decision, role, tenant=tenant, department="fire")
        assert done.status_code == status, (role, tenant, done.text)
    assert petitions.types(id_)[2:] == [
        "transferred", "jurisdiction-disputed", "jurisdiction-disputed", "jurisdiction-decided",
    ]  # fmt: skip
    assert (await petitions.get(f"/v1/petitions/{id_}", "handler", department="fire")).status_code == 404


async def test_the_superior_reads_what_is_disputed_and_nothing_else(petitions: Petitions) -> None:
    id_ = (await petitions.submitted())["id"]
    await petitions.transferred(id_, "fire")
    path = f"/v1/petitions/{id_}"
    assert (await petitions.get(path, "supervisor")).json()["access"] == "withheld"
    await act(petitions, id_, "dispute", TO_HOUSEHOLD, department="fire")
    assert (await petitions.get(path, "supervisor")).json()["access"] == "open"
    await act(petitions, id_, "decide", {"department": "household", "reason": "由户政办理"}, "supervisor")
    assert (await petitions.get(path, "supervisor")).json()["access"] == "withheld"


async def test_what_is_not_signed_for_in_time_is_noted_once_and_each_transfer_begins_anew(petitions: Petitions) -> None:
    id_ = (await petitions.submitted())["id"]
    await petitions.transferred(id_, "fire")
    assert timers(petitions) == [("warning", False), ("triage", False), ("sign-for", False)]
    petitions.rows("UPDATE timers SET next_at = now() WHERE clock = 'sign-for' RETURNING id")
    assert await petitions.timers_run() == 1
    assert petitions.types(id_)[2:] == ["transferred", "overdue"]
    offices = (await petitions.get(f"/v1/petitions/{id_}", "triage")).json()["course"]["offices"]
    assert (offices["late"], offices["first_receiver"], offices["escalated_to"]) == (True, "fire", None)
    mine = (await petitions.get(f"/v1/petitions/{id_}", "citizen")).json()["course"]
    assert (mine["overdue"], mine["offices"]) == (False, None)
    assert (await act(petitions, id_, "transfer", {"department": "household"}, "triage")).status_code == 200
    assert (await act(petitions, id_, "sign-for", None, department="household")).status_code == 200
    petitions.rows("UPDATE timers SET next_at = now() WHERE clock = 'sign-for' AND fired_at IS NULL RETURNING id")
    assert await petitions.timers_run() == 1
    assert petitions.types(id_)[-1] == "signed-for"


async def test_a_restored_database_knows_whose_it_is_and_what_is_still_due(petitions: Petitions) -> None:
    disputed, returned, decided = [(await petitions.submitted())["id"] for _ in range(3)]
    for id_ in (disputed, returned, decided):
        await petitions.transferred(id_, "fire")
    for id_ in (disputed, decided):
        await act(petitions, id_, "dispute", TO_HOUSEHOLD, department="fire")
    await act(petitions, returned, "return", BACK, department="fire")
    await act(petitions, decided, "decide", {"department": "household", "reason": "由户政办理"}, "supervisor")
    unsealed = "id, state, department, assignment, internal_by, returned_by, disputed_by, contender, bound, due_at"
    tables = (
        f"SELECT {unsealed} FROM petitions ORDER BY id",
        "SELECT subject, clock, version, due_at FROM timers ORDER BY 1, 2, 3",
    )
    before = [petitions.rows(table) for table in tables]
    events = petitions.events()
    for table in ("petitions", "timers"):
        petitions.rows(f"DELETE FROM {table} RETURNING id")
    await petitions.restored(events)
    assert [petitions.rows(table) for table in tables] == before
    come_due(petitions)
    assert await petitions.timers_run() == 13
    assert petitions.types(disputed)[-1] == petitions.types(decided)[-1] == "overdue"


async def test_citizens_read_of_units_and_never_of_a_quarrel_between_them(petitions: Petitions) -> None:
    id_ = (await petitions.submitted())["id"]
    await petitions.transferred(id_, "fire")
    await act(petitions, id_, "dispute", TO_HOUSEHOLD, department="fire")
    await act(petitions, id_, "decide", {"department": "household", "reason": "由户政办理"}, "supervisor")
    await act(petitions, id_, "sign-for", None, department="household")
    assert PetitionTransferred.TYPE in {event.type for event in petitions.events(id_)}
    assert said(petitions, id_) == [
        "您的留言已收到",
        "已转交消防支队办理",
        "已转交户政管理处办理",
        "承办部门已签收，正在办理",
    ]
