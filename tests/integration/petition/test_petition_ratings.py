"""Ratings over HTTP: by whoever wrote the petition, out of its handler's sight, and followed by another's call."""

from typing import Any

from .conftest import Petitions
from .library import done, published, revised, slug, types_of

BADLY = {"level": "dissatisfied", "solved": False, "comment": "问的不是这个"}


async def answered(petitions: Petitions, **who: Any) -> str:
    """Give a petition that its department has answered; at version 4."""
    petition = str((await petitions.submitted(**who))["id"])
    await petitions.transferred(petition)
    await petitions.replied(petition)
    return petition


async def rated(petitions: Petitions, petition: str, body: dict[str, Any] = BADLY, **who: Any) -> None:
    await done(petitions, f"/v1/petitions/{petition}/rate", body, "citizen", version=5, **who)


async def test_whoever_wrote_it_rates_once_and_nobody_chooses_a_level_for_them(petitions: Petitions) -> None:
    petition = await answered(petitions)
    path = f"/v1/petitions/{petition}/rate"
    assert (await petitions.post(path, {"solved": True}, "citizen", version=5)).status_code == 422
    assert (await petitions.post(path, BADLY, "citizen", version=5, sub="another")).status_code == 404
    assert (await petitions.post(path, BADLY, "handler", version=5, department="traffic-police")).status_code == 403
    await rated(petitions, petition)
    assert slug(await petitions.post(path, BADLY, "citizen", version=6)) == (409, "rated-already")
    mine = (await petitions.get(f"/v1/ratings/{petition}", "citizen")).json()
    assert (mine["level"], mine["solved"], mine["comment"]) == ("dissatisfied", False, "问的不是这个")
    assert types_of(petitions, petition)[-1] == "rated"
    (*_, event) = petitions.events(petition)
    assert event.data["comment"].startswith("sealed:")
    assert "by" not in event.data


async def test_whoever_answered_sees_nothing_of_the_rating(petitions: Petitions) -> None:
    petition = await answered(petitions)
    await rated(petitions, petition)
    seen = await petitions.get(f"/v1/petitions/{petition}", "handler", department="traffic-police")
    assert not {"dissatisfied", "问的不是这个", "rating", "solved"} & {*seen.json(), *map(str, seen.json().values())}
    refused = await petitions.get(f"/v1/ratings/{petition}", "handler", department="traffic-police")
    assert refused.status_code == 403
    # The same person at the desk: who had a hand in the answer neither sees the rating nor calls back.
    as_desk = {"sub": "handler-1"}
    assert (await petitions.get(f"/v1/ratings/{petition}", "triage", **as_desk)).status_code == 404
    assert (await petitions.get("/v1/ratings", "triage", **as_desk)).json()["items"] == []
    solved = {"result": "solved"}
    call = await petitions.post(f"/v1/ratings/{petition}/call-back", solved, "triage", version=6, **as_desk)
    assert call.status_code == 404


async def test_a_bad_rating_waits_for_somebody_elses_call(petitions: Petitions) -> None:
    petition = await answered(petitions)
    content = await answered(petitions)
    await rated(petitions, petition)
    await rated(petitions, content, {"level": "satisfied"})
    (waiting,) = (await petitions.get("/v1/ratings?call_back=waiting", "triage")).json()["items"]
    assert (waiting["id"], waiting["overdue"]) == (petition, False)
    assert waiting["call_back_due"].endswith("15:59:59.999000Z")
    everything = (await petitions.get("/v1/ratings", "triage")).json()["items"]
    assert [each["id"] for each in everything] == [content, petition]
    opened = (await petitions.get(f"/v1/ratings/{petition}", "triage")).json()
    assert (opened["access"], opened["comment"]) == ("open", "问的不是这个")
    assert petitions.reads()[-1].data["resource"] == "rating"

    call = {"result": "solved", "note": "已解释清楚"}
    await done(petitions, f"/v1/ratings/{petition}/call-back", call, "triage", version=6)
    called = (await petitions.get(f"/v1/ratings/{petition}", "supervisor")).json()
    assert (called["call_back"], called["solved"]) == ("solved", True)
    assert (await petitions.get(f"/v1/ratings/{petition}", "citizen")).json()["note"] == "已解释清楚"
    again = await petitions.post(f"/v1/ratings/{petition}/call-back", call, "triage", version=7)
    assert slug(again) == (409, "no-call-back")
    assert (await petitions.get("/v1/ratings?call_back=waiting", "triage")).json()["items"] == []


