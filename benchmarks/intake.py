"""Intake (one process, role api) against a bare FastAPI service that INSERTs one row and promises nothing more.

The same for each service that takes something in; and once through Envoy, with itself as the baseline.
"""

import asyncio
import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import psycopg
from accept.api import CaseSubmission
from accept.catalogue import catalogue
from accept.tables import CaseRow
from demo import messages
from demo.target import Target
from deploy.suite import Suite
from petition.api import Submission
from petition.tables import PetitionRow

from benchmarks.harness import Comparison, Side, Void, compare
from benchmarks.load import SECONDS, TENANT, citizens, for_seconds, loaded, writes
from benchmarks.programs import GATEWAY, bare, running, url_of, without
from benchmarks.without import LEAVE_OUT


def petitions() -> list[bytes]:
    """Give messages as they come in on a portal."""
    return [
        json.dumps({"channel": "portal", "title": each.title, "text": each.text}).encode()
        for each in messages.for_load(messages.tenants())
    ]


def applications() -> list[bytes]:
    """Give the catalogue's first application that can be made here, filled in as its own example is."""
    item = next(item for item in catalogue().values() if TENANT in item.offered_in)
    return [json.dumps({"channel": "portal", "item": item.slug, "form": item.example}).encode()]


@dataclass(frozen=True, slots=True)
class Intake:
    """What a service takes in.

    Attributes:
        service: Its name.
        path: Where it is sent.
        body: How it is validated; the bare service does the same.
        row: The table; the bare service writes into the same one.
        events: So many go into the outbox with each.
        bodies: What is sent, in turn.
    """

    service: str
    path: str
    body: Any
    row: type[Any]
    events: int
    bodies: Callable[[], Sequence[bytes]]


INTAKES = {
    "petition": Intake("petition", "/v1/petitions", Submission, PetitionRow, 2, petitions),
    "accept": Intake("accept", "/v1/cases", CaseSubmission, CaseRow, 1, applications),
}


def run(suite: Suite, target: Target, blocks: int) -> list[Comparison]:
    """Compare; only what is measured may run meanwhile. One client for both sides, in this process."""
    against = (against_bare(suite, target, each, blocks) for each in INTAKES.values())
    costs = (cost_of(suite, target, what, blocks) for what in LEAVE_OUT)
    return [*against, through(suite, target, blocks), *costs]


def against_bare(suite: Suite, target: Target, intake: Intake, blocks: int) -> Comparison:
    """Compare with one INSERT."""
    speed = _speed_of(suite, target, intake)
    with running(suite, f"{intake.service}-api"):
        ours = Side(f"{intake.service}: intake", lambda: speed(url_of(suite, intake.service)))
        ours.measure()
        with bare(suite, "intake", intake.service, BARE_INTAKE=intake.service) as url:
            theirs = Side("bare FastAPI + SQLModel INSERT", lambda: speed(url, promises=False))
            theirs.measure()
            return compare(f"{intake.service} intake", ours, theirs, unit="requests/s", aim=0.5, blocks=blocks)


def through(suite: Suite, target: Target, blocks: int) -> Comparison:
    """Compare the way through the gateway with the way past it."""
    intake = INTAKES["accept"]
    speed = _speed_of(suite, target, intake)
    with running(suite, f"{intake.service}-api", GATEWAY):
        ours = Side("accept: intake through Envoy", lambda: speed(target.gateway))
        theirs = Side("without Envoy", lambda: speed(url_of(suite, intake.service)))
        ours.measure(), theirs.measure()
        return compare("through Envoy", ours, theirs, unit="requests/s", blocks=blocks)


def cost_of(suite: Suite, target: Target, what: str, blocks: int) -> Comparison:
    """Compare with the same service without something: what that costs."""
    intake = INTAKES["petition"]
    speed, name = _speed_of(suite, target, intake), f"{intake.service}-api"
    with running(suite, name), without(suite, what, name) as url:
        ours = Side("petition: intake", lambda: speed(url_of(suite, intake.service)))
        theirs = Side(f"without {what}", lambda: speed(url))
        ours.measure(), theirs.measure()
        return compare(f"cost of {what}", ours, theirs, unit="requests/s", blocks=blocks)


def _speed_of(suite: Suite, target: Target, intake: Intake) -> Callable[..., float]:
    dsn = suite.configuration.postgres().dsn(intake.service)
    # A page about what can't wait comes after what every intake writes.
    events = f"SELECT count(*) FROM outbox WHERE sequence <= {intake.events}"
    counts = f"SELECT (SELECT count(*) FROM {intake.row.__tablename__}), ({events})"
    calls = writes(intake.path, citizens(target.token_for), intake.bodies())

    def count() -> tuple[int, int]:
        with psycopg.connect(dsn) as connection:
            found = connection.execute(counts).fetchone()
        assert found is not None
        return found[0], found[1]

    def speed(url: str, *, promises: bool = True) -> float:
        """Load for some seconds, and count rows against answers."""
        before, started = count(), time.monotonic()
        accepted = len(asyncio.run(loaded(url, calls, for_seconds(SECONDS))))
        seconds = time.monotonic() - started
        rows, events = (after - earlier for after, earlier in zip(count(), before, strict=True))
        if (rows, events) != (accepted, accepted * intake.events * promises):
            raise Void(f"{accepted} requests were accepted, but {rows} rows and {events} events are there")
        return accepted / seconds

    return speed
