"""The folder of contracts, held to its own rules."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from casework.roles import TOKEN_ROLES
from contracts.codec import Codec
from contracts.event import ContractEvent
from contracts.registry import EventType, Registry, Topic
from contracts.tenants import PROVINCE, load_tenants

from contracts.events import EVENTS

ROOT = Path(__file__).resolve().parents[2]
REGISTRY = Registry.load(ROOT / "contracts")
CODEC = Codec(REGISTRY)
TOPICS = list(REGISTRY.topics.values())
TYPES = list(REGISTRY.types.values())
EXAMPLES = [(event, name) for event in TYPES for name in event.examples]
SEALED = r"^sealed:v1:[A-Za-z0-9_-]{38,}$"
PERSONAL = {"identity", "contact", "content", "informant"}
LARGEST_EXACT_INTEGER = 2**53 - 1


def schemas() -> Iterator[tuple[str, dict[str, Any]]]:
    for path in sorted((ROOT / "contracts" / "events").glob("*.json")):
        yield path.name, json.loads(path.read_text("utf-8"))


def nodes(schema: dict[str, Any], at: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield every schema inside a schema, itself first."""
    yield at, schema
    for name, field in schema.get("properties", {}).items():
        yield from nodes(field, f"{at}/{name}")
    if "items" in schema:
        yield from nodes(schema["items"], f"{at}[]")


NODES = [node for name, schema in schemas() for node in nodes(schema, name)]


def services() -> set[str]:
    return {path.parent.name for path in ROOT.glob("services/*/pyproject.toml")}


@pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.name)
def test_every_topic_has_exactly_one_writer_and_it_is_a_service(topic: Topic) -> None:
    assert topic.writer in services()
    assert {event.topic for event in topic.events} == {topic.name}
    assert topic in REGISTRY.written_by(topic.writer)
    assert sum(topic in REGISTRY.written_by(service) for service in services()) == 1


@pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.name)
def test_every_topic_is_read_by_services_and_always_by_the_mirror(topic: Topic) -> None:
    assert set(topic.readers) <= services()
    assert "intel-sink" in topic.readers
    assert topic in REGISTRY.read_by("intel-sink")


@pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.name)
def test_every_topic_page_keeps_to_the_closed_lists(topic: Topic) -> None:
    assert re.fullmatch(r"[a-z-]+\.[a-z-]+s\.v[1-9][0-9]*", topic.name)
    assert topic.audience in {"service", "province", "restricted"}
    assert topic.key == "subject"
    assert topic.partitions == 12
    assert re.fullmatch(r"forever|[1-9][0-9]*d", topic.retention)
    assert topic.about.endswith(".")


@pytest.mark.parametrize("topic", [topic for topic in TOPICS if topic.audience == "restricted"], ids=str)
def test_what_is_restricted_names_its_roles_and_whoever_reads_it_holds_no_keys(topic: Topic) -> None:
    assert set(topic.roles) < TOKEN_ROLES
    holders = {each.writer for each in TOPICS if any(event.personal for event in each.events)}
    assert set(topic.readers).isdisjoint(holders)
    assert not [event.type for event in topic.events if event.masked]


@pytest.mark.parametrize("event", TYPES, ids=lambda event: event.type)
def test_type_topic_and_schema_are_named_after_each_other(event: EventType) -> None:
    suite, context, aggregate, happened, version = event.type.split(".")
    assert suite == "yiwangban"
    many = re.sub("y$", "ie", aggregate) + "s"
    assert event.topic.startswith(f"{context}.{many}.v")
    assert event.schema == f"{aggregate}-{happened}.{version}.schema.json"
    assert event.dataschema == f"urn:yiwangban:schema:{aggregate}-{happened}:{version}"


def test_every_schema_and_every_example_is_referenced_and_nothing_else_lies_about() -> None:
    folder = ROOT / "contracts"
    assert {path.name for path in (folder / "events").iterdir()} == {event.schema for event in TYPES} | {
        "envelope.v1.schema.json"
    }
    assert {path.name for path in (folder / "examples").iterdir()} == {name for _, name in EXAMPLES}


def test_an_example_belongs_to_one_type() -> None:
    assert len({name for _, name in EXAMPLES}) == len(EXAMPLES)


