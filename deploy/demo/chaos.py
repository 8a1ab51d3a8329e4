"""``python -m demo.chaos``: kill and stop everything under load, wipe the broker's disk, and judge what is left.

It starts a suite of its own, every role a process, in a folder and on ports of its own. The schedule comes
from the seed and is printed; the same seed repeats it.
"""

import asyncio
import itertools
import os
import random
import shutil
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

import typer
from deploy.config import DEFAULT_STATE, Configuration, Ports
from deploy.programs import programs
from deploy.server import listens
from deploy.services import SERVICES
from deploy.suite import Suite
from rich.console import Console
from rich.table import Table

from demo import journal, messages
from demo.gateway import PETITIONS
from demo.havoc import Havoc, NotBackError, Sign, Strike
from demo.job import Plan, judge, send, settle, submit, topics_of
from demo.messages import Message
from demo.observe import MirrorWatch, mirror_holds
from demo.officers import Officers
from demo.report import Outcome, percentile, show
from demo.schedule import Fault, Signal, schedule
from demo.target import Target

SPARED = "envoy"
"""The door: without it there is no load, and it keeps nothing."""

REACTION = "petition-worker"
BULLETINS = "petition.bulletins.v1"
BURST = 5
SERVICES_WITHIN_S, BROKER_WITHIN_S = 5.0, 20.0
BROKER = "kafka"
READY_WITHIN_S = 60.0


@dataclass(slots=True)
class Findings:
    """What chaos showed.

    Attributes:
        outcome: As of the main job.
        recoveries: Seconds from each kill until consumption went on, by target.
    """

    outcome: Outcome
    recoveries: dict[str, list[float]] = field(default_factory=dict)

    @property
    def slow(self) -> list[str]:
        """Say which promise about recovery was broken."""
        groups = {
            f"services, p95 ≤ {SERVICES_WITHIN_S:.0f} s": (_services(self.recoveries), SERVICES_WITHIN_S),
            f"broker, p95 ≤ {BROKER_WITHIN_S:.0f} s": (self.recoveries.get(BROKER, []), BROKER_WITHIN_S),
        }
        return [name for name, (times, limit) in groups.items() if times and percentile(times, 0.95) > limit]


@dataclass(frozen=True, slots=True)
class Storm:
    """What to do.

    Attributes:
        writes: So many writes are accepted at least.
        faults: In order.
        rate: At most so many writes a second.
        seed: Of everything that is left to chance.
    """

    writes: int
    faults: Sequence[Fault]
    journal: Path
    rate: float
    workers: int
    seed: int


async def run(suite: Suite, storm: Storm, note: Callable[[str], None]) -> Findings:
    """Let it blow over a suite that nobody else uses, and judge what is left.

    Raises:
        NotBackError: A program didn't come back, or the mirror stood still.
        UnreadableTopicError: The broker doesn't deliver what it holds.
    """
    target = Target.of(suite.configuration)
    watch = MirrorWatch(target.mirror_dsn, target.topic_prefix)
    watch.start()
    try:
        outcome, strikes = await _blow(suite, target, storm, watch, note)
        requests = journal.read(storm.journal)
        promised = sum(1 for _ in journal.promised(requests))
        note(f"{outcome.tally.accepted:,} writes accepted, {promised:,} events promised; settling")
        with topics_of(target) as topics:
            goals = {PETITIONS: promised}
            outcome.settled = await asyncio.to_thread(settle, topics, watch, goals, _silent)
            records, _ = await asyncio.to_thread(topics.read)
        note("wiping the broker's disk, provisioning, feeding again")
        await asyncio.to_thread(suite.wipe_broker)
        with topics_of(target) as topics:
            # What was repeated in the old logs is there once in the new ones.
            goals = dict(Counter(topic for topic, _ in {(record.log.topic, record.digest) for record in records}))
            fed = await asyncio.to_thread(settle, topics, watch, goals, _silent)
            outcome.settled = outcome.settled and fed
            await asyncio.to_thread(judge, target, topics, watch, requests, {}, outcome, _silent, exclusive=True)
        outcome.latencies_ms = ()  # those of an undisturbed run are the main job's to tell
    finally:
        await asyncio.to_thread(watch.stop)
    return Findings(outcome, recoveries(strikes))


async def _blow(
    suite: Suite, target: Target, storm: Storm, watch: MirrorWatch, note: Callable[[str], None]
) -> tuple[Outcome, list[Strike]]:
    """Load and faults at once; the load ends when both are done."""
    done = asyncio.Event()
    tenants = messages.tenants()
    ordinary = itertools.cycle(messages.for_load(tenants))
    bursts = iter(random.Random(storm.seed).sample(tenants, len(tenants)))
    with journal.Journal(storm.journal) as written:
        plan = Plan(
            _endless(tenants, done.is_set),
            storm.journal,
            workers=storm.workers,
            rate=storm.rate,
            patience_s=120.0,
        )
        async with plan.gateway(target.gateway, written) as gateway:
            officers = Officers(gateway, target.token_for)

            async def probe(program: str) -> Sign:
                """Send a petition in, to be mirrored; for petition's worker, have an alert raised, to be answered."""
                if program == REACTION and (tenant := next(bursts, None)) is not None:
                    moment = time.time_ns()
                    await asyncio.gather(*(submit(target, gateway, _report(tenant, place)) for place in range(BURST)))
                    return lambda: watch.first_after(moment, BULLETINS) is not None
                subject = await submit(target, gateway, next(ordinary))
                return lambda: subject is not None and mirror_holds(target.mirror_dsn, subject)

            havoc = Havoc(suite.supervisor, lambda: gateway.tally.accepted, probe, note)

            async def faults() -> None:
                try:
                    await havoc.carry_out(storm.faults)
                except NotBackError:
                    note(f"not ready: {await asyncio.to_thread(suite.not_ready)}")
                    raise
                await havoc.reach(storm.writes)
                done.set()

            started = time.monotonic()
            async with asyncio.TaskGroup() as group:
                group.create_task(faults())
                group.create_task(send(target, plan, gateway, officers, _silent))
            seconds = time.monotonic() - started
    return Outcome(seconds, gateway.tally, officers.closed, settled=False), havoc.strikes


