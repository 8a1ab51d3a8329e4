"""Answers that take their time, on a real socket: their places, their heartbeat, their end."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated

import httpx
import pytest
import uvicorn
from chassis.api.edge import ServiceEdge
from chassis.api.route import PublicRoute, unit
from chassis.api.streams import (
    Event,
    EventStream,
    Place,
    PublicStreamRoute,
    Reader,
    StreamRoute,
    Streams,
    place,
    reader,
)
from chassis.api.web import http_application
from chassis.database import Database
from chassis.process.server import Server
from chassis.service import Service
from chassis.settings import Settings
from chassis.testing.events import units_on
from chassis.testing.permissions import for_roles
from chassis.testing.waiting import eventually
from chassis.unit import Unit
from deploy.server import free_port
from fastapi import APIRouter, Body, Depends
from sqlalchemy import text

from .conftest import token

Placed = Annotated[Place, Depends(place)]
Reading = Annotated[Reader, Depends(reader)]


class Source:
    """Gives what a test puts into it."""

    def __init__(self) -> None:
        self.events: asyncio.Queue[Event | None] = asyncio.Queue()

    def routers(self) -> list[APIRouter]:
        streaming = APIRouter(prefix="/v1", route_class=StreamRoute, dependencies=[for_roles("reader")])
        public = APIRouter(prefix="/v1", route_class=PublicStreamRoute)
        questions = APIRouter(prefix="/v1", route_class=PublicRoute)

        @streaming.get("/events", response_class=EventStream)
        async def events(placed: Placed, reading: Reading) -> EventStream:
            async with reading.unit() as opened:
                await opened.session.execute(text("SELECT 1"))
            return EventStream(self.events.get, placed)

        @public.get("/open-events", response_class=EventStream)
        async def open_events(placed: Placed) -> EventStream:
            return EventStream(self.events.get, placed)

        @streaming.get("/poll")
        async def poll(placed: Placed) -> str:
            found = await placed.streams.wait(self.events.get(), within=20)
            return "nothing" if found is None else found.id

        @questions.post("/questions")
        async def ask(words: Annotated[str, Body(embed=True)], work: Annotated[Unit, Depends(unit)]) -> str:
            await work.session.execute(text("CREATE TABLE written (id int)" if words == "write" else "SELECT 1"))
            return f"{words} {work.principal}"

        return [streaming, public, questions]


@asynccontextmanager
async def serving(
    settings: Settings, tmp_path: Path, streams: Streams
) -> AsyncIterator[tuple[Source, Server, httpx.AsyncClient]]:
    source, database, port = Source(), Database(settings.database_url, 1), free_port()
    app = http_application(Service(title="Notes", settings=settings, migrations=tmp_path, routers=source.routers()))
    app.state.edge = ServiceEdge(units_on(database), max_body_bytes=1024, streams=streams)
    config = uvicorn.Config(app, "127.0.0.1", port, log_config=None, timeout_graceful_shutdown=5)
    server = Server(config, stop_streams=streams.stop)
    running = asyncio.create_task(server.serve())
    await eventually(lambda: server.started, that="the server listens")
    reader = {"authorization": f"Bearer {token(roles=('reader',))}"}  # made now: a token is good for minutes
    try:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", headers=reader, timeout=20) as client:
            yield source, server, client
    finally:
        server.should_exit = True
        await running
        await database.close()


async def test_events_come_as_a_browser_reads_them_and_nothing_on_the_way_keeps_them(
    settings: Settings, tmp_path: Path
) -> None:
    async with serving(settings, tmp_path, Streams()) as (source, _, client):
        source.events.put_nowait(Event("p-1", "step", b'{"a":1}'))
        source.events.put_nowait(None)
        answer = await client.get("/v1/events")
        assert answer.headers["content-type"].startswith("text/event-stream")
        assert answer.headers["cache-control"] == "no-store"
        retry, event, _ = answer.text.split("\n\n")
        assert retry.startswith("retry: ")
        assert event == 'id: p-1\nevent: step\ndata: {"a":1}'


async def test_a_silent_stream_has_a_heartbeat(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chassis.api.streams.HEARTBEAT_S", 0.05)
    async with serving(settings, tmp_path, Streams(lifetime_s=0.5)) as (_, _, client):
        assert (await client.get("/v1/events")).text.count(":\n\n") >= 3


async def test_a_stream_ends_after_its_time_so_that_its_client_comes_back(settings: Settings, tmp_path: Path) -> None:
    streams = Streams(lifetime_s=0.1)
    async with serving(settings, tmp_path, streams) as (_, _, client):
        assert (await client.get("/v1/events")).status_code == 200
        assert streams.taken == 0


async def test_without_a_free_place_clients_are_told_when_to_come_again(settings: Settings, tmp_path: Path) -> None:
    streams = Streams(most=1)
    async with serving(settings, tmp_path, streams) as (_, _, client):
        async with client.stream("GET", "/v1/events"):
            refused = await client.get("/v1/poll")
            assert (refused.status_code, refused.headers["retry-after"]) == (503, "5")
            assert refused.json()["type"] == "urn:yiwangban:problem:overloaded"
        await eventually(lambda: streams.taken == 0, that="the place of who went is free")


async def test_many_wait_on_a_pool_of_one_connection(settings: Settings, tmp_path: Path) -> None:
    streams = Streams()
    async with serving(settings, tmp_path, streams) as (source, _, client):
        waiting = [asyncio.create_task(client.get("/v1/poll")) for _ in range(20)]
        await eventually(lambda: streams.taken == 20, that="all of them wait")
        assert (await client.post("/v1/questions", json={"words": "hello"})).status_code == 200
        for number in range(20):
            source.events.put_nowait(Event(str(number), "step", b"{}"))
        answers = await asyncio.gather(*waiting)
        assert sorted(int(answer.json()) for answer in answers) == list(range(20))


async def test_when_the_process_stops_streams_and_polls_end_at_once(settings: Settings, tmp_path: Path) -> None:
    streams = Streams()
    async with serving(settings, tmp_path, streams) as (_, server, client):
        following, polling = [asyncio.create_task(client.get(path)) for path in ("/v1/events", "/v1/poll")]
        await eventually(lambda: streams.taken == 2, that="both wait")
        async with asyncio.timeout(3):
            server.should_exit = True
            assert (await following).status_code == 200
            assert (await polling).json() == "nothing"


async def test_a_client_that_does_not_read_is_closed_and_its_place_is_free(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chassis.api.streams.SEND_S", 0.3)
    streams = Streams()
    async with serving(settings, tmp_path, streams) as (source, _, client):
        deaf = socket.create_connection((client.base_url.host, client.base_url.port))
        deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        deaf.sendall(b"GET /v1/open-events HTTP/1.1\r\nHost: test\r\n\r\n")
        await eventually(lambda: streams.taken == 1, that="it is served")
        for _ in range(200):
            source.events.put_nowait(Event("p", "step", b"x" * 100_000))
        await eventually(lambda: streams.taken == 0, that="it is let go")
        assert source.events.qsize() > 50, "what it didn't take isn't kept for it"
        deaf.close()


async def test_a_public_question_needs_no_login_and_writes_nothing(settings: Settings, tmp_path: Path) -> None:
    async with serving(settings, tmp_path, Streams()) as (_, _, client):
        client.headers.pop("authorization")
        asked = await client.post("/v1/questions", json={"words": "hello"})
        assert (asked.status_code, asked.json(), asked.headers["cache-control"]) == (200, "hello None", "no-store")
        assert (await client.post("/v1/questions", json={"words": "write"})).status_code == 500
        assert (await client.post("/v1/questions", json={"words": "x" * 2_000})).status_code == 413
        assert (await client.get("/v1/events")).status_code == 401
        document = (await client.get("/openapi.json")).json()["paths"]["/v1/questions"]["post"]
        assert document["security"] == []
        assert not [each for each in document["parameters"] if each["name"] == "Idempotency-Key"]
        assert "429" in document["responses"]
        assert "401" not in document["responses"]
