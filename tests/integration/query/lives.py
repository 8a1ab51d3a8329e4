"""Lives of cases, reviews and petitions as events, made after the contracts' examples."""

import json
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any
from uuid import uuid4

import orjson
from chassis.envelope import format_sequence, format_time, new_id
from chassis.worker.batch_store import Record
from chassis.worker.logs import Log
from contracts.codec import Codec
from contracts.registry import Registry

CASES, REVIEWS, PETITIONS = "accept.cases.v1", "approve.reviews.v1", "petition.petitions.v1"
REPORTS = "petition.reports.v1"
TOPICS = (CASES, REVIEWS, PETITIONS, REPORTS)
START = datetime(2026, 11, 2, 1, tzinfo=UTC)
DECIDED = timedelta(hours=2)
LATER = {"review": 1}
"""A review begins after the acceptance, in hours."""
Event = dict[str, Any]


@cache
def registry() -> Registry:
    return Registry.load()


@cache
def codec() -> Codec:
    return Codec(registry())


def happened(short: str, subject: str, sequence: int, *, tenant: str = "440100", **data: Any) -> Event:
    """Make an event of a type, for example ``case.submitted``, with some of its data changed."""
    (type_,) = (type_ for name, type_ in registry().types.items() if f".{short}.v" in name)
    event: Event = json.loads(registry().example(type_.examples[0]))
    return event | {
        "id": new_id(),
        "subject": subject,
        "sequence": format_sequence(sequence),
        "time": format_time(START + timedelta(minutes=sequence, hours=LATER.get(short.partition(".")[0], 0))),
        "tenant": tenant,
        "data": event["data"] | data,
    }


def case_life(
    number: str, owner: str = "p_owner", *, case: str | None = None, outcome: str = "approved", **attributes: Any
) -> list[Event]:
    """Give a case's events: submitted, accepted, concluded."""
    id_ = case or new_id()
    return [
        happened("case.submitted", id_, 1, number=number, applicant=owner, **attributes),
        happened("case.accepted", id_, 2, number=number, applicant=owner, **attributes),
        happened("case.concluded", id_, 3, outcome=outcome, **attributes) | {"time": format_time(START + DECIDED)},
    ]


def review_life(number: str, case: str, *, review: str | None = None, **attributes: Any) -> list[Event]:
    """Give the events of a case's review, with a yellow card."""
    id_, kinds = review or new_id(), ("started", "task-assigned", "task-completed", "warned", "task-assigned")
    life = [
        happened(f"review.{kind}", id_, sequence, case=case, **attributes) for sequence, kind in enumerate(kinds, 1)
    ]
    life[0]["data"]["number"] = number
    return [*life, happened("review.approved", id_, len(life) + 1, case=case, **attributes)]


def petition_life(
    number: str, owner: str = "p_owner", *, petition: str | None = None, **attributes: Any
) -> list[Event]:
    """Give a petition's events."""
    id_ = petition or new_id()
    return [
        happened("petition.received", id_, 1, number=number, author=owner, **attributes),
        happened("petition.classified", id_, 2, **attributes),
        happened("petition.transferred", id_, 3, department="traffic-police", **attributes),
        happened("petition.replied", id_, 4, **attributes),
        happened("petition.closed", id_, 5, outcome="answered", **attributes),
    ]


def report_life(
    number: str, owner: str = "p_informant", *, report: str | None = None, outcome: str = "filed", **attributes: Any
) -> list[Event]:
    """Give the events of a report."""
    id_ = report or new_id()
    return [
        happened("petition.report.received", id_, 1, number=number, informant=owner, **attributes),
        happened("petition.report.classified", id_, 2, **attributes),
        happened("petition.report.transferred", id_, 3, department="criminal", accused=["fire"], **attributes),
        happened("petition.report.replied", id_, 4, **attributes),
        happened("petition.report.closed", id_, 5, outcome=outcome, **attributes),
    ]


def whole_lives(count: int = 1, owner: str = "p_owner") -> list[list[Event]]:
    """Give the lives of so many cases, their reviews, and petitions."""
    lives = []
    for each in range(count):
        case = new_id()
        number = f"440100-20261102-{each:012}-1"
        lives += [case_life(number, owner, case=case), review_life(number, case)]
        lives.append(petition_life(f"440100-20261102-{each:012}-2", owner))
    return lives


def topic_of(event: Event) -> str:
    """Give the topic to which an event belongs."""
    return registry().types[event["type"]].topic


def log_of(topic: str, partition: int = 0) -> Log:
    """Give a log."""
    return Log(topic, uuid4(), partition)


def records_of(events: Iterable[Event]) -> list[Record]:
    """Give events as records of one log."""
    return [Record(offset, 0, b"", orjson.dumps(event), ()) for offset, event in enumerate(events)]


def by_topic(events: Sequence[Event]) -> dict[str, list[Event]]:
    """Sort events by topic, keeping their order."""
    return {topic: found for topic in TOPICS if (found := [event for event in events if topic_of(event) == topic])}
