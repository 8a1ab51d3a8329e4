"""A small service of notes on a real PostgreSQL: everything that the edge does, without any business."""

import asyncio
import json
import os
import time
import uuid
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

import httpx
import jwt
import psycopg
import pytest
from chassis.api.edge import ServiceEdge
from chassis.api.errors import CONFLICT, Problem
from chassis.api.route import CommandRoute, QueryRoute, unit
from chassis.api.versions import ExpectedVersion, etag, require_version
from chassis.api.web import http_application
from chassis.database import Database
from chassis.outbox import Outbox
from chassis.schema import TABLES
from chassis.service import Service
from chassis.settings import Settings
from chassis.testing.events import create_tables
from chassis.testing.permissions import for_roles
from chassis.testing.topics import create_topics
from chassis.unit import Unit, Units
from cryptography.hazmat.primitives.asymmetric import ec
from deploy.kafka import Kafka
from fastapi import APIRouter, Depends, FastAPI, Query, Response
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import text

from tests.integration.kit.in_process import CODEC, REGISTRY

TOPICS = (*(topic.name for topic in REGISTRY.written_by("petition")), "intel.alerts.v1")
ISSUER, AUDIENCE = "https://issuer.test", "suite"
KEY = ec.generate_private_key(ec.SECP256R1())


def token(subject: str = "user-1", tenant: str = "440100", roles: tuple[str, ...] = ("writer",), **claims: Any) -> str:
    now = int(time.time())
    body = {
        "sub": subject, "tenant": tenant, "roles": roles, "iss": ISSUER, "aud": AUDIENCE, "iat": now, "exp": now + 300,
        "jti": str(uuid.uuid4()),
    }  # fmt: skip
    return jwt.encode(body | claims, KEY, "ES256", {"typ": "at+jwt", "kid": "k1"})


class NoteBody(BaseModel):
    model_config = ConfigDict(extra="forbid")
    title: Annotated[str, Field(min_length=1, max_length=200)]
    stars: Annotated[int, Field(ge=0, le=5)] = 0


class Note(BaseModel):
    id: str
    title: str


@dataclass
class Gate:
    """Lets a test hold a request in the middle of its transaction."""

    entered: asyncio.Event = field(default_factory=asyncio.Event)
    open: asyncio.Event = field(default_factory=asyncio.Event)

    async def wait(self) -> None:
        self.entered.set()
        await asyncio.wait_for(self.open.wait(), 10)


Work = Annotated[Unit, Depends(unit)]
WRITER = [for_roles("writer")]


async def insert(work: Unit, title: str) -> str:
    identifier = str(uuid.uuid4())
    await work.session.execute(
        text("INSERT INTO notes (id, title, version) VALUES (:id, :title, 1)"), {"id": identifier, "title": title}
    )
    return identifier


def command_routes(gate: Gate) -> APIRouter:
    commands = APIRouter(prefix="/v1", route_class=CommandRoute, dependencies=WRITER)

    @commands.post("/notes", status_code=201)
    async def add(body: NoteBody, work: Work, response: Response) -> Note:
        identifier = await insert(work, body.title)
        response.headers["Location"] = f"/v1/notes/{identifier}"
        response.headers["ETag"] = etag(1)
        response.headers["X-Notes"] = "kept"
        return Note(id=identifier, title=body.title)

    @commands.post("/slow-notes", status_code=201)
    async def add_slowly(body: NoteBody, work: Work) -> Note:
        identifier = await insert(work, body.title)
        await gate.wait()
        return Note(id=identifier, title=body.title)

    @commands.post("/notes/{note}/rename", status_code=204)
    async def rename(
        note: uuid.UUID, body: NoteBody, expected: ExpectedVersion, work: Work, response: Response
    ) -> None:
        row = await work.session.execute(text("SELECT version FROM notes WHERE id = :id FOR UPDATE"), {"id": note})
        current = row.scalar_one()
        require_version(expected, current)
        await work.session.execute(
            text("UPDATE notes SET title = :title, version = version + 1 WHERE id = :id"),
            {"id": note, "title": body.title},
        )
        response.headers["ETag"] = etag(current + 1)

    return commands


def failing_routes() -> APIRouter:
    """Writes that all go wrong after their effect."""
    commands = APIRouter(prefix="/v1", route_class=CommandRoute, dependencies=WRITER)

    @commands.post("/conflicts")
    async def conflict(body: NoteBody, work: Work) -> None:
        await insert(work, body.title)
        raise Problem(CONFLICT)

    @commands.post("/refusals")
    async def refuse(body: NoteBody, work: Work) -> Response:
        await insert(work, body.title)
        return Response(status_code=409)

    @commands.post("/crashes")
    async def crash(body: NoteBody, work: Work) -> None:
        await insert(work, body.title)
        raise ValueError(f"inner text with {body.title}")

    @commands.post("/broken-statements")
    async def break_statement(body: NoteBody, work: Work) -> None:
        await work.session.execute(text("SELECT CAST(:title AS integer)"), {"title": body.title})

    @commands.post("/unserialisable")
    async def wrong_answer(body: NoteBody, work: Work) -> Note:
        await insert(work, body.title)
        return {"id": 1}  # type: ignore[return-value]

    return commands


