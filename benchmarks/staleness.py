"""From accept's 2xx to visible in query: the whole suite behind the gateway, at half of its peak."""

import asyncio
import threading
import time

import psycopg
from demo.report import percentile
from demo.target import Target
from deploy.suite import Suite

from benchmarks.harness import Void
from benchmarks.intake import INTAKES
from benchmarks.latency import HALF_S, PEAK_S, Latency
from benchmarks.load import Answer, citizens, documents, for_seconds, loaded, writes

WITHIN_S = 60.0
LOOK_S = 0.02
LAST = "SELECT coalesce(max(change), 0) FROM timeline"
NEW = "SELECT subject, change FROM timeline WHERE change > %s ORDER BY change"


class Witness(threading.Thread):
    """Looks every 20 ms, from outside, what query shows, and remembers when it saw each subject first."""

    def __init__(self, dsn: str) -> None:
        super().__init__(name="witness", daemon=True)
        self.seen: dict[str, float] = {}
        self._dsn = dsn
        self._ended = threading.Event()

    def run(self) -> None:
        """Look until `stop`; times are seconds since 1970, by the wall clock."""
        with psycopg.connect(self._dsn, autocommit=True) as connection:
            ((cursor,),) = connection.execute(LAST).fetchall()
            while not self._ended.wait(LOOK_S):
                changes = connection.execute(NEW, (cursor,)).fetchall()
                now = time.time()
                for subject, change in changes:
                    self.seen.setdefault(str(subject), now)
                    cursor = change

    def stop(self) -> None:
        """End the thread."""
        self._ended.set()
        self.join(timeout=10)


def run(suite: Suite, target: Target) -> Latency:
    """Find the peak, then offer half of it.

    Raises:
        Void: A case that was accepted didn't become visible.
    """
    witness = Witness(suite.configuration.postgres().dsn("query"))
    witness.start()
    try:
        first = _burst(target, PEAK_S)
        peak = len(first) / PEAK_S
        _settle(witness, first)
        second = _burst(target, HALF_S, rate=peak / 2)
        delays = _settle(witness, second)
    finally:
        witness.stop()
    found = Latency(peak, len(second) / HALF_S, percentile(delays, 0.5), percentile(delays, 0.99), len(delays))
    print(f"  staleness: {found}", flush=True)
    return found


def _burst(target: Target, seconds: float, rate: float | None = None) -> dict[str, float]:
    """Submit applications for so long; give when each was answered."""
    intake = INTAKES["accept"]
    calls = writes(intake.path, citizens(target.token_for), intake.bodies())
    answers: list[Answer] = asyncio.run(loaded(target.gateway, calls, for_seconds(seconds), rate=rate, bodies=True))
    return {document["id"]: answer.at for document, answer in zip(documents(answers), answers, strict=True)}


def _settle(witness: Witness, answered: dict[str, float]) -> list[float]:
    """Wait until everything is visible; give the milliseconds until each was. What was visible first counts as 0."""
    deadline = time.monotonic() + WITHIN_S
    while missing := answered.keys() - witness.seen.keys():
        if time.monotonic() > deadline:
            raise Void(f"{len(missing)} cases were accepted and didn't become visible")
        time.sleep(LOOK_S)
    return [max(0.0, witness.seen[case] - at) * 1e3 for case, at in answered.items()]
