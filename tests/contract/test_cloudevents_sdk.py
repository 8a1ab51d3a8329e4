"""Others read our events with the CloudEvents project's own SDK, and we read theirs."""

import json
from datetime import datetime
from pathlib import Path

import pytest
from cloudevents.core.bindings.kafka import KafkaMessage, from_kafka_event, to_structured_event
from cloudevents.core.v1.event import CloudEvent
from contracts.codec import Codec
from contracts.registry import Registry

REGISTRY = Registry.load(Path(__file__).resolve().parents[2] / "contracts")
CODEC = Codec(REGISTRY)
EXAMPLES = [name for event in REGISTRY.types.values() for name in event.examples]
CONTENT_TYPE = {"content-type": b"application/cloudevents+json; charset=UTF-8"}


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_sdk_reads_what_we_write(name: str) -> None:
    ours = json.loads(REGISTRY.example(name))
    record = KafkaMessage(headers=CONTENT_TYPE, key=None, value=CODEC.encode(ours))
    theirs = from_kafka_event(record)
    assert isinstance(theirs, CloudEvent)
    assert (theirs.get_id(), theirs.get_type(), theirs.get_subject()) == (ours["id"], ours["type"], ours["subject"])
    assert theirs.get_data() == ours["data"]
    assert theirs.get_extension("sequence") == ours["sequence"]
    assert theirs.get_extension("tenant") == ours["tenant"]


@pytest.mark.parametrize("name", EXAMPLES)
def test_we_read_what_the_sdk_writes(name: str) -> None:
    ours = json.loads(REGISTRY.example(name))
    read = from_kafka_event(KafkaMessage(headers=CONTENT_TYPE, key=None, value=CODEC.encode(ours)))
    written = to_structured_event(read, key_mapper=lambda event: event.get_subject())
    assert written.key == ours["subject"]
    assert written.headers["content-type"] == b"application/cloudevents+json"
    back = CODEC.decode(written.value)
    assert datetime.fromisoformat(back.pop("time")) == datetime.fromisoformat(ours.pop("time"))  # it drops a .000000
    assert back == ours


def test_attributes_keep_to_what_the_specification_allows() -> None:
    for name in REGISTRY.envelope_schema["properties"]:
        assert name.isascii()
        assert name.isalnum()
        assert name == name.lower()
        assert len(name) <= 20
