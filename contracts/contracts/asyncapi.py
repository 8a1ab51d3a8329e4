"""The folder of contracts as one AsyncAPI 3 document: for the tools and the people of those who only subscribe."""

import json
from collections.abc import Mapping
from importlib.metadata import version
from typing import Any, Final

import yaml

from contracts.codec import MAX_BYTES
from contracts.generate import class_name
from contracts.registry import AUDIENCES, EventType, Registry, Topic

FILE: Final = "asyncapi.yaml"
HEADER: Final = "# Generated from topics, events and examples by `contracts asyncapi`; the next run overwrites it.\n"
KAFKA_BINDING: Final = "0.5.0"

_ABOUT: Final = """\
一网办各服务发布的全部事件：每条记录是一个 CloudEvents 1.0 事件（结构化 JSON）。
Every event that the services of 一网办 publish: a record is one CloudEvents 1.0 event in structured JSON.

- 有序 · In order: the key is the subject; a subject's events carry its sequence, 1, 2, 3 …, without gaps.
- 至少一次 · At least once: a record may come again. Remember each subject's last sequence; skip what isn't larger.
- 容忍未知 · Be tolerant: ignore fields and types that you don't know. Within v1, only optional fields come and go.
- 个人信息 · Personal data travels sealed (`sealed:v1:…`, in fields marked `x-personal`) or as a pseudonym.
- 重放 · Replay: records are kept as each topic says; begin at the earliest offset to see everything.
"""


def document(registry: Registry) -> dict[str, Any]:
    """Give the whole document, in the version of this package."""
    schemas = {"Envelope": _plain(registry.envelope_schema)}
    schemas |= {class_name(event.schema): _plain(registry.schema(event)) for event in registry.types.values()}
    return {
        "asyncapi": "3.1.0",
        "info": {
            "title": "一网办事件 · Events of yiwangban",
            "version": version("yiwangban-contracts"),
            "description": _ABOUT,
            "license": {"name": "Apache-2.0"},
        },
        "defaultContentType": "application/cloudevents+json",
        "servers": {
            "kafka": {
                "host": "{bootstrap}",
                "protocol": "kafka-secure",
                "description": "默认为本机 · This machine's by default",
                "variables": {"bootstrap": {"default": "127.0.0.1:9092", "description": "bootstrap.servers"}},
                "security": [{"type": "scramSha512", "description": "每个系统一个主体 · One principal a system"}],
            }
        },
        "channels": {topic.name: _channel(topic) for topic in registry.topics.values()},
        "operations": {
            name: operation for topic in registry.topics.values() for name, operation in _operations(topic).items()
        },
        "components": {
            "messages": {short_name(event): _message(registry, event) for event in registry.types.values()},
            "messageTraits": {"CloudEvent": _trait(registry)},
            "schemas": schemas,
        },
    }


def text(registry: Registry) -> str:
    """Give the document as YAML, the same text for the same contracts."""
    body = yaml.dump(document(registry), Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=120, indent=2)
    return HEADER + str(body)


def short_name(event: EventType) -> str:
    """Turn ``yiwangban.petition.petition.received.v1`` into ``petition.petition.received.v1``."""
    return event.type.partition(".")[2]


def _channel(topic: Topic) -> dict[str, Any]:
    return {
        "address": topic.name,
        "title": topic.title,
        "summary": topic.about,
        "description": (
            f"受众 · Audience: {AUDIENCES[topic.audience]}.\n\n键 · Key: {topic.key}. 保留 · Kept: {topic.retention}."
        ),
        "messages": {short_name(event): _reference("messages", short_name(event)) for event in topic.events},
        "bindings": {
            "kafka": {
                "topic": topic.name,
                "partitions": topic.partitions,
                "topicConfiguration": {"cleanup.policy": ["delete"], "retention.ms": topic.retention_ms},
                "bindingVersion": KAFKA_BINDING,
            }
        },
        "x-writer": topic.writer,
        "x-readers": list(topic.readers),
        "x-audience": topic.audience,
        **({"x-roles": list(topic.roles)} if topic.roles else {}),
    }


def _operations(topic: Topic) -> dict[str, Any]:
    """Who sends, and who receives: one operation each, so that a tool can tell the services apart."""
    channel = {"$ref": f"#/channels/{topic.name}"}
    sent = {"action": "send", "channel": channel, "summary": f"{topic.writer} writes {topic.name}."}
    return {f"{topic.writer}.sends.{topic.name}": sent} | {
        f"{reader}.receives.{topic.name}": {
            "action": "receive",
            "channel": channel,
            "summary": f"{reader} reads {topic.name}.",
        }
        for reader in topic.readers
    }


def _message(registry: Registry, event: EventType) -> dict[str, Any]:
    schema = registry.schema(event)
    narrowed = {
        "type": "object",
        "properties": {
            "type": {"const": event.type},
            "dataschema": {"const": event.dataschema},
            "data": _reference("schemas", class_name(event.schema)),
        },
    }
    return {
        "name": event.type,
        "title": event.title,
        "summary": schema["description"],
        "traits": [_reference("messageTraits", "CloudEvent")],
        "payload": {"allOf": [_reference("schemas", "Envelope"), narrowed]},
        "examples": [_example(registry, name) for name in event.examples],
        "x-personal": list(event.personal),
    }


def _example(registry: Registry, name: str) -> dict[str, Any]:
    return {"name": name.removesuffix(".json"), "payload": json.loads(registry.example(name))}


def _trait(registry: Registry) -> dict[str, Any]:
    subject = registry.envelope_schema["properties"]["subject"]
    return {
        "contentType": "application/cloudevents+json",
        "headers": {
            "type": "object",
            "properties": {"content-type": {"const": "application/cloudevents+json; charset=UTF-8"}},
            "required": ["content-type"],
        },
        "correlationId": {
            "description": "Shared by everything that one request set off.",
            "location": "$message.payload#/correlationid",
        },
        "bindings": {"kafka": {"key": dict(subject), "bindingVersion": KAFKA_BINDING}},
        "x-max-bytes": MAX_BYTES,
    }


def _plain(schema: Mapping[str, Any]) -> dict[str, Any]:
    """Give a schema as a part of the document: its identity would make tools look for it elsewhere."""
    return {name: value for name, value in schema.items() if name not in {"$schema", "$id"}} | {"x-urn": schema["$id"]}


def _reference(kind: str, name: str) -> dict[str, str]:
    return {"$ref": f"#/components/{kind}/{name}"}


class _Dumper(yaml.SafeDumper):
    """Writes everything out: an anchor would tie places together that only look alike."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002  the base's signature
        return True


def _text(dumper: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style="|" if "\n" in value else None)


_Dumper.add_representer(str, _text)
