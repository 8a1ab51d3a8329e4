"""Commands for whoever looks after outbox, parked records and timers: see, decide, and let things flow again."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import psycopg
import typer
from rich.console import Console
from rich.table import Table

from chassis.relay.outgoing import Outgoing
from chassis.service import Bootstrap
from chassis.worker.failed_timers import FailedTimers
from chassis.worker.parked import ParkedRecords

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


def parked_cli(bootstrap: Bootstrap) -> typer.Typer:
    """Make the commands about records that a reaction has set aside."""
    cli = typer.Typer(no_args_is_help=True, help="Records that a reaction has set aside.")

    @cli.command("list")
    def list_(
        subject: Annotated[str | None, typer.Option(help="Only this subject.")] = None,
        limit: Annotated[int, typer.Option(min=1, help="Most records.")] = 100,
    ) -> None:
        """List parked records, those parked first at the head."""
        with _connection(bootstrap) as connection:
            found = ParkedRecords(connection).records(subject=subject, limit=limit)
        _print(
            ["id", "consumer", "topic", "subject", "sequence", "reason", "error"],
            [
                [
                    str(one.id),
                    one.consumer,
                    one.topic,
                    one.subject or "",
                    str(one.sequence or ""),
                    one.reason,
                    one.error or "",
                ]
                for one in found
            ],
        )

    @cli.command()
    def show(
        record: Annotated[int, typer.Argument(help="Its id.")],
        *,
        raw: Annotated[
            bool, typer.Option(help="Also the record itself; one that is invalid may hold anything.")
        ] = False,
    ) -> None:
        """Show one parked record."""
        with _connection(bootstrap) as connection:
            found = ParkedRecords(connection).show(record)
        if found is None:
            typer.echo(f"no parked record {record}", err=True)
            raise typer.Exit(1)
        _print(["", ""], [[name, str(value)] for name, value in found[0]._asdict().items()])
        if raw:
            typer.echo(found[1] or b"(no value)")

    @cli.command()
    def replay(
        subject: Subject, consumer: Annotated[str | None, typer.Option(help="Only this reaction's.")] = None
    ) -> None:
        """Have a subject's failed records tried again, in order, once what made them fail is mended."""
        with _connection(bootstrap) as connection:
            records = ParkedRecords(connection).replay(subject, consumer=consumer)
        if not records:
            typer.echo(f"{subject} has no failed record", err=True)
            raise typer.Exit(1)
        typer.echo(f"{records} records of {subject} will be tried again within seconds")

    return cli


def timers_cli(bootstrap: Bootstrap) -> typer.Typer:
    """Make the commands about timers; a service that has some adds them to its own."""
    cli = typer.Typer(name="timers", no_args_is_help=True, help="Timers whose effect failed.")

    @cli.command("list")
    def list_(limit: Annotated[int, typer.Option(min=1, help="Most timers.")] = 100) -> None:
        """List timers that are tried again later or were set aside, those due first at the head."""
        with _connection(bootstrap) as connection:
            found = FailedTimers(connection).timers(limit=limit)
        _print(
            ["subject", "clock", "version", "due", "attempts", "next", "error"],
            [
                [
                    one.subject,
                    one.clock,
                    str(one.version),
                    f"{one.due_at:%Y-%m-%d %H:%M:%S}Z",
                    str(one.attempts),
                    "set aside" if one.parked else f"{one.next_at:%Y-%m-%d %H:%M:%S}Z",
                    one.error or "",
                ]
                for one in found
            ],
        )

    @cli.command()
    def retry(subject: Subject) -> None:
        """Have a subject's failed timers tried again, once what made them fail is mended."""
        with _connection(bootstrap) as connection:
            timers = FailedTimers(connection).retry(subject)
        if not timers:
            typer.echo(f"{subject} has no failed timer", err=True)
            raise typer.Exit(1)
        typer.echo(f"{timers} timers of {subject} will be tried again at once")

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
