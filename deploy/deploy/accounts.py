"""Accounts in a Keycloak of this machine, for the demonstration: made when a token for somebody is first asked for."""

import hmac
import json
import time
import uuid
from collections.abc import Mapping, Sequence
from functools import cached_property
from http import HTTPStatus
from typing import Any, Final, Protocol

import httpx
import jwt
from contracts.tenants import load_tenants

from deploy.config import Configuration
from deploy.keycloak import ADMIN, Keycloak
from deploy.realm import DEMO, REALM, group

ACCOUNTS = uuid.UUID("0b2c4b3e-4c0e-5d0c-9f0e-6a2f3c1d7e88")
"""Namespace of accounts' ids."""

ADMITTED_S: Final = 30
"""How long the administrator's token is used; it holds for twice as long."""


class Signer(Protocol):
    """Whoever gives tokens: the development issuer, or an identity provider."""

    def token(self, *, sub: str, tenant: str, roles: Sequence[str], department: str | None = None) -> str:
        """Give a token of somebody."""
        ...


class Accounts:
    """Gives tokens as the development issuer does, each for an account that it makes.

    Args:
        keycloak: Running.

    Attributes:
        made: Passwords of the accounts that it has made, by their names.
    """

    def __init__(self, keycloak: Keycloak) -> None:
        self._keycloak = keycloak
        self._client = httpx.Client(base_url=f"http://127.0.0.1:{keycloak.port}", timeout=30, trust_env=False)
        self.made: dict[str, str] = {}
        self._admin, self._admitted = "", float("-inf")

    def token(self, *, sub: str, tenant: str, roles: Sequence[str], department: str | None = None) -> str:
        """Give a token of somebody, as their browser would get it; it holds as long as the realm says.

        Args:
            sub: Who it is for; in the token it is the account's id.
            tenant: GB/T 2260 code of their tenant. There is no group for one that isn't of the suite, so the token says
                nothing of it, and opens nothing.
            roles: What they may do.
            department: Their department, for members of staff that have one.

        Raises:
            httpx.HTTPError: Keycloak refused.
        """
        name = uuid.uuid5(ACCOUNTS, json.dumps([sub, tenant, sorted(roles), department])).hex
        if name not in self.made:
            self._make(name, tenant, roles, department)
        return self._granted(REALM, grant_type="password", client_id=DEMO, username=name, password=self.made[name])

    def service_token(self, client: str) -> str:
        """Give a program's token, by its own secret (client credentials).

        Raises:
            httpx.HTTPError: Keycloak refused.
        """
        secret = self._keycloak.secret(client)
        return self._granted(REALM, grant_type="client_credentials", client_id=client, client_secret=secret)

    def _make(self, name: str, tenant: str, roles: Sequence[str], department: str | None) -> None:
        """Make an account, or find the one of an earlier run; its password follows from a secret of this machine."""
        secret = self._keycloak.secret("accounts")
        password = hmac.digest(secret.encode(), name.encode(), "sha256").hex()
        account = {
            "username": name,
            "enabled": True,
            "credentials": [{"type": "password", "value": password, "temporary": False}],
            "groups": [group(tenant, department)] if tenant in load_tenants() else [],
        }
        made = self._administer("POST", "users", account)
        if made.status_code != HTTPStatus.CONFLICT:
            made.raise_for_status()
        (found,) = self._listed(f"users?exact=true&username={name}")
        granted = [self._roles[role] for role in roles]
        self._administer("POST", f"users/{found['id']}/role-mappings/clients/{self._suite}", granted).raise_for_status()
        self.made[name] = password

    @cached_property
    def _suite(self) -> str:
        """Id of the client whose roles are those of the suite."""
        (client,) = self._listed("clients?clientId=yiwangban")
        return str(client["id"])

    @cached_property
    def _roles(self) -> Mapping[str, Any]:
        return {role["name"]: role for role in self._listed(f"clients/{self._suite}/roles")}

    def _listed(self, path: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self._administer("GET", path).raise_for_status().json()
        return found

    def _administer(self, method: str, path: str, body: Any = None) -> httpx.Response:
        if time.monotonic() - self._admitted > ADMITTED_S:
            secret = self._keycloak.secret(ADMIN)
            self._admin = self._granted(
                "master", grant_type="client_credentials", client_id=ADMIN, client_secret=secret
            )
            self._admitted = time.monotonic()
        headers = {"authorization": f"Bearer {self._admin}"}
        return self._client.request(method, f"/admin/realms/{REALM}/{path}", json=body, headers=headers)

    def _granted(self, realm: str, **asked: str) -> str:
        answer = self._client.post(f"/realms/{realm}/protocol/openid-connect/token", data=asked)
        token: str = answer.raise_for_status().json()["access_token"]
        return token


def signer(configuration: Configuration) -> Signer:
    """Give whoever signs tokens on this machine."""
    keycloak = configuration.keycloak()
    return Accounts(keycloak) if keycloak else configuration.issuer()


def expiry(token: str) -> float:
    """Read from a token of one's own until when it holds, in Unix seconds."""
    return float(jwt.decode(token, options={"verify_signature": False})["exp"])
