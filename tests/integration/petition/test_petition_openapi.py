"""Whatever the OpenAPI document allows or forbids is sent, to a real server on a real database; the relay is off."""

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from itertools import count
from typing import Any

import pytest
import requests
import schemathesis
import uvicorn
from chassis.api.edge import ServiceEdge
from chassis.api.web import http_application
from chassis.database import Database
from chassis.keyring import FileKeyring
from chassis.outbox import Outbox
from chassis.process.migration import migrate
from chassis.testing.waiting import eventually_sync
from chassis.unit import Units
from contracts.codec import Codec
from contracts.registry import Registry
from deploy.issuer import Issuer
from deploy.server import free_port
from fastapi import FastAPI
from hypothesis import HealthCheck, Phase, given, settings
from petition.bootstrap import MIGRATIONS, bootstrap
from schemathesis import GenerationMode
from schemathesis.core.result import Ok

ROLES = ["citizen", "connector", "triage", "handler", "analyst", "auditor", "administrator"]
OPERATIONS = {
    ("POST", "/v1/petitions"),
    ("GET", "/v1/petitions"),
    ("GET", "/v1/petitions/{petition_id}"),
    ("POST", "/v1/petitions/{petition_id}/transfer"),
    ("POST", "/v1/petitions/{petition_id}/reply"),
    ("POST", "/v1/petitions/{petition_id}/close"),
    ("GET", "/v1/bulletins"),
}


def application(database_url: str) -> FastAPI:
    """Make the HTTP side with an edge of its own, on the loop that will serve it."""
    service = bootstrap()
    registry = Registry.load()
    outbox = Outbox(
        service=service.name,
        registry=registry,
        codec=Codec(registry),
        keyring=FileKeyring(service.settings.keyring_dir),
        pseudonym_secret=service.settings.pseudonym_secret(),
    )
    app = http_application(service)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        database = Database(database_url, 4)
        app.state.edge = ServiceEdge(Units(database, outbox), max_body_bytes=service.settings.max_body_bytes)
        yield
        await database.close()

    app.router.lifespan_context = lifespan
    return app


@contextmanager
def served(app: FastAPI) -> Iterator[str]:
    """Serve the application from a thread, on a port of its own."""
    port = free_port()
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=port, log_config=None, access_log=False))
    thread = threading.Thread(target=lambda: asyncio.run(server.serve()))
    thread.start()
    try:
        eventually_sync(lambda: server.started, that="the server listens")
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join(timeout=10)


@pytest.mark.slow
@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.value)
def test_the_api_does_what_its_document_says(
    mode: GenerationMode, petition_environment: Issuer, database_url: str
) -> None:
    migrate(database_url, MIGRATIONS)
    token = petition_environment.token(sub="everybody", tenant="440100", roles=ROLES, department="fire")
    authorized = {"Authorization": f"Bearer {token}"}
    keys = count()
    with served(application(database_url)) as url:
        document = requests.get(f"{url}/openapi.json", timeout=10).json()
        if mode is GenerationMode.NEGATIVE:
            del document["security"]  # a missing token isn't the fault to be looked at here: each request has one
        schema = schemathesis.openapi.from_dict(document)
        schema.config.checks.positive_data_acceptance.expected_statuses += ["412", "428"]  # of another version
        schema.config.checks.negative_data_rejection.expected_statuses += ["412"]
        operations = [found.ok() for found in schema.get_all_operations() if isinstance(found, Ok)]
        assert {(operation.method.upper(), operation.path) for operation in operations} == OPERATIONS
        for operation in operations:
            existing = requests.post(
                f"{url}/v1/petitions",
                json={"channel": "portal", "title": "请问", "text": "请问"},
                headers=authorized | {"Idempotency-Key": f"own-{next(keys)}"},
                timeout=10,
            ).json()["id"]
            can_vary = mode is GenerationMode.POSITIVE or operation.method == "post"  # a GET has only its path
            in_path = {"petition_id": existing} if "{" in operation.path and can_vary else None
            for path_parameters in {None: None, str(in_path): in_path}.values():

                @settings(
                    max_examples=25,
                    deadline=None,
                    derandomize=True,
                    database=None,
                    phases=[Phase.generate],
                    suppress_health_check=list(HealthCheck),
                )
                @given(operation.as_strategy(generation_mode=mode, path_parameters=path_parameters))
                def conforms(case: schemathesis.Case[Any]) -> None:
                    headers = dict(authorized)
                    if mode is GenerationMode.POSITIVE:
                        headers["Idempotency-Key"] = f"key-{next(keys)}"  # two that meet are a refusal by design
                        if isinstance(case.body, dict):
                            case.body.pop("posted_at", None)  # the document can't say "not in the future"
                    case.call_and_validate(base_url=url, headers=headers)

                conforms()
