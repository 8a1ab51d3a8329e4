"""The gateway leads to every operation that the services document, with login unless they say otherwise; no further."""

import re
from collections.abc import Iterator
from contextlib import ExitStack
from typing import NamedTuple

import accept.bootstrap
import approve.bootstrap
import httpx
import intel_sink.bootstrap
import petition.bootstrap
import pytest
import query.bootstrap
from chassis.api.web import http_application
from deploy.services import SERVICES
from fastapi import FastAPI

from tests.integration.kit.echo import echoing
from tests.integration.kit.gateways import gateway_before
from tests.integration.kit.in_process import environment

BOOTSTRAPS = {
    "accept": accept.bootstrap.bootstrap,
    "approve": approve.bootstrap.bootstrap,
    "intel-sink": intel_sink.bootstrap.bootstrap,
    "petition": petition.bootstrap.bootstrap,
    "query": query.bootstrap.bootstrap,
}
STREAM = "text/event-stream"
INNER = ("/livez", "/readyz", "/metrics")


class Operation(NamedTuple):
    """What a service documents."""

    service: str
    method: str
    path: str
    public: bool
    stream: bool


class Doors(NamedTuple):
    """A gateway before five services that answer with their names, and the services' own applications."""

    client: httpx.Client
    bearer: dict[str, str]
    applications: dict[str, FastAPI]

    def operations(self) -> list[Operation]:
        return [
            Operation(
                service,
                method.upper(),
                re.sub(r"{\w+}", "x", path),
                public=operation.get("security") == [],
                stream=STREAM in operation["responses"].get("200", {}).get("content", {}),
            )
            for service, application in self.applications.items()
            for path, operations in application.openapi()["paths"].items()
            for method, operation in operations.items()
        ]


@pytest.fixture(scope="module")
def doors(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Doors]:
    folder = tmp_path_factory.mktemp("doors")
    with ExitStack() as stack, pytest.MonkeyPatch.context() as patch:
        applications: dict[str, FastAPI] = {}
        for service in SERVICES:
            own = folder / service.name
            own.mkdir()
            nowhere = "postgresql://nobody@127.0.0.1:1/none"
            issuer = environment(service.prefix.rstrip("_"), nowhere, nowhere, own, patch)
            applications[service.name] = http_application(BOOTSTRAPS[service.name]())
        services = {each.name: ("127.0.0.1", stack.enter_context(echoing(each.name))) for each in SERVICES}
        gateway = stack.enter_context(gateway_before(folder, issuer, services))
        token = issuer.token(sub="somebody", tenant="440100", roles=["citizen"])
        client = stack.enter_context(httpx.Client(base_url=gateway.url, trust_env=False))
        yield Doors(client, {"authorization": f"Bearer {token}"}, applications)


def test_every_operation_is_reached_with_login_and_without_only_where_the_service_says_so(doors: Doors) -> None:
    operations = doors.operations()
    assert len(operations) > 25
    for operation in operations:
        signed_in = doors.client.request(operation.method, operation.path, headers=doors.bearer)
        assert (signed_in.status_code, signed_in.json().get("service")) == (200, operation.service), operation
        anonymous = doors.client.request(operation.method, operation.path)
        assert anonymous.status_code == (200 if operation.public else 401), operation


def test_what_the_services_do_not_document_is_not_reached(doors: Doors) -> None:
    for path in (*INNER, "/", "/v1", "/v1/petitionsx", "/v1/progressx"):
        for asked in (path, f"{path}/", f"/v1/..{path}", f"/{path}", f"{path}?a=b"):
            answer = doors.client.get(asked, headers=doors.bearer)
            own_health = answer.status_code == 200 and not answer.content
            assert answer.status_code == 404 or (path == "/livez" and own_health), asked


def test_no_route_leads_nowhere(doors: Doors) -> None:
    documented = {(operation.service, operation.path) for operation in doors.operations()}
    for service in SERVICES:
        for route in service.routes:
            assert any(
                name == service.name and (path == route.path or path.startswith(f"{route.path}/"))
                for name, path in documented
            ), route


def test_answers_that_go_on_for_minutes_are_let_go_on(doors: Doors) -> None:
    streams = [operation for operation in doors.operations() if operation.stream]
    assert streams
    for operation in streams:
        routes = next(each for each in SERVICES if each.name == operation.service).routes
        fits = next(route for route in routes if f"{operation.path}/".startswith(f"{route.path}/"))
        assert fits.stream, operation
