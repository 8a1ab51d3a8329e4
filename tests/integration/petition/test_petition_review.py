"""An answer goes up the tiers: a first review by the city's supervision desk, a final one by the province's."""

from typing import Any

from .conftest import GUANGZHOU, PROVINCE, SHENZHEN, Petitions
from .library import done, slug, types_of
from .test_petition_deadlines import come_due, timers
from .test_petition_jurisdiction import said
from .test_petition_publications import published, zone
from .test_petition_ratings import BADLY, answered, rated

OBJECTION = {"objection": "路口仍无人管，答复与现场不符"}
REASONS = {"reasons": "现场核查属实"}
CHANGED = REASONS | {"text": "应于五日内整改。"}
ABOVE = {"tenant": PROVINCE, "sub": "supervisor-above"}


async def act(petitions: Petitions, path: str, body: Any, role: str = "supervisor", **who: Any) -> dict[str, Any]:
    """Do something to a petition as it is now."""
    (row,) = petitions.rows(f"SELECT sequence FROM petitions WHERE id = '{path.split('/')[3]}'")
    return await done(petitions, path, body, role, version=row["sequence"], **who)


async def reviewed(petitions: Petitions, petition: str, result: str = "uphold", body: Any = None) -> dict[str, Any]:
    """Have it reviewed by the city's supervision desk."""
    await act(petitions, f"/v1/petitions/{petition}/request-review", OBJECTION, "citizen")
    return await act(petitions, f"/v1/petition-reviews/{petition}/{result}", body or REASONS)


async def test_it_is_reviewed_by_the_citys_supervision_then_by_the_provinces_and_that_is_final(
    petitions: Petitions,
) -> None:
    petition = await answered(petitions)
    path, review = f"/v1/petitions/{petition}", f"/v1/petition-reviews/{petition}"
    mine = (await petitions.get(path, "citizen")).json()
    assert (mine["review"], mine["next_review"]["rung"], mine["next_review"]["authority"]) == (None, "first", GUANGZHOU)
    assert (await petitions.post(f"{path}/request-review", OBJECTION, "citizen", version=5, sub="x")).status_code == 404
    assert (await act(petitions, f"{path}/request-review", OBJECTION, "citizen"))["state"] == "in-review"
    refused = await petitions.post(f"{path}/reopen", {"objection": "还没解决"}, "citizen", version=6)
    assert slug(refused) == (409, "wrong-state")

    (waiting,) = (await petitions.get("/v1/petition-reviews", "supervisor")).json()["items"]
    assert (waiting["id"], waiting["rung"], waiting["authority"]) == (petition, "first", GUANGZHOU)
    for who in ({"tenant": PROVINCE}, {"tenant": SHENZHEN}, {"sub": "handler-1"}):
        assert (await petitions.get("/v1/petition-reviews", "supervisor", **who)).json()["items"] == [], who
        assert (await petitions.get(review, "supervisor", **who)).status_code == 404, who
    shown = (await petitions.get(review, "supervisor")).json()
    assert (shown["reply"], shown["objection"]) == ("您好，已办理。", OBJECTION["objection"])
    assert shown["limit"]["rule"].startswith("letters-and-visits/review-decision")
    handlers = (await petitions.get(path, "handler", department="traffic-police")).json()
    assert (handlers["review"]["objection"], handlers["next_review"]) == (None, None)
    queue = await petitions.get("/v1/petitions/queue", "handler", department="traffic-police")
    assert queue.json()["items"] == [], "the department has nothing to do"

    assert (await act(petitions, f"{review}/change", CHANGED))["state"] == "reviewed"
    mine = (await petitions.get(path, "citizen")).json()
    assert mine["review"] == {
        "rung": "first", "authority": GUANGZHOU, "result": "changed", "objection": OBJECTION["objection"],
        "reasons": REASONS["reasons"], "reply": CHANGED["text"], "final": False,
    }  # fmt: skip
    assert mine["reply"] == "您好，已办理。", "the first answer is kept"
    assert (mine["next_review"]["rung"], mine["next_review"]["authority"]) == ("final", PROVINCE)
    assert mine["next_review"]["until"].endswith("15:59:59.999000Z")

    assert (await act(petitions, f"{path}/request-final-review", OBJECTION, "citizen"))["state"] == "in-final-review"
    assert (await petitions.get(review, "supervisor")).status_code == 404, "it is the province's now"
    same = await petitions.post(f"{review}/uphold", REASONS, "supervisor", version=8, tenant=PROVINCE)
    assert same.status_code == 404, "whoever decided the first one has had a hand in it"
    assert (await act(petitions, f"{review}/uphold", REASONS, **ABOVE))["state"] == "final"
    mine = (await petitions.get(path, "citizen")).json()
    assert (mine["review"]["final"], mine["review"]["reply"], mine["next_review"]) == (True, CHANGED["text"], None)
    for action, body in (("request-review", OBJECTION), ("request-final-review", OBJECTION), ("rate", BADLY)):
        assert slug(await petitions.post(f"{path}/{action}", body, "citizen", version=9)) == (409, "wrong-state")
    assert types_of(petitions, petition)[-4:] == ["review-requested", "review-decided"] * 2
    assert "终局" in said(petitions, petition)[-1]
    assert not [each for each in petitions.events(petition) if "现场" in str(each.data)], "sealed"


