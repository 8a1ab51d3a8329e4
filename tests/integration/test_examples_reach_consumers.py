"""Every consumer handles every example of every version of the topics that it reads; nothing is set aside."""

import importlib
import json
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from accept.catalogue import catalogue
from chassis.app import Bootstrap, Service
from chassis.database import Database
from chassis.envelope import format_sequence, new_id
from chassis.infrastructure import Patience
from chassis.testing.events import record_of
from chassis.worker.batch_store import Batch, Record
from chassis.worker.inbox import Delivery, Outcome
from chassis.worker.logs import Log
from chassis.worker.processor import Processor
from contracts.codec import Codec
from contracts.registry import Registry
from contracts.release import released
from deploy.services import SERVICES
from query.tables import Colour

from tests.integration.kit.databases import Databases, migrations_of
from tests.integration.kit.in_process import InProcess, environment

Event = dict[str, Any]
REGISTRY = Registry.load()
CODEC = Codec(REGISTRY)
ITEM = "hk-macao-endorsement"
RAW = [REGISTRY.example(name) for event in REGISTRY.types.values() for name in event.examples]
EXAMPLES: list[Event] = [json.loads(raw) for raw in RAW] + [
    json.loads(raw) for form in released(REGISTRY.directory) for raw in form.examples.values()
]
"""As they are now, and as they were when each form of their schema was released."""


def of(topics: Sequence[str]) -> list[Event]:
    """Give the examples of topics, each as the first event of a subject of its own."""
    found = [event for event in EXAMPLES if REGISTRY.types[event["type"]].topic in topics]
    return [event | {"id": new_id(), "subject": new_id(), "sequence": format_sequence(1)} for event in found]


@asynccontextmanager
async def process_of(
    name: str, databases: Databases, keyring_url: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[tuple[Service, InProcess]]:
    package = name.replace("-", "_")
    bootstrap: Bootstrap = importlib.import_module(f"{package}.bootstrap").bootstrap
    with databases.fresh(migrations_of(name)) as url:
        issuer = environment(package.upper(), url, keyring_url, folder, monkeypatch)
        async with InProcess.on(bootstrap, url, issuer) as process:
            yield bootstrap(), process


async def its_case_exists(event: Event, process: InProcess) -> Event:
    """A review is about a case: have one accepted, and let the event be about it."""
    body = {"channel": "portal", "item": ITEM, "form": catalogue()[ITEM].example}
    case = (await process.post("/v1/cases", body, "citizen")).json()["id"]
    assert (await process.post(f"/v1/cases/{case}/accept", None, "window", version=1)).status_code == 200
    return event | {"data": event["data"] | {"case": case}}


async def as_it_is(event: Event, _: InProcess) -> Event:
    return event


PREPARED: dict[str, Callable[..., Any]] = {"accept": its_case_exists}


@pytest.mark.parametrize("name", [service.name for service in SERVICES])
async def test_every_reaction_handles_every_example(
    name: str, databases: Databases, keyring_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with process_of(name, databases, keyring_url, tmp_path, monkeypatch) as (service, process):
        for reaction in service.reactions:
            processor = Processor(reaction, units=process.units, decode=CODEC.decode, patience=Patience())
            handled = set()
            for offset, example in enumerate(of(reaction.topics)):
                event = await PREPARED.get(name, as_it_is)(example, process)
                key, value = record_of(event)
                topic = REGISTRY.types[event["type"]].topic
                record = Delivery(topic=topic, topic_uuid=uuid4(), partition=0, offset=offset, key=key, value=value)
                assert await processor.process(record) is Outcome.APPLIED, f"{reaction.name}: {event['type']}"
                handled.add(event["type"])
            assert set(reaction.handlers) <= handled, "each of its handlers was called"
        assert process.rows("SELECT * FROM parked") == []


async def stored(batch: Batch, database_url: str) -> int:
    """Store every example of every topic of a batch; give their number."""
    database = Database(database_url, 2)
    number = 0
    for topic in batch.topics():
        events = of([topic])
        number += len(events)
        records = [Record(offset, 1, *record_of(event), ()) for offset, event in enumerate(events)]
        async with database.transaction() as session:
            await batch.store(session, Log(topic, uuid4(), 0), records)
    await database.close()
    return number


async def test_the_mirror_and_what_rests_on_it_read_every_example(
    databases: Databases, keyring_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with process_of("intel-sink", databases, keyring_url, tmp_path, monkeypatch) as (service, process):
        (mirror,) = service.batches
        assert set(mirror.topics()) == set(REGISTRY.topics)
        number = await stored(mirror, process.database_url)
        assert process.rows("SELECT status, count(*) FROM mirror_records GROUP BY status") == [
            {"status": "ok", "count": number}
        ]
        (follow,) = (task for task in service.tasks if task.name == "follow mirror")
        async with process.units.begin() as unit:
            await follow.run(unit)
        assert process.rows("SELECT count(*) FROM projections.entries") == [{"count": number}]
        assert process.rows("SELECT reason FROM projections.invalid") == []


async def test_the_read_models_tell_every_example(
    databases: Databases, keyring_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with process_of("query", databases, keyring_url, tmp_path, monkeypatch) as (service, process):
        for batch, colour in zip(service.batches, Colour, strict=True):
            number = await stored(batch, process.database_url)
            assert process.rows(f"SELECT count(*) FROM {colour}.timeline") == [{"count": number}]


def test_consumers_read_what_the_contracts_say_that_they_read(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for service in SERVICES:
        folder = tmp_path / service.name
        folder.mkdir()
        environment(service.database.upper(), database_url, database_url, folder, monkeypatch)
        wired: Service = importlib.import_module(f"{service.database}.bootstrap").bootstrap()
        read = {topic for each in (*wired.reactions, *wired.batches) for topic in _topics(each)}
        assert read == {topic.name for topic in REGISTRY.read_by(service.name)}


def _topics(consumer: Any) -> Sequence[str]:
    found: Sequence[str] = consumer.topics() if isinstance(consumer, Batch) else consumer.topics
    return found
