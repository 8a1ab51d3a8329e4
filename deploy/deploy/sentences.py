"""What the ``deploy`` command says: steps while they are taken, and a sentence for each thing that can go wrong."""

import contextlib
import sys
import time
from collections.abc import Iterator

import httpx
import psycopg
import typer
from contracts.refusal import NotLetInError
from kafka.errors import KafkaError
from rich.console import Console

from contracts.openapi import Unmergeable
from deploy.access import NotForSubscribersError
from deploy.admission import AdmissionError
from deploy.backup import BackupError
from deploy.config import SettingError
from deploy.erasure import ErasureError
from deploy.jars import DownloadError
from deploy.openapi import NoDocumentError
from deploy.postgres import NoPostgresError
from deploy.provision import Provisioned, UnsafeRetentionError
from deploy.server import NotReadyError
from deploy.suite import StartError
from deploy.supervisor import SupervisorError
from deploy.tokens import IssuerError

console = Console(highlight=False, soft_wrap=True, width=None if sys.stdout.isatty() else 120)

EXPECTED = (
    AdmissionError,
    BackupError,
    DownloadError,
    ErasureError,
    IssuerError,
    KafkaError,
    NoDocumentError,
    NoPostgresError,
    NotForSubscribersError,
    NotLetInError,
    NotReadyError,
    SettingError,
    StartError,
    SupervisorError,
    Unmergeable,
    UnsafeRetentionError,
    httpx.HTTPError,
    psycopg.OperationalError,
)
"""What can go wrong on a machine; the message is for whoever runs it, so no traceback."""


@contextlib.contextmanager
def step(text: str) -> Iterator[None]:
    """Show what is being done while the block does it, then how long it took."""
    began = time.monotonic()
    with console.status(text):
        yield
    console.print(f"[green]✓[/green] {text} [dim]{time.monotonic() - began:.1f} s[/dim]")


@contextlib.contextmanager
def sentences() -> Iterator[None]:
    """Turn what can go wrong on a machine into its sentence and exit status 1."""
    try:
        yield
    except EXPECTED as error:
        console.print(f"[red]✗[/red] {error}", markup=True)
        raise typer.Exit(1) from None


def tell(done: Provisioned) -> None:
    """Show what on the brokers is not as declared."""
    for stranger in done.strangers:
        console.print(f"[yellow]未声明的权限 · nobody declared[/yellow] {stranger}")
    for difference in done.differences:
        console.print(f"[yellow]主题与声明不符 · differs from its declaration[/yellow] {difference}")
