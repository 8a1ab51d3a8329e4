"""The shape in Kubernetes holds together: nothing can run it here, so what each part says of others is checked."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from contracts.registry import Registry
from deploy.cli import app
from deploy.services import KEYRING, SERVICES
from intel_sink.config import ErasureSettings
from typer.testing import CliRunner

from deploy.kubernetes import Shape, resources

from .production_settings import read

SHAPE = Shape(image="registry.example:5000/yiwangban:1.2.0", issuer="https://login.example")
MANIFESTS = resources(SHAPE)
ROOT = Path(__file__).resolve().parents[3]
README, ON_KEYS = ((ROOT / page).read_text("utf-8") for page in ("deploy/README.md", "docs/keyring.md"))
NAMES = [each.name for each in SERVICES]
WHO_ERASES = {"app.kubernetes.io/name": "intel-sink", "app.kubernetes.io/component": "erase"}
ROLES = {"api": "Deployment", "worker": "StatefulSet", "relay": "Deployment"}


def named(kind: str, name: str) -> dict[str, Any]:
    (found,) = (each for each in MANIFESTS if (each["kind"], each["metadata"]["name"]) == (kind, name))
    return found


def workloads() -> Iterator[tuple[str, dict[str, Any]]]:
    """Give the name and the pod's template of everything that runs a pod of ours."""
    for each in MANIFESTS:
        spec = each.get("spec", {})
        if template := spec.get("jobTemplate", {}).get("spec", spec).get("template"):
            yield each["metadata"]["name"], template


