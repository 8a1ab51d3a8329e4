"""Intake (one process, role api) against a bare FastAPI service that INSERTs one row and promises nothing more."""

import asyncio
import itertools
import json
import os
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.error import URLError
from urllib.request import urlopen

import aiohttp
import psycopg
from demo import messages
from demo.target import Target

from benchmarks.harness import Comparison, Side, Void, compare

CONNECTIONS = 16
SECONDS = 3.0
UP_WITHIN_S = 30.0
COUNTS = "SELECT (SELECT count(*) FROM petitions), (SELECT count(*) FROM outbox)"
TENANT = "440100"


def run(target: Target, dsn: str, petition_url: str, port: int, blocks: int) -> list[Comparison]:
    """Compare; only petition's api may run meanwhile. One client for both sides, in this process."""
    ours = Side("intake", lambda: loaded(target, petition_url, dsn, outbox_rows=2))
    ours.measure()
    with served(dsn, port) as url:
        bare = Side("bare FastAPI + SQLModel INSERT", lambda: loaded(target, url, dsn, outbox_rows=0))
        bare.measure()
        return [compare("intake", ours, bare, unit="requests/s", aim=0.5, blocks=blocks)]


@contextmanager
def served(dsn: str, port: int) -> Iterator[str]:
    """Run the bare service, with the same server and loop as petition's."""
    url = f"http://127.0.0.1:{port}"
    environment = {**os.environ, "BARE_DATABASE_URL": dsn.replace("postgresql://", "postgresql+psycopg://")}
    command = [sys.executable, "-m", "uvicorn", "benchmarks.bare:app", "--port", str(port), "--no-access-log"]
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)  # noqa: S603
    try:
        deadline = time.monotonic() + UP_WITHIN_S
        while not _answers(url):
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError("the bare service did not start")
            time.sleep(0.05)
        yield url
    finally:
        process.terminate()
        process.wait(10)


def _answers(url: str) -> bool:
    try:
        with urlopen(f"{url}/openapi.json", timeout=1):  # noqa: S310  our own address
            return True
    except (URLError, OSError):
        return False


def loaded(target: Target, url: str, dsn: str, *, outbox_rows: int) -> float:
    """Load the service for some seconds, and count its rows against its answers."""
    before = counts(dsn)
    accepted, seconds = asyncio.run(_load(target, url))
    rows, outbox = (after - earlier for after, earlier in zip(counts(dsn), before, strict=True))
    if (rows, outbox) != (accepted, accepted * outbox_rows):
        raise Void(f"{accepted} requests were accepted, but {rows} rows and {outbox} outbox rows are there")
    return accepted / seconds


def counts(dsn: str) -> tuple[int, int]:
    """Count petitions and outbox rows."""
    with psycopg.connect(dsn) as connection:
        found = connection.execute(COUNTS).fetchone()
    assert found is not None
    return found[0], found[1]


async def _load(target: Target, url: str) -> tuple[int, float]:
    own = messages.for_load(messages.tenants())
    bodies = [json.dumps({"channel": "portal", "title": each.title, "text": each.text}).encode() for each in own]
    token = target.token_for("bench", TENANT, "citizen", None)
    bodies_in_turn = itertools.cycle(bodies)
    accepted = 0
    async with aiohttp.ClientSession(url, connector=aiohttp.TCPConnector(limit=CONNECTIONS)) as session:
        started = time.monotonic()

        async def work() -> None:
            nonlocal accepted
            while time.monotonic() - started < SECONDS:
                headers = {
                    "Authorization": f"Bearer {token}",
                    "Content-Type": "application/json",
                    "Idempotency-Key": uuid.uuid4().hex,
                }
                async with session.post("/v1/petitions", data=next(bodies_in_turn), headers=headers) as response:
                    await response.read()
                    if response.status != 201:
                        raise Void(f"{url} answered {response.status}")
                    accepted += 1

        async with asyncio.TaskGroup() as group:
            for _ in range(CONNECTIONS):
                group.create_task(work())
        return accepted, time.monotonic() - started
