"""``python -m benchmarks.capacity``: computes ``docs/capacity.md`` from the last whole run's ``results.json``.

Nothing is measured here. What a year brings is assumed, what one process does was measured, the rest is arithmetic.
"""

import math
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean
from typing import Any

import orjson
from contracts.registry import Registry

ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "benchmarks" / "results.json"
PAGE = ROOT / "docs" / "capacity.md"

USES = 45_000_000
"""Uses expected in a year."""
GROWTH = 10
PEAK = 20
"""The busiest second against the year's mean."""
YEAR_S = 365 * 86_400
WORKING_DAYS = 250

LIFE = (
    "endorsement-submitted", "endorsement-accepted", "endorsement-review-started", "examination-claimed",
    "examination-completed", "examination-claimed", "endorsement-approved", "endorsement-concluded",
)  # fmt: skip
"""The events of one use at its longest: an application that is granted."""
WRITES = {"accept": 2, "approve": 4}
"""Requests of one use: submit and accept; claim, examine, claim, approve."""
SENT = {"accept": 3, "approve": 5}
"""Events of one use, by the service that writes them."""
LOOKS = 10
"""How often somebody looks at the progress of one use."""
CLOCKS = 2
"""Deadlines of one use that end (yellow and red card), at midnight, met or not."""
FOLLOWERS = 0.1
FOLLOWED_S = 600
"""A tenth of those who come follow live, for ten minutes."""
PLACES = 2_000
"""Streams of one process."""

FULL = 0.6
"""How much of what it can do a process is planned with."""
REPLICAS = 3
OUTBOX_DAYS = 14
MIRROR_ROW, SEARCH_ROW, OUTBOX_ROW = 410, 350, 620
"""Bytes of a row and its indexes beside the event itself, in mirror, search and outbox; a test measures them again."""


@dataclass(frozen=True, slots=True)
class Load:
    """What one year brings.

    Attributes:
        name: For the page.
        uses: In the year.
    """

    name: str
    uses: int

    @property
    def mean(self) -> float:
        """Uses a second, over the year."""
        return self.uses / YEAR_S

    @property
    def peak(self) -> float:
        """Uses in the busiest second."""
        return PEAK * self.mean


LOADS = (Load("expected", USES), Load(f"× {GROWTH}", GROWTH * USES))


@dataclass(frozen=True, slots=True)
class Part:
    """One role that does a share of the work.

    Attributes:
        name: For the page.
        a_use: Pieces of work that one use brings it.
        unit: Of the work.
        measured: What one process did in a second.
        alone: Only one process can do it at a time.
    """

    name: str
    a_use: float
    unit: str
    measured: float
    alone: bool = False

    def need(self, load: Load) -> float:
        """Give the pieces of work in the busiest second."""
        return self.a_use * load.peak

    def processes(self, load: Load) -> int:
        """Give how many processes do it, none fuller than planned."""
        return max(1, math.ceil(self.need(load) / (FULL * self.measured)))

    def shown(self, load: Load) -> str:
        """Say how many, or how full the only one is."""
        if not self.alone:
            return str(self.processes(load))
        share = self.need(load) / self.measured
        return f"1, {share:.0%} full" + ("" if share <= FULL else " ✗")


def parts(results: Mapping[str, Any]) -> list[Part]:
    """Give the roles with what each one did in the measured run.

    Raises:
        KeyError: The run left a part out.
    """
    intake = rate(results, "accept: intake")
    return [
        Part("accept, role api", WRITES["accept"], "writes", intake),
        Part("approve, role api", WRITES["approve"], "writes", intake),
        Part("query, role api", LOOKS, "looks at progress", rate(results, "query: progress by number and code")),
        Part("accept, role relay", SENT["accept"], "events", rate(results, "relay"), alone=True),
        Part("approve, role relay", SENT["approve"], "events", rate(results, "relay"), alone=True),
        Part("approve, role worker: reactions", SENT["accept"], "events", rate(results, "reaction")),
        Part("accept, role worker: reactions", SENT["approve"], "events", rate(results, "reaction")),
        Part("intel-sink, role worker: mirror", len(LIFE), "events", rate(results, "mirror")),
    ]


def rate(results: Mapping[str, Any], ours: str) -> float:
    """Give what our side of a comparison did in a second.

    Raises:
        KeyError: It isn't in the results.
    """
    for comparison in results["comparisons"]:
        if comparison["name"].split(" ÷ ")[0] == ours and comparison["unit"].endswith("/s"):
            return float(comparison["ours"])
    raise KeyError(f"the results don't tell of {ours!r}: make bench")


def event_bytes() -> float:
    """Give the mean length of a use's events, as the contracts' examples have them."""
    registry = Registry.load(ROOT / "contracts")
    return fmean(len(orjson.dumps(orjson.loads(registry.example(f"{name}.json")))) for name in LIFE)


