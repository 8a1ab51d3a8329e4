"""A reaction that does nothing (inbox, transaction, ack) against a bare faust agent that does nothing."""

import os
import subprocess
import sys

from contracts.bus import Bus

from benchmarks.harness import Comparison, Side, Void, compare
from benchmarks.logs import fill

PREFIX = "bench-reaction."
RECORDS = 2_500
WITHIN_S = 120.0


def run(dsn: str, bus: Bus, blocks: int) -> list[Comparison]:
    """Compare; each run is a process and a consumer group of its own, counted from its first record to its last."""
    fill(bus, PREFIX, RECORDS)
    ours = Side("reaction", lambda: consumed("reaction", dsn, bus))
    bare = Side("faust no-op", lambda: consumed("faust", dsn, bus))
    return [compare("reaction", ours, bare, unit="records/s", blocks=blocks)]


def consumed(kind: str, dsn: str, bus: Bus) -> float:
    """Run one consumer over the whole topic."""
    command = [sys.executable, "-m", "benchmarks.consume", kind, dsn, PREFIX, str(RECORDS)]
    done = subprocess.run(  # noqa: S603
        command, env={**os.environ, **bus.environment()}, capture_output=True, text=True, timeout=WITHIN_S, check=False
    )
    if done.returncode:
        raise Void(f"{kind}: {(done.stderr or done.stdout)[-500:]}")
    return float(done.stdout.strip().splitlines()[-1])
