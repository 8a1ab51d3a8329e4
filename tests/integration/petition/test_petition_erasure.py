"""What this service does when somebody's key was destroyed, once and again after a restore."""

from typing import Any

import pytest

from tests.integration.kit.erasures import erased

from .conftest import Petitions

SEALED = (
    *("keyid", "title", "text", "handle", "suggestion", "sender", "linked"),
    *("reply_keyid", "reply", "comment_keyid", "comment"),
    *("objection_keyid", "objection"),
)


def sealed(row: dict[str, Any]) -> set[Any]:
    return {row[name] for name in SEALED} - {None}


async def test_what_the_key_had_sealed_is_deleted_and_acknowledged_and_nobody_elses(petitions: Petitions) -> None:
    mine = await petitions.submitted(sub="one")
    await petitions.transferred(mine["id"])
    await petitions.replied(mine["id"])
    rating = {"level": "satisfied", "comment": "谢谢"}
    rated = await petitions.post(f"/v1/petitions/{mine['id']}/rate", rating, "citizen", version=5, sub="one")
    assert rated.status_code == 200, rated.text
    objection = {"objection": "还有一事"}
    again = await petitions.post(f"/v1/petitions/{mine['id']}/reopen", objection, "citizen", version=6, sub="one")
    assert again.status_code == 200, again.text
    assert (await petitions.get(f"/v1/petitions/{mine['id']}", "triage")).json()["access"] == "open"
    others = await petitions.submitted(sub="two")
    before = {str(row["id"]): row for row in petitions.rows("SELECT * FROM petitions")}
    reads = petitions.reads()

    acknowledged = await erased(petitions, before[mine["id"]]["keyid"])

    assert acknowledged.data == {"emptied": 4}  # as it came in, the reply, and what was said of that, twice
    after = {str(row["id"]): row for row in petitions.rows("SELECT * FROM petitions")}
    assert sealed(after[mine["id"]]) == set()
    assert after[others["id"]] == before[others["id"]]
    assert after[mine["id"]] == before[mine["id"]] | dict.fromkeys(SEALED)
    detail = (await petitions.get(f"/v1/petitions/{mine['id']}", "triage")).json()
    assert (detail["access"], detail["title"], detail["reply"], detail["state"]) == ("erased", None, None, "classified")
    assert petitions.reads() == reads  # who has read it stays on record; nobody reads it any more
    assert (await petitions.get(f"/v1/petitions/{others['id']}", "triage")).json()["access"] == "open"


async def test_somebody_without_anything_here_is_acknowledged_too(petitions: Petitions) -> None:
    await petitions.submitted()
    assert (await erased(petitions, await petitions.keyring.create("nobody"))).data == {"emptied": 0}


@pytest.mark.parametrize("lost", ["UPDATE petitions SET {everything}", "DELETE FROM petitions"])
async def test_a_database_of_before_the_erasure_forgets_again(petitions: Petitions, lost: str) -> None:
    id_ = (await petitions.submitted())["id"]
    (before,) = petitions.rows("SELECT * FROM petitions")
    await erased(petitions, before["keyid"])
    events = petitions.events()
    everything = ", ".join(f"{name} = '{before[name]}'" for name in SEALED if before[name] is not None)
    petitions.rows(lost.format(everything=everything) + " RETURNING id")

    await petitions.restored(events)

    (row,) = petitions.rows("SELECT * FROM petitions")
    assert sealed(row) == set()
    assert (await petitions.get(f"/v1/petitions/{id_}", "triage")).json()["access"] == "erased"


async def test_who_was_erased_may_come_back_under_another_key(petitions: Petitions) -> None:
    await petitions.submitted()
    (row,) = petitions.rows("SELECT keyid FROM petitions")
    await erased(petitions, row["keyid"])
    again = await petitions.submitted()
    assert (await petitions.get(f"/v1/petitions/{again['id']}", "citizen")).json()["access"] == "open"
    (new,) = petitions.rows(f"SELECT keyid FROM petitions WHERE id = '{again['id']}'")
    assert new["keyid"] not in {None, row["keyid"]}


async def test_of_a_report_everything_goes_too_and_nothing_is_left_that_could_be_moved(petitions: Petitions) -> None:
    report = {"channel": "portal", "title": "举报聚众赌博", "text": "三号楼一层有人聚众赌博", "declared": "crime"}
    id_ = (await petitions.post("/v1/petitions", report, "citizen")).json()["id"]
    (before,) = petitions.rows("SELECT * FROM petitions")
    assert before["sender"]
    assert (await erased(petitions, before["keyid"])).data == {"emptied": 1}
    (row,) = petitions.rows("SELECT * FROM petitions")
    assert sealed(row) == set()
    gone = await petitions.post(f"/v1/petitions/{id_}/move", {"to": "ordinary", "kind": "consult"}, "triage", version=2)
    assert (gone.status_code, gone.json()["type"]) == (409, "urn:yiwangban:problem:content-erased")
