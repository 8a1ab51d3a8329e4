"""What another's data may be read for is a closed list, and each operation that opens such data asks for it."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from contracts.purposes import load_purposes
from contracts.registry import Registry

from contracts.events import EVENTS

ROOT = Path(__file__).resolve().parents[2]
SUITE: dict[str, Any] = json.loads((ROOT / "contracts/openapi/suite.json").read_bytes())
OPENED = "access"
"""Whoever shows content says by this field whether it is open."""
FILE = "binary"
"""A file that somebody handed in is content, too."""
PARAMETER = "#/components/parameters/Purpose-Of-Use"
OPERATIONS = [
    (f"{method.upper()} {path}", operation)
    for path, operations in SUITE["paths"].items()
    for method, operation in operations.items()
]
TOPICS = Registry.load(ROOT / "contracts").topics.values()
RECORDS = {topic.writer for topic in TOPICS if topic.name.endswith(".reads.v1")}


def resolved(node: Any) -> Any:
    """Follow a reference within the document."""
    while isinstance(node, dict) and "$ref" in node:
        found: Any = SUITE
        for part in node["$ref"].removeprefix("#/").split("/"):
            found = found[part]
        node = found
    return node


def fields(node: Any) -> Iterator[str]:
    """Yield every field of a schema, at whatever depth."""
    node = resolved(node)
    if isinstance(node, dict):
        for name, inner in node.get("properties", {}).items():
            yield name
            yield from fields(inner)
        for inner in (node.get("items"), *node.get("anyOf", ()), *node.get("allOf", ())):
            yield from fields(inner)


def answers(operation: dict[str, Any]) -> set[str]:
    return {
        name
        for status, response in operation["responses"].items()
        if status.startswith("2")
        for content in resolved(response).get("content", {}).values()
        for name in ([OPENED] if content.get("schema", {}).get("format") == FILE else fields(content.get("schema", {})))
    }


@pytest.mark.parametrize(("name", "operation"), OPERATIONS, ids=[name for name, _ in OPERATIONS])
def test_an_operation_that_opens_content_asks_what_for_and_no_other_does(name: str, operation: dict[str, Any]) -> None:
    asks = {"$ref": PARAMETER} in operation.get("parameters", [])
    assert asks == (OPENED in answers(operation))


def test_some_operations_open_content() -> None:
    assert {name for name, operation in OPERATIONS if OPENED in answers(operation)} >= {
        "GET /v1/petitions/{petition_id}",
        "GET /v1/petitions",
        "GET /v1/cases/{case_id}",
        "GET /v1/reviews/{review_id}",
    }


def test_every_service_that_opens_content_has_a_topic_for_the_records() -> None:
    opening = {operation["operationId"].split("_")[0] for _, operation in OPERATIONS if OPENED in answers(operation)}
    assert opening == RECORDS


def test_the_list_in_the_document_and_in_the_schema_is_the_list() -> None:
    purposes = list(load_purposes(ROOT / "contracts"))
    assert resolved({"$ref": PARAMETER})["schema"]["enum"] == purposes
    schema = json.loads((ROOT / "contracts/events/read-recorded.v1.schema.json").read_bytes())
    assert schema["properties"]["purpose"]["examples"] == purposes


def test_the_services_records_are_alike() -> None:
    types = [event for event in EVENTS.values() if event.TYPE.endswith(".read.recorded.v1")]
    assert {event.TOPIC for event in types} == {f"{writer}.reads.v1" for writer in RECORDS}
    assert len({event.DATASCHEMA for event in types}) == 1
