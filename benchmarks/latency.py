"""From the client's 2xx to the mirror: the whole suite behind the gateway, at half of its peak."""

import asyncio
import itertools
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from demo import history, journal, messages
from demo.gateway import PETITIONS
from demo.job import Plan, latencies, records_by_topic, send, settle, topics_of, witness
from demo.messages import Message
from demo.observe import MirrorWatch
from demo.officers import Officers
from demo.report import percentile
from demo.target import Target

from benchmarks.harness import Void

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
    return Latency(peak, rate, percentile(delays, 0.5), percentile(delays, 0.99), len(delays))


async def _burst(target: Target, path: Path, seconds: float, rate: float | None) -> tuple[float, list[float]]:
    """Send for so long; give writes a second and the latencies.

    Raises:
        Void: Something was lost, doubled or out of order.
    """
    watch = MirrorWatch(target.mirror_dsn, target.topic_prefix)
    watch.start()
    with topics_of(target) as topics:
        try:
            held = records_by_topic(topics.ends())[PETITIONS]
            with journal.Journal(path) as written:
                plan = Plan(_for(seconds), path, handle_every=1_000_000_000, workers=WORKERS, rate=rate)
                async with plan.gateway(target.gateway, written) as gateway:
                    started = time.monotonic()
                    await send(target, plan, gateway, Officers(gateway, target.token_for), _silent)
                    took = time.monotonic() - started
            requests = journal.read(path)
            goal = held + sum(1 for _ in journal.promised(requests))
            settled = await asyncio.to_thread(settle, topics, watch, {PETITIONS: goal}, _silent)
        finally:
            watch.stop()
        seen = witness(target, topics, requests)
    verdict = history.check(seen)
    if not settled or verdict.violations:
        raise Void(f"settled: {settled}, {verdict.violations[:3]}")
    return gateway.tally.accepted / took, latencies(requests, seen.records, watch)


def _for(seconds: float) -> Iterator[Message]:
    until = time.monotonic() + seconds
    return itertools.takewhile(
        lambda _: time.monotonic() < until, itertools.cycle(messages.for_load(messages.tenants()))
    )


def _silent(part: str, done: int, total: int | None = None) -> None:
    """Move no bar."""
