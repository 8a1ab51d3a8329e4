"""The ``yiwangban-keyring`` command: looks after the table of keys: makes it, writes it anew, wraps and destroys."""

import asyncio
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

import psycopg
import typer
from chassis.process.migration import migrate as migrate_database
from chassis.settings import DEVELOPMENT, STATE
from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from yiwangban_keyring.encryption import FileEncryption
from yiwangban_keyring.store import DatabaseKeyring

T = TypeVar("T")

MIGRATIONS = Path(__file__).resolve().parents[1] / "migrations"
NOBODY = bytes(32)
"""In place of the secret behind the hashes of persons: these commands look nobody up."""

cli = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_show_locals=False)


class Access(BaseSettings):
    """Where the keyring is."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    environment: str = Field(default=DEVELOPMENT, validation_alias="ENVIRONMENT")
    database_url: str = Field(validation_alias="KEYRING_DATABASE_URL", repr=False)
    kek_path: Path = Field(default=STATE / "secrets" / "kek", validation_alias="KEYRING_KEK_PATH")


@cli.callback()
def about() -> None:
    """Look after the keys of persons."""


@cli.command()
def migrate() -> None:
    """Bring the keyring's database to the newest revision."""
    applied = migrate_database(Access().database_url, MIGRATIONS)
    typer.echo(f"applied: {', '.join(applied)}" if applied else "nothing to do")


@cli.command()
def rewrap() -> None:
    """Wrap every key by the current key-encryption key; services are at work meanwhile."""

    async def work(keyring: DatabaseKeyring) -> int:
        total = 0
        while done := await keyring.rewrap():
            total += done
        return total

    typer.echo(f"{_with_keyring(work)} keys wrapped anew")


@cli.command()
def overwrite() -> None:
    """Write the table anew, so that its files hold no destroyed key. The write-ahead log does, for a while."""
    # Whoever can't have the table for itself within two seconds gives up, rather than keep everybody waiting behind it.
    with psycopg.connect(Access().database_url, autocommit=True, options="-c lock_timeout=2s") as connection:
        connection.execute("VACUUM FULL keys")
    typer.echo("the table is written anew")


@cli.command()
def destroy() -> None:
    """Destroy the keys whose ids come on standard input, one a line; those that are destroyed already stay so."""
    keyids = sys.stdin.read().split()
    typer.echo(f"{_with_keyring(lambda keyring: keyring.destroy(*keyids))} of {len(keyids)} keys were still there")


def _with_keyring(work: Callable[[DatabaseKeyring], Awaitable[T]]) -> T:
    access = Access()

    async def run() -> T:
        encryption = FileEncryption(access.kek_path, create=access.environment == DEVELOPMENT)
        keyring = DatabaseKeyring(access.database_url, encryption, secret=NOBODY)
        try:
            return await work(keyring)
        finally:
            await keyring.close()

    return asyncio.run(run())
