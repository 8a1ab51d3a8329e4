"""Consultations answered automatically over HTTP: labelled, open until a person has looked, never anything else."""

from collections.abc import AsyncIterator

import pytest
from deploy.issuer import Issuer
from petition.bootstrap import bootstrap

from .conftest import GUANGZHOU, PROVINCE, Petitions
from .library import PASSPORT, done, library_of, published, slug, types_of

QUESTION = {"title": "护照快到期了怎么换", "text": "请问护照快到期了怎么换发，需要带什么"}
HELP = {"title": "护照快到期了怎么换", "text": "我不想活了，护照快到期了怎么换发，需要带什么"}


@pytest.fixture
async def automatic(
    petition_environment: Issuer, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Petitions]:
    """The service, told to answer by itself."""
    monkeypatch.setenv("PETITION_AUTOMATIC_CONFIDENCE", "0.3")
    monkeypatch.setenv("PETITION_AUTOMATIC_LIKENESS", "0.2")
    async with Petitions.on(bootstrap, database_url, petition_environment) as service:
        yield service


async def test_a_consultation_is_answered_as_it_comes_in_and_says_that_nobody_wrote_it(automatic: Petitions) -> None:
    answer = await published(automatic)
    library_of(automatic).refresh()
    receipt = await automatic.submitted(**QUESTION)
    assert receipt["state"] == "auto-answered"
    path = f"/v1/petitions/{receipt['id']}"
    mine = (await automatic.get(path, "citizen")).json()
    assert (mine["automatic"], mine["reply"], mine["answer"], mine["answer_version"]) == (True, PASSPORT, answer, 1)
    *_, answered = automatic.events(receipt["id"])
    assert answered.data["reply"].startswith("sealed:")
    silent = await automatic.post(f"{path}/close", {"outcome": "answered"}, "triage", version=3)
    assert slug(silent) == (409, "nothing-answered")


async def test_whoever_is_not_helped_asks_for_a_person_and_gets_one(automatic: Petitions) -> None:
    await published(automatic)
    library_of(automatic).refresh()
    petition = (await automatic.submitted(**QUESTION))["id"]
    other = await automatic.post(f"/v1/petitions/{petition}/ask-a-person", None, "citizen", version=3, sub="another")
    assert other.status_code == 404
    asked = await done(automatic, f"/v1/petitions/{petition}/ask-a-person", None, "citizen", version=3)
    assert asked["state"] == "classified"
    transfer = {"department": "traffic-police"}
    await done(automatic, f"/v1/petitions/{petition}/transfer", transfer, "triage", version=4)
    reply, by = {"text": "您好，请携带旧护照。"}, {"department": "traffic-police"}
    await done(automatic, f"/v1/petitions/{petition}/sign-for", None, "handler", version=5, **by)
    await done(automatic, f"/v1/petitions/{petition}/reply", reply, "handler", version=6, **by)
    mine = (await automatic.get(f"/v1/petitions/{petition}", "citizen")).json()
    assert (mine["automatic"], mine["reply"]) == (False, reply["text"])
    assert types_of(automatic, petition)[2:] == [
        "auto-answered",
        "person-asked",
        "transferred",
        "signed-for",
        "replied",
    ]
    again = await automatic.post(f"/v1/petitions/{petition}/ask-a-person", None, "citizen", version=7)
    assert again.status_code == 409


async def test_what_is_urgent_hidden_or_from_a_forum_waits_for_a_person(automatic: Petitions) -> None:
    await published(automatic)
    library_of(automatic).refresh()
    for body, role in (
        ({"channel": "portal"} | HELP, "citizen"),
        ({"channel": "portal", "declared": "crime"} | QUESTION, "citizen"),
        ({"channel": "forum"} | QUESTION, "connector"),
    ):
        receipt = (await automatic.post("/v1/petitions", body, role)).json()
        assert receipt["state"] == "classified"


async def test_what_comes_with_a_file_waits_for_a_person(automatic: Petitions) -> None:
    await published(automatic)
    library_of(automatic).refresh()
    files = {await automatic.uploaded(): "护照"}
    assert (await automatic.submitted_with(files, **QUESTION))["state"] == "classified"


async def test_no_answer_is_given_that_is_out_of_use_or_that_the_city_overrides(automatic: Petitions) -> None:
    retired, overridden = await published(automatic), await published(automatic)
    library_of(automatic).refresh()
    await published(automatic, GUANGZHOU, overrides=overridden, effective_from="2020-01-01")
    reason = {"reason": "收费已调整"}
    await done(automatic, f"/v1/answers/{retired}/propose-retirement", reason, "handler", tenant=PROVINCE, version=3)
    assert (await automatic.submitted(**QUESTION))["state"] == "classified"  # the index of before knows neither


@pytest.fixture
def however_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let only that nobody has set a confidence speak against an answer."""
    monkeypatch.setenv("PETITION_AUTOMATIC_LIKENESS", "0")


@pytest.mark.usefixtures("however_alike")
async def test_nothing_is_automatic_unless_it_is_asked_for(petitions: Petitions) -> None:
    await published(petitions)
    library_of(petitions).refresh()
    assert (await petitions.submitted(**QUESTION))["state"] == "classified"


async def test_an_automatic_answer_is_the_same_in_a_restored_database(automatic: Petitions) -> None:
    await published(automatic)
    library_of(automatic).refresh()
    petition = (await automatic.submitted(**QUESTION))["id"]
    rows = f"SELECT state, automatic, answer, answer_version FROM petitions WHERE id = '{petition}'"
    before = automatic.rows(rows)
    automatic.rows("DELETE FROM petitions RETURNING 1")
    await automatic.restored(automatic.events())
    assert automatic.rows(rows) == before
    assert (await automatic.get(f"/v1/petitions/{petition}", "citizen")).json()["reply"] == PASSPORT
