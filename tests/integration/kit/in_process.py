"""A service's HTTP side in this process, on a real database, without broker: what clients see, and commits leave."""

import itertools
import secrets
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import httpx
import psycopg
import pytest
from chassis.api.edge import ServiceEdge
from chassis.api.web import http_application
from chassis.app import Bootstrap, Service
from chassis.database import Database
from chassis.envelope import Envelope
from chassis.outbox import Outbox
from chassis.reading import is_record
from chassis.unit import Units
from chassis.worker.timers import TimerRunner
from contracts.codec import Codec
from contracts.registry import Registry
from deploy.issuer import Issuer
from fastapi import FastAPI
from psycopg.rows import dict_row
from yiwangban_keyring.store import DatabaseKeyring

REGISTRY = Registry.load()
CODEC = Codec(REGISTRY)
GUANGZHOU, SHENZHEN, PROVINCE = "440100", "440300", "440000"


def environment(
    prefix: str, database_url: str, keyring_url: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> Issuer:
    """Set what a service of its own needs: database, keys, issuer, secrets; its migrations are left to the caller."""
    issuer = Issuer(folder / "issuer")
    (folder / "issuer").mkdir()
    issuer.prepare()
    secret = folder / "pseudonym"
    secret.write_bytes(secrets.token_hex(32).encode())
    for name, value in {
        f"{prefix}_DATABASE_URL": database_url,
        "JWT_JWKS_PATH": str(issuer.jwks),
        "KEYRING_DATABASE_URL": keyring_url,
        "KEYRING_KEK_PATH": str(folder / "kek"),
        "PSEUDONYM_SECRET_PATH": str(secret),
        f"{prefix}_ATTACHMENTS": str(folder / "attachments"),
    }.items():
        monkeypatch.setenv(name, value)
    return issuer


@asynccontextmanager
async def units_of(service: Service, database: Database) -> AsyncIterator[Units]:
    """Open units of work as the service's own process would."""
    keyring = service.settings.open_keyring()
    outbox = Outbox(
        service=service.name,
        registry=REGISTRY,
        codec=CODEC,
        keyring=keyring,
        pseudonym_secret=service.settings.pseudonym_secret(),
    )
    try:
        yield Units(database, outbox)
    finally:
        if keyring is not None:
            await keyring.close()


def application(bootstrap: Bootstrap, database_url: str) -> FastAPI:
    """Make the HTTP side with an edge of its own, on the loop that will serve it."""
    service = bootstrap()
    app = http_application(service)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        database = Database(database_url, 4)
        async with units_of(service, database) as units:
            app.state.edge = ServiceEdge(units, max_body_bytes=service.settings.max_body_bytes)
            yield
        await database.close()

    app.router.lifespan_context = lifespan
    return app


@dataclass
class InProcess:
    """The service under test, and somebody to talk to it. Each service's tests subclass it with their own sentences.

    Attributes:
        service: As its process would start it.
        app: The HTTP application.
        units: Opens units of work as the worker would.
        database_url: For looking at rows.
        client: Talks to the application in this process.
        issuer: Signs tokens.
    """

    service: Service
    app: FastAPI
    units: Units
    database_url: str
    client: httpx.AsyncClient
    issuer: Issuer
    _keys: Iterator[int] = field(default_factory=itertools.count)

    @classmethod
    @asynccontextmanager
    async def on(cls, bootstrap: Bootstrap, database_url: str, issuer: Issuer) -> AsyncIterator[Self]:
        """Put the service on a database that went through its migrations."""
        service = bootstrap()
        database = Database(database_url, 4)
        app = http_application(service)
        transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
        async with (
            units_of(service, database) as units,
            httpx.AsyncClient(transport=transport, base_url=f"http://{service.name}") as client,
        ):
            app.state.edge = ServiceEdge(units, max_body_bytes=service.settings.max_body_bytes)
            yield cls(service, app, units, database_url, client, issuer)
        await database.close()

    @property
    def keyring(self) -> DatabaseKeyring:
        """Keys of persons."""
        keyring = self.units.outbox.keyring
        assert isinstance(keyring, DatabaseKeyring)
        return keyring

    def token(self, *roles: str, tenant: str = GUANGZHOU, sub: str | None = None, department: str | None = None) -> str:
        """Sign a token for somebody in these roles."""
        return self.issuer.token(sub=sub or f"{roles[0]}-1", tenant=tenant, roles=[*roles], department=department)

    async def get(self, path: str, role: str, *, purpose: str | None = "handling", **who: Any) -> httpx.Response:
        """Ask, for a purpose."""
        headers = {"Authorization": f"Bearer {self.token(role, **who)}"}
        return await self.client.get(path, headers=headers | ({"Purpose-Of-Use": purpose} if purpose else {}))

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

    async def restored(self, events: Iterable[Envelope]) -> None:
        """Let the service's own events reach a database that may have lost what they did."""
        assert self.service.restore is not None
        for event in events:
            if is_record(event.type):
                continue
            async with self.units.begin() as unit:
                await self.service.restore(unit, event)

    async def timers_run(self) -> int:
        """Run what is due, as the worker would; give how many timers that were."""
        assert self.service.fire is not None
        return await TimerRunner(self.service.fire, self.units).once()

    def types(self, id_: str) -> list[str]:
        """Name what has happened to a case, in order."""
        return [event.type.split(".")[-2] for event in self.events(id_)]

    def rows(self, query: str) -> list[dict[str, Any]]:
        """Look into the database, past all code under test."""
        with psycopg.connect(self.database_url, row_factory=dict_row) as connection:
            return connection.execute(query).fetchall()

    def reads(self) -> list[Envelope]:
        """Give the records of reads."""
        return [event for event in self.events() if event.type.endswith(".read.recorded.v1")]

    def events(self, subject: str | None = None) -> list[Envelope]:
        """Give what is in the outbox, in the order in which it was decided: all of it, or one subject's."""
        rows = self.rows("SELECT subject, body FROM outbox ORDER BY id")
        bodies = [bytes(row["body"]) for row in rows if subject in {None, row["subject"]}]
        return [Envelope.from_cloudevent(CODEC.decode(body)) for body in bodies]
