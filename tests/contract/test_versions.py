"""Old and new side by side: what a released producer wrote is read now, and what is written now by such a reader."""

import json
from pathlib import Path
from typing import Any

import pytest
from contracts.codec import Codec
from contracts.event import ContractEvent
from contracts.registry import ENVELOPE_SCHEMA, EventType, Registry
from contracts.release import Released, released

from contracts.events import EVENTS

CONTRACTS = Path(__file__).resolve().parents[2] / "contracts"
REGISTRY = Registry.load(CONTRACTS)
NOW = Codec(REGISTRY)
FORMS = list(released(CONTRACTS))
WRITTEN = [(form, name) for form in FORMS for name in form.examples]


def name_of(form: Released) -> str:
    return f"{form.file.removesuffix('.schema.json')} {form.revision}"


def then(form: Released) -> Codec:
    """The codec of somebody who was built with this form, and never since."""
    return Codec(Registry(CONTRACTS, REGISTRY.topics, {**REGISTRY._schemas, form.file: form.schema}))


def types_of(form: Released) -> list[EventType]:
    """The events that the form is about: those of its schema, or all of them."""
    return [event for event in REGISTRY.types.values() if form.file in {event.schema, ENVELOPE_SCHEMA}]


def read(codec: Codec, raw: bytes) -> ContractEvent:
    event: dict[str, Any] = codec.decode(raw)
    return EVENTS[event["type"]].from_data(event["data"])


def test_every_form_that_was_released_has_an_example_from_its_time() -> None:
    assert {form.file for form in FORMS} == {event.schema for event in REGISTRY.types.values()} | {ENVELOPE_SCHEMA}
    assert [name_of(form) for form in FORMS if not form.examples] == ["envelope.v1 r1"]
    assert [form for form in FORMS if form.revision != "r1"], "there are older forms to be compared with newer ones"


@pytest.mark.parametrize(("form", "example"), WRITTEN, ids=[f"{name_of(form)} {name}" for form, name in WRITTEN])
def test_what_a_released_producer_wrote_is_read_now(form: Released, example: str) -> None:
    raw = form.examples[example]
    assert then(form).encode(json.loads(raw)), "it was as strict then as now"
    assert read(NOW, raw)


@pytest.mark.parametrize("form", FORMS, ids=name_of)
def test_what_is_written_now_is_read_by_whoever_knows_only_what_was_released(form: Released) -> None:
    codec = then(form)
    for event in types_of(form):
        for example in event.examples:
            assert read(codec, NOW.encode(json.loads(REGISTRY.example(example))))
