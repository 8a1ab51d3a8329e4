"""Contracts load from any folder, and a folder that contradicts itself doesn't load."""

import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from contracts.codec import Codec
from contracts.registry import BrokenContracts, Registry, default_directory, schema_urn

from contracts import registry as registry_module

TOPIC = "topics/petition.petitions.v1.yaml"
MORE = """\
topic: approve.reviews.v1
title: 审批 · Reviews
about: Another service's topic.
writer: approve
readers: [intel-sink]
audience: restricted
roles: [approver]
key: subject
partitions: 12
retention: 30d
events:
  - type: yiwangban.approve.review.started.v1
    title: 审批开始 · Started
    schema: review-started.v1.schema.json
    examples: [review.json]
"""


def test_the_folder_beside_the_package_is_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CONTRACTS_DIR", raising=False)
    assert Registry.load().directory == Path(registry_module.__file__).parents[1]


def test_another_folder_is_named_by_the_environment(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    monkeypatch.setenv("CONTRACTS_DIR", str(folder))
    assert default_directory() == folder
    assert Registry.load().directory == folder


def test_an_installed_package_brings_its_contracts_along(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("CONTRACTS_DIR", raising=False)
    monkeypatch.setattr(registry_module, "__file__", str(tmp_path / "contracts" / "registry.py"))
    assert default_directory() == tmp_path / "contracts" / "files"


def test_a_new_topic_takes_a_page_a_schema_and_an_example_and_no_code(folder: Path, event: dict[str, Any]) -> None:
    schema = (folder / "events" / "petition-closed.v1.schema.json").read_text("utf-8")
    (folder / "topics" / "approve.reviews.v1.yaml").write_text(MORE, "utf-8")
    (folder / "events" / "review-started.v1.schema.json").write_text(
        schema.replace("petition-closed", "review-started"), "utf-8"
    )
    (folder / "examples" / "review.json").write_text("{}", "utf-8")
    registry = Registry.load(folder)
    topic = registry.topics["approve.reviews.v1"]
    assert topic in registry.written_by("approve")
    assert topic in registry.read_by("intel-sink")
    assert topic.retention == "30d"
    event |= {
        "type": "yiwangban.approve.review.started.v1",
        "source": "/approve",
        "dataschema": "urn:yiwangban:schema:review-started:v1",
        "data": {"by": "p_1", "outcome": "started"},
    }
    del event["keyid"]
    codec = Codec(registry)
    assert codec.decode(codec.encode(event)) == event


def test_nobody_can_change_a_loaded_registry(registry: Registry) -> None:
    with pytest.raises(TypeError):
        registry.topics["x"] = None  # type: ignore[index]
    with pytest.raises(TypeError):
        registry.types["x"] = None  # type: ignore[index]


def test_sealed_fields_are_known_in_the_schemas_order(registry: Registry) -> None:
    assert registry.types["yiwangban.petition.petition.received.v1"].personal == (
        "title",
        "text",
        "reply_to",
        "attachments",
    )
    assert registry.types["yiwangban.petition.petition.closed.v1"].personal == ()


def test_a_topic_without_writer_or_readers_is_asked_for_and_not_found(registry: Registry) -> None:
    assert registry.written_by("nobody") == ()
    assert registry.read_by("nobody") == ()


def replace(name: str, old: str, new: str) -> Callable[[Path], object]:
    def change(folder: Path) -> None:
        path = folder / name
        text = path.read_text("utf-8")
        assert old in text
        path.write_text(text.replace(old, new), "utf-8")

    return change


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (replace(TOPIC, "writer: petition", ""), "writer is missing"),
        (replace(TOPIC, "partitions: 12", "partitions: [many"), "not a topic page"),
        (replace(TOPIC, "readers: [query, intel-sink]", "readers: 7"), "not a topic page"),
        (replace(TOPIC, "partitions: 12", "partitions: many"), "not a topic page"),
        (replace(TOPIC, "retention: forever", "retention: 0d"), "forever or a number of days"),
        (replace(TOPIC, "audience: province", "audience: everybody"), "an audience is one of"),
        (replace(TOPIC, "topic: petition.petitions.v1", "topic: petition.others.v1"), "named after its topic"),
        (replace(TOPIC, "petition-closed.v1", "petition-vanished.v1"), "petition-vanished"),
        (replace(TOPIC, "to-exit-entry.json", "to-nowhere.json"), "to-nowhere.json: doesn't exist"),
        (replace(TOPIC, "petition.closed.v1", "petition.replied.v1"), "also declared by"),
        (replace("events/petition-closed.v1.schema.json", "petition-closed:v1", "petition-closed:v2"), "its $id"),
        (replace("events/petition-closed.v1.schema.json", "{", "["), "petition-closed.v1"),
        (lambda folder: (folder / "events" / "envelope.v1.schema.json").unlink(), "envelope"),
        (lambda folder: [page.unlink() for page in folder.glob("topics/*")], "no topics"),
        (lambda folder: (folder / TOPIC).write_bytes(b"\xff"), "petition.petitions"),
        (lambda folder: (folder / TOPIC).write_text(""), "not a topic page"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_folder_that_contradicts_itself_is_refused_with_the_place(
    folder: Path, spoil: Callable[[Path], object], said: str
) -> None:
    spoil(folder)
    with pytest.raises(BrokenContracts, match=said.replace("$", r"\$")):
        Registry.load(folder)


@pytest.mark.parametrize(("declared", "kept"), [("forever", -1), ("1d", 86_400_000), ("30d", 2_592_000_000)])
def test_a_retention_is_read_in_days(registry: Registry, declared: str, kept: int) -> None:
    topic = dataclasses.replace(registry.topics["petition.petitions.v1"], retention=declared)
    assert topic.retention_ms == kept


@pytest.mark.parametrize("declared", ["", "0d", "7", "1h", "-1d", "ever"])
def test_a_retention_that_is_none_is_refused(registry: Registry, declared: str) -> None:
    topic = dataclasses.replace(registry.topics["petition.petitions.v1"], retention=declared)
    with pytest.raises(ValueError, match="forever or a number of days"):
        topic.retention_ms  # noqa: B018


def test_a_schema_is_known_by_its_file_name() -> None:
    assert schema_urn("alert-raised.v12.schema.json") == "urn:yiwangban:schema:alert-raised:v12"
