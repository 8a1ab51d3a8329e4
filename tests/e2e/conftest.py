"""A whole suite, started as ``make start`` starts it, in a folder and on ports of its own."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from chassis.testing.otlp import Capture, capture_otlp
from demo.chaos import configuration_of
from deploy.suite import Suite

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Running:
    """A suite that runs, the environment that its commands need, and what it exports."""

    suite: Suite
    environment: dict[str, str]
    capture: Capture

    @property
    def url(self) -> str:
        """Where its gateway is."""
        return self.suite.configuration.gateway().url

    def token(self, *roles: str, sub: str = "somebody", department: str | None = None) -> str:
        """Sign a token for somebody of Shenzhen."""
        return self.suite.configuration.issuer().token(sub=sub, tenant="440300", roles=roles, department=department)


@contextmanager
def started(folder: Path, **settings: str) -> Iterator[Running]:
    """Run a suite while the block runs, told this beside the usual."""
    with capture_otlp() as capture, pytest.MonkeyPatch.context() as patch:
        for name, value in {**capture.environment, **settings}.items():
            patch.setenv(name, value)
        patch.setenv("OTEL_METRICS_EXPORTER", "otlp")
        patch.setenv("OTEL_METRIC_EXPORT_INTERVAL", "2000")
        chosen = configuration_of(folder)
        suite = Suite(replace(chosen, split=False, otlp_endpoint=capture.endpoint))
        environment = {
            **os.environ,
            "STATE_DIR": str(chosen.state),
            **{name: str(port) for name, port in chosen.ports.by_setting().items()},
        }
        suite.start()
        yield Running(suite, environment, capture)
        suite.down()


@pytest.fixture(scope="package")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A suite that modules share."""
    with started(tmp_path_factory.mktemp("e2e")) as suite:
        yield suite


def run(running: Running, command: str, *, within: float = 120) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["/bin/sh", "-c", command],
        cwd=ROOT,
        env=running.environment,
        capture_output=True,
        text=True,
        timeout=within,
        check=False,
    )
