"""The page of results."""

import os
import platform
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import version

import psutil

from benchmarks.harness import Comparison, span
from benchmarks.latency import Latency

P99_AIM_MS = 250.0
PACKAGES = ("aiokafka", "faust-streaming", "kafka-python", "fastapi", "uvicorn", "sqlalchemy", "sqlmodel", "psycopg")
PAGE = """\
# 测量结果 · Measured

One run of `make bench` on {day}, {minutes:.0f} minutes. Everything, clients too, ran on one machine:
{cores} cores, {memory:.0f} GB, {system}, Python {python},
{packages}.

Each line compares two sides in the order A B B A, in five blocks; a figure is the median of the blocks and, in
brackets, their range. A run in which anything was lost or doubled is void. Both sides write the same bytes with the
same durability, into the same tables with the same indexes.

| ours ÷ baseline | ratio | aim | ours | baseline | unit |
|---|---|---|---|---|---|
{rows}
"""
DELAYS = """
2xx → mirrored, the whole suite behind the gateway, {delays.rate:.0f} writes/s (half of a peak of {delays.peak:.0f}):
p50 **{delays.p50_ms:.0f} ms**, p99 **{delays.p99_ms:.0f} ms** (aim: ≤ {aim:.0f} ms {mark}), {delays.writes:,} writes.
The 2xx is stamped when the client has read the answer, the row when a look every 20 ms, from outside, first shows it.
"""


def report(found: Sequence[Comparison], delays: Latency | None, *, seconds: float) -> str:
    """Write the results as Markdown. It tells nothing of this machine but its size and versions."""
    page = PAGE.format(
        day=f"{datetime.now(UTC):%Y-%m-%d}",
        minutes=seconds / 60,
        cores=os.cpu_count(),
        memory=psutil.virtual_memory().total / 1024**3,
        system=platform.system(),
        python=platform.python_version(),
        packages=", ".join(f"{name} {version(name)}" for name in PACKAGES),
        rows="\n".join(_row(each) for each in found),
    )
    if delays is None:
        return page
    return page + DELAYS.format(delays=delays, aim=P99_AIM_MS, mark="✓" if delays.p99_ms <= P99_AIM_MS else "✗")


def _row(each: Comparison) -> str:
    aim = "–" if each.aim is None else f"≥ {each.aim:g} {'✓' if each.ratio >= each.aim else '✗'}"
    cells = (each.name, span(each.ratios, 2), aim, span(each.ours), span(each.theirs), each.unit)
    return f"| {' | '.join(cells)} |"
