"""Who may do what on the bus: what follows from contracts/topics. Whoever isn't named there may do nothing."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from contracts.registry import Topic
from kafka.admin import (
    ACL,
    ACLOperation,
    ACLPermissionType,
    ACLResourcePatternType,
    ResourcePattern,
    ResourceType,
)

OUTSIDE = "province"
"""The audience whose topics a system outside the suite may read."""

SUBSCRIBER = re.compile(r"[a-z][a-z0-9-]{1,39}")


class NotForSubscribersError(ValueError):
    """A system outside the suite asks for what it may not read, or for what isn't there."""


@dataclass(frozen=True, slots=True)
class Principal:
    """Somebody on the bus.

    Attributes:
        name: As the brokers know them.
        password: Theirs.
        rights: Everything that they may do.
    """

    name: str
    password: str = field(repr=False)
    rights: frozenset[ACL]


def rights_of_service(name: str, topics: Iterable[Topic], prefix: str = "") -> frozenset[ACL]:
    """Give a service its own topics to write, those that it is a reader of to read, and its own consumer groups.

    It reads its own topics, too: at its start it compares them with its outbox.

    Args:
        name: The service; also its principal.
        topics: All that are declared.
        prefix: Put before each topic's name.
    """
    rights = {_group(name, f"{name}.")}
    for topic in topics:
        if topic.writer == name:
            rights |= {_topic(name, ACLOperation.WRITE, prefix + topic.name)}
        if name in {topic.writer, *topic.readers}:
            rights |= {_topic(name, ACLOperation.READ, prefix + topic.name)}
    return frozenset(rights)


def rights_of_subscriber(name: str, names: Sequence[str], topics: Iterable[Topic], prefix: str = "") -> frozenset[ACL]:
    """Give a system outside the suite the topics that it asks for to read, and its own consumer groups.

    Args:
        name: Of the system.
        names: The topics that it asks for.
        topics: All that are declared.
        prefix: Put before each topic's name.

    Raises:
        NotForSubscribersError: One of them is not for it.
    """
    principal = principal_of(name)
    declared = {topic.name: topic for topic in topics}
    for wanted in names:
        if wanted not in declared:
            raise NotForSubscribersError(f"没有主题 {wanted}。 There is no topic {wanted}.")
        if (audience := declared[wanted].audience) != OUTSIDE:
            raise NotForSubscribersError(
                f"主题 {wanted} 不对外提供({audience})。 Topic {wanted} is for nobody outside the suite ({audience})."
            )
    reading = (_topic(principal, ACLOperation.READ, prefix + wanted) for wanted in names)
    return frozenset({_group(principal, f"{principal}."), *reading})


def principal_of(subscriber: str) -> str:
    """Give the principal of a system outside the suite: never the name of a service, nor the beginning of another's.

    Raises:
        NotForSubscribersError: It can't be called so.
    """
    if not SUBSCRIBER.fullmatch(subscriber):
        raise NotForSubscribersError(
            f"订阅方名称只能含小写字母、数字和连字符，不是 {subscriber}。"
            f" A subscriber's name is lower-case letters, digits and hyphens, a letter first: not {subscriber}."
        )
    return f"subscriber.{subscriber}"


def described(right: ACL) -> str:
    """Put a right into words for people."""
    pattern = right.resource_pattern
    star = "*" if pattern.pattern_type == ACLResourcePatternType.PREFIXED else ""
    kind = pattern.resource_type.name.lower()
    return f"{right.principal} {right.permission_type.name} {right.operation.name} {kind} {pattern.resource_name}{star}"


def _topic(principal: str, operation: ACLOperation, name: str) -> ACL:
    return _allow(principal, operation, ResourcePattern(ResourceType.TOPIC, name))


def _group(principal: str, beginning: str) -> ACL:
    pattern = ResourcePattern(ResourceType.GROUP, beginning, ACLResourcePatternType.PREFIXED)
    return _allow(principal, ACLOperation.READ, pattern)


def _allow(principal: str, operation: ACLOperation, pattern: ResourcePattern) -> ACL:
    return ACL(f"User:{principal}", "*", operation, ACLPermissionType.ALLOW, pattern)
