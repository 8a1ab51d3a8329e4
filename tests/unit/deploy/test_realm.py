"""The realm of the suite has its roles, its cities and departments, and nothing that is for development only."""

import json
from pathlib import Path

import pytest
from casework.roles import TOKEN_ROLES
from contracts.tenants import load_tenants
from deploy.cli import app
from deploy.issuer import ROLES
from deploy.realm import DEMO, Filling, group, realm
from petition.departments import DEPARTMENTS
from typer.testing import CliRunner

REALM = realm(Filling(connector_secret="s", portals=["https://portal.example/*"]))
CLIENTS = {client["clientId"]: client for client in REALM["clients"]}


def test_every_role_that_a_token_can_carry_is_one_of_the_realm_and_of_the_development_issuer() -> None:
    roles = {role["name"] for role in REALM["roles"]["client"]["yiwangban"]}
    assert {role.value for role in TOKEN_ROLES} <= roles == set(ROLES)
    assert {role for each in REALM["clientScopeMappings"]["yiwangban"] for role in each["roles"]} == roles


def test_every_city_and_every_department_in_it_is_a_group() -> None:
    groups = {each["name"]: each for each in REALM["groups"]}
    assert groups.keys() == load_tenants().keys()
    for code, city in groups.items():
        assert city["attributes"] == {"tenant": [code]}
        assert {each["name"] for each in city["subGroups"]} == DEPARTMENTS.keys()
        for each in city["subGroups"]:
            assert each["attributes"] == {"tenant": [code], "department": [each["name"]]}
    assert group("440300", "fire") == "/440300/fire"


def test_who_guesses_is_kept_waiting_and_accounts_are_nobodys_to_make() -> None:
    assert REALM["bruteForceProtected"] is True
    assert REALM["registrationAllowed"] is REALM["loginWithEmailAllowed"] is False
    assert REALM["accessTokenLifespan"] <= 300


@pytest.mark.parametrize("name", ["portal", "connector"])
def test_a_client_takes_no_passwords_and_gives_the_claims_and_no_names(name: str) -> None:
    client = CLIENTS[name]
    assert client["directAccessGrantsEnabled"] is client["fullScopeAllowed"] is client["implicitFlowEnabled"] is False
    assert client["attributes"]["access.token.header.type.rfc9068"] == "true"
    assert client["defaultClientScopes"] == []
    assert {each["name"] for each in client["protocolMappers"]} == {"sub", "aud", "tenant", "department", "roles"}


def test_an_account_holds_nobodys_name_or_address() -> None:
    (profile,) = REALM["components"]["org.keycloak.userprofile.UserProfileProvider"]
    (written,) = profile["config"]["kc.user.profile.config"]
    attributes = {each["name"]: each for each in json.loads(written)["attributes"]}
    assert attributes.keys() == {"username", "email"}, "Keycloak insists on these two"
    assert "required" not in attributes["email"]


def test_a_portal_proves_that_it_began_the_login() -> None:
    assert CLIENTS["portal"]["publicClient"] is True
    assert CLIENTS["portal"]["attributes"]["pkce.code.challenge.method"] == "S256"
    assert CLIENTS["portal"]["redirectUris"] == ["https://portal.example/*"]


def test_what_is_for_development_only_is_not_in_a_realm_for_elsewhere() -> None:
    assert DEMO not in json.dumps(REALM)
    development = realm(Filling(connector_secret="s", demo=True))
    assert DEMO in {client["clientId"] for client in development["clients"]}
    assert "hash" not in REALM["passwordPolicy"], "elsewhere a try costs what Keycloak thinks right"


def test_the_command_writes_a_file_that_only_its_owner_reads(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("a-secret-of-its-own\n")
    written = tmp_path / "realm.json"
    arguments = ["--output", str(written), "--secret", str(tmp_path / "secret"), "--portal", "https://portal.example/*"]
    assert CliRunner().invoke(app, ["realm", *arguments]).exit_code == 0
    assert written.stat().st_mode & 0o777 == 0o600
    clients = {client["clientId"]: client for client in json.loads(written.read_text("utf-8"))["clients"]}
    assert clients["connector"]["secret"] == "a-secret-of-its-own"
