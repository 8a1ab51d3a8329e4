"""The suite in Kubernetes: its two templates filled in, the one for services once for each of them."""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from string import Template
from typing import Any

import yaml
from contracts.registry import Registry
from kafka.admin import ACL, ACLResourcePatternType

from deploy.access import described, rights_of_service
from deploy.issuer import AUDIENCE
from deploy.postgres import RECONCILER
from deploy.services import KEYRING, SERVICES, Service

HOME = Path(__file__).resolve().parents[1] / "kubernetes"
NAMESPACE = "yiwangban"
DOOR_PORT = 8443
ENVOY = "envoyproxy/envoy:v1.40-latest"
MIRROR = "intel-sink"
ONLY = re.compile(r"^.*# only: (\w+)\n", re.MULTILINE)
"""A line for services of one kind (*personal*, if their events hold personal fields, or *mirror*) or *discovery*."""

VERSION = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """What differs from one installation to another; everything else is for an overlay.

    Attributes:
        image: Of the suite, with its version as the tag.
        issuer: Whose tokens are let in.
        audience: For which system they must be.
        discovery_url: The issuer's discovery document; without one its keys are a file.
        envoy: Image of the gateway.
    """

    image: str
    issuer: str
    audience: str = AUDIENCE
    discovery_url: str = ""
    envoy: str = ENVOY

    @property
    def version(self) -> str:
        """The image's tag, as part of a name: a job of a new version is another job."""
        tag = self.image.rpartition("/")[2].partition(":")[2] or "latest"
        return VERSION.sub("-", tag.lower()).strip("-")


def resources(shape: Shape) -> list[dict[str, Any]]:
    """List everything that is to be applied, each in the suite's namespace and with its labels."""
    shared = {
        "IMAGE": shape.image,
        "VERSION": shape.version,
        "ISSUER": shape.issuer,
        "AUDIENCE": shape.audience,
        "DISCOVERY_URL": shape.discovery_url,
        "ENVOY": shape.envoy,
        "SOURCES": json.dumps({each.name: _source(each) for each in SERVICES}),
        "PERSONAL": json.dumps([KEYRING, *(each.name for each in SERVICES if each.personal)]),
        "GATEWAY": json.dumps(_gateway(shape)),
    }
    found = list(_filled("suite.yaml", shared, frozenset({"discovery"} if shape.discovery_url else ())))
    for service in SERVICES:
        found += _filled("service.yaml", shared | _names(service), _kinds(service))
    for resource in found:
        _belong(resource)
    return found


def manifests(shape: Shape) -> str:
    """Write them as one stream of YAML documents."""
    return yaml.safe_dump_all(resources(shape), allow_unicode=True, sort_keys=False, width=120)


def _names(service: Service) -> dict[str, str]:
    return {
        "NAME": service.name,
        "DATABASE": service.database,
        "PREFIX": service.prefix,
        "PORT": str(service.port),
        "RIGHTS": json.dumps(_rights(service)),
        "WORKERS": "1" if service.name == MIRROR else "2",  # its checkpoints go on in one file
    }


def _rights(service: Service) -> list[dict[str, Any]]:
    """Put what a service may do on the bus into the words of a KafkaUser."""
    rights = rights_of_service(service.name, Registry.load().topics.values())
    return [_right(right) for right in sorted(rights, key=described)]


def _right(right: ACL) -> dict[str, Any]:
    pattern = right.resource_pattern
    return {
        "resource": {
            "type": pattern.resource_type.name.lower(),
            "name": pattern.resource_name,
            "patternType": "prefix" if pattern.pattern_type == ACLResourcePatternType.PREFIXED else "literal",
        },
        "operations": [right.operation.name.capitalize()],
    }


def _kinds(service: Service) -> frozenset[str]:
    kinds = {
        "personal": service.personal,
        "mirror": service.name == MIRROR,
        "files": any(route.files for route in service.routes),
    }
    return frozenset(kind for kind, is_one in kinds.items() if is_one)


def _filled(name: str, values: dict[str, str], kinds: frozenset[str]) -> Iterator[dict[str, Any]]:
    text = ONLY.sub(lambda line: line[0] if line[1] in kinds else "", (HOME / name).read_text("utf-8"))
    yield from _apart(yaml.safe_load(Template(text).substitute(values))["resources"])


def _apart(shared: Any) -> Any:
    """Give everything a copy of its own, so that no document refers to another one's part."""
    return json.loads(json.dumps(shared))


def _source(service: Service) -> str:
    """Give the address under which the mirror's owner reads a service's outbox; Kubernetes fills the password in."""
    return f"postgresql://{RECONCILER}:$(RECONCILER_PASSWORD)@{service.name}-db-rw:5432/{service.database}"


def _gateway(shape: Shape) -> Sequence[str]:
    secrets = Path("/run/secrets")
    options = {
        "output": "/etc/gateway/envoy.yaml",
        "port": DOOR_PORT,
        "jwks": secrets / "issuer" / "jwks.json",
        "certificate": secrets / "certificate",
        "issuer": shape.issuer,
        "audience": shape.audience,
        **({"discovery-url": shape.discovery_url} if shape.discovery_url else {}),
    }
    told = [text for name, value in options.items() for text in (f"--{name}", str(value))]
    places = [f"--service={each.name}={each.name}-api:{each.port}" for each in SERVICES]
    return ["deploy", "gateway", *told, *places]


def _belong(resource: dict[str, Any]) -> None:
    """Put it, and the pods that it makes, into the suite."""
    label = {"app.kubernetes.io/part-of": NAMESPACE}
    metadata = resource["metadata"]
    metadata["labels"] = {**metadata.get("labels", {}), **label}
    if resource["kind"] != "Namespace":
        metadata["namespace"] = NAMESPACE
    spec = resource.get("spec", {})
    spec = spec.get("jobTemplate", {}).get("spec", spec)
    if "template" in spec:
        spec["template"]["metadata"]["labels"] |= label
