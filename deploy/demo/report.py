"""The table at the end of a run: what was sent, what became of it, and whether anything is wrong."""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table
from rich.text import Text

from demo import summary
from demo.editors import Published
from demo.figures import Figures
from demo.gateway import Tally
from demo.history import Kind, Verdict
from demo.informant import Search
from demo.volunteers import Sampled

SHOWN = 5
"""So many examples of a kind are named."""


@dataclass(frozen=True, slots=True)
class Check:
    """One of intel-sink's own checks: exit status, and what it said last, or of one that failed its findings."""

    passed: bool
    said: str


@dataclass(slots=True)
class Outcome:
    """Everything that a run found out.

    Attributes:
        seconds: How long the sending took.
        closed: Petitions that the officers brought to their end.
        settled: Everything arrived before the time was over.
        filed: Applications that were submitted and handled at a counter.
        decided: Of them, those that reviewers decided.
        astray: What is wrong with those that weren't found in their final stage by number and code.
        followed: Steps that came live for one of them.
        misled: What was wrong with these steps.
        events: Events of each topic that this run added.
        mirrored: Records of each topic that the mirror took in during this run.
        mirrored_ms: From a 2xx until the last event it promised was seen in the mirror, by topic.
        visible_ms: The same until it was visible in the read model.
        alerts: Alerts raised during this run.
        bulletins: Bulletins drafted during this run.
        figures: What became of the petitions.
        search: Where the informant's marks were found.
        sampled: What volunteer supervisors have read.
        published: What became of the bulletins that were written.
    """

    seconds: float
    tally: Tally
    closed: int
    settled: bool
    verdict: Verdict = field(default_factory=Verdict)
    filed: int = 0
    decided: int = 0
    astray: list[str] = field(default_factory=list)
    followed: int = 0
    misled: Sequence[str] = ()
    events: Counter[str] = field(default_factory=Counter)
    mirrored: Counter[str] = field(default_factory=Counter)
    mirrored_ms: Mapping[str, Sequence[float]] = field(default_factory=dict)
    visible_ms: Mapping[str, Sequence[float]] = field(default_factory=dict)
    alerts: int = 0
    bulletins: int = 0
    verify: Check | None = None
    reconcile: Check | None = None
    figures: Figures = field(default_factory=lambda: Figures(()))
    search: Search | None = None
    sampled: Sampled | None = None
    published: Published | None = None

    @property
    def whole(self) -> bool:
        """Nothing lost, nothing double, all in order, all found, and intel-sink's own checks agree."""
        checks = [check.passed for check in (self.verify, self.reconcile) if check is not None]
        wrong = self.verdict.violations or self.astray or self.misled or (self.search and self.search.found)
        return self.settled and all(checks) and not wrong


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
    """Print the tables, then what was refused, then what is wrong."""
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
        ("留言办结 · petitions brought to an end", f"{outcome.closed:,}"),
        ("申请 → 决定 · applications → decided", f"{outcome.filed:,} → {outcome.decided:,}"),
        ("凭号查到 · found by number and code", _found(outcome)),
    ]
    if outcome.followed:
        rows.append(("实时跟进 · followed live", _good(f"{outcome.followed} 步 steps", not outcome.misled)))
    rows += [
        ("已镜像 · mirrored", f"{outcome.mirrored.total():,}"),
        ("丢失 · lost", _count(len(verdict.of(Kind.LOST)))),
        ("重复生效 · double", _count(len(verdict.of(Kind.DOUBLE)))),
        ("乱序 · out of order", _count(len(verdict.of(Kind.DISORDER)))),
        ("未受理却生效 · refused, yet there", _count(len(verdict.of(Kind.ABORTED)))),
        ("日志重复（允许）· log repeats (allowed)", f"{verdict.repeated:,}"),
        ("预警 → 通报草稿 · alerts → bulletins", f"{outcome.alerts} → {outcome.bulletins}"),
    ]
    rows += [
        (name, _good(check.said, check.passed))
        for name, check in (("intel-sink verify", outcome.verify), ("intel-sink reconcile", outcome.reconcile))
        if check is not None
    ]
    if outcome.sampled is not None:
        read = outcome.sampled
        what = f"{read.samples:,} 件 samples, {read.texts:,} 件附问答 with text, {read.cities} 地 cities"
        rows.append(("抽样监督 · samples read by volunteers", what))
    if outcome.published is not None:
        told = outcome.published
        what = f"{told.published:,} 件签发 published, {told.withdrawn} 件撤回 withdrawn, {told.seen:,} 件公开可见 seen"
        rows.append(("通报 · bulletins", what))
    if outcome.search is not None:
        what = f"{outcome.search.files:,} 个文件 files, {outcome.search.rows:,} 行 rows: {len(outcome.search.found)}"
        rows.append(("举报人的记号 · informant's marks found", _good(what, not outcome.search.found)))
    for name, value in rows:
        table.add_row(name, value)
    console.print(table)
    console.print(_by_topic(outcome))
    summary.show(outcome.figures, console)
    if tally.refused:
        console.print(_refusals(tally))
    for kind in Kind:
        _name(console, kind.value, [violation.what for violation in verdict.of(kind)])
    _name(console, "informant", outcome.search.found if outcome.search else ())
    _name(console, "astray", outcome.astray)
    _name(console, "followed live", outcome.misled)
    if not outcome.settled:
        console.print("[red]未在限定时间内全部到达。 Not everything arrived in time.[/]")