def query_routes() -> APIRouter:
    queries = APIRouter(prefix="/v1", route_class=QueryRoute, dependencies=[for_roles("writer", "reader")])

    @queries.get("/notes")
    async def notes(work: Work, limit: Annotated[int, Query(ge=1, le=100)] = 20, q: str = "") -> list[Note]:
        rows = await work.session.execute(
            text("SELECT id::text, title FROM notes WHERE title LIKE '%' || :q LIMIT :limit"), {"limit": limit, "q": q}
        )
        return [Note(id=identifier, title=title) for identifier, title in rows]

    @queries.get("/writes-in-disguise")
    async def write_in_disguise(work: Work) -> None:
        await insert(work, "sneaky")

    return queries


@dataclass
class Notes:
    """The service, a client of it, and a look at what it stored."""

    app: FastAPI
    client: httpx.AsyncClient
    gate: Gate
    edge: ServiceEdge
    dsn: str

    def count(self) -> int:
        return int(self.sql("SELECT count(*) FROM notes")[0][0])

    def sql(self, statement: str) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.dsn, autocommit=True) as connection:
            cursor = connection.execute(statement)
            return cursor.fetchall() if cursor.description else []

    async def post(
        self, path: str = "/v1/notes", *, key: str | bytes | None = "k-1", json: Any = None, **options: Any
    ) -> httpx.Response:
        headers = {"authorization": f"Bearer {options.pop('token', None) or token()}"} | options.pop("headers", {})
        if key is not None:
            headers["idempotency-key"] = key
        if "content" not in options:
            options["json"] = {"title": "a note"} if json is None else json
        return await self.client.post(path, headers=headers, **options)

    async def get(self, path: str, *, token: str, **options: Any) -> httpx.Response:
        return await self.client.get(path, headers={"authorization": f"Bearer {token}"}, **options)


@pytest.fixture(scope="session")
def jwks(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The key set with which `make_token`'s tokens are checked."""
    path = tmp_path_factory.mktemp("issuer") / "jwks.json"
    jwk = json.loads(jwt.algorithms.ECAlgorithm.to_jwk(KEY.public_key()))
    path.write_text(json.dumps({"keys": [jwk | {"kid": "k1"}]}))
    return path


@pytest.fixture
def settings(jwks: Path, database_url: str) -> Settings:
    return Settings(
        service="notes", database_url=database_url, http_port=1, jwks_path=jwks, issuer=ISSUER, audience=AUDIENCE,
        max_body_bytes=64 * 1024, pool_wait_s=0.2, api_pool=4,
    )  # fmt: skip


@pytest.fixture
def live(settings: Settings, kafka: Kafka, topic_prefix: str, tmp_path: Path) -> Callable[..., Settings]:
    """Settings of a service with its own topics on the real broker."""
    create_tables(settings.database_url)
    with psycopg.connect(settings.database_url) as connection:
        connection.execute("CREATE TABLE ticks (id bigint GENERATED ALWAYS AS IDENTITY)")
    create_topics(kafka.bootstrap, [topic_prefix + topic for topic in TOPICS], partitions=2)
    secret = tmp_path / "pseudonym"
    secret.write_bytes(b"s" * 32)

    def with_(**changes: Any) -> Settings:
        return settings.changed(
            service="petition", kafka_bootstrap=kafka.bootstrap, topic_prefix=topic_prefix, drain_s=5.0,
            pseudonym_secret_path=secret, **changes,
        )  # fmt: skip

    return with_


@pytest.fixture(scope="session")
def make_token() -> Callable[..., str]:
    return token


@pytest.fixture
async def notes(settings: Settings, tmp_path: Path) -> AsyncIterator[Notes]:
    with psycopg.connect(settings.database_url, autocommit=True) as connection:
        for statement in TABLES:
            connection.execute(statement)
        connection.execute("CREATE TABLE notes (id uuid PRIMARY KEY, title text NOT NULL, version int NOT NULL)")
    outbox = Outbox(service="notes", registry=REGISTRY, codec=CODEC, keyring=None, pseudonym_secret=os.urandom(32))
    database = Database(settings.database_url, settings.api_pool, settings.pool_wait_s)
    gate = Gate()
    app = http_application(
        Service(
            title="Notes",
            settings=settings,
            migrations=tmp_path,
            routers=[command_routes(gate), failing_routes(), query_routes()],
        )
    )
    edge = ServiceEdge(Units(database, outbox), max_body_bytes=settings.max_body_bytes)
    app.state.edge = edge
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://notes") as client:
        yield Notes(app, client, gate, edge, settings.database_url)
    await database.close()
