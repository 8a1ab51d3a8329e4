"""Petitions are taken up again: by whoever wrote them, in time, or after a call that found them unsolved."""

from .conftest import Petitions
from .library import done, slug, types_of
from .test_petition_ratings import BADLY, answered, rated

OBJECTION = {"objection": "只回答了一半"}


async def test_whoever_wrote_it_has_it_taken_up_again_and_it_is_answered_anew(petitions: Petitions) -> None:
    petition = await answered(petitions)
    path = f"/v1/petitions/{petition}"
    assert (await petitions.get(path, "citizen")).json()["reopenable_until"].endswith("15:59:59.999000Z")
    assert (await petitions.post(f"{path}/reopen", OBJECTION, "citizen", version=5, sub="another")).status_code == 404
    again = await done(petitions, f"{path}/reopen", OBJECTION, "citizen", version=5)
    assert (again["state"], again["department"]) == ("classified", None)
    there = (await petitions.get(path, "triage")).json()
    assert (there["objection"], there["reopened"], there["reply"]) == ("只回答了一半", 1, "您好，已办理。")
    await done(petitions, f"{path}/transfer", {"department": "traffic-police"}, "triage", version=6)
    await done(petitions, f"{path}/sign-for", None, "handler", version=7, department="traffic-police")
    await done(petitions, f"{path}/reply", {"text": "补充答复"}, "handler", version=8, department="traffic-police")
    assert (await petitions.get(path, "citizen")).json()["reply"] == "补充答复"
    assert types_of(petitions, petition)[4:] == ["replied", "reopened", "transferred", "signed-for", "replied"]
    replies = {event.data["reply"] for event in petitions.events(petition) if event.type.endswith(".replied.v1")}
    assert len(replies) == 2, "both answers are kept"


async def test_after_its_window_it_stays_closed(petitions: Petitions) -> None:
    petition = await answered(petitions)
    petitions.rows("UPDATE petitions SET reopenable_until = now() - interval '1 second' RETURNING id")
    refused = await petitions.post(f"/v1/petitions/{petition}/reopen", OBJECTION, "citizen", version=5)
    assert slug(refused) == (409, "window-closed")


async def test_what_a_call_back_found_unsolved_goes_back_to_the_desk(petitions: Petitions) -> None:
    petition = await answered(petitions)
    await rated(petitions, petition, BADLY)
    path = f"/v1/ratings/{petition}"
    assert slug(await petitions.post(f"{path}/reopen", OBJECTION, "triage", version=6)) == (409, "not-unsolved")
    await done(petitions, f"{path}/call-back", {"result": "not-solved"}, "triage", version=6)
    as_desk = {"sub": "handler-1"}
    assert (await petitions.post(f"{path}/reopen", OBJECTION, "triage", version=7, **as_desk)).status_code == 404
    again = await done(petitions, f"{path}/reopen", OBJECTION, "supervisor", version=7)
    assert again["state"] == "classified"
    assert (await petitions.get(path, "triage")).status_code == 404, "the new answer has no rating yet"
