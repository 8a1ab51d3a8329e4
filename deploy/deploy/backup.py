"""Copies of one service's database: taken while it is at work, put back in its place. PostgreSQL's own tools do it."""

import os
import subprocess
import time
from pathlib import Path

import psycopg
from psycopg import sql

from deploy.postgres import ADMIN, Postgres
from deploy.server import LOOPBACK

SECONDS_A_DAY = 24 * 3600


class BackupError(RuntimeError):
    """A copy couldn't be taken or put back; the message holds what the tool said."""


def dump(postgres: Postgres, database: str, path: Path) -> None:
    """Copy a database as it is at this moment into a file that only its owner may read; nobody is held up.

    Raises:
        BackupError: It failed; no file is left.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    arriving = path.with_name(f"{path.name}.arriving")
    os.close(os.open(arriving, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600))
    try:
        _run(postgres, "pg_dump", "--format=custom", "--compress=0", f"--file={arriving}", f"--dbname={database}")
        arriving.rename(path)
    finally:
        arriving.unlink(missing_ok=True)


def expire(folder: Path, *, days: int) -> list[Path]:
    """Delete the copies below a folder that are older than so many days; give them."""
    oldest = time.time() - days * SECONDS_A_DAY
    expired = [path for path in sorted(folder.rglob("*.dump")) if path.stat().st_mtime < oldest]
    for path in expired:
        path.unlink()
    return expired


def restore(postgres: Postgres, database: str, path: Path) -> None:
    """Put a copy in the place of a database, which is lost. Its service has to be stopped meanwhile.

    Raises:
        BackupError: It failed; the database may be missing then.
        psycopg.Error: The server doesn't answer.
    """
    name = sql.Identifier(database)
    with psycopg.connect(postgres.dsn("postgres"), autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(name))
    postgres.provision()
    _run(postgres, "pg_restore", "--exit-on-error", "--single-transaction", f"--dbname={database}", str(path))


def _run(postgres: Postgres, tool: str, *options: str) -> None:
    access = {
        "PGHOST": LOOPBACK,
        "PGPORT": str(postgres.port),
        "PGUSER": ADMIN,
        "PGPASSWORD": postgres.passwords[ADMIN],
    }
    command = [str(postgres.binaries / tool), "--no-password", *options]
    done = subprocess.run(command, env={**os.environ, **access}, capture_output=True, text=True, check=False)
    if done.returncode:
        raise BackupError(f"{tool}: {done.stderr[-2000:]}")
