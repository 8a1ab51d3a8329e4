"""Following a matter through the real gateway: what happens arrives when it happens, and a quiet stream stays open."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import httpx
import pytest
from chassis.api import streams
from deploy.server import LOOPBACK
from query import queries

from deploy.gateway import STREAM_IDLE, Gateway
from tests.integration.kit.gateways import gateway_before

from .conftest import Matters

NUMBER: Final = "440100-20261102-000000000001-1"
FASTER: Final = 20
"""So many times faster than usual passes the time of streams in these tests."""


def seconds(text: str) -> float:
    return float(text.removesuffix("s"))


def faster(configuration: dict[str, Any]) -> None:
    """Shorten every time that could end a stream."""
    manager = configuration["static_resources"]["listeners"][0]["filter_chains"][0]["filters"][0]["typed_config"]
    for name in ("request_timeout", "stream_idle_timeout"):
        manager[name] = f"{seconds(manager[name]) / FASTER}s"
    common = manager["common_http_protocol_options"]
    common["idle_timeout"] = f"{seconds(common['idle_timeout']) / FASTER}s"
    for route in manager["route_config"]["virtual_hosts"][0]["routes"]:
        leads = route.get("route", {})
        leads |= {name: f"{seconds(leads[name]) / FASTER}s" for name in leads.keys() & {"timeout", "idle_timeout"}}


@pytest.fixture
async def behind(matters: Matters, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Matters]:
    """The query service as a client of the gateway sees it."""
    monkeypatch.setattr(streams, "HEARTBEAT_S", streams.HEARTBEAT_S / FASTER)
    port = int(matters.url.rpartition(":")[2])
    async with (
        running(tmp_path, matters, port) as gateway,
        httpx.AsyncClient(base_url=gateway.url, trust_env=False) as client,
    ):
        yield replace(matters, client=client)


@asynccontextmanager
async def running(folder: Path, matters: Matters, port: int) -> AsyncIterator[Gateway]:
    """Start and stop the gateway in a thread: it asks the service, which this loop serves."""
    gateway = gateway_before(folder, matters.issuer, {"query": (LOOPBACK, port)}, change=faster)
    opened = await asyncio.to_thread(gateway.__enter__)
    try:
        yield opened
    finally:
        await asyncio.to_thread(gateway.__exit__, None, None, None)


async def test_a_step_arrives_when_it_happens_on_a_stream_that_was_quiet_for_longer_than_anything_may_idle(
    behind: Matters,
) -> None:
    life = behind.case(NUMBER)
    await behind.told(*life[:2])
    async with behind.following(f"/v1/matters/{life[0]['subject']}/events") as stream:
        assert stream.response.headers["content-type"].startswith("text/event-stream")
        await stream.words(2)
        quiet = asyncio.create_task(stream.next())
        await asyncio.wait((quiet,), timeout=2 * seconds(STREAM_IDLE) / FASTER)
        assert not quiet.done()
        assert stream.beats > 2
        told = time.monotonic()
        await behind.told(life[2])
        assert (await quiet)["timeline"][0]["zh"] == "已进入审查"
        assert time.monotonic() - told < 3  # a buffer would keep it for as long as nothing more comes


async def test_a_ticket_follows_through_the_gateway_without_login(behind: Matters) -> None:
    life = behind.case(NUMBER)
    await behind.told(*life[:2])
    found = (await behind.look_up(NUMBER, behind.code(NUMBER))).json()
    query = f"/v1/progress/events?ticket={found['ticket']}&after={found['position']}"
    async with behind.following(query) as stream:
        await behind.told(life[2])
        assert await stream.words(1) == ["已进入审查"]


def test_a_heartbeat_and_a_long_poll_come_well_before_the_gateway_takes_them_for_dead() -> None:
    assert seconds(STREAM_IDLE) > 2 * streams.HEARTBEAT_S
    assert seconds(STREAM_IDLE) > 2 * queries.POLL_S
