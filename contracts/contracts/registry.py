"""Which topics and events exist, read from the folder of contracts: the one place that knows."""

import json
import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Any, Self

import yaml

ENVELOPE_SCHEMA = "envelope.v1.schema.json"
SCHEMA_SUFFIX = ".schema.json"
URN = "urn:yiwangban:schema:"
FOREVER_MS = -1
RESTRICTED = "restricted"
AUDIENCES: Mapping[str, str] = MappingProxyType(
    {
        "service": "仅限本系统的服务 · services of this suite only",
        "province": "省级登记的系统 · systems that the province has named",
        RESTRICTED: "仅限指定岗位的服务 · services of named roles only",
    }
)
"""Who may read a topic, in words for people."""


class BrokenContracts(ValueError):
    """The folder contradicts itself; nothing should start on it."""


@dataclass(frozen=True)
class EventType:
    """One kind of event on one topic.

    Attributes:
        type: CloudEvents ``type``, for example ``yiwangban.petition.petition.received.v1``.
        title: A few words for people, Chinese first.
        topic: Name of the topic it is written to.
        schema: File name of the JSON Schema of its ``data``.
        dataschema: URN of that schema, the CloudEvents ``dataschema``.
        examples: File names of whole CloudEvents, at least one.
        personal: Top-level fields of ``data`` that travel sealed.
        masked: Top-level fields of ``data`` that hold free text for anybody's eyes, with nothing personal in it.
    """

    type: str
    title: str
    topic: str
    schema: str
    dataschema: str
    examples: tuple[str, ...]
    personal: tuple[str, ...]
    masked: tuple[str, ...]


@dataclass(frozen=True)
class Topic:
    """One Kafka topic.

    Attributes:
        name: Logical name; a deployment may put a prefix before it.
        title: What it is about in a word, Chinese first.
        about: One sentence for people.
        writer: The one service that writes it.
        readers: Services that read it.
        audience: Who may read it: one of ``AUDIENCES``.
        roles: Who may open what is in a restricted one, through its writer; of any other topic none.
        key: What the record key is; always ``subject``.
        partitions: Fixed for the topic's life; growth is a new topic version.
        retention: ``forever`` or ``<days>d``.
        events: What may be written to it.
    """

    name: str
    title: str
    about: str
    writer: str
    readers: tuple[str, ...]
    audience: str
    roles: tuple[str, ...]
    key: str
    partitions: int
    retention: str
    events: tuple[EventType, ...]

    @property
    def retention_ms(self) -> int:
        """The retention in milliseconds, as Kafka's ``retention.ms``; -1 keeps records for ever.

        Raises:
            ValueError: It is neither ``forever`` nor a number of days.
        """
        if self.retention == "forever":
            return FOREVER_MS
        if (days := re.fullmatch(r"([1-9]\d*)d", self.retention)) is None:
            raise ValueError(f"a retention is forever or a number of days, such as 30d, and not {self.retention!r}")
        return timedelta(days=int(days[1])) // timedelta(milliseconds=1)


class Registry:
    """All topics and event types of one folder of contracts.

    Attributes:
        directory: The folder.
        topics: Topics by name.
        types: Event types by CloudEvents ``type``.
        envelope_schema: JSON Schema of the envelope.
    """

    def __init__(self, directory: Path, topics: Mapping[str, Topic], schemas: Mapping[str, dict[str, Any]]) -> None:
        self.directory = directory
        self.topics: Mapping[str, Topic] = MappingProxyType(dict(topics))
        self.types: Mapping[str, EventType] = MappingProxyType(
            {event.type: event for topic in topics.values() for event in topic.events}
        )
        self.envelope_schema = schemas[ENVELOPE_SCHEMA]
        self._schemas = schemas

    @classmethod
    def load(cls, directory: Path | None = None) -> Self:
        """Read a folder of contracts.

        Args:
            directory: The folder; by default the environment's ``CONTRACTS_DIR``, else the one this package came with.

        Raises:
            BrokenContracts: A file is missing, unreadable, or contradicts another one; the message names it.
        """
        directory = directory or default_directory()
        pages = sorted(directory.glob("topics/*.yaml"))
        if not pages:
            raise BrokenContracts(f"{directory}: no topics/*.yaml in it")
        schemas = {ENVELOPE_SCHEMA: _read_schema(directory, ENVELOPE_SCHEMA)}
        topics: dict[str, Topic] = {}
        owners: dict[str, str] = {}
        for page in pages:
            topic = _read_topic(directory, page, schemas)
            for event in topic.events:
                if event.type in owners:
                    raise BrokenContracts(f"{page.name}: {event.type} is also declared by {owners[event.type]}")
                owners[event.type] = page.name
            topics[topic.name] = topic
        return cls(directory, topics, schemas)

    def schema(self, event: EventType) -> dict[str, Any]:
        """Give the JSON Schema of an event's ``data``; treat it as read-only."""
        return self._schemas[event.schema]

    def example(self, name: str) -> bytes:
        """Read one example: a whole CloudEvent as JSON, indented for people."""
        return (self.directory / "examples" / name).read_bytes()

    def written_by(self, service: str) -> tuple[Topic, ...]:
        """Give the topics whose writer is the service, by name."""
        return tuple(topic for _, topic in sorted(self.topics.items()) if topic.writer == service)

    def refused_to(self, service: str, names: Iterable[str]) -> tuple[str, ...]:
        """Give those of some topics that are restricted, and not to be read by the service."""
        found = (self.topics.get(name) for name in names)
        return tuple(
            topic.name for topic in found if topic and topic.audience == RESTRICTED and service not in topic.readers
        )

    def read_by(self, service: str) -> tuple[Topic, ...]:
        """Give the topics that the service reads, by name."""
        return tuple(topic for _, topic in sorted(self.topics.items()) if service in topic.readers)


