"""One effect for each Idempotency-Key, whatever the client, the network or a second worker do."""

import asyncio
import uuid
from collections.abc import Callable
from typing import Any

import httpx
import psycopg
import pytest
from chassis.api import idempotency


async def test_the_same_key_and_body_give_the_same_answer_and_one_effect(notes: Any) -> None:
    first = await notes.post()
    second = await notes.post()
    assert first.status_code == second.status_code == 201
    assert second.content == first.content
    assert set(first.headers) >= {"content-type", "location", "etag", "x-notes"}
    for name in set(first.headers) - {"x-request-id"}:
        assert second.headers[name] == first.headers[name]
    assert second.headers["idempotency-replayed"] == "true"
    assert "idempotency-replayed" not in first.headers
    assert notes.count() == 1


async def test_an_answer_that_was_lost_on_its_way_is_given_again(notes: Any, make_token: Callable[..., str]) -> None:
    async def lose_the_answer(scope: Any, receive: Any, _send: Any) -> None:
        async def send(_message: Any) -> None:
            raise ConnectionResetError

        await notes.app(scope, receive, send)

    headers = {"authorization": f"Bearer {make_token()}", "idempotency-key": "k-1"}
    async with httpx.AsyncClient(transport=httpx.ASGITransport(lose_the_answer), base_url="http://notes") as client:
        with pytest.raises(ConnectionResetError):
            await client.post("/v1/notes", json={"title": "a note"}, headers=headers)
    assert notes.count() == 1  # committed before the answer left
    again = await notes.post()
    assert again.status_code == 201
    assert again.headers["idempotency-replayed"] == "true"
    assert notes.count() == 1


async def test_two_at_once_have_one_effect_and_the_other_is_told_to_wait(notes: Any) -> None:
    first = asyncio.create_task(notes.post("/v1/slow-notes"))
    await asyncio.wait_for(notes.gate.entered.wait(), 10)
    second = await asyncio.wait_for(notes.post("/v1/slow-notes"), 5)
    assert second.status_code == 409
    assert second.json()["type"] == "urn:yiwangban:problem:still-running"
    assert second.headers["retry-after"] == "1"
    notes.gate.open.set()
    assert (await first).status_code == 201
    assert notes.count() == 1
    third = await notes.post("/v1/slow-notes")
    assert third.content == (await first).content


async def test_twenty_at_once_have_one_effect(notes: Any) -> None:
    answers = await asyncio.gather(*(notes.post() for _ in range(20)))
    assert {answer.status_code for answer in answers} <= {201, 409, 503}
    assert len({answer.content for answer in answers if answer.status_code == 201}) == 1
    assert notes.count() == 1


