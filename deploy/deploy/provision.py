"""Topics as contracts/topics declares them: made where they are missing, otherwise compared, never deleted.

And whoever may write or read them: exactly what follows from the same pages.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from contracts.bus import Bus
from contracts.refusal import explained
from contracts.registry import FOREVER_MS, Registry, Topic
from kafka.admin import ConfigResource, ConfigResourceType, KafkaAdminClient
from kafka.errors import TopicAlreadyExistsError

from deploy.access import Principal, rights_of_service
from deploy.admission import admit

SMALLEST_MESSAGE = 1024 * 1024
"""Topics must take at least this many bytes a record: the codec lets 512 KiB through, and headers come on top."""

STORES = frozenset({"query", "intel-sink"})
"""Readers that can be rebuilt only from a topic that still holds everything."""

LEADERS_WITHIN_MS = 30_000


class UnsafeRetentionError(ValueError):
    """A topic would forget what a read model is rebuilt from."""


@dataclass(frozen=True, slots=True)
class Difference:
    """What a topic on the broker has, and its declaration doesn't."""

    topic: str
    setting: str
    declared: str
    found: str

    def __str__(self) -> str:
        return f"{self.topic}: {self.setting} {self.found} != {self.declared}"


@dataclass(frozen=True, slots=True)
class Provisioned:
    """What provisioning did.

    Attributes:
        created: Topics that were missing.
        kept: Topics that were there.
        differences: Where those that were there are not as declared. Nothing was changed: each is a decision.
        strangers: Rights on these topics that somebody has who isn't declared. Nothing was changed.
    """

    created: tuple[str, ...]
    kept: tuple[str, ...]
    differences: tuple[Difference, ...]
    strangers: tuple[str, ...] = ()


def provision(
    bus: Bus,
    topics: Sequence[Topic],
    *,
    principals: Sequence[Principal] = (),
    prefix: str = "",
    replication: int = 1,
    timeout_s: float = 30.0,
) -> Provisioned:
    """Make the topics that are missing and tell what differs in the others; wait until all have leaders.

    Then let in who may write and read them. Before that they can't sign in, and wait.

    Args:
        bus: The brokers, as somebody sees them who may do all this.
        topics: What is declared.
        principals: Who is to be let in; nobody on plaintext brokers.
        prefix: Put before each name.
        replication: Replicas of each partition; in production 3, of which 2 must have a record before it counts.
        timeout_s: How long the broker may take to answer at first.

    Raises:
        UnsafeRetentionError: A declaration can't be allowed; nothing was made.
        AdmissionError: The brokers refused somebody.
        KafkaError: The broker didn't answer, or refused.
        NotLetInError: It refuses whoever provisions; the message says what to do.
    """
    declared = {prefix + topic.name: topic for topic in topics}
    settings = {name: topic_settings(topic, replication) for name, topic in declared.items()}
    with explained(bus), KafkaAdminClient(**bus.client(), bootstrap_timeout_ms=int(timeout_s * 1000)) as admin:
        there = set(admin.list_topics())
        missing = sorted(declared.keys() - there)
        kept = sorted(declared.keys() & there)
        if missing:
            shape = {"replication_factor": replication}
            new = {
                name: {**shape, "num_partitions": declared[name].partitions, "configs": settings[name]}
                for name in missing
            }
            with suppress(TopicAlreadyExistsError):  # somebody else provisions, too, from the same declarations
                admin.create_topics(new)
        if declared:
            admin.wait_for_topics(list(declared), timeout_ms=LEADERS_WITHIN_MS)
        strangers = admit(admin, principals, prefix) if principals else ()
        differences = _differences(admin, kept, declared, settings, replication)
        return Provisioned(tuple(missing), tuple(kept), tuple(differences), tuple(strangers))


def principals_of_services(
    topics: Sequence[Topic], password: Callable[[str], str], prefix: str = ""
) -> list[Principal]:
    """Give every service that writes or reads a topic as a principal.

    Args:
        topics: All that are declared.
        password: Gives a principal's.
        prefix: Put before each topic's name.
    """
    names = sorted({name for topic in topics for name in (topic.writer, *topic.readers)})
    return [Principal(name, password(name), rights_of_service(name, topics, prefix)) for name in names]


def provision_elsewhere(bus: Bus, passwords: Path | None, *, prefix: str, replication: int) -> Provisioned:
    """Provision brokers that this machine doesn't run.

    Args:
        bus: The brokers, as somebody sees them who may do all this.
        passwords: Folder with a file for each service's password; without it nobody is let in.
        prefix: Put before each topic's name.
        replication: Replicas of each partition.
    """
    topics = tuple(Registry.load().topics.values())
    principals: list[Principal] = []
    if passwords is not None:
        principals = principals_of_services(topics, lambda name: (passwords / name).read_text("utf-8").strip(), prefix)
    return provision(bus, topics, principals=principals, prefix=prefix, replication=replication)


def topic_settings(topic: Topic, replication: int) -> dict[str, str]:
    """Translate a declaration into the broker's settings.

    Raises:
        UnsafeRetentionError: It forgets, although something is rebuilt from it.
    """
    if topic.retention_ms != FOREVER_MS and (stores := STORES & set(topic.readers)):
        names = ", ".join(sorted(stores))
        raise UnsafeRetentionError(
            f"主题 {topic.name} 供 {names} 重建数据，不能只保留 {topic.retention}：请改为 retention: forever。"
            f" {names} is rebuilt from topic {topic.name}, so it can't keep only {topic.retention}:"
            " declare retention: forever."
        )
    return {
        "cleanup.policy": "delete",
        "retention.ms": str(topic.retention_ms),
        "retention.bytes": "-1",
        "min.insync.replicas": str(max(1, replication - 1)),
        "max.message.bytes": str(SMALLEST_MESSAGE),
        "message.timestamp.type": "CreateTime",
    }


def _differences(
    admin: KafkaAdminClient,
    names: Sequence[str],
    declared: Mapping[str, Topic],
    settings: Mapping[str, Mapping[str, str]],
    replication: int,
) -> list[Difference]:
    if not names:
        return []
    resources = [ConfigResource(ConfigResourceType.TOPIC, name) for name in names]
    configs: Mapping[str, Mapping[str, Any]] = admin.describe_configs(resources, config_filter="all")["topic"]
    found = []
    for topic in admin.describe_topics(list(names)):
        name = topic["name"]
        shape = {"partitions": len(topic["partitions"]), "replicas": len(topic["partitions"][0]["replica_nodes"])}
        wanted = {"partitions": declared[name].partitions, "replicas": replication}
        found += [
            Difference(name, key, str(wanted[key]), str(shape[key])) for key in wanted if wanted[key] != shape[key]
        ]
        found += [
            Difference(name, key, value, configs[name][key]["value"])
            for key, value in settings[name].items()
            if configs[name][key]["value"] != value
        ]
    return found