def stored(load: Load) -> Iterator[tuple[str, float]]:
    """Yield what a year leaves behind, in bytes, by place."""
    events, each = load.uses * len(LIFE), event_bytes()
    yield "topics, kept for good, three replicas, uncompressed", events * each * REPLICAS
    yield "mirror", events * (each + MIRROR_ROW)
    yield "search over the mirror", events * SEARCH_ROW
    yield f"outboxes, {OUTBOX_DAYS} days of it", events * (each + OUTBOX_ROW) * OUTBOX_DAYS / 365


def page(results: Mapping[str, Any]) -> str:
    """Write the page."""
    large, streams, timers = LOADS[-1], results["streams"], results["timers"]
    kib = (streams["with_mib"] - streams["before_mib"]) * 1024 / streams["clients"]
    followers = FOLLOWERS * large.peak * FOLLOWED_S
    due, a_second = CLOCKS * large.uses / WORKING_DAYS, timers["timers"] / timers["seconds"]
    return TEXT.format(
        date=results["date"],
        cores=results["machine"]["cores"],
        memory=results["machine"]["memory_gib"],
        uses=USES,
        growth=GROWTH,
        peak=PEAK,
        life=len(LIFE),
        writes=sum(WRITES.values()),
        looks=LOOKS,
        bytes=event_bytes(),
        mirrored=len(LIFE) * (event_bytes() + MIRROR_ROW),
        full=FULL,
        loads="\n".join(_load(load) for load in LOADS),
        parts="\n".join(_part(part) for part in parts(results)),
        stored="\n".join(_place(place, sizes) for place, sizes in _places()),
        followers=followers,
        kib=kib,
        gib=followers * kib / 1024**2,
        holders=math.ceil(followers / PLACES),
        due=due,
        a_second=a_second,
        minutes=due / a_second / 60,
    )


def _load(load: Load) -> str:
    cells = (load.name, f"{load.uses / 1e6:,.0f} M", f"{load.mean:,.1f}", f"{load.peak:,.0f}")
    return f"| {' | '.join(cells)} | {load.peak * len(LIFE):,.0f} |"


def _part(part: Part) -> str:
    cells = (part.name, f"{part.a_use:g} {part.unit}", f"{part.measured:,.0f}", f"{part.need(LOADS[-1]):,.0f}")
    return f"| {' | '.join(cells)} | {' | '.join(part.shown(load) for load in LOADS)} |"


def _places() -> Iterator[tuple[str, Sequence[float]]]:
    by_load = [dict(stored(load)) for load in LOADS]
    return ((place, [each[place] for each in by_load]) for place in by_load[0])


def _place(name: str, sizes: Sequence[float]) -> str:
    return f"| {name} | {' | '.join(f'{size / 1e12:,.2f} TB' for size in sizes)} |"


TEXT = """\
# 容量 · Capacity

Computed by `python -m benchmarks.capacity` from [`benchmarks/results.json`](../benchmarks/results.json), the run of
{date}. Nothing here was tried at this size: the rates are those of one process on a machine with {cores} cores and
{memory} GiB that also ran clients, database and broker, so they are low rather than high; more processes and more
machines are assumed to do more in proportion.

## 一年 · A year

{uses:,} uses are expected in a year; it is planned for {growth} times as many, and for a busiest second {peak} times
the mean. A use at its longest is an application that is granted: {life} events of {bytes:,.0f} bytes on average (the
contracts' examples), {writes} writes, and {looks} looks at its progress.

| | uses a year | uses/s, mean | uses/s, peak | events/s, peak |
|---|---|---|---|---|
{loads}

## 进程 · Processes

So many processes, none planned with more than {full:.0%} of what was measured. A relay has one leader in each service:
what it has to do must fit into one.

| role | a use brings | one process, measured, /s | peak × {growth}, /s | processes, expected | processes × {growth} |
|---|---|---|---|---|---|
{parts}

The read models of query are a batch consumer as the mirror is, and weren't measured by themselves. Approve's API is
assumed to be as quick as accept's.

- **Streams.** If a tenth of those who come follow live for ten minutes, {followers:,.0f} streams are open at the peak
  × {growth}: {holders} processes of query's role api, {gib:,.1f} GiB in all ({kib:,.0f} KiB a stream, measured).
- **Deadlines.** {due:,.0f} end at one midnight × {growth}. One worker had {a_second:,.0f} a second take effect:
  {minutes:,.0f} minutes alone, half of it with two.

## 存储 · Storage

| a year leaves behind | expected | × {growth} |
|---|---|---|
{stored}

One use is {mirrored:,.0f} bytes in the mirror. Attachments aren't counted: they lie in a store of their own. Topics
compress well (JSON), and their older part may move to tiered storage.
"""


def main() -> int:
    """Write the page."""
    if not RESULTS.exists():
        print(f"{RESULTS.relative_to(ROOT)} isn't there: make bench", file=sys.stderr)
        return 1
    PAGE.write_text(page(orjson.loads(RESULTS.read_bytes())), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
