"""A service's command line: ``serve``, ``migrate``, ``openapi``, outbox, parked records, and what it adds itself."""

import contextlib
import dataclasses
from typing import Annotated

import orjson
import typer
import uvicorn

from chassis.api.web import http_application
from chassis.app import service_defaults
from chassis.process.migration import migrate as migrate_database
from chassis.process.records_cli import outbox_cli, parked_cli
from chassis.process.server import Server, allow_files
from chassis.service import Bootstrap
from chassis.settings import Role

RoleOption = Annotated[
    str | None,
    typer.Option(help="all, or a list of api, worker and relay, e.g. api,worker. Default: the environment's."),
]
PortOption = Annotated[int | None, typer.Option(help="Port to listen on. Default: the environment's.")]


def service_cli(bootstrap: Bootstrap, commands: typer.Typer | None = None) -> typer.Typer:
    """Make the command line of a service.

    Args:
        bootstrap: Describes the service; called when a command runs, so that ``--help`` needs no settings.
        commands: What the service adds.
    """
    cli = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_show_locals=False)

    @cli.callback()
    def about() -> None:
        """Run, migrate and look after a service of the suite."""

    @cli.command()
    def serve(role: RoleOption = None, port: PortOption = None) -> None:
        """Run the service until SIGTERM; then stop gracefully."""
        _serve(bootstrap, {"roles": role, "http_port": port})

    @cli.command()
    def migrate() -> None:
        """Bring the service's database to the newest revision."""
        service = bootstrap()
        applied = migrate_database(service.settings.database_url, service.migrations)
        typer.echo(f"applied: {', '.join(applied)}" if applied else "nothing to do")

    @cli.command()
    def openapi() -> None:
        """Print the OpenAPI document of its endpoints; nothing is started."""
        typer.echo(orjson.dumps(http_application(bootstrap()).openapi()))

    cli.add_typer(outbox_cli(bootstrap), name="outbox")
    cli.add_typer(parked_cli(bootstrap), name="parked")
    if commands is not None:
        cli.add_typer(commands)
    return cli


def _serve(bootstrap: Bootstrap, changes: dict[str, object]) -> None:
    given = {name: value for name, value in changes.items() if value is not None}
    service = bootstrap()
    service = dataclasses.replace(service, settings=service.settings.changed(**given))
    settings = service.settings
    app = service_defaults(lambda: service)
    if settings.has(Role.API):
        allow_files(settings.max_streams)
    config = uvicorn.Config(
        app,
        host=settings.http_host,
        port=settings.http_port,
        log_config=None,  # the chassis has configured it
        access_log=False,  # it would hold query strings
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=int(settings.drain_s),
    )
    with contextlib.suppress(KeyboardInterrupt):
        # The edge is there once the application has started.
        Server(config, stop_streams=lambda: app.state.edge.streams.stop()).run()  # noqa: PLW0108
