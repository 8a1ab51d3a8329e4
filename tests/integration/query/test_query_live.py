"""Matters as they change: server-sent events, long polling, and reading one's own writes."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import httpx
import psycopg
import pytest
from chassis import vector
from chassis.testing.waiting import eventually
from deploy.issuer import Issuer
from deploy.postgres import Postgres

from .conftest import Matters, serving

NUMBER = "440100-20261102-000000000001-1"


def path_of(matter: str, what: str = "") -> str:
    return f"/v1/matters/{matter}{what}"


async def test_a_step_arrives_at_an_open_stream_and_a_new_connection_misses_and_doubles_nothing(
    matters: Matters,
) -> None:
    life = matters.case(NUMBER)
    visible = [step for number, step in enumerate(life) if number not in {3, 5, 6}]  # the others are the office's own
    await matters.told(*life[:2])
    path = path_of(life[0]["subject"], "/events")
    async with matters.following(path) as stream:
        seen = [await stream.next() for _ in range(2)]
        await matters.told(life[2])
        seen.append(await stream.next())
        position = stream.position
    await matters.told(*life[3:7])
    async with matters.following(path, position=position) as stream:
        seen.append(await stream.next())
        await matters.told(life[7])
        await matters.told(life[8])
        seen += [await stream.next() for _ in range(2)]
        assert 1_000 <= stream.retry_ms <= 5_000
    assert [step["timeline"][0]["time"] for step in seen] == [event["time"][:-8] + "Z" for event in visible]
    assert [step["stage"]["code"] for step in seen] == [
        "accepted", "accepted", "in-review", "in-review", "decided", "approved",
    ]  # fmt: skip


async def test_what_is_told_again_arrives_once(matters: Matters) -> None:
    life = matters.case(NUMBER)
    await matters.told(*life[:2])
    async with matters.following(path_of(life[0]["subject"], "/events")) as stream:
        await stream.words(2)
        await matters.told(*life[:2])
        await matters.told(*life[:3])
        assert await stream.words(1) == ["已进入审查"]


async def test_a_ticket_follows_its_matter_without_login_until_it_expires(
    matters: Matters, monkeypatch: pytest.MonkeyPatch
) -> None:
    life = matters.case(NUMBER)
    await matters.told(*life[:2])
    found = (await matters.look_up(NUMBER, matters.code(NUMBER))).json()
    query = f"/v1/progress/events?ticket={found['ticket']}&after={found['position']}"
    async with matters.client.stream("GET", query) as response:
        assert response.headers["content-type"].startswith("text/event-stream")
        await matters.told(life[2])
        async with asyncio.timeout(10):
            lines = [line async for line in until_data(response.aiter_lines())]
        assert "已进入审查" in lines[-1]
    changed = found["ticket"][:-2] + ("AA" if not found["ticket"].endswith("AA") else "BB")
    for ticket in (changed, matters.units.outbox.signer("consistency").sign(life[0]["subject"])):
        refused = await matters.client.get(f"/v1/progress/events?ticket={ticket}")
        assert (refused.status_code, refused.json()["type"]) == (404, "urn:yiwangban:problem:ticket")


async def test_long_polling_answers_at_once_what_was_missed_and_waits_for_what_comes(matters: Matters) -> None:
    life = matters.case(NUMBER)
    await matters.told(*life[:2])
    path = path_of(life[0]["subject"], "/changes")
    first = (await matters.get(path, "citizen")).json()
    assert len(first["timeline"]) == 2
    waiting = asyncio.create_task(matters.get(f"{path}?after={first['position']}", "citizen"))
    await eventually(lambda: matters.streams.taken == 1, that="the poll waits")
    await matters.told(life[2])
    second = (await waiting).json()
    assert [step["zh"] for step in second["timeline"]] == ["已进入审查"]
    assert second["stage"]["code"] == "in-review"


async def test_long_polling_ends_empty_handed_at_the_same_position(
    matters: Matters, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("query.queries.POLL_S", 0.1)
    life = matters.case(NUMBER)
    await matters.told(*life[:2])
    path = path_of(life[0]["subject"], "/changes")
    position = (await matters.get(path, "citizen")).json()["position"]
    again = (await matters.get(f"{path}?after={position}", "citizen")).json()
    assert (again["timeline"], again["position"]) == ([], position)


async def test_a_reader_who_shows_what_it_wrote_waits_until_it_is_visible(matters: Matters) -> None:
    life = matters.case(NUMBER)
    await matters.told(life[0])
    reading = asyncio.create_task(shown(matters, life[0]["subject"], sequence=2))
    await eventually(lambda: matters.feed._watches, that="the reader waits")
    await matters.told(life[1])
    found = (await reading).json()
    assert (found["stale"], found["stage"]["code"]) == (False, "accepted")
    assert (await shown(matters, life[0]["subject"], sequence=1)).json()["stale"] is False


async def test_after_two_seconds_a_reader_gets_what_there_is_and_is_told_so(matters: Matters) -> None:
    life = matters.case(NUMBER)
    await matters.told(life[0])
    began = time.monotonic()
    answer = await shown(matters, life[0]["subject"], sequence=2)
    assert answer.status_code == 200
    assert (answer.json()["stale"], answer.json()["stage"]["code"]) == (True, "submitted")
    assert 2 <= time.monotonic() - began < 6


async def test_a_forged_or_foreign_token_is_refused(matters: Matters) -> None:
    life = matters.case(NUMBER)
    await matters.told(life[0])
    ticket = matters.units.outbox.signer("progress-ticket").sign(life[0]["subject"])
    for token in ("", "nonsense", ticket, token_of(matters, life[0]["subject"], 1)[:-1] + "!"):
        answer = await matters.client.get(path_of(life[0]["subject"]), headers=signed_in(matters, token))
        assert answer.status_code == 422
        assert answer.json()["type"] == "urn:yiwangban:problem:foreign-consistency-token"


async def test_two_hundred_clients_follow_at_once_on_two_connections_of_the_database(
    query_environment: Issuer, database_url: str
) -> None:
    async with serving(query_environment, database_url, pool=2) as matters:
        life = matters.case(NUMBER)
        await matters.told(*life[:2])
        path = path_of(life[0]["subject"], "/events")
        coming, told = asyncio.Semaphore(2), asyncio.Event()  # whoever has to wait a second for a connection gets 503
        following = asyncio.Barrier(201)

        async def client() -> list[str]:
            async with AsyncExitStack() as stack:
                async with coming:
                    stream = await stack.enter_async_context(matters.following(path))
                    words = await stream.words(2)
                await following.wait()
                await told.wait()
                return words + await stream.words(1)

        async with asyncio.timeout(120), asyncio.TaskGroup() as group:  # a client that fails ends the test
            clients = [group.create_task(client()) for _ in range(200)]
            await following.wait()
            assert matters.streams.taken == 200
            with psycopg.connect(database_url) as connection:
                (used,) = connection.execute(
                    "SELECT count(*) FROM pg_stat_activity "
                    "WHERE datname = current_database() AND pid <> pg_backend_pid()"
                ).fetchone() or (0,)
            assert used <= 1 + 2 + 4  # the feed, the API's pool, the pool of the one who tells
            await matters.told(life[2])
            told.set()
        assert {tuple(client.result())[-1] for client in clients} == {"已进入审查"}
        await eventually(lambda: matters.streams.taken == 0, that="all places are free")


async def test_streams_outlive_a_restart_of_the_database(matters: Matters, postgres: Postgres) -> None:
    life = matters.case(NUMBER)
    await matters.told(*life[:2])
    async with matters.following(path_of(life[0]["subject"], "/events")) as stream:
        await stream.words(2)
        await asyncio.to_thread(postgres.kill)
        await asyncio.to_thread(postgres.start)
        await matters.database.engine.dispose()
        await matters.told(life[2])
        assert await stream.words(1) == ["已进入审查"]


async def test_without_notifications_changes_come_by_looking(
    query_environment: Issuer, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("query.feed.CHANNEL", "nobody_notifies_here")
    async with serving(query_environment, database_url) as matters:
        life = matters.case(NUMBER)
        await matters.told(*life[:2])
        async with matters.following(path_of(life[0]["subject"], "/events")) as stream:
            await stream.words(2)
            await matters.told(life[2])
            assert await stream.words(1) == ["已进入审查"]


async def until_data(lines: AsyncIterator[str]) -> AsyncIterator[str]:
    async for line in lines:
        yield line
        if line.startswith("data:"):
            return


def token_of(matters: Matters, subject: str, sequence: int) -> str:
    return matters.units.outbox.signer("consistency").sign(vector.to_text({subject: sequence}))


def signed_in(matters: Matters, token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {matters.token('citizen')}", "Consistency-Token": token}


async def shown(matters: Matters, subject: str, *, sequence: int) -> httpx.Response:
    headers = signed_in(matters, token_of(matters, subject, sequence))
    return await matters.client.get(path_of(subject), headers=headers)
