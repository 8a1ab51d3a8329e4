"""The petition service's HTTP side on a real database, without broker: what a client sees, and what a commit leaves."""

import itertools
import secrets
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
from chassis.api.edge import ServiceEdge
from chassis.api.web import http_application
from chassis.database import Database
from chassis.keyring import FileKeyring
from chassis.outbox import Outbox
from chassis.process.migration import migrate
from chassis.unit import Units
from contracts.codec import Codec
from contracts.registry import Registry
from deploy.issuer import Issuer
from fastapi import FastAPI
from petition.bootstrap import bootstrap
from psycopg.rows import dict_row

GUANGZHOU, SHENZHEN, PROVINCE = "440100", "440300", "440000"


@dataclass
class Petitions:
    """The service under test, and somebody to talk to it.

    Attributes:
        app: The HTTP application.
        units: Opens units of work as the worker would.
        keyring: Keys of persons.
        database_url: For looking at rows.
        client: Talks to the application in this process.
        issuer: Signs tokens.
    """

    app: FastAPI
    units: Units
    keyring: FileKeyring
    database_url: str
    client: httpx.AsyncClient
    issuer: Issuer
    _keys: Iterator[int] = field(default_factory=itertools.count)

    def token(
        self, role: str, *, tenant: str = GUANGZHOU, sub: str | None = None, department: str | None = None
    ) -> str:
        """Sign a token for somebody in this role."""
        return self.issuer.token(sub=sub or f"{role}-1", tenant=tenant, roles=[role], department=department)

    async def get(self, path: str, role: str, **who: Any) -> httpx.Response:
        """Ask."""
        return await self.client.get(path, headers={"Authorization": f"Bearer {self.token(role, **who)}"})

    async def post(
        self, path: str, body: Any, role: str, *, version: int | None = None, key: str | None = None, **who: Any
    ) -> httpx.Response:
        """Command; each call is a write of its own unless it names a key."""
        headers = {
            "Authorization": f"Bearer {self.token(role, **who)}",
            "Idempotency-Key": key or f"k{next(self._keys)}",
        }
        if version is not None:
            headers["If-Match"] = f'"{version}"'
        return await self.client.post(path, json=body, headers=headers)

    async def submitted(self, *, title: str = "请问护照怎么办", text: str = "急用", **who: Any) -> dict[str, Any]:
        """Submit as a citizen; give the receipt."""
        response = await self.post(
            "/v1/petitions", {"channel": "portal", "title": title, "text": text}, "citizen", **who
        )
        assert response.status_code == 201, response.text
        receipt: dict[str, Any] = response.json()
        return receipt

    async def transferred(self, id_: str, to: str = "traffic-police", **who: Any) -> None:
        """Have triage transfer it."""
        response = await self.post(f"/v1/petitions/{id_}/transfer", {"department": to}, "triage", version=2, **who)
        assert response.status_code == 200, response.text

    async def replied(self, id_: str, by: str = "traffic-police", text: str = "您好，已办理。") -> None:
        """Have the department reply."""
        response = await self.post(f"/v1/petitions/{id_}/reply", {"text": text}, "handler", department=by, version=3)
        assert response.status_code == 200, response.text

    def rows(self, query: str) -> list[dict[str, Any]]:
        """Look into the database, past all code under test."""
        with psycopg.connect(self.database_url, row_factory=dict_row) as connection:
            return connection.execute(query).fetchall()


@pytest.fixture
def petition_environment(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Issuer:
    """Settings of a service of its own: database, keys, issuer, secrets."""
    issuer = Issuer(tmp_path / "issuer")
    (tmp_path / "issuer").mkdir()
    issuer.prepare()
    secret = tmp_path / "pseudonym"
    secret.write_bytes(secrets.token_hex(32).encode())
    for name, value in {
        "PETITION_DATABASE_URL": database_url,
        "JWT_JWKS_PATH": str(issuer.jwks),
        "KEYRING_DIR": str(tmp_path / "keyring"),
        "PSEUDONYM_SECRET_PATH": str(secret),
    }.items():
        monkeypatch.setenv(name, value)
    return issuer


@pytest.fixture
async def petitions(petition_environment: Issuer, database_url: str) -> AsyncIterator[Petitions]:
    """The service on a migrated database."""
    service = bootstrap()
    migrate(database_url, service.migrations)
    registry = Registry.load()
    keyring = FileKeyring(service.settings.keyring_dir)
    outbox = Outbox(
        service=service.name,
        registry=registry,
        codec=Codec(registry),
        keyring=keyring,
        pseudonym_secret=service.settings.pseudonym_secret(),
    )
    database = Database(database_url, 4)
    units = Units(database, outbox)
    app = http_application(service)
    app.state.edge = ServiceEdge(units, max_body_bytes=service.settings.max_body_bytes)
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://petition") as client:
        yield Petitions(app, units, keyring, database_url, client, petition_environment)
    await database.close()
