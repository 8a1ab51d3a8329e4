"""Brings a service's database to the newest revision: Alembic, without configuration file and without waiting long."""

from pathlib import Path

from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, make_url, text

from chassis.schema import LOCK_TIMEOUT

_LOCK = int.from_bytes(b"migrate")
"""Advisory lock: of two that migrate at once, the second waits and finds nothing to do."""
WAIT = "60s"


def migrate(database_url: str, migrations: Path, revision: str = "head") -> list[str]:
    """Apply the revisions that are missing, all in one transaction.

    Args:
        database_url: libpq URL.
        migrations: Folder with ``versions``.
        revision: Where to stop.

    Returns:
        The revisions that were applied, in order.

    Raises:
        sqlalchemy.exc.OperationalError: The database is away, or somebody held a lock on a table for longer than the
            lock time-out of 2 s; nothing was changed.
    """
    config = Config()
    config.set_main_option("script_location", str(migrations).replace("%", "%%"))
    script = ScriptDirectory.from_config(config)
    applied: list[str] = []

    def upgrade(current: str, _context: object) -> list[object]:
        steps = script._upgrade_revs(revision, current)  # noqa: SLF001  what alembic.command.upgrade itself calls
        applied.extend(step.revision.revision for step in steps)
        return list(steps)

    engine = create_engine(make_url(database_url).set(drivername="postgresql+psycopg"))
    try:
        with engine.begin() as connection:
            connection.execute(text(f"SET LOCAL lock_timeout = '{WAIT}'"))
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
            connection.execute(text(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'"))
            with EnvironmentContext(config, script, fn=upgrade) as environment:
                environment.configure(connection=connection)
                environment.run_migrations()
    finally:
        engine.dispose()
    return applied