def default_directory() -> Path:
    """Give ``CONTRACTS_DIR`` if it is set, else the folder around this package, else the copy inside a built wheel."""
    chosen = os.environ.get("CONTRACTS_DIR")
    if chosen:
        return Path(chosen)
    package = Path(__file__).parent
    return package.parent if (package.parent / "topics").is_dir() else package / "files"


def schema_urn(file_name: str) -> str:
    """Turn ``petition-received.v1.schema.json`` into ``urn:yiwangban:schema:petition-received:v1``."""
    name, _, version = file_name.removesuffix(SCHEMA_SUFFIX).rpartition(".")
    return f"{URN}{name}:{version}"


def personal_fields(schema: Mapping[str, Any]) -> tuple[str, ...]:
    """Give the top-level fields marked ``x-personal``, in the schema's order."""
    return _marked(schema, "x-personal")


def masked_fields(schema: Mapping[str, Any]) -> tuple[str, ...]:
    """Give the top-level fields marked ``x-masked``, likewise."""
    return _marked(schema, "x-masked")


def _marked(schema: Mapping[str, Any], mark: str) -> tuple[str, ...]:
    return tuple(name for name, field in schema.get("properties", {}).items() if mark in field)


def _read_topic(directory: Path, page: Path, schemas: dict[str, dict[str, Any]]) -> Topic:
    try:
        raw = yaml.safe_load(page.read_text("utf-8"))
        name = raw["topic"]
        topic = Topic(
            name=name,
            title=raw["title"],
            about=raw["about"],
            writer=raw["writer"],
            readers=tuple(raw["readers"]),
            audience=raw["audience"],
            roles=tuple(raw.get("roles", ())),
            key=raw["key"],
            partitions=int(raw["partitions"]),
            retention=str(raw["retention"]),
            events=tuple(_read_event(directory, name, entry, schemas) for entry in raw["events"]),
        )
        topic.retention_ms  # noqa: B018  refuses a period that can't be read
    except BrokenContracts:
        raise
    except KeyError as error:
        raise BrokenContracts(f"{page.name}: {error.args[0]} is missing") from error
    except (yaml.YAMLError, TypeError, ValueError) as error:
        raise BrokenContracts(f"{page.name}: not a topic page: {error}") from error
    if topic.audience not in AUDIENCES:
        raise BrokenContracts(f"{page.name}: an audience is one of {', '.join(AUDIENCES)}, and not {topic.audience!r}")
    if (topic.audience == RESTRICTED) != bool(topic.roles):
        raise BrokenContracts(f"{page.name}: a restricted topic names the roles that may open it, and no other does")
    if page.stem != name:
        raise BrokenContracts(f"{page.name}: declares {name}, but a page is named after its topic")
    return topic


def _read_event(directory: Path, topic: str, entry: Mapping[str, Any], schemas: dict[str, dict[str, Any]]) -> EventType:
    file_name = entry["schema"]
    schema = schemas.setdefault(file_name, _read_schema(directory, file_name))
    examples = tuple(entry["examples"])
    for example in examples:
        if not (directory / "examples" / example).is_file():
            raise BrokenContracts(f"examples/{example}: doesn't exist, but {topic} names it")
    return EventType(
        type=entry["type"],
        title=entry["title"],
        topic=topic,
        schema=file_name,
        dataschema=schema["$id"],
        examples=examples,
        personal=personal_fields(schema),
        masked=masked_fields(schema),
    )


def _read_schema(directory: Path, file_name: str) -> dict[str, Any]:
    try:
        schema: dict[str, Any] = json.loads((directory / "events" / file_name).read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise BrokenContracts(f"events/{file_name}: {error}") from error
    if schema.get("$id") != schema_urn(file_name):
        raise BrokenContracts(f"events/{file_name}: its $id has to be {schema_urn(file_name)}")
    return schema
