"""The query service on a real database and a real socket, fed as the batch consumer would feed it, without broker."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
from casework.codes import code_of
from chassis.api.edge import ServiceEdge
from chassis.api.streams import Streams
from chassis.api.web import http_application
from chassis.database import Database
from chassis.process.server import Server
from deploy.issuer import Issuer
from deploy.server import free_port
from query.bootstrap import bootstrap
from query.feed import Feed
from query.handlers import Projection
from query.tables import Colour

from tests.integration.kit.in_process import InProcess, environment, units_of

from .lives import Event, by_topic, case_life, codec, log_of, records_of, review_life

POOL = 4


@dataclass
class Matters(InProcess):
    """The service under test, with what its tests do again and again."""

    database: Database = field(kw_only=True)
    feed: Feed = field(kw_only=True)
    streams: Streams = field(kw_only=True)
    server: Server = field(kw_only=True)
    url: str = field(kw_only=True)

    async def told(self, *events: Event, colour: Colour = Colour.BLUE) -> None:
        """Have events arrive, in one batch."""
        projection = Projection(colour, codec())
        async with self.database.transaction() as session:
            for topic, found in by_topic(events).items():
                await projection.store(session, log_of(topic), records_of(found))

    def owner(self, sub: str = "citizen-1", context: str = "applicant") -> str:
        """Give the pseudonym under which somebody's matters are kept."""
        return self.units.outbox.pseudonym(sub, context=context)

    def code(self, number: str) -> str:
        """Give the query code that goes with a number."""
        return code_of(number, self.units.outbox)

    async def look_up(self, number: str, code: str, **headers: str) -> httpx.Response:
        """Ask without login."""
        return await self.client.post("/v1/progress", json={"number": number, "query_code": code}, headers=headers)

    def case(self, number: str = "440100-20261102-000000000001-1", **attributes: Any) -> list[Event]:
        """Give the life of a citizen's case and its review, in the order in which it happens."""
        submitted, accepted, concluded = case_life(number, self.owner(), **attributes)
        return [submitted, accepted, *review_life(number, submitted["subject"], **attributes), concluded]

    @asynccontextmanager
    async def following(
        self, path: str, *, position: str | None = None, **options: Any
    ) -> AsyncIterator["EventSource"]:
        """Open a stream, as a browser would."""
        headers = {"Authorization": f"Bearer {self.token('citizen')}"} | options.pop("headers", {})
        if position is not None:
            headers["Last-Event-ID"] = position
        async with self.client.stream("GET", path, headers=headers, timeout=20, **options) as response:
            assert response.status_code == 200, await response.aread()
            yield EventSource(response)


@dataclass
class EventSource:
    """The client's end of a stream."""

    response: httpx.Response
    position: str = ""
    retry_ms: int = 0
    beats: int = 0

    def __post_init__(self) -> None:
        self._lines = self.response.aiter_lines()

    async def next(self) -> dict[str, Any]:
        """Give the next event's data, within ten seconds."""
        async with asyncio.timeout(10):
            async for line in self._lines:
                match line.partition(":"):
                    case ("id", _, position):
                        self.position = position.strip()
                    case ("retry", _, after):
                        self.retry_ms = int(after)
                    case ("data", _, data):
                        found: dict[str, Any] = json.loads(data)
                        return found
                    case ("", ":", _):
                        self.beats += 1
        raise EOFError

    async def words(self, count: int) -> list[str]:
        """Give the words of so many steps."""
        return [(await self.next())["timeline"][0]["zh"] for _ in range(count)]

    async def ended(self) -> bool:
        """Tell whether the stream ends without another event."""
        try:
            await self.next()
        except EOFError:
            return True
        return False


@pytest.fixture(scope="session")
def database_migrations(pytestconfig: pytest.Config) -> Path:
    """The service's own."""
    return pytestconfig.rootpath / "services" / "query" / "migrations"


@pytest.fixture
def query_environment(database_url: str, keyring_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Issuer:
    """Settings of a service of its own."""
    return environment("QUERY", database_url, keyring_url, tmp_path, monkeypatch)


@asynccontextmanager
async def serving(
    issuer: Issuer, database_url: str, *, streams: Streams | None = None, pool: int = POOL
) -> AsyncIterator[Matters]:
    """Serve the migrated service on a port of its own, with its feed."""
    service = bootstrap()
    database, api = Database(database_url, POOL), Database(database_url, pool)
    (feed,) = service.parts
    assert isinstance(feed, Feed)
    app = http_application(service)
    places = streams or Streams()
    async with units_of(service, api) as units:
        app.state.edge = ServiceEdge(units, max_body_bytes=service.settings.max_body_bytes, streams=places)
        port = free_port()
        config = uvicorn.Config(app, "127.0.0.1", port, log_config=None, access_log=False, timeout_graceful_shutdown=5)
        server = Server(config, stop_streams=places.stop)
        await feed.start()
        running = asyncio.create_task(server.serve())
        try:
            while not server.started:  # noqa: ASYNC110  uvicorn tells it by this alone
                await asyncio.sleep(0.01)
            url = f"http://127.0.0.1:{port}"
            limits = httpx.Limits(max_connections=None, max_keepalive_connections=0)
            async with httpx.AsyncClient(base_url=url, limits=limits) as client:
                yield Matters(
                    service, app, units, database_url, client, issuer,
                    database=database, feed=feed, streams=places, server=server, url=url,
                )  # fmt: skip
        finally:
            server.should_exit = True
            await running
            await feed.stop()
            await database.close()
            await api.close()


@pytest.fixture
async def matters(query_environment: Issuer, database_url: str) -> AsyncIterator[Matters]:
    """The service, served."""
    async with serving(query_environment, database_url) as served:
        yield served
