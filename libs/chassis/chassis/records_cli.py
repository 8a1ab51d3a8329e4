"""Commands for whoever looks after the outbox and the parked records: see, decide, and let events flow again."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import psycopg
import typer
from rich.console import Console
from rich.table import Table

from chassis.outgoing import Outgoing
from chassis.service import Bootstrap

TopicOption = Annotated[str | None, typer.Option(help="Only this topic, named as in the contracts.")]
Subject = Annotated[str, typer.Argument(help="Id of the aggregate.")]


def outbox_cli(bootstrap: Bootstrap) -> typer.Typer:
    """Make the commands about events on their way out."""
    cli = typer.Typer(no_args_is_help=True, help="Events on their way to their topics.")

    @cli.command("list")
    def list_() -> None:
        """Say how many events wait, and for how long."""
        with _connection(bootstrap) as connection:
            backlog = Outgoing(connection).backlog()
        held = sum(backlog.quarantined.values())
        typer.echo(
            f"{backlog.pending} events wait, the oldest for {backlog.age_s:.1f} s; {held} subjects in quarantine"
        )

    @cli.command()
    def quarantined() -> None:
        """List the subjects whose events are held back after a permanent error."""
        with _connection(bootstrap) as connection:
            found = Outgoing(connection).quarantined()
        _print(
            ["topic", "subject", "since", "waiting", "reason"],
            [
                [one.topic, one.subject, f"{one.since:%Y-%m-%d %H:%M:%S}Z", str(one.waiting), one.reason]
                for one in found
            ],
        )

    @cli.command()
    def release(subject: Subject, topic: TopicOption = None) -> None:
        """Send a subject's events again, once what was wrong is mended."""
        with _connection(bootstrap) as connection:
            released = Outgoing(connection).release(subject, topic)
        if not released:
            typer.echo(f"{subject} isn't in quarantine", err=True)
            raise typer.Exit(1)
        typer.echo(f"released {subject}")

    @cli.command()
    def resend(topic: Annotated[str, typer.Argument(help="Named as in the contracts.")]) -> None:
        """Send a whole topic again, as far as the outbox reaches back. Consumers recognise what they know."""
        with _connection(bootstrap) as connection:
            rows = Outgoing(connection).resend(topic)
        typer.echo(f"{rows} events of {topic} are on their way again")

    return cli


@contextmanager
def _connection(bootstrap: Bootstrap) -> Iterator[psycopg.Connection[tuple[object, ...]]]:
    settings = bootstrap().settings
    with psycopg.connect(settings.database_url, autocommit=True, connect_timeout=5) as connection:
        yield connection


def _print(columns: list[str], rows: list[list[str]]) -> None:
    if not rows:
        typer.echo("none")
        return
    table = Table(*columns, box=None)
    for row in rows:
        table.add_row(*row)
    Console().print(table)
