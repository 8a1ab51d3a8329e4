"""The secured broker of a deployment, of which nothing else runs. Tests share it, each with topics of its own."""

from collections.abc import Callable, Iterator

import pytest
from contracts.bus import Bus
from demo.chaos import configuration_of
from deploy.cli import app
from deploy.cluster import Cluster
from deploy.config import Configuration
from deploy.credentials import Credentials
from deploy.suite import Suite
from typer.testing import CliRunner


@pytest.fixture(scope="session")
def configuration(tmp_path_factory: pytest.TempPathFactory) -> Configuration:
    return configuration_of(tmp_path_factory.mktemp("bus"))


@pytest.fixture(scope="session")
def cluster(configuration: Configuration) -> Iterator[Cluster]:
    """Its broker, provisioned. A test may stop, wipe and start it, and leaves it running and provisioned."""
    cluster = configuration.kafka()
    (broker,) = cluster.brokers
    broker.start()
    Suite(configuration).provision()
    yield cluster
    broker.stop()


@pytest.fixture
def credentials(cluster: Cluster) -> Credentials:
    assert cluster.credentials is not None
    return cluster.credentials


@pytest.fixture
def bus_of(cluster: Cluster) -> Callable[[str], Bus]:
    return cluster.bus_of


@pytest.fixture
def command(configuration: Configuration, cluster: Cluster, monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """Run a `deploy` command on that deployment; it has to end well."""
    monkeypatch.setenv("STATE_DIR", str(configuration.state))
    for name, port in configuration.ports.by_setting().items():
        monkeypatch.setenv(name, str(port))

    def run(*arguments: str, status: int = 0) -> str:
        done = CliRunner().invoke(app, arguments)
        assert done.exit_code == status, done.output
        return done.output

    return run