def _by_topic(outcome: Outcome) -> Table:
    about = "ms：从 2xx 到已镜像、到可查 · from the 2xx until mirrored, until visible"
    table = Table(title="按主题 · By topic", caption=about, box=SIMPLE, padding=(0, 1, 0, 0), pad_edge=False)
    table.title_justify = table.caption_justify = "left"
    table.add_column("主题\ntopic", no_wrap=True)
    latencies = ("镜像 ms\np50/p99", "可查 ms\np50/p99")
    for heading in ("事件\nevents", "镜像\nmirrored", "丢失\nlost", "重复\ndouble", "乱序\norder", *latencies):
        table.add_column(heading, justify="right", no_wrap=True)
    guilty = Counter((violation.topic, violation.kind) for violation in outcome.verdict.violations)
    for topic in sorted(outcome.events.keys() | outcome.mirrored.keys() | {topic for topic, _ in guilty}):
        table.add_row(
            topic or "–",
            f"{outcome.events[topic]:,}",
            f"{outcome.mirrored[topic]:,}",
            *(_count(guilty[topic, kind]) for kind in (Kind.LOST, Kind.DOUBLE, Kind.DISORDER)),
            *(_marks(found.get(topic, ())) for found in (outcome.mirrored_ms, outcome.visible_ms)),
        )
    return table


def _name(console: Console, kind: str, found: Sequence[str]) -> None:
    for what in found[:SHOWN]:
        console.print(f"[red]{kind}[/]: {what}", highlight=False)
    if len(found) > SHOWN:
        console.print(f"[red]{kind}[/]: … ({len(found)})", highlight=False)


def _found(outcome: Outcome) -> Text:
    return _good(f"{outcome.filed - len(outcome.astray):,}", not outcome.astray)


def _marks(values: Sequence[float]) -> str:
    return f"{percentile(values, 0.5):.0f}/{percentile(values, 0.99):.0f}" if values else "–"


def _good(text: str, good: bool) -> Text:  # noqa: FBT001  what the colour says
    return Text(text, "green" if good else "bold red")


def _count(number: int) -> Text:
    return _good(f"{number:,}", number == 0)


def _refusals(tally: Tally) -> Table:
    table = Table(title="拒绝原因 · Refused, and why", title_justify="left", show_header=False)
    for _ in range(3):
        table.add_column()
    for reason, places in sorted(tally.refused.items(), key=lambda item: -len(item[1])):
        more = f" … ({len(places)})" if len(places) > SHOWN else ""
        table.add_row(str(len(places)), reason, ", ".join(places[:SHOWN]) + more)
    return table
