"""The ``petition`` command: ``serve``, ``migrate``, outbox, parked records, and how well its judgements do."""

from pathlib import Path
from typing import Annotated

import typer
from chassis.cli import service_cli

from petition.bootstrap import bootstrap

cli = service_cli(bootstrap)


@cli.command()
def evaluate(
    data: Annotated[Path, typer.Argument(help="Folder of real messages.", exists=True, file_okay=False)],
) -> None:
    """Judge search on real messages; print each figure with the split it was found on."""
    from petition import evaluation  # noqa: PLC0415 - what it needs is large, and a service that serves needn't have it

    for figure in evaluation.evaluate(data):
        typer.echo(f"{figure.subject}  {figure.measure:>8} {figure.value:.4f}  {figure.split}")
