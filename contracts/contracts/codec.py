"""Events to bytes and back: strict in what leaves, tolerant in what comes in."""

import math
from collections.abc import Iterator, Mapping
from typing import Any

import jsonschema_rs
import orjson

from contracts.registry import BrokenContracts, EventType, Registry

MAX_BYTES = 512 * 1024
"""Largest event in bytes; the brokers' limit is 1 MiB, so that headers and batches have room."""

MASK = "the value"
_LONGEST_REASON = 240
_NUL_ESCAPED = rb"\u0000"
# Anything that orjson would silently translate has to be refused instead: what was checked is what leaves.
_VERBATIM = orjson.OPT_PASSTHROUGH_DATETIME | orjson.OPT_PASSTHROUGH_DATACLASS | orjson.OPT_PASSTHROUGH_SUBCLASS
# The schemas' keywords whose value is a mapping from names to schemas.
_NAMED_SCHEMAS = frozenset({"properties", "patternProperties", "$defs", "dependentSchemas"})
# The schemas' keywords whose value is data, not a schema.
_LITERAL = frozenset({"enum", "const", "default", "examples"})


class ContractViolation(ValueError):
    """An event of our own isn't as declared: a programming error, found before it is committed.

    Attributes:
        reason: What is wrong, without the value.
        pointer: JSON Pointer (RFC 6901) to the place, empty for the whole event.
    """

    def __init__(self, reason: str, pointer: str = "") -> None:
        super().__init__(f"{pointer or 'event'}: {reason}")
        self.reason = reason
        self.pointer = pointer


class Undecodable(ValueError):
    """A record that came in isn't a valid event.

    Attributes:
        reason: Short; never holds anything from inside the record.
    """

    def __init__(self, reason: str) -> None:
        self.reason = reason[:_LONGEST_REASON]
        super().__init__(self.reason)


class Codec:
    """Encodes and decodes the events of one registry. Compiles all schemas once; safe to share between threads."""

    def __init__(self, registry: Registry) -> None:
        self._types = registry.types
        self._writers = {event.type: registry.topics[event.topic].writer for event in registry.types.values()}
        self._envelope_out = _compile(registry.envelope_schema)
        self._envelope_in = _compile(tolerant(registry.envelope_schema))
        self._data_out = {name: _compile(registry.schema(event)) for name, event in registry.types.items()}
        self._data_in = {name: _compile(tolerant(registry.schema(event))) for name, event in registry.types.items()}

    def encode(self, event: Mapping[str, Any]) -> bytes:
        """Check a whole CloudEvent against everything declared, and give its bytes.

        Personal fields have to be sealed already; the schemas accept nothing else.

        Raises:
            ContractViolation: Envelope, type, schema or writer isn't as declared; something isn't plain JSON; a text
                holds a NUL or a lone surrogate; more than 512 KiB.
        """
        whole = dict(event)
        body = _dump(whole)
        if len(body) > MAX_BYTES:
            raise ContractViolation(f"{len(body)} bytes, and the limit is {MAX_BYTES}")
        _check(self._envelope_out, whole, "")
        declared = self._types.get(whole["type"])
        if declared is None:
            raise ContractViolation("no topic declares this type", "/type")
        self._check_place(declared, whole)
        _check(self._data_out[declared.type], whole["data"], "/data")
        return body

    def decode(self, raw: bytes | None) -> dict[str, Any]:
        """Read a record's value; unknown fields and unknown types are let through, the envelope has to hold.

        Raises:
            Undecodable: No value, too large, not JSON, a text holds a NUL or a lone surrogate, the envelope doesn't
                hold, or the data of a known type doesn't.
        """
        event = self.envelope_of(raw)
        validator = self._data_in.get(event["type"])
        if validator is not None:
            _admit(validator, event["data"], "/data")
        return event

    def envelope_of(self, raw: bytes | None) -> dict[str, Any]:
        """Read a record's value, checking the envelope only.

        Raises:
            Undecodable: As for :meth:`decode`, except that ``data`` may be any JSON object.
        """
        event = _load(raw)
        _admit(self._envelope_in, event, "")
        return event

    def _check_place(self, declared: EventType, event: dict[str, Any]) -> None:
        if event["dataschema"] != declared.dataschema:
            raise ContractViolation(f"this type's schema is {declared.dataschema}", "/dataschema")
        writer = self._writers[declared.type]
        if event["source"] != f"/{writer}":
            raise ContractViolation(f"only {writer} writes this type", "/source")
        sealed = any(field in event["data"] for field in declared.personal)
        if sealed != ("keyid" in event):
            raise ContractViolation("has to be present exactly if a field is sealed", "/keyid")


