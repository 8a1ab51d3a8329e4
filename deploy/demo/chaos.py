"""``python -m demo.chaos``: everything goes wrong under load, and what is left is judged.

It starts a suite of its own, every role a process, in a folder and on ports of its own. The schedule comes
from the seed and is printed; the same seed repeats it.
"""

import asyncio
import os
import random
import shutil
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

from demo.report import percentile, show
from demo.schedule import schedule, with_disasters
from demo.storm import Findings, Storm, run

SPARED = "envoy"
"""The door: without it there is no load, and it keeps nothing."""

RESTORED = "accept"
"""By default it is the database of this service that is lost."""


def configuration_of(state: Path, brokers: int = 1) -> Configuration:
    """Give a deployment of its own: every role a process, on free ports, with the jars that are there already."""
    # Each process looks from another place on, so that two that start at once don't choose the same ports.
    bases = (20_000 + (os.getpid() + step) % 120 * 100 for step in range(120))
    base = next(base for base in bases if not any(listens(base + n) for n in range(100)))
    ports = Ports(
        gateway=base, envoy_admin=base + 1, kafka=base + 2, kafka_controller=base + 3, postgres=base + 4,
        services={each.name: base + 70 + place for place, each in enumerate(SERVICES)},
    )  # fmt: skip
    chosen = Configuration(state=state.resolve(), split=True, brokers=brokers, ports=ports)
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


RATE = 12.0
"""A quarter of what two cores do with three brokers: a process that starts finds a core, as it would in service."""


def main(
    *,
    seed: Annotated[int | None, typer.Option(help="Repeats a schedule; without it one is chosen and printed")] = None,
    writes: Annotated[int, typer.Option(min=100)] = 20_000,
    kills: Annotated[int, typer.Option(min=0)] = 60,
    stops: Annotated[int, typer.Option(min=0)] = 20,
    brokers: Annotated[int, typer.Option(help="1 or 3")] = 3,
    outage: Annotated[float, typer.Option(min=0, help="Seconds without any broker")] = 120.0,
    age: Annotated[float, typer.Option(min=0, help="Seconds since the copy of a database that is restored")] = 600.0,
    restored: Annotated[str, typer.Option(help="The service whose database it is")] = RESTORED,
    rate: Annotated[float, typer.Option(min=1, help="Most writes a second")] = RATE,
    workers: Annotated[int, typer.Option(min=1)] = 12,
    state: Annotated[Path, typer.Option(help="Folder of its own suite")] = DEFAULT_STATE / "chaos",
) -> None:
    """Kill and stop everything under load, lose brokers and a database, and check that nothing else was lost."""
    console = Console(highlight=False)
    seed = random.randrange(1_000_000) if seed is None else seed
    suite = Suite(configuration_of(state, brokers), console.status)
    targets = [program.name for program in programs(suite.configuration) if program.name != SPARED]
    faults = with_disasters(
        schedule(seed, writes=writes, kills=kills, stops=stops, targets=targets),
        writes=writes, outage_s=outage, restored=restored, age_s=age,
    )  # fmt: skip
    console.print(f"seed {seed}: {writes:,} writes, {kills} × SIGKILL, {stops} × SIGSTOP, then wiped brokers")
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
    raise typer.Exit(0 if findings.outcome.whole and not findings.broken else 1)


def table(findings: Findings) -> Table:
    """Show how long consumption stood after the kills, and what came of the disasters."""
    shown = Table(title="杀死之后多久恢复消费 · From a kill until consumption went on", title_justify="left")
    for heading in ("target", "kills", "median", "p95", "longest"):
        shown.add_column(heading, justify="left" if heading == "target" else "right")
    groups = {"services": findings.of_services(), "brokers": findings.of_brokers()}
    for name, times in (groups | dict(sorted(findings.recoveries.items()))).items():
        if times:
            marks = (percentile(times, 0.5), percentile(times, 0.95), max(times))
            shown.add_row(name, str(len(times)), *(f"{seconds:.1f} s" for seconds in marks))
    for outage in findings.outages:
        shown.add_row(f"no broker: {outage.accepted:,} writes accepted", "", "", "", f"{outage.seconds:.1f} s")
    for restoration in findings.restorations:
        what = f"database of {restoration.age_s:.0f} s ago: {restoration.imported:,} events imported"
        shown.add_row(what, "", "", "", f"{restoration.seconds:.1f} s")
    for promise in findings.broken:
        shown.add_row(f"[red]broken: {promise}[/]")
    return shown


if __name__ == "__main__":
    typer.run(main)
