"""Outside development no service starts with what development gives it, or with what everybody knows."""

import importlib
import os
import subprocess
from pathlib import Path

import pytest
from deploy.config import Configuration
from deploy.programs import environment_of
from deploy.services import SERVICES, service
from pydantic import ValidationError


@pytest.mark.parametrize("name", [each.name for each in SERVICES])
def test_the_settings_of_development_start_a_service_there_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    for setting, value in environment_of(Configuration(state=tmp_path), name).items():
        monkeypatch.setenv(setting, value)
    bootstrap = importlib.import_module(f"{service(name).database}.bootstrap").bootstrap
    assert bootstrap().name == name
    monkeypatch.setenv("ENVIRONMENT", "production")
    with pytest.raises(ValidationError, match="still have their development value: issuer"):
        bootstrap()


def test_the_process_ends_at_once_and_says_which_setting_it_is_but_not_its_value(tmp_path: Path) -> None:
    told = environment_of(Configuration(state=tmp_path), "query") | {
        "ENVIRONMENT": "production",
        "QUERY_DATABASE_URL": "postgresql://query:postgres@127.0.0.1:1/query",
    }
    started = subprocess.run(
        [service("query").command, "serve"],
        env=os.environ | told,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert started.returncode != 0
    told_why = " ".join(started.stderr.split())
    assert "these still have their development value: issuer, database_url's password" in told_why
    assert "query:postgres@" not in started.stdout + started.stderr


@pytest.mark.parametrize(
    ("setting", "value", "why"),
    [
        (
            "KEYRING_DATABASE_URL",
            "postgresql://keyring:changeme@db.internal/keyring",
            "keyring_database_url's password",
        ),
        ("KEYRING_KEK_PATH", ".state/secrets/kek", "keyring_kek_path"),
    ],
)
def test_who_holds_personal_data_does_not_start_with_keys_that_anybody_gets_at(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, setting: str, value: str, why: str
) -> None:
    own = {"ENVIRONMENT": "production", "JWT_ISSUER": "https://login.example.gov.cn"}
    for name, text in (environment_of(Configuration(state=tmp_path), "petition") | own).items():
        monkeypatch.setenv(name, text)
    bootstrap = importlib.import_module("petition.bootstrap").bootstrap
    assert bootstrap().name == "petition"
    monkeypatch.setenv(setting, value)
    with pytest.raises(ValidationError, match=why):
        bootstrap()
