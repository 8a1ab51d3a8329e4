"""Schemas become plain dataclasses, or a sentence says why not."""

import importlib.util
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any, Literal, get_type_hints

import pytest
from contracts.generate import Ungeneratable, class_name, generate
from contracts.registry import Registry

Edit = Callable[[str, Callable[[dict[str, Any]], object]], None]
CLOSED = "events/petition-closed.v1.schema.json"


def imported(source: str, tmp_path: Path) -> Any:
    path = tmp_path / "generated_events.py"
    path.write_text(source, "utf-8")
    spec = importlib.util.spec_from_file_location("generated_events", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def test_every_form_becomes_its_plain_type(folder: Path, tmp_path: Path, edit: Edit) -> None:
    fields = {
        "flag": {"type": "boolean"},
        "ratio": {"type": "number"},
        "count": {"type": "integer"},
        "text": {"type": "string"},
        "at": {"type": "string", "format": "date-time"},
        "kind": {"enum": ["a", "b"]},
        "names": {"type": "array", "items": {"type": "string"}},
        "place": {
            "type": "object",
            "title": "Place",
            "description": "Where.",
            "properties": {"x": {"type": "integer"}},
        },
    }
    edit(CLOSED, lambda schema: schema.update(properties=fields, required=list(fields)))
    module = imported(generate(Registry.load(folder)), tmp_path)
    hints = get_type_hints(module.PetitionClosed)
    assert {name: hints[name] for name in fields} == {
        "flag": bool,
        "ratio": float,
        "count": int,
        "text": str,
        "at": datetime,
        "kind": Literal["a", "b"],
        "names": tuple[str, ...],
        "place": module.Place,
    }
    assert get_type_hints(module.Place) == {"x": int | None}
    assert module.EVENTS["yiwangban.petition.petition.closed.v1"] is module.PetitionClosed


def test_sealed_fields_are_listed_on_the_type(folder: Path, tmp_path: Path, edit: Edit) -> None:
    module = imported(generate(Registry.load(folder)), tmp_path)
    assert module.PetitionReceived.PERSONAL == ("title", "text", "reply_to", "attachments")
    assert module.PetitionReplied.PERSONAL == ("reply",)
    assert module.PetitionClosed.PERSONAL == ()


def test_a_second_version_has_a_name_of_its_own() -> None:
    assert class_name("petition-received.v1.schema.json") == "PetitionReceived"
    assert class_name("petition-received.v2.schema.json") == "PetitionReceivedV2"


@pytest.mark.parametrize(
    ("field", "definition", "said"),
    [
        ("class", {"type": "string"}, "not a Python name"),
        ("not-a-name", {"type": "string"}, "not a Python name"),
        ("x", {"type": ["string", "null"]}, "no plain Python type"),
        ("x", {"$ref": "#/x"}, "no plain Python type"),
        ("x", {"type": "object"}, "needs a title"),
        ("x", {"enum": [1]}, "only texts"),
        ("x", {"type": "object", "title": "Evidence", "description": "Other.", "properties": {}}, "two different"),
        ("x", {"type": "array"}, "needs a title, a list its items"),
    ],
)
def test_a_form_without_a_plain_type_is_refused_with_its_place(
    folder: Path, edit: Edit, field: str, definition: dict[str, Any], said: str
) -> None:
    edit(CLOSED, lambda schema: schema["properties"].update({field: definition}))
    with pytest.raises(Ungeneratable, match=said) as refused:
        generate(Registry.load(folder))
    assert f"PetitionClosed.{field}" in str(refused.value)