def recoveries(strikes: Sequence[Strike]) -> dict[str, list[float]]:
    """Give, for each kill, the seconds until consumption went on, by target.

    It went on when a write that was sent after the kill, and accepted, was seen in the mirror; for petition's
    worker, which the mirror doesn't need, when a bulletin was, about an alert that was provoked after the kill.
    """
    found: dict[str, list[float]] = {}
    for strike in strikes:
        if strike.fault.signal is Signal.KILL:
            found.setdefault(strike.fault.target, []).append(strike.seconds)
    return found


def _services(by_target: dict[str, list[float]]) -> list[float]:
    return [each for target, times in by_target.items() if target not in {BROKER, "postgres"} for each in times]


def _endless(tenants: Sequence[str], enough: Callable[[], bool]) -> Iterator[Message]:
    """Repeat our own messages; reports of fraud stay out, so that alerts come when the run provokes them."""
    return itertools.takewhile(lambda _: not enough(), itertools.cycle(messages.for_load(tenants)))


def _report(tenant: str, place: int) -> Message:
    return Message(
        0, f"witness-{place}", tenant, "portal", "举报电话诈骗", "有人冒充客服骗取验证码，已被骗，特此举报。", None
    )


def _silent(part: str, done: int, total: int | None = None) -> None:
    """Move no bar: chaos prints lines."""


def configuration_of(state: Path) -> Configuration:
    """Give a deployment of its own: every role a process, on free ports, with the jars that are there already."""
    # Each process looks from another place on, so that two that start at once don't choose the same ports.
    bases = (20_000 + (os.getpid() + step) % 120 * 100 for step in range(120))
    base = next(base for base in bases if not any(listens(base + n) for n in range(100)))
    ports = Ports(
        gateway=base, envoy_admin=base + 1, kafka=base + 2, kafka_controller=base + 3, postgres=base + 4,
        services={each.name: base + 70 + place for place, each in enumerate(SERVICES)},
    )  # fmt: skip
    chosen = Configuration(state=state.resolve(), split=True, ports=ports)
    jars = Configuration.from_environment().cache.resolve()
    if not chosen.cache.exists() and jars.is_dir():
        chosen.state.mkdir(parents=True, exist_ok=True)
        chosen.cache.symlink_to(jars)
    return chosen


def clear(suite: Suite) -> None:
    """Forget what an earlier run left: the judgement needs to know everything that was ever written."""
    suite.down()
    state = suite.configuration.state
    if (state / "supervisord.conf").exists():  # otherwise it is no suite's folder, and not ours to empty
        for path in state.iterdir():
            if path.is_dir() and not path.is_symlink() and path != suite.configuration.cache:
                shutil.rmtree(path)


def main(
    seed: Annotated[int | None, typer.Option(help="Repeats a schedule; without it one is chosen and printed")] = None,
    writes: Annotated[int, typer.Option(min=100)] = 10_000,
    kills: Annotated[int, typer.Option(min=0)] = 30,
    stops: Annotated[int, typer.Option(min=0)] = 10,
    rate: Annotated[float, typer.Option(min=1, help="Most writes a second")] = 80.0,
    workers: Annotated[int, typer.Option(min=1)] = 12,
    state: Annotated[Path, typer.Option(help="Folder of its own suite")] = DEFAULT_STATE / "chaos",
) -> None:
    """Kill and stop everything under load, wipe the broker's disk, and check from outside that nothing was lost."""
    console = Console(highlight=False)
    seed = random.randrange(1_000_000) if seed is None else seed
    suite = Suite(configuration_of(state), console.status)
    targets = [program.name for program in programs(suite.configuration) if program.name != SPARED]
    faults = schedule(seed, writes=writes, kills=kills, stops=stops, targets=targets)
    console.print(f"seed {seed}: {writes:,} writes, {kills} × SIGKILL, {stops} × SIGSTOP, then a wiped broker")
    for fault in faults:
        console.print(f"  {fault}")
    try:
        clear(suite)
        suite.start()
        storm = Storm(writes, faults, suite.configuration.state / "journal.jsonl", rate, workers, seed)
        findings = asyncio.run(run(suite, storm, console.log))
    finally:
        suite.down()
    show(findings.outcome, console)
    console.print(table(findings))
    console.print(f"seed {seed}")
    raise typer.Exit(0 if findings.outcome.whole and not findings.slow else 1)


def table(findings: Findings) -> Table:
    """Show how long consumption stood after the kills."""
    shown = Table(title="杀死之后多久恢复消费 · From a kill until consumption went on", title_justify="left")
    for heading in ("target", "kills", "median", "p95", "longest"):
        shown.add_column(heading, justify="left" if heading == "target" else "right")
    groups = {"services": _services(findings.recoveries), **dict(sorted(findings.recoveries.items()))}
    for name, times in groups.items():
        if times:
            marks = (percentile(times, 0.5), percentile(times, 0.95), max(times))
            shown.add_row(name, str(len(times)), *(f"{seconds:.1f} s" for seconds in marks))
    for promise in findings.slow:
        shown.add_row(f"[red]broken: {promise}[/]")
    return shown


if __name__ == "__main__":
    typer.run(main)
