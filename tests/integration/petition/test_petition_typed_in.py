"""An officer types in what somebody said at the liaison desk, on the telephone or at the counter."""

from typing import Any

from .conftest import SHENZHEN, Petitions

SAID = {"title": "询问落户", "text": "来电人问人才落户要带什么", "author": "王伟", "reply_to": "020-8765 4321"}

WRONG = (("telephone", "citizen"), ("walk-in", "connector"), ("portal", "window"), ("forum", "window"))


async def typed_in(petitions: Petitions, channel: str, role: str = "window", **more: Any) -> Any:
    return await petitions.post("/v1/petitions", SAID | {"channel": channel} | more, role)


async def test_what_the_window_types_in_is_a_petition_of_its_city(petitions: Petitions) -> None:
    for channel in ("liaison-desk", "telephone", "walk-in"):
        await is_a_petition(petitions, channel)


async def is_a_petition(petitions: Petitions, channel: str) -> None:
    answer = await typed_in(petitions, channel)
    assert answer.status_code == 201, answer.text
    receipt = answer.json()
    assert next(iter(receipt)) == "emergency"
    assert receipt["query_code"]
    shown = (await petitions.get(f"/v1/petitions/{receipt['id']}", "triage")).json()
    assert (shown["channel"], shown["handle"]) == (channel, SAID["author"])
    assert shown["reply_to"] == {"source": None, "message": None, "address": SAID["reply_to"]}
    assert (await petitions.get(f"/v1/petitions/{receipt['id']}", "triage", tenant=SHENZHEN)).status_code == 404
    everything = str(petitions.rows("SELECT * FROM petitions")) + str(petitions.rows("SELECT body FROM outbox"))
    assert SAID["author"] not in everything
    assert SAID["reply_to"] not in everything


async def test_whoever_typed_it_in_does_not_read_it_afterwards(petitions: Petitions) -> None:
    id_ = (await typed_in(petitions, "telephone")).json()["id"]
    assert (await petitions.get(f"/v1/petitions/{id_}", "window")).status_code == 403


async def test_two_people_of_one_name_stay_two(petitions: Petitions) -> None:
    for _ in range(2):
        assert (await typed_in(petitions, "telephone")).status_code == 201
    assert len({row["author"] for row in petitions.rows("SELECT author FROM petitions")}) == 2


async def test_each_channel_is_for_its_own(petitions: Petitions) -> None:
    for channel, role in WRONG:
        body = {"channel": channel, "title": "请问", "text": "怎么办"}
        answer = await petitions.post("/v1/petitions", body, role)
        assert (answer.status_code, answer.json()["type"]) == (403, "urn:yiwangban:problem:forbidden"), (channel, role)


async def test_a_report_that_is_typed_in_begins_out_of_sight(petitions: Petitions) -> None:
    answer = await typed_in(petitions, "walk-in", declared="crime")
    assert answer.json()["confidential"]
    (row,) = petitions.rows("SELECT hidden FROM petitions")
    assert row["hidden"] == "crime"
