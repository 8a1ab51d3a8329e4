"""Query codes for whoever can be told nothing in private: a link that gives the code once, and to no scanner."""

import base64
import hashlib
import json
import re
from typing import Any

import httpx
import pytest
from casework.codes import code_of

from tests.integration.kit.sources import Source

from .conftest import Petitions
from .outbound import PAGE, posted, told, zone_of

GONE = "urn:yiwangban:problem:code-link-gone"


async def linked(petitions: Petitions, zone: Source) -> tuple[dict[str, Any], str]:
    """Post in the open; give the petition, and the token of the link under it."""
    row = await posted(petitions, zone)
    await told(petitions, zone_of(zone))
    (receipt,) = zone.taken.values()
    (link,) = re.findall(rf"{re.escape(PAGE)}#\S+", receipt["text"])
    return row, link.partition("#")[2]


async def taken(petitions: Petitions, token: str) -> httpx.Response:
    return await petitions.client.post("/v1/codes", json={"token": token})


async def test_the_link_gives_number_and_code_once(petitions: Petitions, zone: Source) -> None:
    row, token = await linked(petitions, zone)
    answer = await taken(petitions, token)
    assert answer.status_code == 200, answer.text
    assert next(iter(answer.json())) == "emergency"
    code = code_of(row["number"], petitions.units.outbox)
    assert (answer.json()["number"], answer.json()["query_code"]) == (row["number"], code)
    assert answer.headers["cache-control"] == "no-store"
    again = await taken(petitions, token)
    assert (again.status_code, again.json()["type"]) == (404, GONE)
    assert [event.type.split(".")[-2] for event in petitions.events()][-2:] == ["sent", "code-taken"]


async def test_opening_the_page_uses_nothing_up_and_the_page_is_all_that_its_policy_allows(
    petitions: Petitions, zone: Source
) -> None:
    _, token = await linked(petitions, zone)
    for method in ("GET", "HEAD", "GET"):
        await petitions.client.request(method, f"/v1/codes?token={token}")
    page = await petitions.client.get("/v1/codes")
    assert page.headers["content-type"].startswith("text/html")
    assert "110" in page.text.split("<h1>")[0]
    (script,) = re.findall("<script>(.*?)</script>", page.text, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert f"script-src 'sha256-{digest}'" in page.headers["content-security-policy"]
    assert (await taken(petitions, token)).status_code == 200


async def test_a_link_is_good_for_thirty_days_and_another_one_never_was(petitions: Petitions, zone: Source) -> None:
    _, token = await linked(petitions, zone)
    (row,) = petitions.rows("SELECT id, code_until - now() > interval '29 days 23 hours' AS good FROM deliveries")
    assert row["good"]
    for wrong in (token[:-1] + ("A" if token[-1] != "A" else "B"), "B" + token[1:], "A" * 46):
        assert (await taken(petitions, wrong)).json()["type"] == GONE
    assert (await taken(petitions, "x")).status_code == 422
    petitions.rows("UPDATE deliveries SET code_until = now() RETURNING id")
    assert (await taken(petitions, token)).json()["type"] == GONE


async def test_nobody_tries_links_for_long(petitions: Petitions, monkeypatch: pytest.MonkeyPatch) -> None:
    answers = [await taken(petitions, "A" * 46) for _ in range(21)]
    assert [each.status_code for each in answers] == [404] * 20 + [429]
    assert int(answers[-1].headers["retry-after"]) > 0


async def test_nothing_of_a_link_is_kept_and_a_restored_database_knows_that_it_was_used(
    petitions: Petitions, zone: Source
) -> None:
    _, token = await linked(petitions, zone)
    assert (await taken(petitions, token)).status_code == 200
    kept = [petitions.rows("SELECT * FROM deliveries"), petitions.rows("SELECT convert_from(body, 'UTF8') FROM outbox")]
    assert token[22:] not in json.dumps(kept, default=str)
    events = petitions.events()
    petitions.rows("DELETE FROM deliveries RETURNING id")
    petitions.rows("DELETE FROM petitions RETURNING id")
    await petitions.restored(events)
    assert (await taken(petitions, token)).json()["type"] == GONE


async def test_without_a_page_no_link_is_given(petitions: Petitions, zone: Source) -> None:
    await posted(petitions, zone)
    await told(petitions, zone_of(zone), page=None)
    assert zone.offered == []
