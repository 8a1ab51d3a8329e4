"""The page of topics and events: who writes what to whom, what an event holds, and an example of each."""

from collections.abc import Mapping
from typing import Any

from contracts.pages.html import Html, el, facts, folded, joined, link, page
from contracts.pages.schemas import fields
from contracts.registry import AUDIENCES, EventType, Registry, Topic

TITLE = "一网办事件 · Events"


def events_page(registry: Registry) -> str:
    """Give the page."""
    return page(
        TITLE, _navigation(registry), joined(_preface(registry), *(_topic(registry, t) for t in _topics(registry)))
    )


def _topics(registry: Registry) -> list[Topic]:
    return list(registry.topics.values())


def _navigation(registry: Registry) -> Html:
    entries = [
        joined(
            link(topic.name, topic.title),
            el("ul", *(el("li", link(event.type, event.title)) for event in topic.events)),
        )
        for topic in _topics(registry)
    ]
    return joined(el("p", el("strong", TITLE)), el("ul", el("li", link("envelope", "信封 · Envelope"))), *entries)


def _preface(registry: Registry) -> Html:
    rules = [
        ("有序 · In order",
         "同一 subject 的事件按 sequence 1、2、3…… 到达。A subject's events carry 1, 2, 3 …; none is missing."),
        ("至少一次 · At least once",
         ("同一条可能再来：记住每个 subject 的最后 sequence，不大于它的跳过。"
          "A record may come again: remember each subject's last sequence, and skip what isn't larger.")),
        ("容忍未知 · Be tolerant", "忽略不认识的字段和类型。Ignore fields and types that you don't know."),
        ("个人信息 · Personal data", "只以密文或化名出现。Only sealed, or as a pseudonym."),
        ("重放 · Replay", "从最早的位移读起即可重放全部。Begin at the earliest offset to see everything."),
    ]  # fmt: skip
    return joined(
        el("h1", TITLE),
        el("p", "每条记录是一个 CloudEvents 1.0 事件（结构化 JSON），键为 subject。"
           "A record is one CloudEvents 1.0 event in structured JSON; its key is the subject."),
        facts([(name, text) for name, text in rules]),
        el("h2", "信封 · Envelope", id="envelope"),
        el("p", "每个事件相同的部分；data 各有其表。What all events have; data has a table of its own for each."),
        fields(registry.envelope_schema),
    )  # fmt: skip


def _topic(registry: Registry, topic: Topic) -> Html:
    kept = "永久 · for ever" if topic.retention == "forever" else topic.retention
    return joined(
        el("h2", topic.title, id=topic.name),
        el("p", topic.about),
        facts(
            [
                ("主题 · Topic", el("code", topic.name)),
                ("写 · Written by", topic.writer),
                ("读 · Read by", ", ".join(topic.readers)),
                ("受众 · Audience", AUDIENCES[topic.audience]),
                (
                    "键 · Key",
                    joined(el("code", topic.key), " — 同键同分区，次序不变 · one key, one partition, one order"),
                ),
                ("分区 · Partitions", str(topic.partitions)),
                ("保留 · Kept", kept),
            ]
        ),
        *(_event(registry, event) for event in topic.events),
    )


def _event(registry: Registry, event: EventType) -> Html:
    schema: Mapping[str, Any] = registry.schema(event)
    return joined(
        el("h3", event.title, id=event.type),
        el("p", el("code", event.type)),
        el("p", schema["description"]),
        fields(schema),
        *(folded(f"示例 · Example {name}", el("pre", registry.example(name).decode())) for name in event.examples),
    )
