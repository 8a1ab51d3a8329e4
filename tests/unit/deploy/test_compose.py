"""The production shape holds together: nothing can run it here, so its structure is checked."""

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from deploy.cli import app
from deploy.services import SERVICES as DEPLOYED
from intel_sink.config import ErasureSettings
from typer.testing import CliRunner

from .production_settings import SERVICES, read

FOLDER = Path(__file__).resolve().parents[3] / "deploy"
ROLES = ("api", "worker", "relay")


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    parsed: dict[str, Any] = yaml.safe_load((FOLDER / "compose.yaml").read_text("utf-8"))
    return parsed


def test_every_role_of_every_service_is_a_container(compose: dict[str, Any]) -> None:
    assert SERVICES.keys() == {service.name for service in DEPLOYED}
    for service in SERVICES:
        for role in ROLES:
            command = compose["services"][f"{service}-{role}"]["command"]
            assert command.startswith(f"{service} serve --role {role} ")


def told(compose: dict[str, Any], container: str) -> dict[str, str]:
    """Give a container's environment; what `.env` holds is made up."""
    environment = compose["services"][container]["environment"]
    return {name: re.sub(r"\$\{\w+:\?\}", "made-up", str(value)) for name, value in environment.items()}


@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize("role", [*ROLES, "migrate"])
def test_every_container_of_a_service_starts_with_settings_for_production(
    compose: dict[str, Any], service: str, role: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = read(service, told(compose, f"{service}-{role}"), monkeypatch)
    assert settings.environment == "production"
    assert settings.http_host == "0.0.0.0"  # noqa: S104  in its container


def test_every_secret_and_folder_that_a_process_is_told_is_given_to_it(compose: dict[str, Any]) -> None:
    for service in SERVICES:
        container = compose["services"][f"{service}-api"]
        given = {f"/run/secrets/{name}" for name in container["secrets"]}
        given |= {volume.split(":")[1] for volume in container.get("volumes", [])}
        asked = {value for value in told(compose, f"{service}-api").values() if value.startswith(("/run/", "/var/"))}
        assert not {path for path in asked if not any(path.startswith(place) for place in given)}, service
    sink = compose["services"]["intel-sink-worker"]
    assert {"checkpoints", "checkpoints.pub"} <= set(sink["secrets"])  # nothing can be made beside a secret


def test_only_who_holds_personal_data_gets_at_its_keys(compose: dict[str, Any]) -> None:
    for service in DEPLOYED:
        for role in ROLES:
            name = f"{service.name}-{role}"
            assert ("kek" in compose["services"][name]["secrets"]) is service.personal, name
            assert ("KEYRING_DATABASE_URL" in told(compose, name)) is service.personal, name


def test_who_erases_is_started_by_hand_and_gets_at_the_keys(
    compose: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    container = compose["services"]["erase"]
    assert (container["profiles"], container["restart"]) == (["erase"], "no")
    assert container["command"] == "sh -c 'intel-sink erase && yiwangban-keyring overwrite'"
    for name, value in told(compose, "erase").items():
        monkeypatch.setenv(name, value)
    settings = ErasureSettings()
    assert (settings.environment, settings.keyring_kek_path) == ("production", Path("/run/secrets/kek"))
    assert "kek" in container["secrets"]


def test_no_container_of_the_suite_may_more_than_it_needs(compose: dict[str, Any]) -> None:
    ours = {name: each for name, each in compose["services"].items() if not name.startswith(("kafka-", "postgres"))}
    assert len(ours) > 4 * len(SERVICES)
    for name, container in ours.items():
        assert container["read_only"] is True, name
        assert container["cap_drop"] == ["ALL"], name
        assert container["security_opt"] == ["no-new-privileges:true"], name
    assert "USER 10001" in (FOLDER / "Dockerfile").read_text("utf-8")


def test_what_the_image_is_made_of_is_there_to_be_copied() -> None:
    copied = re.findall(r"^COPY (\S+)", (FOLDER / "Dockerfile").read_text("utf-8"), re.MULTILINE)
    assert len(copied) > 3
    assert {f"!{name}" for name in copied} <= set((FOLDER.parent / ".dockerignore").read_text("utf-8").splitlines())


def test_every_password_has_to_be_given(compose: dict[str, Any]) -> None:
    text = (FOLDER / "compose.yaml").read_text("utf-8")
    assert not re.search(r"\$\{\w*(PASSWORD|ISSUER|CLUSTER_ID)\w*\}", text)
    assert "PASSWORD:?}" in text


def test_only_the_gateway_has_a_door(compose: dict[str, Any]) -> None:
    assert [name for name, service in compose["services"].items() if "ports" in service] == ["gateway"]


def test_everything_that_is_named_exists(compose: dict[str, Any]) -> None:
    for name, service in compose["services"].items():
        assert "image" in service, name
        assert set(service.get("depends_on", {})) <= compose["services"].keys(), name
        assert set(service.get("secrets", [])) <= compose["secrets"].keys(), name
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            kept = (FOLDER / source).is_file() if source.startswith(".") else source in compose["volumes"]
            assert kept or source.startswith("./secrets/"), volume


def test_the_provisioned_topics_survive_the_loss_of_a_broker(compose: dict[str, Any]) -> None:
    brokers = [name for name in compose["services"] if name.startswith("kafka-")]
    assert len(brokers) == 3
    assert "--replication 3" in compose["services"]["provision"]["command"]


def test_what_is_written_for_brokers_and_services_is_what_they_are_given(
    compose: dict[str, Any], tmp_path: Path
) -> None:
    brokers = {name: each for name, each in compose["services"].items() if name.startswith("kafka-")}
    done = CliRunner().invoke(app, ["brokers", "--output", str(tmp_path), *sorted(brokers)])
    assert done.exit_code == 0, done.output
    for name, broker in brokers.items():
        given = {mount.split(":")[1]: mount.split(":")[0] for mount in broker["volumes"]}
        for seen, source in given.items():
            if source.startswith("./secrets/bus/"):
                assert (tmp_path / source.removeprefix("./secrets/bus/")).is_file()
                assert not seen.endswith("authority.p12")
        lines = (tmp_path / f"{name}.properties").read_text("utf-8").splitlines()
        settings = dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))
        assert settings["log.dirs"] in given
        assert settings["ssl.keystore.location"] in given
        assert settings["ssl.truststore.location"] in given
        assert settings["listeners"] == f"CLIENTS://{name}:9092,CONTROLLER://{name}:9093"
        assert settings["controller.quorum.voters"] == "1@kafka-1:9093,2@kafka-2:9093,3@kafka-3:9093"
        assert settings["auto.create.topics.enable"] == "false"
        assert (settings["min.insync.replicas"], settings["default.replication.factor"]) == ("2", "3")
    for service in SERVICES:
        source = compose["secrets"][f"bus-{service}"]["file"].removeprefix("secrets/bus/")
        assert (tmp_path / source).is_file()
        assert compose["services"][f"{service}-relay"]["environment"]["KAFKA_USER"] == service


def test_the_gateways_configuration_is_written_as_the_container_asks(compose: dict[str, Any], tmp_path: Path) -> None:
    command = compose["services"]["gateway-configuration"]["command"].replace(
        "${JWT_ISSUER:?}", "https://issuer.example"
    )
    (tmp_path / "jwks.json").write_text('{"keys": []}')
    command = command.replace("/run/secrets/jwks", str(tmp_path / "jwks.json"))
    program, *arguments = command.replace("/etc/gateway", str(tmp_path)).split()
    assert program == "deploy"
    assert CliRunner().invoke(app, arguments).exit_code == 0
    written = (tmp_path / "envoy.yaml").read_text("utf-8")
    assert "https://issuer.example" in (tmp_path / "tokens.yaml").read_text("utf-8")
    assert "petition-api" in written
    assert "$" not in written


def test_the_databases_script_is_a_script() -> None:
    subprocess.run(["sh", "-n", FOLDER / "databases.sh"], check=True)
