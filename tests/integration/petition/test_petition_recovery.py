"""A database that lost its rows gets them back from the service's own events, and nothing else."""

from typing import Any
from uuid import UUID

import pytest
from chassis.relay.importer import OutOfOrderError
from chassis.sealing import UnsealableError

from .conftest import SHENZHEN, Petitions

LATER = ("reply", "comment", "note", "objection", "correction", "publication", "spam_reason")
SEALED = {
    *("keyid", "title", "text", "handle", "suggestion", "sender", "linked", "reply_to"),
    *LATER,
    *(f"{name}_keyid" for name in LATER),
}
NEVER_IN_EVENTS = {"handle", "posted_at"}


def without(row: dict[str, Any], columns: set[str]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name not in columns}


async def lived(petitions: Petitions) -> list[str]:
    """Leave a petition in every state that can be left, in two cities, over both channels."""
    ids = [(await petitions.submitted(title=f"请问护照怎么办，第 {number} 件"))["id"] for number in range(4)]
    for id_ in ids[1:]:
        await petitions.transferred(id_)
    for id_ in ids[2:]:
        await petitions.replied(id_)
    closed = await petitions.post(
        f"/v1/petitions/{ids[3]}/close", {"outcome": "answered"}, "handler", department="traffic-police", version=5
    )
    assert closed.status_code == 200
    rating = {"level": "dissatisfied", "solved": False, "comment": "没有解决"}
    await petitions.post(f"/v1/petitions/{ids[3]}/rate", rating, "citizen", version=6)
    call = {"result": "not-solved", "note": "仍未解决"}
    called = await petitions.post(f"/v1/ratings/{ids[3]}/call-back", call, "triage", version=7)
    assert called.status_code == 200, called.text
    objection = {"objection": "仍未解决"}
    again = await petitions.post(f"/v1/ratings/{ids[3]}/reopen", objection, "triage", version=8)
    assert again.status_code == 200, again.text
    forum = {"channel": "forum", "title": "请问", "text": "路口的红绿灯什么时候修好", "author": "网友甲"}
    posted = await petitions.post("/v1/petitions", forum, "connector", tenant=SHENZHEN)
    spam = await petitions.submitted()
    reason = {"reason": "群发广告"}
    await petitions.post(f"/v1/petitions/{spam['id']}/propose-spam", reason, "triage", version=2)
    agreed = await petitions.post(f"/v1/petitions/{spam['id']}/confirm-spam", None, "triage", version=3, sub="second")
    assert agreed.status_code == 200, agreed.text
    proposed = await petitions.submitted()
    await petitions.post(f"/v1/petitions/{proposed['id']}/propose-spam", reason, "triage", version=2)
    return [*ids, posted.json()["id"], spam["id"], proposed["id"]]


async def test_rows_rebuilt_from_events_are_the_rows_that_were_decided(petitions: Petitions) -> None:
    ids = await lived(petitions)
    before = petitions.rows("SELECT * FROM petitions ORDER BY id")
    read = [(await petitions.get(f"/v1/petitions/{id_}", "triage", tenant="440000")).json() for id_ in ids]
    petitions.rows("DELETE FROM petitions RETURNING id")

    await petitions.restored(petitions.events())

    after = petitions.rows("SELECT * FROM petitions ORDER BY id")
    assert [without(row, SEALED) for row in after] == [without(row, SEALED) for row in before]
    read_again = [(await petitions.get(f"/v1/petitions/{id_}", "triage", tenant="440000")).json() for id_ in ids]
    assert [without(detail, NEVER_IN_EVENTS) for detail in read_again] == [
        without(detail, NEVER_IN_EVENTS) for detail in read
    ]


async def test_an_event_that_the_tables_know_changes_nothing(petitions: Petitions) -> None:
    await lived(petitions)
    before = petitions.rows("SELECT * FROM petitions ORDER BY id")
    await petitions.restored(petitions.events())
    assert petitions.rows("SELECT * FROM petitions ORDER BY id") == before


async def test_a_restored_petition_goes_on_where_it_stood(petitions: Petitions) -> None:
    id_ = (await petitions.submitted())["id"]
    await petitions.transferred(id_)
    events = petitions.events()
    petitions.rows("DELETE FROM petitions RETURNING id")
    await petitions.restored(events)
    await petitions.replied(id_)
    (last,) = petitions.rows("SELECT max(sequence) AS sequence FROM outbox")
    assert last["sequence"] == 5


async def test_an_event_whose_predecessor_is_missing_is_not_guessed_over(petitions: Petitions) -> None:
    await petitions.transferred((await petitions.submitted())["id"])
    received, _, transferred = petitions.events()
    petitions.rows("DELETE FROM petitions RETURNING id")
    with pytest.raises(OutOfOrderError):
        await petitions.restored([received, transferred])


async def test_an_erasure_stays_one(petitions: Petitions) -> None:
    id_ = (await petitions.submitted())["id"]
    (row,) = petitions.rows("SELECT keyid FROM petitions")
    await petitions.keyring.destroy(row["keyid"])
    petitions.rows("DELETE FROM petitions RETURNING id")
    await petitions.restored(petitions.events())
    detail = (await petitions.get(f"/v1/petitions/{id_}", "triage")).json()
    assert (detail["access"], detail["title"], detail["state"]) == ("erased", None, "classified")


async def test_content_that_was_moved_in_from_another_petition_is_refused(petitions: Petitions) -> None:
    for _ in range(2):
        await petitions.submitted()
    one, _, other, _ = petitions.events()
    one.data["text"] = other.data["text"]
    petitions.rows("DELETE FROM petitions RETURNING id")
    with pytest.raises(UnsealableError):
        await petitions.restored([one])
    assert UUID(one.subject) not in {row["id"] for row in petitions.rows("SELECT id FROM petitions")}
