"""100,000 timers due at once: how fast approve's worker lets them take effect, and what its API feels of it."""

import asyncio
import itertools
import time
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import psycopg
from chassis.envelope import new_id
from demo.messages import tenants
from demo.report import percentile
from demo.target import Target
from deploy.suite import Suite

from benchmarks.harness import Aim, Comparison, Void
from benchmarks.load import Answer, Call, loaded
from benchmarks.matters import TELLING, wait_known
from benchmarks.programs import running, url_of

TIMERS = 100_000
RATE = 80.0
CONNECTIONS = 64
CLAIM_EVERY = 4
"""One request of so many takes a review on; the others look at the queue."""
QUIET_S = 20.0
PREPARED_S = 40.0
"""In so much time the timers are written and the API has been measured without them."""
WITHIN_S = 420.0
LOOK_S = 0.25
WINDOWS = 5
AIM = Aim(2, at_most=True)
BREACHED = "yiwangban.approve.review.breached.v1"

REVIEWS = """
COPY reviews (id, tenant, "case", number, item, accepted_at, warn_at, due_at, deadline, sequence, state, open, reasons,
              warned, breached) FROM STDIN
"""
CLOCKS = "COPY timers (subject, clock, version, due_at, next_at, correlationid) FROM STDIN"
LEFT = "SELECT EXISTS (SELECT FROM timers WHERE fired_at IS NULL AND parked_at IS NULL AND next_at <= now())"
EFFECTS = """
WITH ours AS (SELECT id, breached, sequence FROM reviews WHERE number LIKE 'bench-%%'),
     told AS (SELECT o.subject FROM outbox AS o JOIN ours ON ours.id::text = o.subject WHERE o.type = %(type)s)
SELECT (SELECT count(*) FROM timers AS t JOIN ours ON ours.id::text = t.subject WHERE t.fired_at IS NOT NULL),
       (SELECT count(*) FROM ours WHERE breached AND sequence = 2),
       (SELECT count(*) FROM told),
       (SELECT count(DISTINCT subject) FROM told)
"""


@dataclass(frozen=True, slots=True)
class Drain:
    """What was found.

    Attributes:
        timers: So many were due at the same moment.
        seconds: Until the last had had its effect.
        rate: Requests a second that the API was asked meanwhile.
    """

    timers: int
    seconds: float
    rate: float

    @property
    def a_second(self) -> float:
        """Timers a second."""
        return self.timers / self.seconds


def run(suite: Suite, target: Target) -> tuple[Comparison, Drain]:
    """Measure the API without timers that are due, then while they drain, then without again.

    Raises:
        Void: A timer had no effect, or two; a request was refused.
    """
    dsn = suite.configuration.postgres().dsn("approve")
    with running(suite, "approve-api", "approve-worker", "approve-relay"):
        due = datetime.now(UTC) + timedelta(seconds=PREPARED_S)
        claimable = write(dsn, due)
        load = _Load(due.timestamp())
        print("  timers: written", flush=True)
        asyncio.run(load.run(url_of(suite, "approve"), calls(target, claimable), dsn))
    with psycopg.connect(dsn) as connection:
        found = connection.execute(EFFECTS, {"type": BREACHED}).fetchone()
    if found != (TIMERS,) * 4:
        raise Void(f"{TIMERS} timers were due; fired, breached, events and their subjects: {found}")
    with running(suite, *TELLING):
        wait_known(suite, BREACHED, TIMERS)
    return load.comparison(), Drain(TIMERS, load.drained - load.due, RATE)


def write(dsn: str, due: datetime) -> list[tuple[str, str]]:
    """Write reviews whose deadline ends at one moment, with their timers, and others to be taken on; give those."""
    now, codes = datetime.now(UTC), itertools.cycle(tenants())
    later = due + timedelta(days=30)
    ending = [(new_id(), next(codes)) for _ in range(TIMERS)]
    claimable = [(new_id(), next(codes)) for _ in range(int(RATE / CLAIM_EVERY * WITHIN_S))]
    with psycopg.connect(dsn) as connection, connection.cursor() as cursor:
        with cursor.copy(REVIEWS) as copy:
            for place, (id_, tenant) in enumerate(ending + claimable):
                ends = due if place < TIMERS else later
                copy.write_row(
                    (id_, tenant, new_id(), f"bench-{place}", "residence-permit", now, now, ends, 1, 1, "to-examine",
                     True, [], False, False)
                )  # fmt: skip
        with cursor.copy(CLOCKS) as copy:
            for id_, _ in ending:
                copy.write_row((id_, "breach", 1, due, due, new_id()))
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE reviews, timers")
    return claimable


def calls(target: Target, claimable: Sequence[tuple[str, str]]) -> Iterator[Call]:
    """Look at the queue, now and then take a review on."""
    for review, tenant in claimable:
        token = {"Authorization": f"Bearer {target.token_for(f'examiner-{tenant}', tenant, 'examiner', None)}"}
        for _ in range(CLAIM_EVERY - 1):
            yield Call("GET", "/v1/reviews", token)
        once = {"If-Match": '"1"', "Idempotency-Key": uuid.uuid4().hex}
        yield Call("POST", f"/v1/reviews/{review}/claim", token | once)


class _Load:
    """Load before, during and after the drain; its moments are seconds since 1970."""

    def __init__(self, due: float) -> None:
        self.due = due
        self.drained = 0.0
        self._answers: list[Answer] = []

    async def run(self, url: str, calls: Iterator[Call], dsn: str) -> None:
        """Keep on until a while after the last timer."""
        watch = asyncio.create_task(self._watch(dsn))
        try:
            self._answers = await loaded(url, calls, lambda: not watch.done(), connections=CONNECTIONS, rate=RATE)
        finally:
            watch.cancel()
        await watch

    def comparison(self) -> Comparison:
        """Give the slowest hundredth during the drain, window by window, beside that of the rest.

        Raises:
            Void: The timers were written too late, so that there was no rest before them.
        """
        sent = [(answer.at - answer.ms / 1e3, answer.ms) for answer in self._answers]
        before = [ms for at, ms in sent if at < self.due]
        after = [ms for at, ms in sent if at > self.drained]
        if len(before) < QUIET_S / 2 * RATE:
            raise Void("the timers were due before the API had been measured without them")
        window = (self.drained - self.due) / WINDOWS
        during: list[list[float]] = [[] for _ in range(WINDOWS)]
        for at, ms in sent:
            if self.due <= at <= self.drained:
                during[min(WINDOWS - 1, int((at - self.due) / window))].append(ms)
        ours, alone = [percentile(each, 0.99) for each in during], percentile(before + after, 0.99)
        return Comparison(
            "approve: p99 of the API, timers draining ÷ without", "ms", AIM, ours,
            [percentile(before, 0.99), percentile(after, 0.99)], [each / alone for each in ours], digits=1,
        )  # fmt: skip

    async def _watch(self, dsn: str) -> None:
        """Wait until nothing is due any more, then for a while."""
        await asyncio.sleep(self.due - time.time())
        with psycopg.connect(dsn, autocommit=True) as connection:
            while await asyncio.to_thread(lambda: connection.execute(LEFT).fetchone() == (True,)):
                if time.time() - self.due > WITHIN_S:
                    raise Void(f"the timers are not through after {WITHIN_S:.0f} s")
                await asyncio.sleep(LOOK_S)
        self.drained = time.time()
        print(f"  timers: {TIMERS:,} in {self.drained - self.due:.0f} s", flush=True)
        await asyncio.sleep(QUIET_S)
