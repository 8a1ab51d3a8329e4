"""A reaction that does nothing (inbox, transaction, ack) against a bare faust agent that does nothing."""

import subprocess
import sys

from benchmarks.harness import Comparison, Side, Void, compare
from benchmarks.logs import fill

PREFIX = "bench-reaction."
RECORDS = 2_500
WITHIN_S = 120.0


def run(dsn: str, bootstrap: str, blocks: int) -> list[Comparison]:
    """Compare; each run is a process and a consumer group of its own, counted from its first record to its last."""
    fill(bootstrap, PREFIX, RECORDS)
    ours = Side("reaction", lambda: consumed("reaction", dsn, bootstrap))
    bare = Side("faust no-op", lambda: consumed("faust", dsn, bootstrap))
    return [compare("reaction", ours, bare, unit="records/s", blocks=blocks)]


def consumed(kind: str, dsn: str, bootstrap: str) -> float:
    """Run one consumer over the whole topic."""
    command = [sys.executable, "-m", "benchmarks.consume", kind, dsn, bootstrap, PREFIX, str(RECORDS)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=WITHIN_S, check=False)  # noqa: S603
    if done.returncode:
        raise Void(f"{kind}: {(done.stderr or done.stdout)[-500:]}")
    return float(done.stdout.strip().splitlines()[-1])