async def test_what_is_sent_back_is_answered_anew_and_may_then_be_finally_reviewed(petitions: Petitions) -> None:
    petition = await answered(petitions)
    assert (await reviewed(petitions, petition, "send-back"))["state"] == "in-hand"
    handler = {"department": "traffic-police"}
    (item,) = (await petitions.get("/v1/petitions/queue", "handler", **handler)).json()["items"]
    assert item["id"] == petition
    seen = (await petitions.get(f"/v1/petitions/{petition}", "handler", **handler)).json()
    assert (seen["review"]["reasons"], seen["limit"]["rule"].split("@")[0]) == (
        REASONS["reasons"], "petition/answer-again",
    )  # fmt: skip
    await act(petitions, f"/v1/petitions/{petition}/reply", {"text": "已整改。"}, "handler", **handler)
    first = await petitions.post(f"/v1/petitions/{petition}/request-review", OBJECTION, "citizen", version=8)
    assert slug(first) == (409, "reviewed-before")
    refused = await petitions.post(f"/v1/petitions/{petition}/reopen", {"objection": "没有"}, "citizen", version=8)
    assert slug(refused) == (409, "window-closed")
    final = await act(petitions, f"/v1/petitions/{petition}/request-final-review", OBJECTION, "citizen")
    assert final["state"] == "in-final-review"


async def test_too_late_it_is_not_reviewed_and_what_is_in_confidence_is_told_its_own_remedies(
    petitions: Petitions,
) -> None:
    petition = await answered(petitions)
    petitions.rows("UPDATE petitions SET reviewable_until = now() - interval '1 second' RETURNING id")
    late = await petitions.post(f"/v1/petitions/{petition}/request-review", OBJECTION, "citizen", version=5)
    assert slug(late) == (409, "review-window-closed")
    for hidden, told in (("crime", "no-review-of-a-report"), ("police", "no-review-of-a-complaint")):
        petitions.rows(f"UPDATE petitions SET hidden = '{hidden}' RETURNING id")
        refused = await petitions.post(f"/v1/petitions/{petition}/request-review", OBJECTION, "citizen", version=5)
        assert slug(refused) == (409, told)
        other = {"sub": "another"}
        hid = await petitions.post(f"/v1/petitions/{petition}/request-review", OBJECTION, "citizen", version=5, **other)
        assert hid.status_code == 404
        assert (await petitions.get("/v1/petition-reviews", "supervisor")).json()["items"] == []


async def test_a_review_has_one_timer_at_a_time_a_yellow_card_and_a_red_one(petitions: Petitions) -> None:
    petition = await answered(petitions)
    await act(petitions, f"/v1/petitions/{petition}/request-review", OBJECTION, "citizen")
    for expected in (["warned"], ["overdue", "escalated"]):
        come_due(petitions)
        await petitions.timers_run()
        assert types_of(petitions, petition)[-len(expected) :] == expected
    come_due(petitions)
    await petitions.timers_run()
    assert types_of(petitions, petition)[-1] == "escalated", "nothing is given twice"
    assert [event.data["clock"] for event in petitions.events(petition) if "clock" in event.data] == ["review"] * 2
    assert not [clock for clock, fired in timers(petitions) if not fired]
    (item,) = (await petitions.get("/v1/petition-reviews", "supervisor")).json()["items"]
    assert (item["warned"], item["overdue"]) == (True, True)


async def test_a_published_answer_is_taken_back_and_a_call_back_that_waits_is_over(petitions: Petitions) -> None:
    petition = await published(petitions)
    await done(petitions, f"/v1/petitions/{petition}/rate", BADLY, "citizen", version=7)
    assert await zone(petitions)
    await act(petitions, f"/v1/petitions/{petition}/request-review", OBJECTION, "citizen")
    assert await zone(petitions) == []
    waiting = await petitions.get("/v1/ratings?call_back=waiting", "triage")
    assert waiting.json()["items"] == []
    assert types_of(petitions, petition)[-2:] == ["unpublished", "review-requested"]


async def test_a_reviewed_petition_rebuilt_from_its_events_is_row_for_row_the_one_that_was(
    petitions: Petitions,
) -> None:
    under, upheld, back, finally_ = [await answered(petitions) for _ in range(4)]
    await rated(petitions, under)
    await act(petitions, f"/v1/petitions/{under}/request-review", OBJECTION, "citizen")
    await reviewed(petitions, upheld)
    await reviewed(petitions, back, "send-back")
    await reviewed(petitions, finally_)
    await act(petitions, f"/v1/petitions/{finally_}/request-final-review", OBJECTION, "citizen")
    await act(petitions, f"/v1/petition-reviews/{finally_}/change", CHANGED, **ABOVE)
    before = petitions.rows("SELECT * FROM petitions ORDER BY id")
    told = [(await petitions.get(f"/v1/petitions/{each['id']}", "citizen")).json() for each in before]
    petitions.rows("DELETE FROM petitions RETURNING id")
    await petitions.restored(petitions.events())
    after = petitions.rows("SELECT * FROM petitions ORDER BY id")
    sealed = {name for name, value in before[0].items() if str(value).startswith("sealed:")} | {
        name for row in before for name, value in row.items() if str(value).startswith("sealed:")
    }
    plain = [{name: value for name, value in row.items() if name not in sealed} for row in before]
    assert [{name: value for name, value in row.items() if name not in sealed} for row in after] == plain
    assert [(await petitions.get(f"/v1/petitions/{each['id']}", "citizen")).json() for each in after] == told