async def test_the_look_may_come_before_the_others_commit_and_still_nothing_is_done_twice(
    notes: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The look and the lock are one statement: its snapshot can be older than the commit that frees the lock."""

    async def sees_nothing(*_: Any) -> None:
        return None

    assert (await notes.post()).status_code == 201
    monkeypatch.setattr(idempotency, "claim", sees_nothing)
    late = await notes.post()
    assert late.status_code == 409
    assert notes.count() == 1


@pytest.mark.parametrize("change", ["body", "path", "query"])
async def test_the_same_key_for_something_else_is_refused(notes: Any, change: str) -> None:
    note = (await notes.post(key="made")).json()["id"]
    other = (await notes.post(key="other")).json()["id"]
    match = {"headers": {"if-match": '"1"'}}
    path = f"/v1/notes/{note}/rename"
    assert (await notes.post(path, **match)).status_code == 204
    changed: dict[str, dict[str, Any]] = {
        "body": {"path": path, "json": {"title": "another"}},
        "path": {"path": f"/v1/notes/{other}/rename"},
        "query": {"path": f"{path}?x=1"},
    }
    answer = await notes.post(**changed[change], **match)
    assert answer.status_code == 422
    assert answer.json()["type"] == "urn:yiwangban:problem:idempotency-key-reused"


async def test_a_replay_comes_before_the_version_check_because_the_version_has_moved_on(notes: Any) -> None:
    note = (await notes.post(key="made")).json()["id"]
    options = {"path": f"/v1/notes/{note}/rename", "headers": {"if-match": '"1"'}}
    first, second = await notes.post(**options), await notes.post(**options)
    assert (first.status_code, second.status_code) == (204, 204)
    assert first.headers["etag"] == second.headers["etag"] == '"2"'


async def test_a_key_belongs_to_its_tenant_principal_and_route(notes: Any, make_token: Callable[..., str]) -> None:
    for options in (
        {"token": make_token("user-1", "440100")},
        {"token": make_token("user-2", "440100")},
        {"token": make_token("user-1", "440300")},
    ):
        answer = await notes.post(**options)
        assert answer.status_code == 201
        assert "idempotency-replayed" not in answer.headers
    notes.gate.open.set()
    assert (await notes.post("/v1/slow-notes")).status_code == 201
    assert notes.count() == 4


@pytest.mark.parametrize("path", ["/v1/conflicts", "/v1/refusals", "/v1/crashes", "/v1/unserialisable"])
async def test_what_is_not_2xx_leaves_no_effect_and_no_answer_behind(notes: Any, path: str) -> None:
    for _ in range(2):
        answer = await notes.post(path)
        assert answer.status_code >= 400
        assert "idempotency-replayed" not in answer.headers
    assert notes.count() == 0
    assert notes.sql("SELECT count(*) FROM idempotency_keys") == [(0,)]


@pytest.mark.parametrize("key", [None, "", " ", "a b", "k" * 256, "键".encode()])
async def test_a_write_without_a_proper_key_is_refused(notes: Any, key: str | bytes | None) -> None:
    answer = await notes.post(key=key)
    assert answer.status_code == 400
    assert answer.json()["type"] == "urn:yiwangban:problem:idempotency-key-missing"
    assert notes.count() == 0


async def test_an_expired_key_is_a_new_one(notes: Any) -> None:
    assert (await notes.post()).status_code == 201
    notes.sql("UPDATE idempotency_keys SET expires_at = now() - interval '1 second'")
    again = await notes.post(json={"title": "something else"})
    assert again.status_code == 201
    assert "idempotency-replayed" not in again.headers
    assert notes.count() == 2
    assert (await notes.post(json={"title": "something else"})).headers["idempotency-replayed"] == "true"


async def test_expired_answers_are_forgotten_a_bounded_number_at_once(notes: Any) -> None:
    for number in range(5):
        assert (await notes.post(key=f"k-{number}")).status_code == 201
    ((last,),) = notes.sql("SELECT key FROM idempotency_keys ORDER BY created_at DESC LIMIT 1")
    notes.sql(f"UPDATE idempotency_keys SET expires_at = now() - interval '1 second' WHERE key <> '{last}'")
    async with notes.edge._units.begin() as unit:
        assert await idempotency.purge(unit.session, most=3) == 3
    async with notes.edge._units.begin() as unit:
        assert await idempotency.purge(unit.session, most=3) == 1
    assert notes.sql("SELECT key FROM idempotency_keys") == [(last,)]
    assert (await notes.post(key="k-4")).headers["idempotency-replayed"] == "true"


async def test_a_stored_answer_tells_nothing_to_whoever_has_the_database(notes: Any) -> None:
    asked = {"title": "我的护照过期了"}
    first = await notes.post(key="guess-me-not", json=asked)
    ((dump,),) = notes.sql("SELECT t::text FROM idempotency_keys AS t")
    for secret in (b"guess-me-not", asked["title"].encode(), first.content):
        assert secret.decode() not in dump
        assert secret.hex() not in dump
    assert (await notes.post(key="guess-me-not", json=asked)).content == first.content


async def test_a_stored_answer_that_was_changed_is_not_given_out(notes: Any) -> None:
    await notes.post(key="k")
    notes.sql("UPDATE idempotency_keys SET body = set_byte(body, 12, get_byte(body, 12) # 1)")
    assert (await notes.post(key="k")).status_code == 500
    assert notes.count() == 1


async def test_who_writes_is_kept_as_a_pseudonym_only(notes: Any, make_token: Callable[..., str]) -> None:
    assert (await notes.post(token=make_token("zhang.san"))).status_code == 201
    ((principal,),) = notes.sql("SELECT principal FROM idempotency_keys")
    assert principal.startswith("p_")
    assert "zhang" not in principal


async def test_a_role_that_was_withdrawn_gets_no_replay(notes: Any, make_token: Callable[..., str]) -> None:
    assert (await notes.post(token=make_token(roles=("writer",)))).status_code == 201
    assert (await notes.post(token=make_token(roles=("reader",)))).status_code == 403


async def test_a_database_session_that_is_killed_on_the_way_leaves_nothing_behind(notes: Any) -> None:
    with psycopg.connect(notes.dsn) as other:
        other.execute("LOCK TABLE notes IN ACCESS EXCLUSIVE MODE")
        waiting = asyncio.create_task(notes.post(key=str(uuid.uuid4())))
        for _ in range(200):
            if notes.sql("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'")[0][0]:
                break
            await asyncio.sleep(0.02)
        killed = notes.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE wait_event_type = 'Lock'")
        assert killed == [(True,)]
        answer = await waiting
    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "1"
    assert notes.count() == 0
