"""The ``petition`` command: the chassis' own, timers, ``recalculate``; ``suggest``, ``train``, ``evaluate``."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from chassis.cli import service_cli
from chassis.process.records_cli import timers_cli

from petition.bootstrap import bootstrap
from petition.sorting import MODELS

FolderOption = Annotated[
    Path, typer.Option(envvar="PETITION_SORTING_MODELS", help="The folder of models. Default: the one that is shipped.")
]

# What sorts, learns and evaluates is loaded by the command that needs it: `serve` shall start as quickly as ever.
commands = typer.Typer()
commands.add_typer(timers_cli(bootstrap))


@commands.command()
def recalculate(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only print what would move.")] = False,
) -> None:
    """Compute each time limit that runs by the calendar in force, and tell of those that moved.

    The calendar is the installed one, with the notices in PETITION_NOTICES. Interrupt it at will, and run it again:
    nothing is told twice. Restart the service first, so that it counts by the new calendar, too.
    """
    from petition.handling.command import run  # noqa: PLC0415
    from petition.handling.notices import WrongCalendar  # noqa: PLC0415

    try:
        settings = bootstrap().settings
    except WrongCalendar as error:
        typer.echo(f"✗ {error}", err=True)
        raise typer.Exit(1) from None
    run(settings, dry=dry_run)


@commands.command()
def suggest(title: str, text: str, models: FolderOption = MODELS) -> None:
    """Suggest kind, topic, danger, department and tenant of one message, with reasons."""
    import dataclasses  # noqa: PLC0415

    import orjson  # noqa: PLC0415

    from petition.sorting.model_file import Models  # noqa: PLC0415
    from petition.sorting.rules import shipped  # noqa: PLC0415
    from petition.sorting.suggest import Sorter  # noqa: PLC0415
    from petition.sorting.text import Message  # noqa: PLC0415

    found = Sorter(shipped(), Models(models).current()).suggest(Message(title, text))
    typer.echo(orjson.dumps(dataclasses.asdict(found), option=orjson.OPT_INDENT_2))


@commands.command()
def train(
    labelled: Annotated[list[Path], typer.Argument(help="Labelled messages, .jsonl or .tsv.", exists=True)],
    held_out: Annotated[
        list[Path] | None, typer.Option(help="Judge by these. Default: one in five of the others.", exists=True)
    ] = None,
    models: FolderOption = MODELS,
) -> None:
    """Learn a model, report, and put it into use unless it is worse than the one in use (then exit 1)."""
    from petition.sorting import labelled as files_of_labels  # noqa: PLC0415
    from petition.sorting.evaluating import table  # noqa: PLC0415
    from petition.sorting.model_file import Models  # noqa: PLC0415
    from petition.sorting.rules import shipped  # noqa: PLC0415
    from petition.sorting.training import train as learn_and_compare  # noqa: PLC0415

    messages = [each for path in labelled for each in files_of_labels.read(path)]
    apart = [each for path in held_out or () for each in files_of_labels.read(path)]
    if not apart:
        messages, apart = files_of_labels.split(messages)
    trained = learn_and_compare(messages, apart, rules=shipped(), models=Models(models), now=datetime.now(UTC))
    typer.echo(f"{len(messages)} messages to learn from, {len(apart)} to judge by")
    typer.echo("\n".join(["in use:", *table(trained.before), "candidate:", *table(trained.figures)]))
    if trained.worse:
        typer.echo(f"refused, worse: {', '.join(trained.worse)}", err=True)
        raise typer.Exit(1)
    typer.echo(f"in use now: version {trained.candidate.version}, sha256 {trained.sha256}")


@commands.command()
def evaluate(
    data: Annotated[Path, typer.Argument(help="Folder of real messages.", exists=True, file_okay=False)],
) -> None:
    """Judge search and sorting on real messages; print each figure with the split it was found on."""
    from petition import evaluation  # noqa: PLC0415

    for figure in evaluation.evaluate(data):
        typer.echo(f"{figure.subject}  {figure.measure:>9} {figure.value:.4f}  {figure.split}")


cli = service_cli(bootstrap, commands)
