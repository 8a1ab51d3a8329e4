"""The AsyncAPI document says what the contracts say, and AsyncAPI's own parser has nothing to say about it."""

import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
import yaml
from contracts.asyncapi import document, short_name, text
from contracts.registry import EventType, Registry, Topic
from deploy.provision import topic_settings

ROOT = Path(__file__).resolve().parents[2]
FILE = ROOT / "contracts" / "asyncapi.yaml"
REGISTRY = Registry.load(ROOT / "contracts")
DOCUMENT: dict[str, Any] = yaml.safe_load(FILE.read_text("utf-8"))
TYPES = list(REGISTRY.types.values())
TOPICS = list(REGISTRY.topics.values())


def test_the_committed_document_is_what_the_contracts_say() -> None:
    assert FILE.read_text("utf-8") == text(REGISTRY)
    assert document(REGISTRY) == DOCUMENT


@pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.name)
def test_a_topic_is_a_channel_with_its_events_and_the_brokers_settings(topic: Topic) -> None:
    channel = DOCUMENT["channels"][topic.name]
    assert channel["address"] == topic.name
    assert list(channel["messages"]) == [short_name(event) for event in topic.events]
    kafka = channel["bindings"]["kafka"]
    assert kafka["partitions"] == topic.partitions
    settings = topic_settings(topic, replication=1)
    assert [settings["cleanup.policy"]] == kafka["topicConfiguration"]["cleanup.policy"]
    assert settings["retention.ms"] == str(kafka["topicConfiguration"]["retention.ms"])


@pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.name)
def test_one_service_sends_and_each_reader_receives(topic: Topic) -> None:
    operations = {
        name: operation["action"]
        for name, operation in DOCUMENT["operations"].items()
        if operation["channel"]["$ref"] == f"#/channels/{topic.name}"
    }
    receivers = {f"{reader}.receives.{topic.name}": "receive" for reader in topic.readers}
    assert operations == {f"{topic.writer}.sends.{topic.name}": "send"} | receivers


@pytest.mark.parametrize("event", TYPES, ids=lambda event: event.type)
def test_examples_hold_for_their_own_message_and_for_no_other(event: EventType) -> None:
    examples = [example["payload"] for example in DOCUMENT["components"]["messages"][short_name(event)]["examples"]]
    assert len(examples) == len(event.examples)
    for other in TYPES:
        reference = f"#/components/messages/{short_name(other)}/payload"
        payload = jsonschema_rs.Draft7Validator({"$ref": reference, "components": DOCUMENT["components"]})
        assert [payload.is_valid(example) for example in examples] == [other is event] * len(examples)


@pytest.fixture(scope="module")
def parser() -> list[str]:
    """The command that reads a document with AsyncAPI's parser, installed from its lock."""
    if not (shutil.which("node") and shutil.which("npm")):
        pytest.skip("AsyncAPI's parser runs on Node.js, and there is none here")
    tooling = ROOT / "contracts" / "tooling"
    if not (tooling / "node_modules" / "@asyncapi" / "parser").is_dir():
        subprocess.run(
            ["npm", "ci", "--silent"], cwd=tooling, check=True, timeout=240, env={**os.environ, "CI": "true"}
        )
    return ["node", str(tooling / "check-asyncapi.mjs")]


def parsed(parser: list[str], path: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*parser, str(path)], capture_output=True, text=True, check=False, timeout=60)


@pytest.mark.slow
def test_asyncapis_own_parser_finds_nothing(parser: list[str]) -> None:
    done = parsed(parser, FILE)
    assert done.returncode == 0, done.stderr
    assert f"{len(TOPICS)} channels, {len(TYPES)} messages" in done.stdout


@pytest.mark.slow
def test_asyncapis_own_parser_would_find_what_is_wrong(parser: list[str], tmp_path: Path) -> None:
    spoiled = tmp_path / "asyncapi.yaml"
    spoiled.write_text(
        FILE.read_text("utf-8").replace("#/components/schemas/Envelope", "#/components/schemas/No"), "utf-8"
    )
    done = parsed(parser, spoiled)
    assert done.returncode == 1
    assert "#/components/schemas/No" in done.stderr
