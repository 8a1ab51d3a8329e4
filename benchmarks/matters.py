"""Matters for query to know: told by events, by way of outbox, relay, topic and worker, as all of them are."""

import json
import time
from collections.abc import Mapping, Sequence
from typing import LiteralString

import psycopg
from casework.codes import code_of
from chassis.outbox import Outbox
from contracts.codec import Codec
from contracts.registry import Registry
from deploy.programs import pseudonym_secret
from deploy.suite import Suite

from benchmarks.events import Case, Event, record
from benchmarks.harness import Void
from benchmarks.load import JSON, Call

TELLING = ("accept-relay", "approve-relay", "query-worker")
"""The programs by which query learns of cases and their reviews."""

WITHIN_S = 120.0
LOOK_S = 0.05
KNOWN = "SELECT count(*) FROM timeline WHERE matter = ANY(%s::uuid[])"
KNOWN_OF_TYPE = "SELECT count(*) FROM timeline WHERE type = %s"


def tell(suite: Suite, cases: Sequence[Case], told: Mapping[str, Sequence[Event]]) -> None:
    """Commit all that happened in some cases to their services' outboxes, and wait until query knows it.

    Args:
        suite: What is needed for telling runs.
        cases: Of which nothing was told before.
        told: Events by service.

    Raises:
        Void: Something didn't become known.
    """
    postgres = suite.configuration.postgres()
    for service, events in told.items():
        record(postgres.dsn(service), events)
    _wait_known(suite, KNOWN, [case.id for case in cases], sum(map(len, told.values())))


def wait_known(suite: Suite, type_: str, goal: int) -> None:
    """Wait until query knows so many events of a type: what is told later would have to wait behind them.

    Raises:
        Void: It takes too long.
    """
    _wait_known(suite, KNOWN_OF_TYPE, type_, goal)


def _wait_known(suite: Suite, query: LiteralString, what: object, goal: int) -> None:
    deadline, known = time.monotonic() + WITHIN_S, 0
    with psycopg.connect(suite.configuration.postgres().dsn("query"), autocommit=True) as connection:
        while known != goal:
            if time.monotonic() > deadline:
                raise Void(f"{goal} events were told, {known} are known")
            time.sleep(LOOK_S)
            found = connection.execute(query, (what,)).fetchone()
            assert found is not None
            (known,) = found


def questions(suite: Suite, cases: Sequence[Case]) -> list[Call]:
    """Give the question by number and query code for each case."""
    registry = Registry.load()
    secret = pseudonym_secret(suite.configuration).read_bytes().strip()
    outbox = Outbox(service="query", registry=registry, codec=Codec(registry), keyring=None, pseudonym_secret=secret)
    asked = ({"number": case.number, "query_code": code_of(case.number, outbox)} for case in cases)
    return [Call("POST", "/v1/progress", JSON, json.dumps(each).encode()) for each in asked]
