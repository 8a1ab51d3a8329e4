"""What is written about a run, for people and for programs. It tells nothing of this machine but size and versions."""

import os
import platform
import statistics
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Any

import orjson
import psutil

from benchmarks.harness import Aim, Comparison, span
from benchmarks.latency import Latency
from benchmarks.replies import Search
from benchmarks.streams import Streams
from benchmarks.timers import Drain

MIRRORED_AIM_MS = Aim(250, at_most=True)
FOUND_AIM_MS = Aim(20, at_most=True)
PACKAGES = ("aiokafka", "faust-streaming", "kafka-python", "fastapi", "uvicorn", "sqlalchemy", "sqlmodel", "psycopg")
PAGE = """\
# 测量结果 · Measured

One run of `make bench` on {date}, {minutes:.0f} minutes. Everything, clients too, ran on one machine:
{cores} cores, {memory_gib:.0f} GiB, {system}, Python {python},
{packages}.

Each line compares two sides in the order A B B A, in five blocks; a figure is the median of the blocks and, in
brackets, their range. A run in which anything was lost or doubled is void. Both sides write the same bytes with the
same durability, into the same tables with the same indexes.

| ours ÷ baseline | ratio | aim | ours | baseline | unit |
|---|---|---|---|---|---|
{rows}
"""
MIRRORED = """
2xx → mirrored, the whole suite behind the gateway, {0.rate:.0f} petitions/s (half of a peak of {0.peak:.0f}):
p50 **{0.p50_ms:.0f} ms**, p99 **{0.p99_ms:.0f} ms** (aim: {aim}), {0.writes:,} writes.
The 2xx is stamped when the client has read the answer, the row when a look every 20 ms, from outside, first shows it.
"""
VISIBLE = """
2xx → visible in query, the same way, {0.rate:.0f} applications/s (half of a peak of {0.peak:.0f}):
p50 **{0.p50_ms:.0f} ms**, p99 **{0.p99_ms:.0f} ms**, {0.writes:,} writes.
"""
STREAMS = """
{0.clients:,} clients follow their own case live: query's API grew from {0.before_mib:.0f} to {0.with_mib:.0f} MiB,
{0.kib_each:.0f} KiB each. When something happened in every case at once, a client had its event, once, p50
**{0.p50_ms:.0f} ms** after the commit in accept, p99 **{0.p99_ms:.0f} ms**, the last one {0.last_ms:.0f} ms.
"""
TIMERS = """
{0.timers:,} timers due at the same moment: each had its effect, once, within {0.seconds:.0f} s
({0.a_second:,.0f} a second), while the API was asked {0.rate:.0f} times a second.
"""
REPLIES = """
Search among {0.answers:,} invented answers, the question's segmentation included: p50 **{0.p50_ms:.1f} ms**,
p99 **{0.p99_ms:.1f} ms** (aim: {aim}), {0.p99_busy_ms:.1f} ms of it work. {0.found:.0%} of the questions found what
they were after among the first ten. The index was built in {0.build_s:.0f} s and takes {0.index_mib:.0f} MiB, at most
{0.peak_mib:.0f} MiB while it is built.
"""


@dataclass(slots=True)
class Results:
    """What a run found; of parts that were left out, nothing."""

    comparisons: list[Comparison] = field(default_factory=list)
    mirrored: Latency | None = None
    visible: Latency | None = None
    streams: Streams | None = None
    timers: Drain | None = None
    replies: Search | None = None
    seconds: float = 0.0


def page(found: Results) -> str:
    """Write the results as Markdown."""
    machine = _machine()
    head = PAGE.format(
        **machine | {"packages": ", ".join(f"{name} {release}" for name, release in machine["packages"].items())},
        date=_today(),
        minutes=found.seconds / 60,
        rows="\n".join(_row(each) for each in found.comparisons),
    )
    parts = [head]
    if found.mirrored:
        parts.append(MIRRORED.format(found.mirrored, aim=MIRRORED_AIM_MS.judge(found.mirrored.p99_ms)))
    if found.visible:
        parts.append(VISIBLE.format(found.visible))
    if found.streams:
        parts.append(STREAMS.format(found.streams))
    if found.timers:
        parts.append(TIMERS.format(found.timers))
    if found.replies:
        parts.append(REPLIES.format(found.replies, aim=FOUND_AIM_MS.judge(found.replies.p99_ms)))
    return "".join(parts)


def document(found: Results) -> bytes:
    """Write the same as JSON: ratios without a unit, all else in the unit that its name or neighbour says."""
    whole = {
        "date": _today(),
        "minutes": round(found.seconds / 60, 1),
        "machine": _machine(),
        "comparisons": [_comparison(each) for each in found.comparisons],
        "latency": {
            name: asdict(each) for name, each in (("mirrored", found.mirrored), ("visible", found.visible)) if each
        },
        "streams": asdict(found.streams) if found.streams else None,
        "timers": asdict(found.timers) if found.timers else None,
        "replies": asdict(found.replies) if found.replies else None,
    }
    return orjson.dumps(whole, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def _machine() -> dict[str, Any]:
    return {
        "cores": os.cpu_count(),
        "memory_gib": round(psutil.virtual_memory().total / 1024**3),
        "system": platform.system(),
        "python": platform.python_version(),
        "packages": {name: version(name) for name in PACKAGES},
    }


def _today() -> str:
    return f"{datetime.now(UTC):%Y-%m-%d}"


def _comparison(each: Comparison) -> dict[str, Any]:
    return {
        "name": each.name,
        "ratio": round(each.ratio, 3),
        "ratio_range": [round(min(each.ratios), 3), round(max(each.ratios), 3)],
        "ours": round(statistics.median(each.ours), 1),
        "theirs": round(statistics.median(each.theirs), 1),
        "unit": each.unit,
        "aim": each.aim and {"at_most" if each.aim.at_most else "at_least": each.aim.value},
    }


def _row(each: Comparison) -> str:
    aim = "–" if each.aim is None else each.aim.judge(each.ratio)
    ours, theirs = span(each.ours, each.digits), span(each.theirs, each.digits)
    return f"| {' | '.join((each.name, span(each.ratios, 2), aim, ours, theirs, each.unit))} |"
