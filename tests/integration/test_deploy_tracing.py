"""The gateway starts each trace, towards a collector or towards Zipkin, and says nothing of who asked for what."""

import os
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from chassis.testing.otlp import CapturedSpan, capture_otlp
from chassis.testing.waiting import eventually_sync
from deploy.issuer import Issuer
from deploy.search import Needles
from deploy.server import free_port
from deploy.services import SERVICES
from deploy.tokens import Tokens
from deploy.tracing import Traces

from deploy.gateway import Door, Gateway
from deploy.zipkin import Zipkin
from tests.conftest import CACHE
from tests.integration.kit.echo import echoing

STRANGERS = "463ac35c9f6413ad48485a3953bb6124"
"""A trace id that a client would like to choose."""

FORGED = {
    "traceparent": f"00-{STRANGERS}-0020000000000001-01",
    "b3": f"{STRANGERS}-0020000000000001-1",
    "x-b3-traceid": STRANGERS,
    "x-b3-spanid": "0020000000000001",
    "x-b3-sampled": "1",
}
PERSONAL = ("zhang-san-feng", "13800138000")
ASKED = f"/v1/cases/{PERSONAL[1]}?q={PERSONAL[0]}"

SERVICE = """
import sys
from chassis import telemetry
from chassis.settings import Settings
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

told = telemetry.configure(Settings(service="petition", database_url="postgresql://", http_port=1))
with telemetry.tracer().start_as_current_span("GET /v1/cases/{case}",
        TraceContextTextMapPropagator().extract({"traceparent": sys.argv[1]})):
    pass
told.flush()
"""


@pytest.fixture(scope="module")
def issuer(tmp_path_factory: pytest.TempPathFactory) -> Issuer:
    issuer = Issuer(tmp_path_factory.mktemp("issuer"))
    issuer.prepare()
    return issuer


@pytest.fixture(scope="module")
def zipkin(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Zipkin]:
    server = Zipkin(tmp_path_factory.mktemp("zipkin"), jars=CACHE / "zipkin", port=free_port())
    server.start()
    yield server
    server.stop()


@pytest.fixture
def behind(issuer: Issuer, tmp_path: Path) -> Callable[[Traces], Any]:
    """Run a gateway in front of an echo, and give the request that asks it something."""

    @contextmanager
    def run(traces: Traces) -> Iterator[Callable[[], httpx.Response]]:
        token = issuer.token(sub=PERSONAL[0], tenant="440100", roles=["citizen"])
        headers = {"authorization": f"Bearer {token}", "user-agent": PERSONAL[0], **FORGED}
        with echoing() as port:
            services = dict.fromkeys((each.name for each in SERVICES), ("127.0.0.1", port))
            door = Door(
                port=free_port(),
                admin_port=free_port(),
                tokens=Tokens(jwks=issuer.jwks),
                services=services,
                traces=traces,
            )
            gateway = Gateway(tmp_path, door)
            gateway.start()
            try:
                yield lambda: httpx.get(f"{gateway.url}{ASKED}", headers=headers, trust_env=False)
            finally:
                gateway.stop()

    return run


def context_of(answer: httpx.Response) -> tuple[str, str, str]:
    """Give the trace, the parent and the flags that the service was told."""
    assert answer.status_code == 200
    _, trace, parent, flags = answer.json()["traceparent"].split("-")
    return trace, parent, flags


def test_the_gateways_span_is_the_root_of_the_trace_and_names_the_route_only(
    behind: Callable[[Traces], Any],
) -> None:
    with capture_otlp() as collected, behind(Traces(otlp=collected.endpoint)) as ask:
        answer = ask()
        trace, parent, _ = context_of(answer)

        def arrived() -> list[CapturedSpan]:
            return [each for each in collected.spans(service="gateway") if each.trace_id == trace]

        (span,) = eventually_sync(arrived, within=15, that="the gateway's span is exported")
    assert trace != STRANGERS
    assert (span.parent_id, span.span_id) == ("", parent)
    assert span.name == "GET /v1/cases"
    assert span.attributes["guid:x-request-id"] == answer.headers["x-request-id"]
    assert not [value for value in map(str, span.attributes.values()) if any(each in value for each in PERSONAL)]
    assert span.attributes["peer.address"] == "-", "an address is a person's, too"