@pytest.mark.parametrize(("event", "name"), EXAMPLES, ids=[name for _, name in EXAMPLES])
def test_every_example_is_an_event_that_could_have_been_written(event: EventType, name: str) -> None:
    example = CODEC.decode(REGISTRY.example(name))
    assert example["type"] == event.type
    assert CODEC.decode(CODEC.encode(example)) == example
    assert example["tenant"] in load_tenants(REGISTRY.directory)


@pytest.mark.parametrize(("event", "name"), EXAMPLES, ids=[name for _, name in EXAMPLES])
def test_every_example_goes_through_its_generated_type_unchanged(event: EventType, name: str) -> None:
    data = json.loads(REGISTRY.example(name))["data"]
    assert EVENTS[event.type].from_data(data).to_data() == data


def test_examples_show_every_channel_that_exists_now() -> None:
    received = REGISTRY.types["yiwangban.petition.petition.received.v1"]
    channels = {json.loads(REGISTRY.example(name))["data"]["channel"] for name in received.examples}
    assert channels == set(REGISTRY.schema(received)["properties"]["channel"]["examples"])


def test_examples_have_ids_of_their_own_and_steps_that_no_two_share() -> None:
    events = [json.loads(REGISTRY.example(name)) for _, name in EXAMPLES]
    assert len({event["id"] for event in events}) == len(events)
    assert len({(event["subject"], event["sequence"]) for event in events}) == len(events)


def test_there_is_a_generated_type_for_every_event_and_for_nothing_else() -> None:
    assert set(EVENTS) == set(REGISTRY.types)
    for type_, cls in EVENTS.items():
        event = REGISTRY.types[type_]
        assert issubclass(cls, ContractEvent)
        assert (event.type, event.topic, event.dataschema) == (cls.TYPE, cls.TOPIC, cls.DATASCHEMA)
        assert event.personal == cls.PERSONAL


@pytest.mark.parametrize(("at", "node"), NODES, ids=[at for at, _ in NODES])
def test_a_schema_says_what_each_thing_is_and_bounds_it(at: str, node: dict[str, Any]) -> None:
    kind = node.get("type")
    if kind == "string":
        assert "pattern" in node or "maxLength" in node, "a text has a form or a length"
    elif kind == "integer":
        assert node["minimum"] >= 0
        assert node["maximum"] <= LARGEST_EXACT_INTEGER, "other languages read numbers as doubles"
    elif kind == "array":
        assert node["maxItems"] <= 2000
    elif kind == "object" and at != "envelope.v1.schema.json/data":
        assert node["additionalProperties"] is False, "writers are strict"
        assert node["description"].endswith(".")
    assert kind or "enum" in node or "const" in node


@pytest.mark.parametrize(("at", "node"), NODES, ids=[at for at, _ in NODES])
def test_a_personal_field_is_marked_once_and_can_only_travel_sealed(at: str, node: dict[str, Any]) -> None:
    if "x-personal" in node or node.get("pattern") == SEALED:
        assert node["x-personal"] in PERSONAL
        assert node["pattern"] == SEALED
        assert re.fullmatch(r"[^/\[]+/[^/\[]+", at), "only top-level fields are sealed"


@pytest.mark.parametrize(("at", "node"), NODES, ids=[at for at, _ in NODES])
def test_a_text_has_a_form_or_travels_sealed_or_is_masked(at: str, node: dict[str, Any]) -> None:
    if node.get("type") == "string" and not {"pattern", "format"} & node.keys():
        assert node["x-masked"] is True
        assert re.fullmatch(r"[^/\[]+/[^/\[]+", at), "only top-level fields are looked at before they leave"


def test_the_tenants_are_the_province_and_its_cities_in_two_languages() -> None:
    tenants = load_tenants(ROOT / "contracts")
    assert len(tenants) == 22
    assert tenants[PROVINCE].name_zh == "广东省"
    for code, tenant in tenants.items():
        assert re.fullmatch(r"44[0-9]{4}", code)
        assert tenant.name_zh.endswith("省" if code == PROVINCE else "市")
        assert re.fullmatch(r"[A-Z][a-z]+", tenant.name_en)
