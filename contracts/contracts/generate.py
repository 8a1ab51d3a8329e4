"""Writes ``events.py``: one frozen dataclass an event schema, deterministic, standard library only."""

import keyword
from collections import Counter
from collections.abc import Mapping
from typing import Any

from contracts.registry import EventType, Registry

HEADER = '''"""Generated from the schemas by ``contracts generate``. Don't edit: the next run overwrites it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import ClassVar, Literal

from contracts.event import ContractEvent
'''
_SCALARS = {"string": "str", "integer": "int", "number": "float", "boolean": "bool"}


class Ungeneratable(ValueError):
    """A schema uses a form for which there is no plain Python type here; the message says where."""


def generate(registry: Registry) -> str:
    """Give the source of ``events.py`` for a registry, the same text for the same contracts.

    Raises:
        Ungeneratable: See there.
    """
    nested: dict[str, str] = {}
    classes = []
    names = {}
    uses = Counter(event.schema for event in registry.types.values())
    for topic in registry.topics.values():
        for event in topic.events:
            name = names[event.type] = ("" if uses[event.schema] == 1 else _context(event)) + class_name(event.schema)
            classes.append(_event_class(name, event, registry.schema(event), nested))
    entries = "".join(f'        "{type_}": {name},\n' for type_, name in names.items())
    mapping = (
        "EVENTS: Mapping[str, type[ContractEvent]] = MappingProxyType(\n"
        f'    {{\n{entries}    }}\n)\n"""Event classes by CloudEvents ``type``."""\n'
    )
    return "\n\n".join([HEADER, *nested.values(), *classes, mapping])


def class_name(schema_file: str) -> str:
    """Turn ``petition-received.v1.schema.json`` into ``PetitionReceived``, and ``.v2`` into ``PetitionReceivedV2``."""
    name, version, *_ = schema_file.split(".")
    return "".join(part.capitalize() for part in name.split("-")) + ("" if version == "v1" else version.upper())


def _context(event: EventType) -> str:
    """Give what tells a type from others of the same schema: ``Accept`` of ``yiwangban.accept.read.recorded.v1``."""
    return event.type.split(".")[1].capitalize()


def _event_class(name: str, event: EventType, schema: Mapping[str, Any], nested: dict[str, str]) -> str:
    personal = ", ".join(f'"{name}"' for name in event.personal) + ("," if len(event.personal) == 1 else "")
    constants = [
        f'    TYPE: ClassVar[str] = "{event.type}"',
        f'    TOPIC: ClassVar[str] = "{event.topic}"',
        f'    DATASCHEMA: ClassVar[str] = "{event.dataschema}"',
        f"    PERSONAL: ClassVar[tuple[str, ...]] = ({personal})",
    ]
    return _dataclass(name, "ContractEvent", schema, constants, nested)


def _dataclass(name: str, base: str, schema: Mapping[str, Any], constants: list[str], nested: dict[str, str]) -> str:
    required = schema.get("required", [])
    lines = ["@dataclass(frozen=True, slots=True, kw_only=True)", f"class {name}{f'({base})' if base else ''}:"]
    lines += [f'    """{schema["description"]}"""', "", *constants, *([""] if constants else [])]
    for field, definition in schema["properties"].items():
        if not field.isidentifier() or keyword.iskeyword(field):
            raise Ungeneratable(f"{name}.{field}: not a Python name")
        type_ = _type(definition, f"{name}.{field}", nested)
        lines.append(f"    {field}: {type_}" + ("" if field in required else " | None = None"))
        if "description" in definition:
            lines.append(f'    """{definition["description"]}"""')
    return "\n".join(lines) + "\n"


def _type(definition: Mapping[str, Any], place: str, nested: dict[str, str]) -> str:
    if "enum" in definition:
        return f"Literal[{', '.join(_literal(value, place) for value in definition['enum'])}]"
    kind = definition.get("type")
    if kind == "string" and definition.get("format") == "date-time":
        return "datetime"
    if kind == "array":
        return f"tuple[{_type(definition.get('items', {}), place, nested)}, ...]"
    if kind == "object" and "title" in definition:
        body = _dataclass(definition["title"], "", definition, [], nested)
        if nested.setdefault(definition["title"], body) != body:
            raise Ungeneratable(f"{place}: two different objects are titled {definition['title']}")
        return str(definition["title"])
    if not isinstance(kind, str) or kind not in _SCALARS:
        raise Ungeneratable(f"{place}: no plain Python type for {kind!r}; an object needs a title, a list its items")
    return _SCALARS[kind]


def _literal(value: Any, place: str) -> str:
    if not isinstance(value, str):
        raise Ungeneratable(f"{place}: only texts are enumerated")
    return f'"{value}"'