def test_in_zipkin_a_request_and_what_a_service_did_for_it_are_one_trace(
    behind: Callable[[Traces], Any], zipkin: Zipkin
) -> None:
    with behind(Traces(zipkin=zipkin.collector)) as ask:
        answer = ask()
        trace, parent, _ = context_of(answer)
        command = [sys.executable, "-c", SERVICE, answer.json()["traceparent"]]
        subprocess.run(command, env=os.environ | zipkin.exporting, check=True, timeout=60)

        def kept() -> list[dict[str, Any]]:
            found = httpx.get(f"{zipkin.collector.removesuffix('spans')}trace/{trace}", trust_env=False)
            return sorted(found.json(), key=lambda span: "parentId" in span) if found.status_code == 200 else []

        eventually_sync(lambda: len(kept()) == 2, within=15, that="both spans are kept")
        root, child = kept()
    assert trace != STRANGERS
    assert (root["id"], root.get("parentId"), root["name"]) == (parent, None, "get /v1/cases")
    assert root["localEndpoint"]["serviceName"] == "gateway"
    assert (child["parentId"], child["localEndpoint"]["serviceName"]) == (parent, "petition")
    assert root["tags"]["guid:x-request-id"] == answer.headers["x-request-id"]
    assert not [text for text in PERSONAL if text in str((root, child))]


def test_the_number_that_an_error_shows_finds_its_trace(behind: Callable[[Traces], Any], zipkin: Zipkin) -> None:
    with behind(Traces(zipkin=zipkin.collector)) as ask:
        number = ask().headers["x-request-id"]
        search = {"annotationQuery": f"guid:x-request-id={number}"}
        api = f"{zipkin.collector.removesuffix('spans')}traces"
        found = eventually_sync(lambda: httpx.get(api, params=search, trust_env=False).json(), within=15)
        assert len(found) == 1
        assert httpx.get(api, params={"annotationQuery": f"guid:x-request-id={uuid.uuid4()}"}).json() == []


def test_what_is_not_sampled_is_so_for_everybody_behind_the_gateway(behind: Callable[[Traces], Any]) -> None:
    with capture_otlp() as collected:
        with behind(Traces(otlp=collected.endpoint, sampled=0.0)) as ask:
            trace, _, flags = context_of(ask())
            assert flags == "00"
        with behind(Traces(otlp=collected.endpoint)) as ask:
            eventually_sync(lambda: ask() and collected.spans(service="gateway"), within=15)
        assert trace not in {span.trace_id for span in collected.spans()}


def test_a_killed_zipkin_is_missed_by_nobody(behind: Callable[[Traces], Any]) -> None:
    nobody = f"http://127.0.0.1:{free_port()}/api/v2/spans"
    with behind(Traces(zipkin=nobody)) as ask:
        assert [ask().status_code for _ in range(20)] == [200] * 20


def test_whoever_looks_for_a_text_in_traces_finds_it(zipkin: Zipkin) -> None:
    text = "陈小明住东风路三号"
    span = {"traceId": "1" * 16, "id": "1" * 16, "timestamp": time.time_ns() // 1000, "tags": {"leak": text}}
    httpx.post(zipkin.collector, json=[span], trust_env=False).raise_for_status()
    needles = Needles(["nobody wrote this", text])
    assert eventually_sync(lambda: needles.found_in(zipkin.remembered()), within=15) == {1}
    away = Zipkin(zipkin.state, jars=zipkin.jars, port=free_port())
    assert away.remembered() == b""
