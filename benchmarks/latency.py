"""From the client's 2xx to the mirror: the whole suite behind the gateway, at half of its peak."""

import asyncio
import itertools
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from demo import checker, journal, messages
from demo.job import Crew, Plan, send
from demo.judge import latencies, promised_by_topic, records_by_topic, settle, topics_of, watching, witness
from demo.messages import Message
from demo.readers import Readers
from demo.report import percentile
from demo.storm import silent
from demo.target import Target

from benchmarks.harness import Void
from contracts.events import PetitionReceived

PEAK_S, HALF_S = 6.0, 15.0
WORKERS = 16


@dataclass(frozen=True, slots=True)
class Latency:
    """How long after its 2xx a write was somewhere else.

    Attributes:
        peak: Writes a second that the gateway answered with 2xx, closed loop.
        rate: Writes a second offered afterwards.
        p50_ms: From the 2xx on.
        p99_ms: The same.
        writes: So many were measured.
    """

    peak: float
    rate: float
    p50_ms: float
    p99_ms: float
    writes: int


def run(target: Target, folder: Path) -> Latency:
    """Find the peak, then offer half of it."""
    peak, *_ = asyncio.run(_burst(target, folder / "peak.jsonl", PEAK_S, None))
    rate, delays = asyncio.run(_burst(target, folder / "half.jsonl", HALF_S, peak / 2))
    found = Latency(peak, rate, percentile(delays, 0.5), percentile(delays, 0.99), len(delays))
    print(f"  latency: {found}", flush=True)
    return found


async def _burst(target: Target, path: Path, seconds: float, rate: float | None) -> tuple[float, list[float]]:
    """Send for so long; give writes a second and the latencies.

    Raises:
        Void: Something was lost, doubled or out of order.
    """
    with topics_of(target) as topics, Readers(target.databases) as readers, watching(target) as watches:
        held = records_by_topic(topics.ends())
        with journal.Journal(path) as written:
            plan = Plan(_for(seconds), path, handle_every=1_000_000_000, workers=WORKERS, rate=rate)
            async with plan.gateway(target.gateway, written) as gateway:
                started = time.monotonic()
                await send(Crew.of(target, gateway), plan, silent)
                took = time.monotonic() - started
        requests = journal.read(path)
        goals = held + promised_by_topic(requests)
        settled = await asyncio.to_thread(settle, topics, readers, watches.mirror, goals, silent)
        seen = witness(target, topics, requests)
    verdict = checker.check(seen)
    if not settled or verdict.violations:
        raise Void(f"settled: {settled}, {verdict.violations[:3]}")
    delays = latencies(requests, seen.records, watches.mirror)[PetitionReceived.TOPIC]
    return gateway.tally.accepted / took, delays


def _for(seconds: float) -> Iterator[Message]:
    until = time.monotonic() + seconds
    return itertools.takewhile(
        lambda _: time.monotonic() < until, itertools.cycle(messages.for_load(messages.tenants()))
    )
