"""Tells Prometheus where the processes of this deployment listen (deploy/observability/prometheus.yml reads it)."""

import json
from typing import Any

from deploy.config import Configuration
from deploy.programs import shapes
from deploy.server import LOOPBACK
from deploy.services import SERVICES


def targets(configuration: Configuration) -> list[dict[str, Any]]:
    """List every process that has metrics, with its service and its role."""
    return [
        {"targets": [f"{LOOPBACK}:{port}"], "labels": {"service": service.name, "role": role}}
        for service in SERVICES
        for role, port in shapes(configuration, service).values()
    ]


def write_targets(configuration: Configuration) -> None:
    """Write the list into the state folder; Prometheus looks at it again by itself."""
    path = configuration.state / "prometheus" / "targets.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(targets(configuration), indent=2), "utf-8")
