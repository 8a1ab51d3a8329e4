"""A JSON Schema as a table of fields: name, kind, whether it must be there, and what it means."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from contracts.pages.html import Child, Html, el, joined, link, table

FIELDS: Final = ("字段 Field", "类型 Type", "必填 Required", "说明 Meaning")
_BOUNDS: Final = {
    "minLength": "≥ {} 字符 characters",
    "maxLength": "≤ {} 字符 characters",
    "minimum": "≥ {}",
    "exclusiveMinimum": "> {}",
    "maximum": "≤ {}",
    "exclusiveMaximum": "< {}",
    "minItems": "≥ {} 项 items",
    "maxItems": "≤ {} 项 items",
    "default": "默认 default {}",
    "format": "{}",
    "x-personal": "加密的个人信息 sealed personal data ({})",
}
REFERENCE: Final = "#/components/schemas/"


def fields(schema: Mapping[str, Any]) -> Html:
    """Give the table of an object's fields, those of objects inside it among them."""
    return table(FIELDS, list(_rows(schema, "")))


def kind(schema: Mapping[str, Any]) -> Html:
    """Tell in a few words what a value is; a schema of the same document is a link."""
    if "$ref" in schema:
        name = schema["$ref"].removeprefix(REFERENCE)
        return link(anchor(name), name)
    for several in ("oneOf", "anyOf"):
        if several in schema:
            return _alternatives([kind(one) for one in schema[several]])
    if "const" in schema:
        return el("code", str(schema["const"]))
    if "enum" in schema:
        return _alternatives([el("code", str(value)) for value in schema["enum"]])
    if schema.get("type") == "array":
        return joined(kind(schema.get("items", {})), " []")
    named = schema.get("type", "any")
    return joined(" | ".join(named) if isinstance(named, list) else str(named))


def anchor(name: str) -> str:
    """Give the place of a named schema."""
    return f"schema-{name}"


def meaning(schema: Mapping[str, Any]) -> Html:
    """Give description, bounds, pattern and known values."""
    bounds = [form.format(schema[name]) for name, form in _BOUNDS.items() if name in schema]
    parts: list[Child] = [schema.get("description"), el("small", " ", "；".join(bounds)) if bounds else None]
    if "pattern" in schema:
        parts += [" ", el("code", schema["pattern"])]
    if "examples" in schema:
        parts += [el("small", " 例如 e.g. "), el("code", ", ".join(str(value) for value in schema["examples"]))]
    return joined(*parts)


def _rows(schema: Mapping[str, Any], prefix: str) -> Iterator[tuple[Child, ...]]:
    required = schema.get("required", [])
    for name, field in schema.get("properties", {}).items():
        place = f"{prefix}{name}"
        yield el("code", place), kind(field), "是 yes" if name in required else None, meaning(field)
        inner = field.get("items", {}) if field.get("type") == "array" else field
        if "properties" in inner:
            yield from _rows(inner, f"{place}[]." if inner is not field else f"{place}.")


def _alternatives(kinds: list[Html]) -> Html:
    found: list[Html] = []
    for one in kinds:
        if one not in found:
            found += [Html(" | "), one] if found else [one]
    return joined(*found)
