"""A database that lost its rows gets them back from the service's own events, and nothing else."""

from typing import Any
from uuid import UUID

import pytest
from chassis.envelope import Envelope
from chassis.relay.importer import OutOfOrderError
from chassis.sealing import UnsealableError
from contracts.codec import Codec
from contracts.registry import Registry
from petition.recovery import restore

from .conftest import SHENZHEN, Petitions

SEALED = {"keyid", "title", "text", "handle", "reply", "reply_keyid"}  # sealed anew, with another nonce
NEVER_IN_EVENTS = {"handle", "posted_at"}


def own_events(petitions: Petitions) -> list[Envelope]:
    codec = Codec(Registry.load())
    rows = petitions.rows("SELECT body FROM outbox ORDER BY id")
    return [Envelope.from_cloudevent(codec.decode(bytes(row["body"]))) for row in rows]


async def restored(petitions: Petitions, events: list[Envelope]) -> None:
    for event in events:
        async with petitions.units.begin() as unit:
            await restore(unit, event)


def without(row: dict[str, Any], columns: set[str]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name not in columns}


async def lived(petitions: Petitions) -> list[str]:
    """Leave a petition in every state that can be left, in two cities, over both channels."""
    ids = [(await petitions.submitted(title=f"第 {number} 件"))["id"] for number in range(4)]
    for id_ in ids[1:]:
        await petitions.transferred(id_)
    for id_ in ids[2:]:
        await petitions.replied(id_)
    closed = await petitions.post(
        f"/v1/petitions/{ids[3]}/close", {"outcome": "answered"}, "handler", department="traffic-police", version=4
    )
    assert closed.status_code == 200
    forum = {"channel": "forum", "title": "举报", "text": "有人刷单", "author": "网友甲"}
    posted = await petitions.post("/v1/petitions", forum, "connector", tenant=SHENZHEN)
    spam = await petitions.submitted()
    await petitions.post(f"/v1/petitions/{spam['id']}/close", {"outcome": "spam"}, "triage", version=2)
    return [*ids, posted.json()["id"], spam["id"]]


async def test_rows_rebuilt_from_events_are_the_rows_that_were_decided(petitions: Petitions) -> None:
    ids = await lived(petitions)
    before = petitions.rows("SELECT * FROM petitions ORDER BY id")
    read = [(await petitions.get(f"/v1/petitions/{id_}", "triage", tenant="440000")).json() for id_ in ids]
    petitions.rows("DELETE FROM petitions RETURNING id")

    await restored(petitions, own_events(petitions))

    after = petitions.rows("SELECT * FROM petitions ORDER BY id")
    assert [without(row, SEALED) for row in after] == [without(row, SEALED) for row in before]
    read_again = [(await petitions.get(f"/v1/petitions/{id_}", "triage", tenant="440000")).json() for id_ in ids]
    assert [without(detail, NEVER_IN_EVENTS) for detail in read_again] == [
        without(detail, NEVER_IN_EVENTS) for detail in read
    ]


async def test_an_event_that_the_tables_know_changes_nothing(petitions: Petitions) -> None:
    await lived(petitions)
    before = petitions.rows("SELECT * FROM petitions ORDER BY id")
    await restored(petitions, own_events(petitions))
    assert petitions.rows("SELECT * FROM petitions ORDER BY id") == before


async def test_a_restored_petition_goes_on_where_it_stood(petitions: Petitions) -> None:
    id_ = (await petitions.submitted())["id"]
    await petitions.transferred(id_)
    events = own_events(petitions)
    petitions.rows("DELETE FROM petitions RETURNING id")
    await restored(petitions, events)
    await petitions.replied(id_)
    (last,) = petitions.rows("SELECT max(sequence) AS sequence FROM outbox")
    assert last["sequence"] == 4


async def test_an_event_whose_predecessor_is_missing_is_not_guessed_over(petitions: Petitions) -> None:
    await petitions.transferred((await petitions.submitted())["id"])
    received, _, transferred = own_events(petitions)
    petitions.rows("DELETE FROM petitions RETURNING id")
    with pytest.raises(OutOfOrderError):
        await restored(petitions, [received, transferred])


async def test_a_query_code_given_out_before_is_known_afterwards(petitions: Petitions) -> None:
    await petitions.submitted()
    before = petitions.rows("SELECT id, query_code_hash FROM petitions")
    petitions.rows("DELETE FROM petitions RETURNING id")
    await restored(petitions, own_events(petitions))
    assert petitions.rows("SELECT id, query_code_hash FROM petitions") == before


async def test_an_erasure_stays_one(petitions: Petitions) -> None:
    id_ = (await petitions.submitted())["id"]
    (row,) = petitions.rows("SELECT keyid FROM petitions")
    await petitions.keyring.destroy(row["keyid"])
    petitions.rows("DELETE FROM petitions RETURNING id")
    await restored(petitions, own_events(petitions))
    detail = (await petitions.get(f"/v1/petitions/{id_}", "triage")).json()
    assert (detail["access"], detail["title"], detail["state"]) == ("erased", None, "classified")


async def test_content_that_was_moved_in_from_another_petition_is_refused(petitions: Petitions) -> None:
    for _ in range(2):
        await petitions.submitted()
    one, _, other, _ = own_events(petitions)
    one.data["text"] = other.data["text"]
    petitions.rows("DELETE FROM petitions RETURNING id")
    with pytest.raises(UnsealableError):
        await restored(petitions, [one])
    assert UUID(one.subject) not in {row["id"] for row in petitions.rows("SELECT id FROM petitions")}
