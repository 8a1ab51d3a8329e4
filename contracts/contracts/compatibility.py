"""May a schema replace another one, while old and new writers and readers run side by side?

A version (``v1`` in the file name) is a promise: whatever was ever written under it can be read by whoever knows any
of its revisions. So two revisions are compatible if each one's *reader* accepts all that the other one's *writer* may
write. Writers are strict (``additionalProperties: false``), readers ignore what they don't know. A change that isn't
compatible is a new version: another file, another event type.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Any

_MISSING = object()
_ANNOTATIONS = frozenset(
    {"$schema", "$comment", "title", "description", "examples", "default", "deprecated", "x-masked"}
)
_LOWER_BOUNDS = ("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties")
_UPPER_BOUNDS = ("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties")
_EQUAL_IF_READ = ("pattern", "format", "multipleOf", "uniqueItems")
_JUDGED = frozenset(
    {"type", "enum", "const", "properties", "required", "additionalProperties", "items", "x-personal"}
    | {*_LOWER_BOUNDS, *_UPPER_BOUNDS, *_EQUAL_IF_READ}
)


@dataclass(frozen=True, slots=True)
class Violation:
    """Why two revisions can't live side by side.

    Attributes:
        pointer: JSON Pointer into the schemas.
        sentence: What a reader would refuse, or misunderstand.
    """

    pointer: str
    sentence: str

    def __str__(self) -> str:
        return f"{self.pointer or '/'}: {self.sentence}"


def incompatibilities(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Violation]:
    """Give every reason why ``new`` can't stand beside ``old``; none means that it can.

    Both directions count: new readers meet old events (they lie in the topics for ever), and old readers meet new ones
    (they are deployed one by one).
    """
    backward = [
        Violation(pointer, f"new readers would refuse old events: {why}") for pointer, why in _refused(new, old, "")
    ]
    forward = [
        Violation(pointer, f"old readers would refuse new events: {why}") for pointer, why in _refused(old, new, "")
    ]
    return [*(Violation(pointer, why) for pointer, why in _remarked(old, new, "")), *backward, *forward]


def transitive_incompatibilities(revisions: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Compare every revision of a version with every other one, not only with its neighbour.

    Args:
        revisions: Schemas by a name for people, oldest first.

    Returns:
        Sentences, empty if all are compatible.
    """
    return [
        f"{older} → {newer}{violation}"
        for older, newer in combinations(revisions, 2)
        for violation in incompatibilities(revisions[older], revisions[newer])
    ]


def _refused(reader: Any, writer: Any, at: str) -> Iterator[tuple[str, str]]:
    """Yield what the writer's schema allows and the reader's schema, tolerant of unknown fields, refuses."""
    if not isinstance(reader, Mapping) or not isinstance(writer, Mapping):
        if reader != writer:
            yield at, "a schema that is only true or false changed"
        return
    yield from _refused_kinds(reader, writer, at)
    yield from _refused_values(reader, writer, at)
    yield from _refused_fields(reader, writer, at)
    if "items" in reader:
        yield from _refused(reader["items"], writer.get("items", {}), f"{at}/items")
    for name in sorted((set(reader) | set(writer)) - _JUDGED - _ANNOTATIONS):
        if reader.get(name, _MISSING) != writer.get(name, _MISSING):
            yield f"{at}/{name}", f"{name} differs, and this check can't judge it: leave it as it was"


def _refused_kinds(reader: Mapping[str, Any], writer: Mapping[str, Any], at: str) -> Iterator[tuple[str, str]]:
    understood, written = _kinds(reader), _kinds(writer)
    if understood is None:
        return
    if "number" in understood:
        understood = understood | {"integer"}
    if written is None:
        yield f"{at}/type", f"they know only {_listed(understood)}, and anything may come"
    elif written - understood:
        yield f"{at}/type", f"they know {_listed(understood)}, and {_listed(written - understood)} may come"


def _refused_values(reader: Mapping[str, Any], writer: Mapping[str, Any], at: str) -> Iterator[tuple[str, str]]:
    if (known := _values(reader)) is not None:
        written = _values(writer)
        if written is None:
            yield f"{at}/enum", "they know a closed list of values, and any value may come"
        elif unknown := [value for value in written if not _contains(known, value)]:
            yield f"{at}/enum", f"they don't know {', '.join(map(repr, unknown))}"
    for name in _LOWER_BOUNDS:
        if name in reader and not (name in writer and writer[name] >= reader[name]):
            yield f"{at}/{name}", f"they expect at least {reader[name]}, and less may come"
    for name in _UPPER_BOUNDS:
        if name in reader and not (name in writer and writer[name] <= reader[name]):
            yield f"{at}/{name}", f"they expect at most {reader[name]}, and more may come"
    for name in _EQUAL_IF_READ:
        if name in reader and reader[name] is not False and writer.get(name, _MISSING) != reader[name]:
            yield f"{at}/{name}", f"they expect {name} {reader[name]!r}, and something else may come"


def _refused_fields(reader: Mapping[str, Any], writer: Mapping[str, Any], at: str) -> Iterator[tuple[str, str]]:
    expected, written = reader.get("properties", {}), writer.get("properties", {})
    for name in reader.get("required", []):
        if name not in writer.get("required", []):
            yield f"{at}/required", f"they need {name}, and it may be missing"
    for name, field in expected.items():
        if name in written:
            yield from _refused(field, written[name], f"{at}/properties/{name}")
        elif writer.get("additionalProperties") is not False and _is_object(writer):
            yield f"{at}/additionalProperties", f"they give {name} a meaning, and anything may come under that name"
    if isinstance(reader.get("additionalProperties"), Mapping):
        yield f"{at}/additionalProperties", "they read fields of any name, which this check can't judge"


def _remarked(old: Any, new: Any, at: str) -> Iterator[tuple[str, str]]:
    """Yield marks that changed: no validator refuses them, but one side would misunderstand the other."""
    if not isinstance(old, Mapping) or not isinstance(new, Mapping):
        return
    before, after = old.get("x-personal"), new.get("x-personal")
    if before != after:
        yield (
            f"{at}/x-personal",
            f"the field was {_mark(before)} and would be {_mark(after)}: readers unseal by this mark",
        )
    yield from _remarked(old.get("items"), new.get("items"), f"{at}/items")
    for name, field in old.get("properties", {}).items():
        yield from _remarked(field, new.get("properties", {}).get(name), f"{at}/properties/{name}")


def _kinds(schema: Mapping[str, Any]) -> frozenset[str] | None:
    kinds = schema.get("type")
    if kinds is None:
        return None
    return frozenset([kinds] if isinstance(kinds, str) else kinds)


def _values(schema: Mapping[str, Any]) -> list[Any] | None:
    if "const" in schema:
        return [schema["const"]]
    values: list[Any] | None = schema.get("enum")
    return values


def _contains(values: list[Any], value: Any) -> bool:
    # In JSON, true isn't 1.
    return any(known == value and isinstance(known, bool) == isinstance(value, bool) for known in values)


def _is_object(schema: Mapping[str, Any]) -> bool:
    kinds = _kinds(schema)
    return kinds is None or "object" in kinds


def _listed(kinds: frozenset[str]) -> str:
    return " or ".join(sorted(kinds))


def _mark(mark: str | None) -> str:
    return "plain" if mark is None else f"sealed as {mark}"
