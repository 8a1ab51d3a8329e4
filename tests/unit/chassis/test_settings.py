"""Settings come from the environment, and a start with secrets that everybody knows is refused."""

from pathlib import Path

import pytest
from chassis.settings import ALL_ROLES, Role, Settings
from pydantic import ValidationError
from pydantic_settings import SettingsConfigDict


class BillingSettings(Settings):
    model_config = SettingsConfigDict(env_prefix="BILLING_")

    service: str = "billing"
    database_url: str = "postgresql://billing:billing@127.0.0.1:5433/billing"
    http_port: int = 8199


BUS = {"KAFKA_USER": "billing", "KAFKA_PASSWORD_PATH": "/run/password", "KAFKA_CA_PATH": "/run/ca.pem"}


def production(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name, value in {
        "ENVIRONMENT": "production",
        "BILLING_DATABASE_URL": "postgresql://billing:7d1b@db.internal/billing",
        "JWT_JWKS_PATH": str(tmp_path / "jwks.json"),
        "JWT_ISSUER": "https://login.example.gov.cn",
        "PSEUDONYM_SECRET_PATH": str(tmp_path / "pseudonym"),
        **BUS,
    }.items():
        monkeypatch.setenv(name, value)


def test_a_services_own_settings_carry_its_prefix_and_the_suites_do_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BILLING_HTTP_PORT", "9001")
    monkeypatch.setenv("KAFKA_BOOTSTRAP", "kafka.internal:9092")
    monkeypatch.setenv("BILLING_KAFKA_BOOTSTRAP", "elsewhere:1")
    settings = BillingSettings()
    assert settings.http_port == 9001
    assert settings.kafka_bootstrap == "kafka.internal:9092"


@pytest.mark.parametrize(
    ("text", "roles"),
    [
        ("all", ALL_ROLES),
        ("api", {Role.API}),
        ("api,worker", {Role.API, Role.WORKER}),
        (" relay , worker ", {Role.RELAY, Role.WORKER}),
    ],
)
def test_a_process_plays_the_roles_that_it_is_told(
    monkeypatch: pytest.MonkeyPatch, text: str, roles: frozenset[Role]
) -> None:
    monkeypatch.setenv("BILLING_ROLES", text)
    assert BillingSettings().roles == roles


@pytest.mark.parametrize("text", ["", ",", "boss", "api,boss"])
def test_a_role_that_does_not_exist_is_refused(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv("BILLING_ROLES", text)
    with pytest.raises(ValidationError):
        BillingSettings()


def test_a_production_start_with_its_own_secrets_is_allowed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    production(monkeypatch, tmp_path)
    assert BillingSettings().environment == "production"


@pytest.mark.parametrize("name", ["BILLING_DATABASE_URL", "JWT_JWKS_PATH", "JWT_ISSUER", "PSEUDONYM_SECRET_PATH"])
def test_a_production_start_with_a_development_secret_is_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str
) -> None:
    production(monkeypatch, tmp_path)
    monkeypatch.delenv(name)
    with pytest.raises(ValidationError, match="development value"):
        BillingSettings()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("JWT_ISSUER", "https://issuer.yiwangban.localhost"),
        ("JWT_ISSUER", "http://login.example.gov.cn"),
        ("JWT_DISCOVERY_URL", "http://login.example.gov.cn/.well-known/openid-configuration"),
        ("PSEUDONYM_SECRET_PATH", ".state/secrets/pseudonym"),
        ("BILLING_DATABASE_URL", "postgresql://billing:billing@db.internal/billing"),
        ("BILLING_DATABASE_URL", "postgresql://billing:Changeme@db.internal/billing"),
        ("BILLING_DATABASE_URL", "postgresql://billing:p%61ssword@db.internal/billing"),
    ],
)
def test_a_production_start_with_a_secret_that_anybody_guesses_is_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str, value: str
) -> None:
    production(monkeypatch, tmp_path)
    assert BillingSettings()
    monkeypatch.setenv(name, value)
    with pytest.raises(ValidationError, match="development value") as refused:
        BillingSettings()
    assert value not in str(refused.value)


def test_keys_come_from_the_issuer_or_from_a_file_of_ones_own(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    production(monkeypatch, tmp_path)
    monkeypatch.delenv("JWT_JWKS_PATH")
    monkeypatch.setenv("JWT_DISCOVERY_URL", "https://login.example.gov.cn/.well-known/openid-configuration")
    assert BillingSettings()
    monkeypatch.setenv("JWT_DISCOVERY_URL", "file:///etc/passwd")
    with pytest.raises(ValidationError):
        BillingSettings()


@pytest.mark.parametrize("algorithm", ["none", "HS256", "es256", ""])
def test_only_an_algorithm_of_two_keys_can_be_pinned(monkeypatch: pytest.MonkeyPatch, algorithm: str) -> None:
    monkeypatch.setenv("JWT_ALGORITHM", algorithm)
    with pytest.raises(ValidationError):
        BillingSettings()


def test_a_production_start_on_a_plaintext_bus_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    production(monkeypatch, tmp_path)
    for name in BUS:
        monkeypatch.setenv(name, "")
    with pytest.raises(ValidationError, match="kafka_user"):
        BillingSettings()


@pytest.mark.parametrize("name", BUS)
def test_half_the_settings_of_a_secured_bus_are_refused_everywhere(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    for each, value in BUS.items():
        monkeypatch.setenv(each, "" if each == name else value)
    with pytest.raises(ValidationError, match="KAFKA_USER"):
        BillingSettings()


def test_a_refused_setting_does_not_print_the_databases_password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BILLING_DATABASE_URL", "postgresql://billing:hunter2@db/billing")
    monkeypatch.setenv("BILLING_HTTP_PORT", "not a port hunter2")
    with pytest.raises(ValidationError) as refused:
        BillingSettings()
    assert "hunter2" not in str(refused.value)
    monkeypatch.setenv("BILLING_HTTP_PORT", "1")
    assert "hunter2" not in repr(BillingSettings())


def test_a_short_pseudonym_secret_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "pseudonym"
    path.write_bytes(b"x" * 31)
    with pytest.raises(ValueError, match="at least 32 bytes"):
        BillingSettings(pseudonym_secret_path=path).pseudonym_secret()
