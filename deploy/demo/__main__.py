"""``python -m demo --input FILE``: the main job on a running suite, with a progress bar and a verdict."""

import asyncio
import math
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Annotated

import psycopg
import typer
from deploy.config import Configuration
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TaskProgressColumn,
    TextColumn,
    TimeElapsedColumn,
)

from demo import job, judge, messages
from demo.applications import CatalogueError
from demo.informant import Informant
from demo.observe import UnreadableTopicError
from demo.report import show
from demo.target import Target

HANDLED = 500
"""By default the officers bring about so many petitions to their end, spread evenly over the input."""

APPLICATIONS = 200
"""By default so many people apply for something."""

KEPT_JOURNALS = 10
COLUMNS = (
    TextColumn("{task.description}"),
    BarColumn(),
    TaskProgressColumn(),
    MofNCompleteColumn(),
    TimeElapsedColumn(),
)
NO_ANSWER = "套件没有应答，是否已启动（make start）？ The suite doesn't answer; is it started (make start)?"


def main(
    input: Annotated[Path, typer.Option(exists=True, dir_okay=False, help="JSON Lines of messages")] = messages.OWN,  # noqa: A002
    handled: Annotated[int, typer.Option(min=0, help="So many petitions the officers bring to an end")] = HANDLED,
    applications: Annotated[int, typer.Option(min=0, help="So many applications are made")] = APPLICATIONS,
    workers: Annotated[int, typer.Option(min=1, max=256, help="So many are at work at once")] = job.WORKERS,
) -> None:
    """Send messages and applications in, let officers work on them, and check from outside that nothing was lost."""
    console = Console()
    configuration = Configuration.from_environment()
    found = list(messages.read(input, messages.tenants()))
    if not found:
        console.print(f"[red]{input} 中没有消息。 {input} holds no message.[/]")
        raise typer.Exit(2)
    plan = job.Plan(
        messages=found,
        journal=_journal(configuration.state / "demo"),
        applications=applications,
        handle_every=math.ceil(len(found) / handled) if handled else len(found) + 1,
        workers=workers,
        informant=Informant(),
        library=True,
    )
    with Progress(*COLUMNS, console=console) as progress:
        parts = {
            "messages": progress.add_task("留言办理 · Messages", total=len(found)),
            "applications": progress.add_task("申请办理 · Applications", total=applications),
            "mirrored": progress.add_task("镜像 · Mirroring", total=None),
            "judged": progress.add_task("核对 · Checking", total=judge.CHECKS),
        }
        try:
            outcome = asyncio.run(job.run(Target.of(configuration), plan, progress_into(progress, parts)))
        except (OSError, psycopg.Error, CatalogueError, UnreadableTopicError) as error:
            progress.stop()
            console.print(f"[red]{NO_ANSWER}[/] {error}")
            raise typer.Exit(1) from None
    show(outcome, console)
    console.print(f"日志 · Journal: {plan.journal}", highlight=False)
    raise typer.Exit(0 if outcome.whole else 1)


def progress_into(progress: Progress, parts: Mapping[str, TaskID]) -> judge.Step:
    """Give what moves the bars."""

    def step(part: str, done: int, total: int | None = None) -> None:
        progress.update(parts[part], completed=done, total=total)

    return step


def _journal(folder: Path) -> Path:
    """Name a new journal and drop the oldest ones."""
    kept = sorted(folder.glob("journal-*.jsonl"))
    for path in kept[: len(kept) - KEPT_JOURNALS + 1] if len(kept) >= KEPT_JOURNALS else []:
        path.unlink(missing_ok=True)
    return folder / f"journal-{datetime.now():%Y%m%d-%H%M%S}.jsonl"  # noqa: DTZ005  a name for people, in their time


if __name__ == "__main__":
    typer.run(main)
