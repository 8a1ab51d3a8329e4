"""Production's files by the schemas of those who read them: Compose, Kubernetes, Strimzi. Nothing can run them here."""

import copy
from pathlib import Path
from typing import Any

import pytest
import yaml

from deploy.kubernetes import Shape, resources
from tests.integration.kit.schemas import Schemas, mistakes

COMPOSE = Path(__file__).resolve().parents[2] / "deploy" / "compose.yaml"
MANIFESTS = resources(Shape(image="registry.example/yiwangban:0.1.0", issuer="https://login.example"))


@pytest.fixture(scope="module")
def schemas() -> Schemas:
    return Schemas()


def named(resource: dict[str, Any]) -> str:
    return f"{resource['kind']} {resource['metadata']['name']}"


def one(kind: str) -> dict[str, Any]:
    return copy.deepcopy(next(each for each in MANIFESTS if each["kind"] == kind))


@pytest.mark.slow
def test_the_compose_file_is_one(schemas: Schemas) -> None:
    written = yaml.safe_load(COMPOSE.read_text("utf-8"))
    assert list(mistakes(schemas.compose(), written)) == []
    written["services"]["gateway"]["restarts"] = "always"
    assert list(mistakes(schemas.compose(), written))


def test_every_resource_is_as_its_kind_must_be(schemas: Schemas) -> None:
    assert len(MANIFESTS) > 50
    wrong = {named(each): found for each in MANIFESTS if (found := list(mistakes(schemas.of(each), each)))}
    assert wrong == {}


@pytest.mark.parametrize(
    ("kind", "place", "value"),
    [
        ("Deployment", ("spec", "template", "spec", "containers", 0, "readinesProbe"), {}),
        ("StatefulSet", ("spec", "podManagementPolicy"), 7),
        ("NetworkPolicy", ("spec", "egres"), []),
        ("Job", ("spec", "template", "spec", "securityContext", "runAsRoot"), False),
        ("Kafka", ("spec", "kafka", "listeners", 0, "type"), "outside"),
        ("Kafka", ("spec", "zookeeper"), {}),
        ("KafkaNodePool", ("spec", "roles"), ["conductor"]),
        ("KafkaUser", ("spec", "authorization", "acls", 0, "operations"), ["Reed"]),
        ("Cluster", ("spec", "postgresql", "synchronous", "method"), "some"),
        ("Cluster", ("spec", "replicas"), 3),
    ],
)
def test_a_mistake_is_found(schemas: Schemas, kind: str, place: tuple[Any, ...], value: Any) -> None:
    changed = one(kind)
    *path, last = place
    part: Any = changed
    for step in path:
        part = part[step]
    part[last] = value
    assert list(mistakes(schemas.of(changed), changed))
