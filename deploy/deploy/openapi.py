"""The suite's OpenAPI document: what each service says of itself, and what the gateway answers in its place."""

import json
import os
import subprocess
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import yaml

from contracts.openapi import merged
from deploy.config import Configuration
from deploy.gateway import PROBLEMS
from deploy.programs import environment_of
from deploy.services import SERVICES, Service


class NoDocumentError(RuntimeError):
    """A service doesn't say what it offers; the message holds what it said instead."""


def suite_document(configuration: Configuration) -> dict[str, Any]:
    """Ask each service's command and merge the answers. Nothing is started, and nothing has to run.

    Raises:
        NoDocumentError: A service's command failed.
        Unmergeable: Two services contradict each other.
    """
    with ThreadPoolExecutor() as pool:
        documents = pool.map(lambda service: _document(service, configuration), SERVICES)
        return merged({service.name: found for service, found in zip(SERVICES, documents, strict=True)}, _refusals())


def _document(service: Service, configuration: Configuration) -> Mapping[str, Any]:
    run = subprocess.run(
        [service.command, "openapi"],
        env={**os.environ, **environment_of(configuration, service.name)},
        capture_output=True,
        text=True,
        check=False,
    )
    if run.returncode:
        raise NoDocumentError(
            f"{service.name} 未能给出接口文档。 {service.name} gave no document:\n{run.stderr[-2000:]}"
        )
    found: Mapping[str, Any] = json.loads(run.stdout)
    return found


def _refusals() -> list[dict[str, Any]]:
    """Read what the gateway answers by itself, as rows of a document."""
    problems = yaml.safe_load(PROBLEMS.read_text("utf-8"))
    return [
        {
            "type": f"urn:yiwangban:problem:{problem['slug']}",
            **({"status": status} if isinstance(status, int) else {}),
            **{name: problem[name] for name in ("title", "title_en", "detail", "detail_en")},
        }
        for status, problem in problems.items()
        if "status" not in problem  # another status of Envoy's, told as one that is listed
    ]
