"""What every generated event type can do: turn into the JSON of ``data``, and back."""

import dataclasses
import types
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum
from functools import cache
from typing import Any, ClassVar, Self, Union, get_args, get_origin, get_type_hints


@dataclass(frozen=True, slots=True, kw_only=True)
class ContractEvent:
    """Base of the generated types: the ``data`` of one event, in the plain (unsealed) form that a domain works with.

    Attributes:
        TYPE: CloudEvents ``type``.
        TOPIC: Logical name of the topic.
        DATASCHEMA: URN of the schema.
        PERSONAL: Fields to be sealed before the event leaves.
    """

    TYPE: ClassVar[str]
    TOPIC: ClassVar[str]
    DATASCHEMA: ClassVar[str]
    PERSONAL: ClassVar[tuple[str, ...]]

    def to_data(self) -> dict[str, Any]:
        """Give the JSON object for ``data``: moments in RFC 3339 (UTC, microseconds), absent optional fields left out.

        Raises:
            ValueError: A moment has no time zone.
        """
        data: dict[str, Any] = _plain(self)
        return data

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Self:
        """Read ``data`` that the codec has checked; fields this version doesn't know are left out.

        Raises:
            KeyError: A required field is missing (the codec would have refused it).
            ValueError: A moment isn't RFC 3339 (the codec would have refused it).
        """
        event: Self = _build(cls, data)
        return event


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise ValueError("a moment without a time zone can't be put into an event")
        return value.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, (tuple, list)):
        return [_plain(item) for item in value]
    if dataclasses.is_dataclass(value):
        pairs = ((field.name, getattr(value, field.name)) for field in dataclasses.fields(value))
        return {name: _plain(item) for name, item in pairs if item is not None}
    return value


@cache
def _fields(cls: Any) -> tuple[tuple[str, Any, bool], ...]:
    hints = get_type_hints(cls)
    return tuple(
        (field.name, hints[field.name], field.default is dataclasses.MISSING) for field in dataclasses.fields(cls)
    )


def _build(cls: Any, data: Mapping[str, Any]) -> Any:
    return cls(**{name: _typed(hint, data[name]) for name, hint, required in _fields(cls) if required or name in data})


def _typed(hint: Any, value: Any) -> Any:
    if get_origin(hint) in {Union, types.UnionType}:
        hint = next(choice for choice in get_args(hint) if choice is not type(None))
    if hint is datetime:
        return datetime.fromisoformat(value).astimezone(UTC)
    if get_origin(hint) is tuple:
        return tuple(_typed(get_args(hint)[0], item) for item in value)
    if dataclasses.is_dataclass(hint) and isinstance(hint, type):
        return _build(hint, value)
    return value
