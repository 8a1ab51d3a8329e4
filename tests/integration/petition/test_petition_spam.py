"""Spam is closed by two people of the desk; until the second one agrees it waits in the queue like any other."""

from .conftest import Petitions
from .library import done, slug, types_of
from .test_petition_deadlines import come_due, queue
from .test_petition_jurisdiction import said

REASON = {"reason": "群发广告，联系电话13800138000"}
SECOND = {"sub": "another-triage"}


async def test_one_proposes_another_agrees_and_never_the_same(petitions: Petitions) -> None:
    id_ = str((await petitions.submitted())["id"])
    path = f"/v1/petitions/{id_}"
    at_once = await petitions.post(f"{path}/close", {"outcome": "spam"}, "triage", version=2)
    assert slug(at_once) == (409, "spam-takes-two")
    assert slug(await petitions.post(f"{path}/confirm-spam", None, "triage", version=2)) == (409, "spam-not-proposed")
    proposed = await done(petitions, f"{path}/propose-spam", REASON, "triage", version=2)
    assert proposed["state"] == "classified"
    for action, body in (("confirm-spam", None), ("reject-spam", REASON)):
        same = await petitions.post(f"{path}/{action}", body, "triage", version=3)
        assert slug(same) == (403, "same-person"), action
    shown = (await petitions.get(path, "triage", **SECOND)).json()
    assert (shown["spam_proposed"], shown["spam_reason"]) == (True, "群发广告，联系电话〔电话〕")
    mine = (await petitions.get(path, "citizen")).json()
    assert (mine["spam_proposed"], mine["spam_reason"]) == (False, None)
    assert await queue(petitions, "triage") == [id_]
    come_due(petitions)
    await petitions.timers_run()
    assert types_of(petitions, id_)[-2:] == ["warned", "overdue"], "its clocks run on"
    closed = await done(petitions, f"{path}/confirm-spam", None, "triage", version=5, **SECOND)
    assert (closed["state"], closed["outcome"]) == ("closed", "spam")
    *_, event = petitions.events(id_)
    assert event.data["proposed_by"] != event.data["by"]
    assert "13800138000" not in str([each.data for each in petitions.events(id_)])
    assert not [words for words in said(petitions, id_) if "垃圾" in words]


async def test_whoever_does_not_agree_lets_it_go_on(petitions: Petitions) -> None:
    id_ = str((await petitions.submitted())["id"])
    path = f"/v1/petitions/{id_}"
    await done(petitions, f"{path}/propose-spam", REASON, "triage", version=2)
    again = await petitions.post(f"{path}/propose-spam", REASON, "triage", version=3, **SECOND)
    assert slug(again) == (409, "spam-proposed-already")
    await done(petitions, f"{path}/reject-spam", REASON, "triage", version=3, **SECOND)
    there = (await petitions.get(path, "triage")).json()
    assert (there["spam_proposed"], there["spam_reason"], there["state"]) == (False, None, "classified")


async def test_danger_is_taken_first_and_in_the_small_circle_it_takes_two_as_well(petitions: Petitions) -> None:
    id_ = str((await petitions.submitted(title="举报", text="有人持刀，正在打人，快来救命"))["id"])
    (row,) = petitions.rows("SELECT hidden, alarm_waiting, sequence FROM petitions")
    assert row["alarm_waiting"]
    path, desk = f"/v1/petitions/{id_}", "triage"
    refused = await petitions.post(f"{path}/propose-spam", REASON, desk, version=row["sequence"])
    assert slug(refused) == (409, "danger-not-taken")
    await done(petitions, f"{path}/take", None, desk, version=row["sequence"])
    await done(petitions, f"{path}/propose-spam", REASON, desk, version=row["sequence"] + 1)
    assert slug(await petitions.post(f"{path}/confirm-spam", None, desk, version=row["sequence"] + 2)) == (
        403,
        "same-person",
    )
    await done(petitions, f"{path}/confirm-spam", None, desk, version=row["sequence"] + 2, **SECOND)
    assert row["hidden"] == "crime"
    (*_, proposed, closed) = petitions.events(id_)
    assert proposed.data["spam_reason"].startswith("sealed:")
    assert closed.data["outcome"] == "spam"
