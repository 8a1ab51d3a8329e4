"""The programs that a part needs, and no others, while it measures."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from urllib.error import URLError
from urllib.request import urlopen

from deploy.programs import programs
from deploy.suite import Suite

GATEWAY = "envoy"
DAEMONS = frozenset({"postgres", "kafka"})
UP_WITHIN_S = 60.0
LOOK_S = 0.05


def only_daemons(suite: Suite) -> None:
    """Stop everything but the servers: from here on each part runs only what it measures."""
    for info in suite.supervisor.info():
        if info["name"] not in DAEMONS:
            suite.supervisor.stop(info["name"])


@contextmanager
def running(suite: Suite, *names: str) -> Iterator[None]:
    """Run some programs of the suite while the block runs."""
    for name in names:
        suite.supervisor.start(name)
    try:
        deadline = time.monotonic() + UP_WITHIN_S
        while late := set(names) & suite.not_ready().keys():
            if time.monotonic() > deadline:
                raise RuntimeError(f"did not become ready: {', '.join(sorted(late))}")
            time.sleep(LOOK_S)
        if GATEWAY in names:
            suite.configuration.gateway().wait_ready()
        yield
    finally:
        for name in names:
            suite.supervisor.stop(name)


def pid_of(suite: Suite, name: str) -> int:
    """Give the process of a program that runs."""
    (found,) = (int(info["pid"]) for info in suite.supervisor.info() if info["name"] == name)
    return found


def url_of(suite: Suite, service: str) -> str:
    """Give the address of a service's role api, without the gateway."""
    return f"http://127.0.0.1:{suite.configuration.ports.services[service]}"


@contextmanager
def bare(suite: Suite, baseline: str, service: str, **settings: str) -> Iterator[str]:
    """Run a baseline of `benchmarks.bare` on a service's database, with the server and the loop of the services.

    Yields:
        Its address.
    """
    dsn = suite.configuration.postgres().dsn(service).replace("postgresql://", "postgresql+psycopg://")
    command = ["uvicorn", "--factory", f"benchmarks.bare:{baseline}", "--no-access-log", "--log-level", "warning"]
    with _beside(suite, command, {"BARE_DATABASE_URL": dsn, **settings}) as url:
        yield url


@contextmanager
def without(suite: Suite, what: str, name: str) -> Iterator[str]:
    """Run a program of the suite beside itself, without something that it does; see :mod:`benchmarks.without`.

    Yields:
        Its address.
    """
    (program,) = (each for each in programs(suite.configuration) if each.name == name)
    with _beside(suite, ["benchmarks.without", what, "serve"], program.environment) as url:
        yield url


@contextmanager
def _beside(suite: Suite, module: Sequence[str], settings: Mapping[str, str]) -> Iterator[str]:
    port = suite.configuration.ports.gateway + 60
    url = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", *module, "--port", str(port)]
    process = subprocess.Popen(command, env={**os.environ, **settings})  # noqa: S603  our own
    try:
        deadline = time.monotonic() + UP_WITHIN_S
        while not _answers(url):
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"{module[0]} did not start")
            time.sleep(LOOK_S)
        yield url
    finally:
        process.terminate()
        process.wait(10)


def _answers(url: str) -> bool:
    try:
        with urlopen(f"{url}/openapi.json", timeout=1):  # noqa: S310  our own address
            return True
    except (URLError, OSError):
        return False
