"""Real servers for tests: one Kafka and one PostgreSQL a run, on free ports, in temporary folders."""

import os
import secrets
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from chassis.process.migration import migrate
from deploy.kafka import Kafka
from deploy.postgres import Postgres
from deploy.server import free_port
from hypothesis import settings
from psycopg import sql
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling
from yiwangban_keyring.cli import MIGRATIONS as KEYRING_MIGRATIONS

settings.register_profile("suite", deadline=None)  # machines are shared: how long an example takes says nothing
settings.load_profile("suite")

CACHE = Path(os.environ.get("STATE_DIR", Path(__file__).resolve().parents[1] / ".state")) / "cache"
"""What was downloaded, shared with the deployment and between runs."""


@pytest.fixture(scope="session")
def kafka(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kafka]:
    """A broker. A test may stop, kill and start it, and leaves it running."""
    server = Kafka(
        tmp_path_factory.mktemp("kafka"), jars=CACHE / "kafka", port=free_port(), controller_port=free_port()
    )
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgres]:
    """A database server. A test may stop, kill and start it, and leaves it running."""
    server = Postgres(tmp_path_factory.mktemp("postgres"), port=free_port())
    server.start()
    yield server
    server.stop()


@pytest.fixture
def database_url(postgres: Postgres) -> Iterator[str]:
    """A fresh, empty database."""
    name = f"t{secrets.token_hex(6)}"
    with psycopg.connect(postgres.dsn("postgres"), autocommit=True) as admin:
        admin.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    yield postgres.dsn(name)
    with psycopg.connect(postgres.dsn("postgres"), autocommit=True) as admin:
        admin.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.fixture(scope="session")
def keyring_url(postgres: Postgres) -> str:
    """A keyring's database, migrated. Tests share it, each with a secret of its own: none meets another's keys."""
    name = f"keyring_{secrets.token_hex(4)}"
    with psycopg.connect(postgres.dsn("postgres"), autocommit=True) as admin:
        admin.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    migrate(postgres.dsn(name), KEYRING_MIGRATIONS)
    return postgres.dsn(name)


@pytest.fixture
def topic_prefix() -> str:
    """A prefix that no other test's topics have."""
    return f"t{secrets.token_hex(3)}."


class ByFile(LoadScopeScheduling):  # type: ignore[misc]  # xdist ships no types
    """Keeps a file's tests with one worker, all that start whole suites, and all that share the secured broker.

    Two suites at once are more than two cores can carry.
    """

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        if file.startswith("tests/integration/bus/"):
            return "bus"
        return "suites" if file.startswith(("tests/chaos/", "tests/e2e/")) else file


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> ByFile:
    return ByFile(config, log)