async def test_a_report_is_never_rated(petitions: Petitions) -> None:
    report = {"channel": "portal", "title": "举报聚众赌博", "text": "三号楼有人聚众赌博", "declared": "crime"}
    id_ = (await petitions.post("/v1/petitions", report, "citizen")).json()["id"]
    refused = await petitions.post(f"/v1/petitions/{id_}/rate", BADLY, "citizen", version=2)
    assert refused.status_code == 403


async def test_of_what_was_closed_as_answered_its_rating_is_still_asked_for(petitions: Petitions) -> None:
    petition = await answered(petitions)
    close = {"outcome": "answered"}
    path = f"/v1/petitions/{petition}"
    await done(petitions, f"{path}/close", close, "handler", version=5, department="traffic-police")
    await done(petitions, f"{path}/rate", {"level": "satisfied", "solved": True}, "citizen", version=6)
    rating = (await petitions.get(f"/v1/ratings/{petition}", "citizen")).json()
    assert (rating["solved"], rating["call_back"]) == (True, None)


async def test_an_answer_of_the_library_that_often_solves_nothing_comes_up_for_review(petitions: Petitions) -> None:
    often, once = await published(petitions), await published(petitions)
    said = [(often, False), (often, False), (often, True), (once, False), (often, False), (often, None)]
    listed = []
    for number, (answer, solved) in enumerate(said):
        who = {"sub": f"citizen-{number}"}
        petition = (await petitions.submitted(**who))["id"]
        wanted = {"answer": answer, "answer_version": 1}
        await done(petitions, f"/v1/petitions/{petition}/answer", wanted, "triage", version=2)
        rating = {"level": "basically-satisfied"} | ({} if solved is None else {"solved": solved})
        await done(petitions, f"/v1/petitions/{petition}/rate", rating, "citizen", version=3, **who)
        page = (await petitions.get("/v1/answers?review=unsolved", "handler")).json()["items"]
        listed.append([item["id"] for item in page])
    assert listed == [[], [], [], [], [often], [often]]
    petitions.rows("DELETE FROM petitions RETURNING 1")
    petitions.rows("DELETE FROM answer_feedback RETURNING 1")
    await petitions.restored(petitions.events())
    page = (await petitions.get("/v1/answers?review=unsolved", "handler")).json()["items"]
    assert [item["id"] for item in page] == [often]
    await revised(petitions, often, 3)
    assert (await petitions.get("/v1/answers?review=unsolved", "handler")).json()["items"] == [], "a new version is new"


async def test_a_call_back_that_is_late_is_told_once_and_found_by_those_who_may_see_ratings(
    petitions: Petitions,
) -> None:
    petition = await answered(petitions)
    await rated(petitions, petition)
    petitions.rows("UPDATE timers SET next_at = now() WHERE clock = 'call-back' RETURNING id")
    assert await petitions.timers_run() == 1
    overdue = petitions.events(petition)[-1]
    assert (overdue.type.split(".")[-2], overdue.data["clock"]) == ("overdue", "call-back")
    for role, query, found in (
        ("supervisor", "?late=true", 1),
        ("triage", "?late=true&call_back=waiting", 1),
        ("supervisor", "?late=false", 0),
    ):
        assert len((await petitions.get(f"/v1/ratings{query}", role)).json()["items"]) == found
    as_desk = (await petitions.get("/v1/ratings?late=true", "triage", sub="handler-1")).json()
    assert as_desk["items"] == [], "who had a hand in the answer learns nothing of it"
    handlers = (await petitions.get(f"/v1/petitions/{petition}", "handler", department="traffic-police")).json()
    assert (handlers["course"]["offices"]["late"], handlers["course"]["overdue"]) == (False, False)

    before = petitions.rows("SELECT call_back_due, call_back_late, call_back_version FROM petitions")
    for table in ("petitions", "timers"):
        petitions.rows(f"DELETE FROM {table} RETURNING id")
    events = petitions.events()
    await petitions.restored(events)
    assert petitions.rows("SELECT call_back_due, call_back_late, call_back_version FROM petitions") == before
    petitions.rows("UPDATE timers SET next_at = now() WHERE clock = 'call-back' RETURNING id")
    assert await petitions.timers_run() == 1
    assert petitions.types(petition).count("overdue") == 1, "a restored database doesn't tell it again"
    call = {"result": "solved"}
    called = await petitions.post(f"/v1/ratings/{petition}/call-back", call, "triage", version=7)
    assert called.status_code == 200, called.text
    (late,) = (await petitions.get("/v1/ratings?late=true", "supervisor")).json()["items"]
    assert (late["call_back"], late["late"], late["overdue"]) == ("solved", True, False)
