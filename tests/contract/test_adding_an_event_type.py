"""CONTRIBUTING.md says: one schema, one example, one handler. This follows it to the letter, up to a real database."""

import importlib.util
import json
import re
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from uuid import uuid4

import pytest
from chassis.database import Database
from chassis.envelope import Envelope, new_id
from chassis.infrastructure import Patience
from chassis.outbox import Outbox
from chassis.testing.events import create_tables, event
from chassis.unit import Unit, Units
from chassis.worker.inbox import Delivery, Outcome
from chassis.worker.processor import Processor, Reaction
from contracts.cli import check, main
from contracts.codec import Codec
from contracts.generate import generate
from contracts.registry import Registry
from sqlalchemy import text

ROOT = Path(__file__).resolve().parents[2]
TYPE = "yiwangban.petition.petition.read-aloud.v1"
TOPIC = "petition.petitions.v1"
SECTION = (ROOT / "CONTRIBUTING.md").read_text("utf-8").split("## Adding an event type")[1].split("\n## ")[0]


def block(language: str) -> str:
    """Give the section's code block in this language, without its indentation."""
    found = re.search(rf"^ *```{language}\n(.*?)^ *```$", SECTION, re.DOTALL | re.MULTILINE)
    assert found is not None
    return "".join(line.removeprefix("   ") for line in found[1].splitlines(keepends=True))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the contracts with the new type in it: steps 1 and 2."""
    folder = tmp_path / "contracts"
    for name in ("topics", "events", "examples", "reference", "released", "openapi"):
        shutil.copytree(ROOT / "contracts" / name, folder / name)
    (folder / "events" / "petition-read-aloud.v1.schema.json").write_text(block("json"), "utf-8")
    example = event(
        new_id(),
        6,
        type_=TYPE,
        source="/petition",
        dataschema="urn:yiwangban:schema:petition-read-aloud:v1",
        data={"times": 2},
    )
    (folder / "examples" / "petition-read-aloud.json").write_text(json.dumps(example), "utf-8")
    with (folder / "topics" / f"{TOPIC}.yaml").open("a", encoding="utf-8") as page:
        page.write(block("yaml"))
    return folder


@pytest.fixture
def registry(folder: Path) -> Registry:
    return Registry.load(folder)


@pytest.fixture
def generated(registry: Registry, tmp_path: Path) -> Iterator[ModuleType]:
    """The types as ``contracts generate`` would write them."""
    path = tmp_path / "generated_with_read_aloud.py"
    path.write_text(generate(registry), "utf-8")
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = module
    spec.loader.exec_module(module)
    yield module
    del sys.modules[path.stem]


def test_schema_and_example_are_all_that_the_contracts_need(folder: Path) -> None:
    assert main(["--directory", str(folder), "asyncapi"]) == 0
    assert list(check(folder)) == []


async def test_the_writer_appends_it_and_one_handler_reacts_once(
    registry: Registry, generated: ModuleType, database_url: str
) -> None:
    create_tables(database_url)
    database = Database(database_url, pool_size=2)
    codec = Codec(registry)
    outbox = Outbox(service="petition", registry=registry, codec=codec, keyring=None, pseudonym_secret=b"x" * 32)
    units = Units(database, outbox)
    read_aloud: list[int] = []

    async def note_reading(event: Envelope, unit: Unit) -> None:
        assert unit.cause == event
        read_aloud.append(generated.PetitionReadAloud.from_data(event.data).times)

    reaction = Reaction(name="readings", topics=(TOPIC,), handlers={generated.PetitionReadAloud.TYPE: note_reading})
    processor = Processor(reaction, units=units, decode=codec.decode, patience=Patience())
    try:
        subject = new_id()
        async with units.begin() as unit:
            await unit.append(
                topic=TOPIC,
                subject=subject,
                tenant="440100",
                first_sequence=1,
                events=[generated.PetitionReadAloud(times=2)],
            )
        async with database.transaction() as session:
            body = (await session.execute(text("SELECT body FROM outbox"))).scalar_one()
        record = Delivery(topic=TOPIC, topic_uuid=uuid4(), partition=0, offset=0, key=subject.encode(), value=body)
        assert await processor.process(record) is Outcome.APPLIED
        assert await processor.process(record) is Outcome.DUPLICATE
        assert read_aloud == [2]
    finally:
        await database.close()


def test_readers_that_do_not_know_it_yet_let_it_through(folder: Path) -> None:
    raw = (folder / "examples" / "petition-read-aloud.json").read_bytes()
    before = Codec(Registry.load(ROOT / "contracts"))
    assert TYPE not in Registry.load(ROOT / "contracts").types
    assert before.decode(raw) == json.loads(raw)
