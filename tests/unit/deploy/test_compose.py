"""The production shape holds together: nothing can run it here, so its structure is checked."""

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from accept.config import AcceptSettings
from approve.config import ApproveSettings
from chassis.settings import Settings
from deploy.cli import app
from deploy.services import SERVICES as DEPLOYED
from intel_sink.config import IntelSinkSettings
from petition.config import PetitionSettings
from query.config import QuerySettings
from typer.testing import CliRunner

FOLDER = Path(__file__).resolve().parents[3] / "deploy"
SERVICES: dict[str, type[Settings]] = {
    "petition": PetitionSettings,
    "intel-sink": IntelSinkSettings,
    "accept": AcceptSettings,
    "approve": ApproveSettings,
    "query": QuerySettings,
}
ROLES = ("api", "worker", "relay")
KEYS = {
    "image", "build", "restart", "environment", "secrets", "volumes", "depends_on", "command", "ports", "healthcheck",
    "user",
}  # fmt: skip


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    parsed: dict[str, Any] = yaml.safe_load((FOLDER / "compose.yaml").read_text("utf-8"))
    return parsed


def known_settings(settings: type[Settings]) -> set[str]:
    prefix = str(settings.model_config.get("env_prefix", ""))
    return {
        str(field.validation_alias) if field.validation_alias else f"{prefix}{name}".upper()
        for name, field in settings.model_fields.items()
    }


def test_every_role_of_every_service_is_a_container(compose: dict[str, Any]) -> None:
    assert SERVICES.keys() == {service.name for service in DEPLOYED}
    for service in SERVICES:
        for role in ROLES:
            command = compose["services"][f"{service}-{role}"]["command"]
            assert command.startswith(f"{service} serve --role {role} ")


def test_every_setting_of_a_service_is_one_it_knows(compose: dict[str, Any]) -> None:
    for name, service in compose["services"].items():
        owner = next((each for each in SERVICES if name.startswith(f"{each}-")), None)
        if owner:
            assert service["environment"].keys() <= known_settings(SERVICES[owner]), name


def test_no_development_secret_is_left(compose: dict[str, Any]) -> None:
    for service in SERVICES:
        environment = compose["services"][f"{service}-api"]["environment"]
        assert environment["ENVIRONMENT"] == "production"
        prefix = service.upper().replace("-", "_")
        needed = {"JWT_JWKS_PATH", "JWT_ISSUER", "KEYRING_DIR", "PSEUDONYM_SECRET_PATH", f"{prefix}_DATABASE_URL"}
        assert needed <= environment.keys()


def test_every_password_has_to_be_given(compose: dict[str, Any]) -> None:
    text = (FOLDER / "compose.yaml").read_text("utf-8")
    assert not re.search(r"\$\{\w*(PASSWORD|ISSUER|CLUSTER_ID)\w*\}", text)
    assert "PASSWORD:?}" in text


def test_only_the_gateway_has_a_door(compose: dict[str, Any]) -> None:
    assert [name for name, service in compose["services"].items() if "ports" in service] == ["gateway"]


def test_everything_that_is_named_exists(compose: dict[str, Any]) -> None:
    for name, service in compose["services"].items():
        assert service.keys() <= KEYS, name
        assert "image" in service, name
        assert set(service.get("depends_on", {})) <= compose["services"].keys(), name
        assert set(service.get("secrets", [])) <= compose["secrets"].keys(), name
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            assert (FOLDER / source).is_file() if source.startswith(".") else source in compose["volumes"], volume


def test_the_provisioned_topics_survive_the_loss_of_a_broker(compose: dict[str, Any]) -> None:
    brokers = [name for name in compose["services"] if name.startswith("kafka-")]
    assert len(brokers) == 3
    assert compose["services"]["provision"]["command"].endswith("--replication 3")
    assert all(
        compose["services"][name]["environment"]["KAFKA_AUTO_CREATE_TOPICS_ENABLE"] == "false" for name in brokers
    )


def test_the_gateways_configuration_is_written_as_the_container_asks(compose: dict[str, Any], tmp_path: Path) -> None:
    command = compose["services"]["gateway-configuration"]["command"].replace(
        "${JWT_ISSUER:?}", "https://issuer.example"
    )
    program, *arguments = command.replace("/etc/gateway", str(tmp_path)).split()
    assert program == "deploy"
    assert CliRunner().invoke(app, arguments).exit_code == 0
    written = (tmp_path / "envoy.yaml").read_text("utf-8")
    assert "https://issuer.example" in written
    assert "petition-api" in written
    assert "$" not in written


def test_the_databases_script_is_a_script() -> None:
    subprocess.run(["sh", "-n", FOLDER / "databases.sh"], check=True)
