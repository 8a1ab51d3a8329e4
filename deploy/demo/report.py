"""The table at the end of a run: what was sent, what became of it, and whether anything is wrong."""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from rich.console import Console
from rich.table import Table
from rich.text import Text

from demo.gateway import Tally
from demo.history import Kind, Verdict

SHOWN = 5
"""So many examples of a kind are named."""


@dataclass(frozen=True, slots=True)
class Check:
    """One of intel-sink's own checks: the command's exit status and what it said last."""

    passed: bool
    said: str


@dataclass(slots=True)
class Outcome:
    """Everything that a run found out.

    Attributes:
        seconds: How long the sending took.
        closed: Petitions that the officers brought to their end.
        settled: Everything arrived before the time was over.
        events: Events of each topic that this run added.
        mirrored: Records that the mirror took in during this run.
        latencies_ms: From the client's 2xx until the last event it promised was seen in the mirror.
        alerts: Alerts raised during this run.
        bulletins: Bulletins drafted during this run.
        undrafted: Alerts, of any run, that no bulletin answers.
    """

    seconds: float
    tally: Tally
    closed: int
    settled: bool
    verdict: Verdict = field(default_factory=Verdict)
    events: Counter[str] = field(default_factory=Counter)
    mirrored: int = 0
    latencies_ms: Sequence[float] = ()
    alerts: int = 0
    bulletins: int = 0
    undrafted: Sequence[str] = ()
    verify: Check | None = None
    reconcile: Check | None = None

    @property
    def whole(self) -> bool:
        """Nothing lost, nothing double, all in order, and intel-sink's own checks agree."""
        checks = [check.passed for check in (self.verify, self.reconcile) if check is not None]
        return self.settled and all(checks) and not self.verdict.violations and not self.undrafted


def percentile(values: Sequence[float], share: float) -> float:
    """Give the nearest-rank percentile; NaN if there are no values.

    Args:
        values: In any order.
        share: 0.99 for the 99th percentile.
    """
    if not values:
        return math.nan
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def show(outcome: Outcome, console: Console) -> None:
    """Print the table, then what was refused, then what is wrong."""
    tally, verdict = outcome.tally, outcome.verdict
    table = Table(title="结果 · Result", title_justify="left", show_header=False)
    table.add_column(style="bold")
    table.add_column(justify="right")
    refused = sum(map(len, tally.refused.values()))
    speed = tally.accepted / outcome.seconds if outcome.seconds else 0.0
    rows: list[tuple[str, str | Text]] = [
        ("发送 · sent", f"{tally.sent:,} 次写入 writes, {outcome.seconds:.1f} s, {speed:.0f}/s"),
        ("2xx", f"{tally.accepted:,}"),
        ("拒绝 · refused", f"{refused:,}"),
        ("重试 · retried", f"{tally.retried:,}"),
        ("办结 · brought to an end by officers", f"{outcome.closed:,}"),
    ]
    rows += [(f"事件 · events on {topic}", f"{count:,}") for topic, count in sorted(outcome.events.items())]
    rows += [
        ("已镜像 · mirrored", f"{outcome.mirrored:,}"),
        ("丢失 · lost", _count(len(verdict.of(Kind.LOST)))),
        ("重复生效 · double", _count(len(verdict.of(Kind.DOUBLE)))),
        ("乱序 · out of order", _count(len(verdict.of(Kind.DISORDER)))),
        ("未受理却生效 · refused, yet in a topic", _count(len(verdict.of(Kind.ABORTED)))),
        ("允许的日志重复 · repeated in a log (allowed)", f"{verdict.repeated:,}"),
        ("预警 → 通报草稿 · alerts raised → bulletins drafted", f"{outcome.alerts} → {outcome.bulletins}"),
    ]
    rows += [
        (f"2xx → 镜像 · 2xx → mirrored, p{percent}", f"{percentile(outcome.latencies_ms, percent / 100):.0f} ms")
        for percent in (50, 99)
        if outcome.latencies_ms
    ]
    rows += [
        (name, Text(check.said, "green" if check.passed else "red"))
        for name, check in (("intel-sink verify", outcome.verify), ("intel-sink reconcile", outcome.reconcile))
        if check is not None
    ]
    for name, value in rows:
        table.add_row(name, value)
    console.print(table)
    if tally.refused:
        console.print(_refusals(tally))
    for kind in Kind:
        for violation in verdict.of(kind)[:SHOWN]:
            console.print(f"[red]{kind.value}[/]: {violation.what}", markup=True, highlight=False)
    for alert in outcome.undrafted[:SHOWN]:
        console.print(f"[red]lost[/]: alert {alert} led to no bulletin", highlight=False)
    if not outcome.settled:
        console.print("[red]未在限定时间内全部到达镜像。 Not everything reached the mirror in time.[/]")


def _count(number: int) -> Text:
    return Text(f"{number:,}", "green" if number == 0 else "bold red")


def _refusals(tally: Tally) -> Table:
    table = Table(title="拒绝原因 · Refused, and why", title_justify="left", show_header=False)
    for _ in range(3):
        table.add_column()
    for reason, places in sorted(tally.refused.items(), key=lambda item: -len(item[1])):
        more = f" … ({len(places)})" if len(places) > SHOWN else ""
        table.add_row(str(len(places)), reason, ", ".join(places[:SHOWN]) + more)
    return table
