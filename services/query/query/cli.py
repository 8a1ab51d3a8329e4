"""The ``query`` command: the chassis' commands, and the one that builds the read model again."""

import asyncio
from collections.abc import Collection
from typing import Annotated
from uuid import UUID

import typer
from chassis.cli import service_cli
from chassis.database import Database
from chassis.worker.logs import LogDirectory
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from query import rebuild as building
from query.bootstrap import bootstrap
from query.config import QuerySettings
from query.domain import TOPICS
from query.rebuild import IncompleteError, Rebuild, RebuildRunningError, Rebuilt

FAILED = 1

cli = service_cli(bootstrap)


@cli.command()
def rebuild(
    give_up: Annotated[bool, typer.Option("--give-up", help="Build no further; the model that is read stays.")] = False,
) -> None:
    """Build the read model again from the topics, beside the one that is read, then switch.

    The running worker builds. Interrupt this at will: it goes on, and the next call watches and switches.
    """
    settings = QuerySettings()
    directory = LogDirectory(settings.bus, client_id="query-rebuild")
    names = [settings.physical_topic(topic) for topic in TOPICS]

    def logs() -> Collection[UUID]:
        return [found.uuid for found in directory.incarnations(names).values()]

    async def run() -> Rebuilt | bool:
        database = Database(settings.database_url, 4, settings.pool_wait_s, application="query-rebuild")
        try:
            work = Rebuild(database, logs)
            if give_up:
                return await work.give_up()
            with _bar() as bar:
                task = bar.add_task("重建 · rebuilding", total=None)

                def report(progress: building.Progress) -> None:
                    bar.update(task, completed=progress.done, total=progress.total)

                return await work.run(report)
        finally:
            await database.close()
            directory.close()

    try:
        done = asyncio.run(run())
    except KeyboardInterrupt:
        typer.echo(
            "仍在后台重建；再次运行以继续。 The worker goes on building; run this again to follow and to switch."
        )
        raise typer.Exit(FAILED) from None
    except RebuildRunningError:
        typer.echo("另一个重建正在进行。 Another rebuild is under way.", err=True)
        raise typer.Exit(FAILED) from None
    except IncompleteError as error:
        typer.echo(
            f"新模型缺少 {error.missing} 步，未切换。 The new model lacks {error.missing} steps: not switched.",
            err=True,
        )
        raise typer.Exit(FAILED) from None
    if isinstance(done, Rebuilt):
        typer.echo(f"✓ {done.active}: {done.matters} matters, {done.steps} steps")
    else:
        typer.echo("已停止 · given up" if done else "没有进行中的重建 · nothing was being built")


def _bar() -> Progress:
    return Progress(TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
