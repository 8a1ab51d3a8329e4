"""A group's relay hands messages over: signed, in time, once, whoever repeats them."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest
from chassis.api.webhooks import signature
from deploy.issuer import Issuer
from petition.bootstrap import bootstrap
from petition.channels.config import RelaySettings
from petition.channels.relay import router
from petition.channels.secrets import WeakSecretError

from .conftest import GUANGZHOU, Petitions

SECRET, NEXT = b"a-secret-that-both-of-them-know", b"the-one-that-will-take-its-place"
QUESTION = {"id": "g-1", "author": "群友乙", "text": "请问居住证到期了怎么续签", "reply_to": "qq:private:10086"}
PATH = "/v1/relays/gz-fans/messages"


@pytest.fixture
async def relay(
    petition_environment: Issuer, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Petitions]:
    """The service, with a group."""
    (tmp_path / "secret").write_bytes(SECRET + b"\n" + NEXT + b"\n")
    group = {"source": "gz-fans", "tenant": GUANGZHOU, "secret_path": str(tmp_path / "secret")}
    monkeypatch.setenv("PETITION_RELAYS", orjson.dumps([group]).decode())
    async with Petitions.on(bootstrap, database_url, petition_environment) as service:
        yield service


async def delivered(
    relay: Petitions,
    body: dict[str, Any],
    *,
    secret: bytes = SECRET,
    path: str = PATH,
    age_s: int = 0,
    sent: bytes | None = None,
    **headers: Any,
) -> httpx.Response:
    content, timestamp = orjson.dumps(body), str(int(time.time()) - age_s)
    signed = {
        "webhook-id": "msg_1",
        "webhook-timestamp": timestamp,
        "webhook-signature": f"v1,bm8= {signature(secret, 'msg_1', timestamp, content)}",
        "content-type": "application/json",
    }
    return await relay.client.post(path, content=sent or content, headers=signed | headers)


async def test_a_signed_message_is_a_petition_of_the_groups_city_and_110_comes_first(relay: Petitions) -> None:
    answer = await delivered(relay, QUESTION)
    assert answer.status_code == 200, answer.text
    receipt = answer.json()
    assert next(iter(receipt)) == "emergency"
    assert receipt["emergency"]["numbers"] == ["110", "96110"]
    (row,) = relay.rows("SELECT * FROM petitions")
    assert (row["channel"], row["tenant"], row["number"]) == ("qq-group", GUANGZHOU, receipt["number"])
    shown = (await relay.get(f"/v1/petitions/{row['id']}", "triage")).json()
    assert (shown["text"], shown["handle"]) == (QUESTION["text"], QUESTION["author"])
    assert shown["reply_to"]["address"] == QUESTION["reply_to"]


async def test_a_delivery_that_is_repeated_gets_the_same_answer_and_an_edit_is_a_new_version(relay: Petitions) -> None:
    first = (await delivered(relay, QUESTION)).json()
    again = (await delivered(relay, QUESTION)).json()
    assert again == first | {"outcome": "seen"}
    edit = (await delivered(relay, QUESTION | {"revision": 1, "text": "请问居住证还没到期能续签吗"})).json()
    assert edit == first | {"outcome": "edited"}
    assert len(relay.rows("SELECT id FROM petitions")) == 1


async def test_the_same_message_at_once_from_many_sides_is_one_petition(relay: Petitions) -> None:
    answers = await asyncio.gather(*(delivered(relay, QUESTION) for _ in range(4)))
    assert sorted(each.json()["outcome"] for each in answers) == ["new", "seen", "seen", "seen"]
    assert len(relay.rows("SELECT id FROM petitions")) == 1


async def test_both_secrets_hold_while_one_takes_the_place_of_the_other(relay: Petitions) -> None:
    assert (await delivered(relay, QUESTION, secret=NEXT)).status_code == 200


WRONG: Sequence[dict[str, Any]] = (
    {"secret": b"another"},
    {"age_s": 301},
    {"age_s": -301},
    {"path": "/v1/relays/another/messages"},
    {"sent": orjson.dumps(QUESTION | {"text": "别的话"})},
    {"sent": orjson.dumps(QUESTION) + b" "},
    {"webhook-id": "msg_2"},
    {"webhook-timestamp": "now"},
    {"webhook-signature": ""},
    {"webhook-signature": "v1,"},
    {"webhook-signature": "v2,bm8="},
    {"webhook-signature": "v1,é".encode()},
)


async def test_what_is_not_signed_just_now_for_this_group_changes_nothing(relay: Petitions) -> None:
    for wrong in WRONG:
        answer = await delivered(relay, QUESTION, **wrong)
        assert (answer.status_code, answer.json()["type"]) == (401, "urn:yiwangban:problem:signature-refused"), wrong
    assert relay.rows("SELECT id FROM petitions") == []
    assert (await delivered(relay, QUESTION)).status_code == 200


async def test_what_does_not_fit_is_refused_whole(relay: Petitions) -> None:
    for body in ({}, QUESTION | {"text": " "}, QUESTION | {"revision": -1}, QUESTION | {"group": 1}):
        answer = await delivered(relay, body)
        assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")
    assert relay.rows("SELECT id FROM petitions") == []


@pytest.mark.parametrize("content", [b"", b"short", SECRET + b" " + NEXT + b" " + SECRET])
def test_a_group_without_a_secret_that_holds_is_refused_at_start(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "secret").write_bytes(content)
    with pytest.raises(WeakSecretError):
        router([RelaySettings(source="g", tenant=GUANGZHOU, secret_path=tmp_path / "secret")])
