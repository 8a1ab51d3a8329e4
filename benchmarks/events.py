"""Events to be moved: made after the contracts' examples, each with an id and a place in a life of its own."""

import json
import secrets
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any

import psycopg
from casework.numbers import human_number
from chassis.envelope import format_sequence, format_time, new_id
from contracts.registry import Registry

from benchmarks.load import TENANT

TYPE = "yiwangban.petition.petition.received.v1"
TOPIC = "petition.petitions.v1"
HEADERS = [("content-type", b"application/cloudevents+json; charset=UTF-8")]
COPY = "COPY outbox (event_id, topic, subject, sequence, type, body) FROM STDIN"


@dataclass(frozen=True, slots=True)
class Event:
    """One event, ready to be sent."""

    id: uuid.UUID
    topic: str
    type: str
    subject: str
    sequence: int
    body: bytes


@dataclass(frozen=True, slots=True)
class Case:
    """A case whose life is told by events.

    Attributes:
        id: Also the subject of its own events.
        number: 办件编号.
        review: Subject of its review's events.
    """

    id: str
    number: str
    review: str


def events(number: int) -> list[Event]:
    """Make received petitions, each of another subject, about 1 KB each."""
    return [_event(TYPE, new_id(), 1) for _ in range(number)]


def cases(number: int) -> list[Case]:
    """Think of cases."""
    now = datetime.now(UTC)
    return [Case(new_id(), human_number(TENANT, now, secrets.randbelow), new_id()) for _ in range(number)]


def of_case(case: Case, name: str, sequence: int) -> Event:
    """Tell of a case: ``submitted``, ``accepted`` or ``concluded``."""
    return _event(f"yiwangban.accept.case.{name}.v1", case.id, sequence, number=case.number)


def of_review(case: Case, name: str, sequence: int) -> Event:
    """Tell of its review, for example ``started``."""
    return _event(f"yiwangban.approve.review.{name}.v1", case.review, sequence, case=case.id, number=case.number)


def record(dsn: str, happened: Sequence[Event]) -> None:
    """Commit events to a service's outbox, all at once; whether its relay runs is another matter."""
    with psycopg.connect(dsn) as connection, connection.cursor() as cursor, cursor.copy(COPY) as copy:
        for each in happened:
            copy.write_row((each.id, each.topic, each.subject, each.sequence, each.type, each.body))


def _event(type_: str, subject: str, sequence: int, **data: Any) -> Event:
    topic, example = _example(type_)
    known = {name: value for name, value in data.items() if name in example["data"]}
    event = example | {
        "id": new_id(),
        "subject": subject,
        "sequence": format_sequence(sequence),
        "time": format_time(datetime.now(UTC)),
        "tenant": TENANT,
        "data": example["data"] | known,
    }
    body = json.dumps(event, ensure_ascii=False, separators=(",", ":")).encode()
    return Event(uuid.UUID(event["id"]), topic, type_, subject, sequence, body)


@cache
def _example(type_: str) -> tuple[str, dict[str, Any]]:
    registry = _registry()
    declared = registry.types[type_]
    return declared.topic, json.loads(registry.example(declared.examples[0]))


_registry = cache(Registry.load)
