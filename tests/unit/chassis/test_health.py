"""Readiness asks every part, waits for none of them for long, and takes a broken check for a broken part."""

import asyncio
import time
from dataclasses import dataclass

import httpx
import pytest
from chassis.process import health
from chassis.process.health import Check, Status, health_router
from fastapi import FastAPI


@dataclass
class Part:
    name: str
    found: Status | Exception | None

    async def check(self) -> Status:
        if self.found is None:
            await asyncio.Event().wait()
        if isinstance(self.found, Exception):
            raise self.found
        assert self.found is not None
        return self.found


async def ask(path: str, *checks: Check) -> httpx.Response:
    app = FastAPI()
    app.include_router(health_router())
    app.state.checks = checks
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://service") as client:
        return await client.get(path)


GOOD = Part("database", Status(ready=True))


async def test_a_process_is_ready_when_every_part_is() -> None:
    answer = await ask("/readyz", GOOD, Part("relay", Status(ready=True, detail="leading")))
    assert answer.status_code == 200
    assert answer.json()["checks"][1] == {"name": "relay", "ready": True, "detail": "leading"}


async def test_one_part_that_is_not_ready_is_named() -> None:
    answer = await ask("/readyz", GOOD, Part("relay", Status(ready=False, detail="missing topics: x")))
    assert answer.status_code == 503
    assert answer.json()["checks"][1]["detail"] == "missing topics: x"


async def test_a_process_without_any_check_is_not_ready_yet() -> None:
    assert (await ask("/readyz")).status_code == 503


async def test_a_check_that_hangs_or_breaks_is_a_part_that_does_not_work(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "CHECK_TIMEOUT_S", 0.2)
    began = time.monotonic()
    answer = await ask(
        "/readyz", Part("hanging", None), Part("also hanging", None), Part("broken", ValueError("secret"))
    )
    assert time.monotonic() - began < 2
    assert answer.status_code == 503
    assert [check["ready"] for check in answer.json()["checks"]] == [False, False, False]
    assert answer.json()["checks"][2]["detail"] == "ValueError"


async def test_liveness_does_not_depend_on_any_part() -> None:
    assert (await ask("/livez", Part("broken", ValueError()))).status_code == 200
