"""A report, and a complaint about an officer or a unit, stay hidden from whoever must not know of them."""

from typing import Any

import pytest
import query.access
from contracts.registry import Registry

from .conftest import Petitions

REPORT = {"title": "举报诈骗窝点", "text": "某号二楼每晚有人打电话行骗"}
ENTRUSTED = {"department": "anti-fraud", "handlers": ["wang"]}


async def transferred(petitions: Petitions, id_: str, body: dict[str, Any], version: int = 2) -> Any:
    return await petitions.post(f"/v1/petitions/{id_}/transfer", body, "triage", version=version)


async def seen_by(petitions: Petitions, id_: str, role: str = "handler", **who: Any) -> tuple[int, int]:
    """Give the status of a look, and how many are listed."""
    shown = await petitions.get(f"/v1/petitions/{id_}", role, **who)
    listed = await petitions.get("/v1/petitions", role, **who)
    assert REPORT["text"] not in listed.text
    if shown.status_code == 404:
        assert shown.json()["type"] == "urn:yiwangban:problem:not-found"
    return shown.status_code, len(listed.json()["items"])


async def test_a_report_is_seen_by_the_handlers_who_are_named_and_by_nobody_else_of_the_department(
    petitions: Petitions,
) -> None:
    id_ = (await petitions.submitted(**REPORT))["id"]
    nobody = await transferred(petitions, id_, {"department": "anti-fraud"})
    assert (nobody.status_code, nobody.json()["type"]) == (422, "urn:yiwangban:problem:nobody-entrusted")
    assert (await transferred(petitions, id_, ENTRUSTED)).status_code == 200
    assert await seen_by(petitions, id_, sub="wang", department="anti-fraud") == (200, 1)
    assert await seen_by(petitions, id_, sub="li", department="anti-fraud") == (404, 0)
    assert await seen_by(petitions, id_, sub="wang", department="fire") == (404, 0)
    for version, (action, body) in enumerate((("sign-for", None), ("reply", {"text": "好"})), 3):
        for sub, status in (("li", 404), ("wang", 200)):
            done = await petitions.post(
                f"/v1/petitions/{id_}/{action}", body, "handler", version=version, sub=sub, department="anti-fraud"
            )
            assert done.status_code == status


@pytest.mark.parametrize("role", ["triage", "auditor", "supervisor", "handler"])
async def test_the_unit_and_the_officer_complained_about_see_nothing_of_it(petitions: Petitions, role: str) -> None:
    id_ = (await petitions.submitted(title="投诉楼下烧烤店", text="每晚噪音到凌晨两点"))["id"]
    body = {"department": "household", "accused": ["traffic-police"], "named": ["zhao"]}
    assert (await transferred(petitions, id_, body)).status_code == 200
    assert await seen_by(petitions, id_, role, sub="qian", department="household") == (200, 1)
    assert await seen_by(petitions, id_, role, sub="zhao", department="household") == (404, 0)
    assert await seen_by(petitions, id_, role, sub="qian", department="traffic-police") == (404, 0)


async def test_readers_of_the_event_recognise_the_officer_complained_about(petitions: Petitions) -> None:
    id_ = (await petitions.submitted())["id"]
    await transferred(petitions, id_, {"department": "household", "named": ["zhao"]})
    zhao = petitions.units.outbox.pseudonym("zhao", context=query.access.OFFICERS)
    assert petitions.events(id_)[-1].data["named"] == [zhao]


async def test_nobody_works_on_a_petition_of_their_own(petitions: Petitions) -> None:
    id_ = (await petitions.submitted(sub="both"))["id"]
    await petitions.transferred(id_)
    answers = []
    for roles in (["handler"], ["handler", "citizen"]):
        token = petitions.token(*roles, sub="both", department="traffic-police")
        headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": "k", "If-Match": '"3"'}
        answers.append(await petitions.client.post(f"/v1/petitions/{id_}/reply", json={"text": "好"}, headers=headers))
    assert [answer.status_code for answer in answers] == [404, 403]
    assert answers[1].json()["type"] == "urn:yiwangban:problem:own-petition"


async def test_the_author_goes_on_seeing_what_they_wrote(petitions: Petitions) -> None:
    id_ = (await petitions.submitted(**REPORT))["id"]
    await transferred(petitions, id_, ENTRUSTED)
    assert (await petitions.get(f"/v1/petitions/{id_}", "citizen")).json()["text"] == REPORT["text"]


async def test_events_and_rows_name_officers_by_pseudonym_only_and_a_restored_database_hides_as_before(
    petitions: Petitions,
) -> None:
    id_ = (await petitions.submitted(**REPORT))["id"]
    await transferred(petitions, id_, ENTRUSTED | {"named": ["zhao"], "accused": ["fire"]})
    before, events = petitions.rows("SELECT accused, named, handlers FROM petitions"), petitions.events(id_)
    for account in ("wang", "zhao"):
        assert account not in str(before)
        assert account not in str([event.data for event in events])
    assert events[-1].type in Registry.load().types
    petitions.rows("DELETE FROM petitions RETURNING id")
    await petitions.restored(events)
    assert petitions.rows("SELECT accused, named, handlers FROM petitions") == before
    assert await seen_by(petitions, id_, sub="li", department="anti-fraud") == (404, 0)
    assert await seen_by(petitions, id_, sub="wang", department="anti-fraud") == (200, 1)
