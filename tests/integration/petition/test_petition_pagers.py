"""A worker as it is set up tells the pager whom the roster names, and begins nothing anew when it is started again."""

import asyncio
import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from chassis.testing.waiting import eventually
from chassis.worker.tasks import TaskRunner
from petition.bootstrap import bootstrap
from petition.paging import delivering

from tests.integration.kit.pagers import SECRET, Pager

from .conftest import GUANGZHOU, Petitions

LIFE = {"title": "有人要跳楼", "text": "我朋友在天河路大厦楼顶要跳楼自杀，求求你们快来"}


async def worked_until(petitions: Petitions, pager: Pager, pages: int) -> None:
    """Let a worker of its own deliver until so many pages have come."""
    (task,) = (each for each in bootstrap().tasks if each.name == "page")
    worker = TaskRunner(task, petitions.units)
    await worker.start()
    await eventually(lambda: len(pager.got) >= pages, within=20)
    await asyncio.wait_for(worker.stop(), 10)


@pytest.fixture
def pager(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Pager]:
    """One that is up, and set up for the city."""
    secret, found = tmp_path / "pager-secret", Pager()
    secret.write_bytes(SECRET)
    with found.up():
        settings = {"tenant": GUANGZHOU, "url": found.url, "secret_path": str(secret)}
        monkeypatch.setenv("PETITION_PAGERS", json.dumps([settings]))
        yield found


async def test_each_page_names_who_has_the_shift_then_who_stands_in_and_comes_once_over_restarts(
    petitions: Petitions, pager: Pager
) -> None:
    await somebody_is_on_duty(petitions)
    await petitions.submitted(**LIFE)
    await worked_until(petitions, pager, 1)
    petitions.rows("UPDATE timers SET next_at = now() WHERE clock = 'page' RETURNING id")
    await petitions.timers_run()
    petitions.rows("UPDATE pages SET next_at = now() WHERE next_at IS NOT NULL RETURNING petition")
    await worked_until(petitions, pager, 2)
    assert [(body["rung"], body["to"]) for _, body in pager.got] == [
        ("duty-officer", "officer-on-duty"),
        ("deputy", "officer-who-stands-in"),
    ]
    assert len({key for key, _ in pager.got}) == 2


async def test_while_the_keys_of_the_roster_are_out_of_reach_it_is_told_all_the_same(
    petitions: Petitions, pager: Pager, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def out_of_reach(*_: object) -> None:
        raise ConnectionRefusedError

    await somebody_is_on_duty(petitions)
    await petitions.submitted(**LIFE)
    monkeypatch.setattr(delivering, "on_duty", out_of_reach)
    await worked_until(petitions, pager, 1)
    assert [body["to"] for _, body in pager.got] == [None]


async def somebody_is_on_duty(petitions: Petitions) -> None:
    now = datetime.now().astimezone()
    shift = {"post": "duty", "officer": "officer-on-duty", "deputy": "officer-who-stands-in"}
    shift |= {"starts_at": (now - timedelta(hours=1)).isoformat(), "ends_at": (now + timedelta(hours=7)).isoformat()}
    assert (await petitions.post("/v1/shifts", shift, "supervisor")).status_code == 201