def tolerant(schema: Any) -> Any:
    """Give the reader's form of a schema: the same, but objects may hold fields that it doesn't know."""
    if isinstance(schema, list):
        return [tolerant(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    relaxed = {}
    for keyword, value in schema.items():
        if keyword in {"additionalProperties", "unevaluatedProperties"} and value is False:
            continue
        if keyword in _LITERAL:
            relaxed[keyword] = value
        elif keyword in _NAMED_SCHEMAS:
            relaxed[keyword] = {name: tolerant(item) for name, item in value.items()}
        else:
            relaxed[keyword] = tolerant(value)
    return relaxed


def _compile(schema: dict[str, Any]) -> jsonschema_rs.Draft202012Validator:
    # No network: a schema that refers to another document is refused here, at start.
    try:
        return jsonschema_rs.Draft202012Validator(schema, validate_formats=True, mask=MASK, offline=True)
    except (ValueError, jsonschema_rs.ReferencingError) as error:
        raise BrokenContracts(f"{schema['$id']}: not a JSON Schema that stands for itself: {error}") from error


def _check(validator: jsonschema_rs.Draft202012Validator, value: Any, at: str) -> None:
    try:
        validator.validate(value)
    except jsonschema_rs.ValidationError as error:
        raise ContractViolation(error.message, at + _pointer(error.instance_path)) from error
    except ValueError as error:
        raise ContractViolation(str(error), at) from error


def _admit(validator: jsonschema_rs.Draft202012Validator, value: Any, at: str) -> None:
    try:
        validator.validate(value)
    except jsonschema_rs.ValidationError as error:
        # ``from None``: the validator's error carries the value, and tracebacks end up in logs.
        raise Undecodable(f"{at}{_pointer(error.instance_path)}: {error.message}".removeprefix(": ")) from None
    except ValueError:
        raise Undecodable("nested too deep") from None


def _dump(event: dict[str, Any]) -> bytes:
    try:
        body = orjson.dumps(event, option=_VERBATIM)
    except (TypeError, ValueError) as error:
        for pointer, reason in _impurities(event):
            raise ContractViolation(reason, pointer) from error
        raise ContractViolation(str(error)) from error
    # orjson writes NaN and the infinities as null, and NUL as an escape: look closer only where one of them may be.
    if _NUL_ESCAPED in body or b"null" in body:
        for pointer, reason in _impurities(event):
            raise ContractViolation(reason, pointer)
    return body


def _load(raw: bytes | None) -> dict[str, Any]:
    if raw is None:
        raise Undecodable("no value (a tombstone)")
    if len(raw) > MAX_BYTES:
        raise Undecodable(f"{len(raw)} bytes, and the limit is {MAX_BYTES}")
    try:
        event = orjson.loads(raw)
    except orjson.JSONDecodeError:
        raise Undecodable("not JSON in UTF-8") from None  # its message and ``doc`` quote the record
    if not isinstance(event, dict):
        raise Undecodable("not a JSON object")
    if _NUL_ESCAPED in raw and any(_impurities(event)):
        raise Undecodable("a text holds a NUL")
    return event


def _impurities(root: Any) -> Iterator[tuple[str, str]]:
    """Walk a value and yield (pointer, reason) for each thing that doesn't survive JSON, UTF-8 and a text column."""
    stack: list[tuple[str, Any]] = [("", root)]
    while stack:
        pointer, value = stack.pop()
        if isinstance(value, Mapping):
            for name, item in value.items():
                reason = _impure(name) if isinstance(name, str) else "isn't a text"
                if reason is not None:
                    yield pointer, f"a field's name {reason}"
                else:
                    stack.append((f"{pointer}/{_escape(name)}", item))
        elif isinstance(value, (list, tuple)):
            stack.extend((f"{pointer}/{index}", item) for index, item in enumerate(value))
        elif (reason := _impure(value)) is not None:
            yield pointer, reason


def _impure(value: Any) -> str | None:
    if isinstance(value, str):
        if "\0" in value:
            return "holds a NUL"
        try:
            value.encode()
        except UnicodeEncodeError:
            return "holds a lone surrogate"
    elif isinstance(value, float):
        return None if math.isfinite(value) else "isn't a finite number"
    elif value is not None and not isinstance(value, (bool, int)):
        return f"is {type(value).__name__}, which isn't JSON"
    return None


def _pointer(path: list[str | int]) -> str:
    return "".join(f"/{_escape(str(part))}" for part in path)


def _escape(part: str) -> str:
    return part.replace("~", "~0").replace("/", "~1")
