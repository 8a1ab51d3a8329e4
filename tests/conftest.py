"""Real servers for tests: one Kafka and one PostgreSQL a run, on free ports, in temporary folders."""

import os
import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest
from deploy.kafka import Kafka
from deploy.postgres import Postgres
from deploy.server import free_port
from hypothesis import settings
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling
from yiwangban_keyring.cli import MIGRATIONS as KEYRING_MIGRATIONS

from tests.integration.kit.databases import Databases

settings.register_profile("suite", deadline=None)  # machines are shared: how long an example takes says nothing
settings.load_profile("suite")

# No broker of a test lives long enough for Java's second compiler to pay: a start takes a third less without it.
os.environ.setdefault("JDK_JAVA_OPTIONS", "-XX:TieredStopAtLevel=1")

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


@pytest.fixture(scope="session")
def databases(postgres: Postgres) -> Databases:
    """Databases of this run."""
    return Databases(postgres)


@pytest.fixture(scope="session")
def database_migrations() -> Path | None:
    """What a test's database has gone through when the test gets it; a service's tests name its own."""
    return None


@pytest.fixture
def database_url(databases: Databases, database_migrations: Path | None) -> Iterator[str]:
    """A fresh database: empty, or migrated."""
    with databases.fresh(database_migrations) as url:
        yield url


@pytest.fixture(scope="session")
def keyring_url(databases: Databases) -> Iterator[str]:
    """A keyring's database, migrated. Tests share it, each with a secret of its own: none meets another's keys."""
    with databases.fresh(KEYRING_MIGRATIONS) as url:
        yield url


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


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files with slow tests come first, so that at the end no worker is left alone with one."""
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in slow)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> ByFile:
    return ByFile(config, log)
