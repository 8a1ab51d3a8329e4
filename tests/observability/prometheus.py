"""A real Prometheus over a suite that runs, with this repository's configuration and rules, in a hurry."""

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml
from chassis.testing.waiting import eventually_sync
from deploy.server import free_port

from tests.observability.names import ALERTS, FOLDER, ITS_OWN, RECORDED, selectors

WHEN_IT_HAPPENS = {
    "yiwangban_deliveries_oldest_seconds",  # of a suite whose channels are answered
    "yiwangban_deliveries_parked",
    "yiwangban_outbox_quarantined",
    "yiwangban_parked_count",
    "yiwangban_parked_oldest_seconds",
    "yiwangban_relay_failures_total",
    "yiwangban_timer_delay_seconds_bucket",
}
"""Series that aren't there before something happened."""


def needed() -> set[str]:
    """Give the series that the rules ask for and that a suite which was used always has."""
    expressions = [*RECORDED.values(), *(alert["expr"] for alert in ALERTS)]
    asked = {str(one.name) for expression in expressions for one in selectors(expression)}
    return asked - RECORDED.keys() - ITS_OWN.keys() - WHEN_IT_HAPPENS


@contextmanager
def prometheus_on(state: Path, folder: Path) -> Iterator[Callable[[str], Any]]:
    """Run one while the block runs.

    Args:
        state: Folder of the suite that it scrapes.
        folder: Of its own files.

    Yields:
        What asks its API, by the path behind ``/api/v1/``.
    """
    program = shutil.which("prometheus")
    if program is None:
        without = "prometheus is missing: run `make tools`, or apt-get install prometheus"
        (pytest.fail if os.environ.get("CI") else pytest.skip)(without)
    configuration = yaml.safe_load((FOLDER / "prometheus.yml").read_text("utf-8"))
    configuration["global"] = {"scrape_interval": "1s", "evaluation_interval": "1s"}
    configuration["rule_files"] = [str(FOLDER / pattern) for pattern in configuration["rule_files"]]
    found = configuration["scrape_configs"][0]["file_sd_configs"][0]
    found["files"] = [str(state / "prometheus" / Path(file).name) for file in found["files"]]
    (folder / "prometheus.yml").write_text(yaml.safe_dump(configuration), "utf-8")
    url = f"http://127.0.0.1:{free_port()}"
    options = [f"--config.file={folder / 'prometheus.yml'}", f"--storage.tsdb.path={folder / 'data'}"]
    options += [f"--web.listen-address={url.removeprefix('http://')}", "--log.level=warn"]
    with (folder / "prometheus.log").open("wb") as log, httpx.Client(base_url=url, trust_env=False) as client:
        process = subprocess.Popen([program, *options], stdout=log, stderr=subprocess.STDOUT)
        try:
            eventually_sync(
                lambda: client.get("/-/ready").is_success,
                within=20,
                that="it is ready",
                ignoring=(httpx.TransportError,),
            )
            yield lambda path: client.get(f"/api/v1/{path}").raise_for_status().json()["data"]
        finally:
            process.terminate()
            process.wait(20)