def containers(template: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = template["spec"].get("initContainers", []) + template["spec"]["containers"]
    return found


def told(container: dict[str, Any]) -> dict[str, str]:
    """Give a container's environment; what comes from a secret is made up."""
    shared = named("ConfigMap", "suite")["data"] if "envFrom" in container else {}
    own = {each["name"]: each.get("value", "") for each in container.get("env", [])}
    return shared | {name: value or "postgresql://made@up/here" for name, value in own.items() if "SLOT" not in name}


@pytest.mark.parametrize("service", NAMES)
@pytest.mark.parametrize(("role", "kind"), ROLES.items())
def test_every_role_of_every_service_starts_with_settings_for_production(
    service: str, role: str, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    (container,) = named(kind, f"{service}-{role}")["spec"]["template"]["spec"]["containers"]
    assert container["command"][:4] == [service, "serve", "--role", role]
    assert container["command"][-1] == str(container["ports"][0]["containerPort"])
    settings = read(service, told(container), monkeypatch)
    assert settings.environment == "production"
    assert settings.http_host == "0.0.0.0"  # noqa: S104  in its pod


@pytest.mark.parametrize("service", NAMES)
def test_only_who_holds_personal_data_gets_at_its_keys(service: str) -> None:
    personal = any(event.personal for topic in Registry.load().written_by(service) for event in topic.events)
    for role, kind in ROLES.items():
        spec = named(kind, f"{service}-{role}")["spec"]["template"]["spec"]
        assert ("key-encryption-key" in {volume["name"] for volume in spec["volumes"]}) is personal
        assert ("KEYRING_DATABASE_URL" in told(spec["containers"][0])) is personal
    assert ({"podSelector": {"matchLabels": {"cnpg.io/cluster": "keyring-db"}}} in reached(service)) is personal
    entrance, *_ = named("NetworkPolicy", "keyring-db")["spec"]["ingress"]
    (let_in,) = entrance["from"][0]["podSelector"]["matchExpressions"]
    assert (service in let_in["values"]) is personal


def test_an_erasure_is_a_job_that_nobody_starts_by_itself_and_gets_at_the_keys_alone_of_its_service(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    cron = named("CronJob", "erase")["spec"]
    assert cron["suspend"] is True
    template = cron["jobTemplate"]["spec"]["template"]
    assert template["metadata"]["labels"].items() >= WHO_ERASES.items()
    _, by_erasure, _ = named("NetworkPolicy", "keyring-db")["spec"]["ingress"]
    assert by_erasure["from"] == [{"podSelector": {"matchLabels": WHO_ERASES}}]
    erasing, overwriting = containers(template)
    assert [erasing["command"], overwriting["command"]] == [["intel-sink", "erase"], ["yiwangban-keyring", "overwrite"]]
    for name, value in told(erasing).items():
        monkeypatch.setenv(name, value)
    settings = ErasureSettings()
    assert (settings.environment, str(settings.keyring_kek_path)) == ("production", told(erasing)["KEYRING_KEK_PATH"])
    (person,) = (each for each in erasing["env"] if each["name"] == "ERASE_PERSON")
    assert person["valueFrom"]["secretKeyRef"] == {"name": "erasure", "key": "person"}


def reached(service: str) -> list[dict[str, Any]]:
    return [peer for rule in named("NetworkPolicy", service)["spec"]["egress"] for peer in rule["to"]]


def test_every_path_that_a_process_is_told_is_mounted_where_it_needs_it() -> None:
    for name, template in workloads():
        for container in template["spec"]["containers"]:
            mounts = [mount["mountPath"] for mount in container.get("volumeMounts", [])]
            for path in (value for value in told(container).values() if value.startswith(("/run/", "/var/"))):
                lost = not any(path.startswith(mount) for mount in mounts)
                assert not lost or name.startswith(("provision", "keyring-migrate")), f"{name}: {path}"


def test_every_worker_has_a_slot_of_its_own() -> None:
    for service in SERVICES:
        worker = named("StatefulSet", f"{service.name}-worker")["spec"]
        (slot,) = (each for each in worker["template"]["spec"]["containers"][0]["env"] if "SLOT" in each["name"])
        assert slot["name"] == f"{service.prefix}SLOT"
        assert slot["valueFrom"]["fieldRef"]["fieldPath"] == "metadata.labels['apps.kubernetes.io/pod-index']"
        assert named("Service", worker["serviceName"])["spec"]["selector"] == worker["selector"]["matchLabels"]


def test_no_process_may_more_than_it_needs() -> None:
    for name, template in workloads():
        spec = template["spec"]
        assert spec["automountServiceAccountToken"] is False, name
        assert spec["securityContext"]["runAsNonRoot"] is True, name
        assert spec["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}, name
        for container in containers(template):
            allowed = container["securityContext"]
            assert allowed["allowPrivilegeEscalation"] is False, name
            assert allowed["readOnlyRootFilesystem"] is True, name
            assert allowed["capabilities"] == {"drop": ["ALL"]}, name
            assert container["resources"].keys() == {"requests", "limits"}, name


def test_every_server_is_asked_whether_it_lives_and_is_ready() -> None:
    for name, template in workloads():
        for container in template["spec"]["containers"]:
            if "ports" in container:
                assert container["livenessProbe"]["httpGet"]["path"] == "/livez", name
                ready = container["readinessProbe"]["httpGet"]["path"]
                assert ready == ("/livez" if name == "gateway" else "/readyz"), name


def test_a_node_may_be_drained_without_an_outage() -> None:
    budgets = [each["spec"]["selector"] for each in MANIFESTS if each["kind"] == "PodDisruptionBudget"]
    several = [each for each in MANIFESTS if each["kind"] in {"Deployment", "StatefulSet"}]
    assert len(several) == 3 * len(SERVICES) + 1
    for each in several:
        assert each["spec"]["selector"] in budgets, each["metadata"]["name"]
        assert each["spec"]["replicas"] > 1 or each["metadata"]["name"] == "intel-sink-worker"


def test_what_selects_selects_something() -> None:
    pods = [template["metadata"]["labels"] for _, template in workloads()]
    operators = {"cnpg.io/cluster": f"{{}}-db in {NAMES}", "strimzi.io/cluster": "yiwangban"}
    for each in MANIFESTS:
        spec = each["spec"] if each["kind"] in {"Service", "NetworkPolicy", "PodDisruptionBudget"} else {}
        selector = spec.get("selector") or spec.get("podSelector") or {}
        labels = selector.get("matchLabels", selector)
        ours = {name: value for name, value in labels.items() if name not in operators}
        assert any(ours.items() <= pod.items() for pod in pods), each["metadata"]["name"]


def test_secrets_are_only_referred_to_and_the_page_says_how_each_is_made() -> None:
    text = yaml.safe_dump(MANIFESTS)
    assert not [each for each in MANIFESTS if each["kind"] == "Secret"]
    referred = set(re.findall(r"secretName: (\S+)", text))
    referred |= {
        each["valueFrom"]["secretKeyRef"]["name"]
        for _, template in workloads()
        for container in containers(template)
        for each in container.get("env", [])
        if "secretKeyRef" in each.get("valueFrom", {})
    }
    made_by_the_operator = {f"{name}-db-app" for name in (*NAMES, KEYRING)} | {"yiwangban-cluster-ca-cert"}
    made_by_the_operator |= {each["metadata"]["name"] for each in MANIFESTS if each["kind"] == "KafkaUser"}
    assert referred > made_by_the_operator
    for name in referred - made_by_the_operator:
        assert re.search(rf"secret (generic|tls) {name} ", README + ON_KEYS), name
    assert "configmap issuer " in README


def test_every_volume_is_there_and_every_claim_is_made() -> None:
    claims = {each["metadata"]["name"] for each in MANIFESTS if each["kind"] == "PersistentVolumeClaim"}
    for name, template in workloads():
        volumes = {volume["name"]: volume for volume in template["spec"].get("volumes", [])}
        mounted = {mount["name"] for each in containers(template) for mount in each.get("volumeMounts", [])}
        assert mounted == volumes.keys(), name
        claimed = (each.get("persistentVolumeClaim", {}).get("claimName") for each in volumes.values())
        assert set(filter(None, claimed)) <= claims, name


def test_every_record_is_on_three_brokers_and_every_commit_on_two_instances() -> None:
    assert named("KafkaNodePool", "broker")["spec"]["replicas"] == 3
    config = named("Kafka", "yiwangban")["spec"]["kafka"]["config"]
    assert (config["default.replication.factor"], config["min.insync.replicas"]) == (3, 2)
    assert config["auto.create.topics.enable"] is False
    command = named("Job", "provision-1-2-0")["spec"]["template"]["spec"]["containers"][0]["command"]
    assert command[-2:] == ["--replication", "3"]
    for name, database in [*((each.name, each.database) for each in SERVICES), (KEYRING, KEYRING)]:
        cluster = named("Cluster", f"{name}-db")["spec"]
        assert cluster["instances"] == 3
        safely = {"number": 1, "dataDurability": "required", "failoverQuorum": True}
        assert cluster["postgresql"]["synchronous"].items() >= safely.items()
        assert cluster["bootstrap"]["initdb"] == {"database": database, "owner": database}


def test_every_service_signs_in_on_the_bus_and_may_do_what_the_contracts_say() -> None:
    (listener,) = named("Kafka", "yiwangban")["spec"]["kafka"]["listeners"]
    assert (listener["tls"], listener["authentication"]) == (True, {"type": "scram-sha-512"})
    assert named("Kafka", "yiwangban")["spec"]["kafka"]["authorization"] == {"type": "simple"}
    registry = Registry.load()
    for service in NAMES:
        rights = named("KafkaUser", service)["spec"]["authorization"]["acls"]
        written = {each["resource"]["name"] for each in rights if each["operations"] == ["Write"]}
        assert written == {topic.name for topic in registry.written_by(service)}
        read = {each["resource"]["name"] for each in rights if each["operations"] == ["Read"]}
        assert read == written | {topic.name for topic in registry.read_by(service)} | {f"{service}."}
        for role, kind in ROLES.items():
            spec = named(kind, f"{service}-{role}")["spec"]["template"]["spec"]
            assert told(spec["containers"][0])["KAFKA_USER"] == service
            secrets = {volume["secret"]["secretName"] for volume in spec["volumes"] if "secret" in volume}
            assert service in secrets
            assert not secrets & (set(NAMES) - {service})


def test_the_gateways_configuration_is_written_as_its_pod_asks_and_leads_to_services_that_exist(tmp_path: Path) -> None:
    spec = named("Deployment", "gateway")["spec"]["template"]["spec"]
    (writing,), (envoy,) = spec["initContainers"], spec["containers"]
    (tmp_path / "jwks.json").write_text('{"keys": []}')
    program, *arguments = [
        re.sub("/etc/gateway|/run/secrets/issuer", str(tmp_path), text) for text in writing["command"]
    ]
    assert program == "deploy"
    done = CliRunner().invoke(app, arguments)
    assert done.exit_code == 0, done.output
    written = yaml.safe_load((tmp_path / "envoy.yaml").read_text("utf-8"))["static_resources"]
    assert (tmp_path / "certificate.yaml").exists()
    assert written["listeners"][0]["address"]["socket_address"]["port_value"] == envoy["ports"][0]["containerPort"]
    for cluster in written["clusters"]:
        (endpoint,) = cluster["load_assignment"]["endpoints"][0]["lb_endpoints"]
        at = endpoint["endpoint"]["address"]["socket_address"]
        (port,) = named("Service", at["address"])["spec"]["ports"]
        assert port["port"] == at["port_value"]


def test_services_send_their_spans_where_the_gateway_sends_its_own() -> None:
    told = named("ConfigMap", "suite")["data"]
    assert told["OTEL_TRACES_EXPORTER"] == "otlp"  # without it they send none
    for _, template in workloads():
        for container in containers(template):
            if container["image"] == SHAPE.image:
                assert container["envFrom"] == [{"configMapRef": {"name": "suite"}}]


def test_a_new_version_is_migrated_and_provisioned_by_new_jobs() -> None:
    jobs = {each["metadata"]["name"] for each in MANIFESTS if each["kind"] == "Job"}
    later = resources(Shape(image="registry.example:5000/yiwangban:1.3.0", issuer="https://login.example"))
    assert len(jobs) == len(SERVICES) + 2
    assert not jobs & {each["metadata"]["name"] for each in later if each["kind"] == "Job"}


def test_the_command_prints_what_is_applied() -> None:
    done = CliRunner().invoke(app, ["kubernetes", "--image", SHAPE.image, "--issuer", SHAPE.issuer])
    assert done.exit_code == 0
    assert list(yaml.safe_load_all(done.output)) == MANIFESTS
