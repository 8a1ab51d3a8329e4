"""Application forms: a JSON Schema each, and every error of a filled-in form at once, in words."""

from collections.abc import Iterator
from itertools import islice
from typing import Any, Final

from chassis.api.errors import FieldError
from chassis.api.reasons import reason_for
from jsonschema_rs import Draft202012Validator, ValidationError

from accept.identity_numbers import is_credit_code, is_resident_id

PLACE: Final = ("body", "form")
"""Where the form lies in a request."""

MOST_ERRORS: Final = 200
"""So that a small body of nonsense can't ask for a huge answer; no form has that many fields."""

HINT: Final = "x-hint"
"""Beside ``pattern`` or ``format``: what is expected, Chinese · English."""

FORMATS: Final = {"resident-id": is_resident_id, "credit-code": is_credit_code}

# JSON Schema's keyword: (the kind of error whose words the chassis has, what those words call the limit)
_KINDS: Final = {
    "required": ("missing", ""),
    "additionalProperties": ("extra_forbidden", ""),
    "minLength": ("string_too_short", "min_length"),
    "maxLength": ("string_too_long", "max_length"),
    "pattern": ("string_pattern_mismatch", ""),
    "minimum": ("greater_than_equal", "ge"),
    "maximum": ("less_than_equal", "le"),
    "minItems": ("too_short", "min_length"),
    "maxItems": ("too_long", "max_length"),
    "enum": ("enum", "expected"),
    "const": ("literal_error", "expected"),
}
_TYPES: Final = {
    "string": "string_type",
    "integer": "int_type",
    "number": "float_type",
    "boolean": "bool_type",
    "array": "list_type",
    "object": "dict_type",
}
_REPEATED: Final = ("各项不得重复", "must not name anything twice")


class Form:
    """The form of one service item.

    Attributes:
        schema: JSON Schema 2020-12, without references.
    """

    def __init__(self, schema: dict[str, Any]) -> None:
        """Compile the schema.

        Raises:
            ValueError: It isn't a JSON Schema, or names a format that nobody checks.
        """
        self.schema = schema
        self._validator = Draft202012Validator(
            schema, validate_formats=True, ignore_unknown_formats=False, formats=dict(FORMATS)
        )

    def errors(self, filled: Any) -> list[FieldError]:
        """List everything that is wrong with a filled-in form; nothing if it is as the schema says."""
        return list(islice(self._errors(filled), MOST_ERRORS))

    def _errors(self, filled: Any) -> Iterator[FieldError]:
        for error in self._validator.iter_errors(filled):
            reason_zh, reason_en = self._reason(error)
            for place in _places(error):
                yield FieldError(place, reason_zh, reason_en)

    def _reason(self, error: ValidationError) -> tuple[str, str]:
        keyword, limit = error.kind.name, error.kind.value
        if keyword == "uniqueItems":
            return _REPEATED
        if isinstance(limit, list):
            limit = ", ".join(map(str, limit))
        if keyword == "type":
            return reason_for(_TYPES.get(limit, ""), {})
        kind, name = _KINDS.get(keyword, ("date_parsing" if limit == "date" else keyword, ""))
        reason_zh, reason_en = reason_for(kind, {name: limit})
        hint_zh, _, hint_en = self._hint(error).partition(" · ")
        if keyword in {"pattern", "format"} and hint_en:
            return f"{reason_zh}（{hint_zh}）", f"{reason_en} ({hint_en})"
        return reason_zh, reason_en

    def _hint(self, error: ValidationError) -> str:
        node: Any = self.schema
        for step in error.schema_path[:-1]:
            node = node[step]
        return str(node.get(HINT, "")) if isinstance(node, dict) else ""


def _places(error: ValidationError) -> Iterator[tuple[str | int, ...]]:
    """Point at the field: for one that is missing or unknown, at itself and not at what it is missing from."""
    here = (*PLACE, *error.instance_path)
    match error.kind.name:
        case "required":
            yield (*here, error.kind.value)
        case "additionalProperties":
            for name in error.kind.value:
                yield (*here, name)
        case _:
            yield here
