"""Who reads another's petition says what for, and is on record before anything of it leaves."""

from typing import Any
from uuid import uuid4

import httpx
import psycopg
import pytest
from chassis.relay.importer import Found, Importer
from chassis.testing.faults import armed
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tests.integration.petition.conftest import GUANGZHOU, Petitions

TITLE, TEXT = "请问护照怎么办", "急用，家里老人生病"
CONTENT = {"title", "text"}


@pytest.fixture
async def petition(petitions: Petitions) -> str:
    """Somebody's petition."""
    receipt = await petitions.submitted(title=TITLE, text=TEXT, sub="citizen-1")
    return str(receipt["id"])


async def test_without_a_purpose_nothing_opens_and_nothing_is_recorded(petitions: Petitions, petition: str) -> None:
    for path in (f"/v1/petitions/{petition}", "/v1/petitions"):
        response = await petitions.get(path, "triage", purpose=None)
        problem = response.json()
        assert (response.status_code, problem["type"]) == (400, "urn:yiwangban:problem:purpose-missing")
        assert problem["title"] == "未说明查阅用途"
        assert "Purpose-Of-Use" in problem["detail_en"]
        assert TITLE not in response.text
    assert petitions.reads() == []


async def test_a_purpose_that_is_not_on_the_list_is_refused_and_the_list_told(
    petitions: Petitions, petition: str
) -> None:
    response = await petitions.get(f"/v1/petitions/{petition}", "triage", purpose="curiosity")
    problem = response.json()
    assert (response.status_code, problem["type"]) == (422, "urn:yiwangban:problem:purpose-unknown")
    assert {"handling", "audit"} <= set(problem["known"])
    assert petitions.reads() == []


async def test_the_record_says_who_read_what_and_for_what(petitions: Petitions, petition: str) -> None:
    response = await petitions.get(f"/v1/petitions/{petition}", "triage", sub="officer-7", purpose="supervision")
    assert response.json()["text"] == TEXT
    (record,) = petitions.reads()
    assert record.data == {
        "reader": record.actor,
        "roles": ["triage"],
        "tenant": GUANGZHOU,
        "resource": "petition",
        "subjects": [petition],
        "fields": ["suggestion", "text", "title"],
        "purpose": "supervision",
        "request": response.headers["x-request-id"],
    }
    assert (record.sequence, record.tenant) == (1, GUANGZHOU)
    assert record.subject not in {petition, record.id}
    assert "officer-7" not in str(record)


async def test_a_list_is_one_record_of_all_that_it_opened(petitions: Petitions, petition: str) -> None:
    other = (await petitions.submitted(sub="citizen-2"))["id"]
    page = (await petitions.get("/v1/petitions", "triage")).json()
    assert {item["id"] for item in page["items"]} == {petition, other}
    (record,) = petitions.reads()
    assert set(record.data["subjects"]) == {petition, other}
    assert record.data["fields"] == ["title"]


async def test_an_empty_list_is_no_read(petitions: Petitions) -> None:
    assert (await petitions.get("/v1/petitions", "triage", purpose=None)).json()["items"] == []
    assert petitions.reads() == []


async def test_ones_own_is_read_without_a_purpose_and_without_a_record(petitions: Petitions, petition: str) -> None:
    response = await petitions.get(f"/v1/petitions/{petition}", "citizen", sub="citizen-1", purpose=None)
    assert response.json()["text"] == TEXT
    assert petitions.reads() == []


async def test_what_stays_closed_is_no_read(petitions: Petitions, petition: str) -> None:
    response = await petitions.get(f"/v1/petitions/{petition}", "handler", department="fire", purpose=None)
    assert TEXT not in response.text
    assert petitions.reads() == []


async def test_two_reads_are_two_subjects_of_one_event(petitions: Petitions, petition: str) -> None:
    for _ in range(2):
        await petitions.get(f"/v1/petitions/{petition}", "auditor", purpose="audit")
    first, second = petitions.reads()
    assert first.subject != second.subject
    assert (first.sequence, second.sequence) == (1, 1)


async def test_the_record_is_committed_before_the_first_byte_leaves(petitions: Petitions, petition: str) -> None:
    recorded: list[int] = []

    def watched(app: ASGIApp) -> ASGIApp:
        async def watch(scope: Scope, receive: Receive, send: Send) -> None:
            async def count(message: Message) -> None:
                if message["type"] == "http.response.start":
                    recorded.append(len(petitions.reads()))  # on a connection of its own: only what is committed
                await send(message)

            await app(scope, receive, count)

        return watch

    transport = httpx.ASGITransport(app=watched(petitions.app))
    headers = {"Authorization": f"Bearer {petitions.token('triage')}", "Purpose-Of-Use": "handling"}
    async with httpx.AsyncClient(transport=transport, base_url="http://petition") as client:
        assert (await client.get(f"/v1/petitions/{petition}", headers=headers)).json()["text"] == TEXT
    assert recorded == [1]


@pytest.mark.parametrize(("fault", "on_record"), [("database.before_commit", 0), ("database.after_commit", 1)])
async def test_what_fails_around_the_commit_lets_nothing_leave(
    petitions: Petitions, petition: str, fault: str, on_record: int
) -> None:
    with armed(fault):
        response: Any = await petitions.get(f"/v1/petitions/{petition}", "triage")
    assert response.status_code == 500
    assert TITLE not in response.text
    assert TEXT not in response.text
    assert len(petitions.reads()) == on_record


async def test_a_restored_service_takes_its_records_back_without_an_effect(petitions: Petitions, petition: str) -> None:
    await petitions.get(f"/v1/petitions/{petition}", "triage")
    before = petitions.rows("SELECT * FROM petitions")
    (record,) = petitions.reads()
    with psycopg.connect(petitions.database_url) as connection:
        connection.execute("DELETE FROM outbox WHERE event_id = %s", (record.id,))
    found = Found(envelope=record, body=b"{}", topic="petition.reads.v1", topic_uuid=uuid4(), partition=0, offset=0)
    assert await Importer(petitions.units, petitions.service.restore).compare([found]) == 1
    assert petitions.rows("SELECT * FROM petitions") == before
