"""Prometheus finds every process that there is, on one machine and in production."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from deploy.config import Configuration
from deploy.programs import ROLES, programs
from deploy.scraping import write_targets
from deploy.services import SERVICES

from tests.observability.names import FOLDER


@pytest.mark.parametrize("roles", ["all", "split"])
def test_on_one_machine_it_is_told_of_each_process_with_metrics(tmp_path: Path, roles: str) -> None:
    chosen = Configuration.from_environment({"STATE_DIR": str(tmp_path), "ROLES": roles})
    write_targets(chosen)
    targets = json.loads((tmp_path / "prometheus" / "targets.json").read_text("utf-8"))
    addresses = {f"http://{address}/readyz" for group in targets for address in group["targets"]}
    assert addresses == {program.ready_url for program in programs(chosen) if program.ready_url}
    assert {group["labels"]["service"] for group in targets} == {service.name for service in SERVICES}
    assert {group["labels"]["role"] for group in targets} == ({"all"} if roles == "all" else set(ROLES))


def test_the_configuration_reads_what_is_written_there() -> None:
    (job,) = yaml.safe_load((FOLDER / "prometheus.yml").read_text("utf-8"))["scrape_configs"]
    (file,) = job["file_sd_configs"][0]["files"]
    assert (FOLDER / file).resolve() == FOLDER.parents[1] / ".state" / "prometheus" / "targets.json"


def test_in_production_it_asks_for_each_role_of_each_service_by_name() -> None:
    (job,) = yaml.safe_load((FOLDER / "prometheus.production.yml").read_text("utf-8"))["scrape_configs"]
    asked = {(name, found["port"]) for found in job["dns_sd_configs"] for name in found["names"]}
    assert asked == {(f"{service.name}-{role}", service.port) for service in SERVICES for role in ROLES}

    def labels(name: str) -> dict[str, Any]:
        found = {}
        for rule in job["relabel_configs"]:
            match = re.fullmatch(rule["regex"], name)
            assert match is not None
            found[rule["target_label"]] = match.expand(rule["replacement"].replace("$", "\\"))
        return found

    for service in SERVICES:
        for role in ROLES:
            assert labels(f"{service.name}-{role}") == {"service": service.name, "role": role}
