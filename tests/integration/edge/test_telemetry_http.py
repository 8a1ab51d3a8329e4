"""What a real process tells about its requests: one trace, metrics, logs, and nothing personal in any of them."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
import yaml
from chassis.settings import Settings
from chassis.testing.events import create_tables
from chassis.testing.otlp import Capture, capture_otlp
from chassis.testing.waiting import eventually_sync
from deploy.postgres import Postgres
from deploy.server import free_port

PAGE: dict[str, Any] = yaml.safe_load((Path(__file__).parents[3] / "contracts" / "telemetry.yaml").read_text("utf-8"))
PERSONAL = ("张三丰", "13800138000", "zhang-san-feng")
TRACE, PARENT = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
REQUEST = "0196f7a0-1111-7222-8333-444455556666"

PROGRAM = """
import logging, os, sys
from pathlib import Path

import uvicorn
from fastapi import APIRouter
from contracts.codec import Codec
from contracts.events import BulletinDrafted
from contracts.registry import Registry
from pydantic import BaseModel
from pydantic_settings import SettingsConfigDict
from sqlalchemy import text
from typing import Annotated
from fastapi import Depends

from chassis import telemetry
from chassis.database import Database
from chassis.api.edge import ServiceEdge
from chassis.envelope import new_id
from chassis.outbox import Outbox
from chassis.api.route import CommandRoute, QueryRoute, unit
from chassis.service import Service
from chassis.settings import Settings
from chassis.testing.permissions import for_roles
from chassis.unit import Unit, Units
from chassis.api.web import http_application

class ThingSettings(Settings):
    model_config = SettingsConfigDict(env_prefix="THING_")
    service: str = "petition"
    http_port: int = 1

class Body(BaseModel):
    name: str

Work = Annotated[Unit, Depends(unit)]
ANYBODY = [for_roles("writer")]
commands = APIRouter(prefix="/v1", route_class=CommandRoute, dependencies=ANYBODY)
queries = APIRouter(prefix="/v1", route_class=QueryRoute, dependencies=ANYBODY)

@commands.post("/things/{thing}/names", status_code=201)
async def name(thing: str, body: Body, work: Work) -> dict[str, str]:
    logging.getLogger("thing").info("named", extra={"yiwangban.subject": "s-1"})
    await work.append(topic="petition.bulletins.v1", subject=new_id(), tenant="440100", first_sequence=1,
        events=[BulletinDrafted(alert=new_id(), title="t", text="t", kind="report", matter="fraud")])
    return {}

@commands.post("/crashes")
async def crash(body: Body, work: Work) -> None:
    raise ValueError(body.name)

@commands.post("/broken-statements")
async def statement(body: Body, work: Work) -> None:
    await work.session.execute(text("SELECT CAST(:name AS integer)"), {"name": body.name})

@queries.get("/things")
async def things(work: Work, q: str) -> list[str]:
    return []

settings = ThingSettings()
telemetry.configure(settings)
service = Service(title="Thing", settings=settings, migrations=Path(), routers=[commands, queries])
app = http_application(service)
registry = Registry.load()
outbox = Outbox(service="petition", registry=registry, codec=Codec(registry), keyring=None, pseudonym_secret=b"s" * 32)
app.state.edge = ServiceEdge(Units(Database(settings.database_url), outbox), max_body_bytes=100_000)
uvicorn.run(app, port=int(sys.argv[1]), log_config=None)
"""


@dataclass
class Told:
    """Everything that the process told after a few requests."""

    capture: Capture
    metrics: str
    output: str
    traceparents: list[str]

    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.output.splitlines()]


@contextmanager
def serving(dsn: str, jwks: Path, folder: Path, **more: str) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """Run the program until the block ends; give its address."""
    (folder / "thing.py").write_text(PROGRAM)
    port = free_port()
    environment = os.environ | more | {
        "THING_DATABASE_URL": dsn, "JWT_JWKS_PATH": str(jwks),
        "JWT_ISSUER": "https://issuer.test", "JWT_AUDIENCE": "suite",
    }  # fmt: skip
    command = [sys.executable, str(folder / "thing.py"), str(port)]
    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    url = f"http://127.0.0.1:{port}"
    try:
        eventually_sync(lambda: httpx.get(f"{url}/livez"), within=60, ignoring=(httpx.TransportError,))
        yield url, process
    finally:
        process.terminate()
        process.wait(30)


@pytest.fixture(scope="module")
def told(
    postgres: Postgres, jwks: Path, make_token: Callable[..., str], tmp_path_factory: pytest.TempPathFactory
) -> Told:
    with psycopg.connect(postgres.dsn("postgres"), autocommit=True) as admin:
        admin.execute("CREATE DATABASE told")
    dsn = postgres.dsn("told")
    create_tables(dsn)
    with capture_otlp() as capture:
        with serving(dsn, jwks, tmp_path_factory.mktemp("told"), **capture.environment) as (url, process):
            requests(url, make_token(PERSONAL[2]))
            metrics = httpx.get(f"{url}/metrics").text
            eventually_sync(lambda: len(capture.spans()) >= 6, within=15, that="all spans arrive")
            eventually_sync(lambda: len(capture.logs()) >= 3, within=15, that="all log records arrive")
            process.terminate()
            output, _ = process.communicate(timeout=30)
        with psycopg.connect(dsn) as connection:
            rows = connection.execute("SELECT traceparent FROM outbox").fetchall()
        return Told(capture, metrics, output, [row[0] for row in rows])


def requests(url: str, token: str) -> None:
    headers = {
        "authorization": f"Bearer {token}",
        "traceparent": f"00-{TRACE}-{PARENT}-01",
        "x-request-id": REQUEST,
        "user-agent": PERSONAL[2],
    }
    body = {"name": PERSONAL[0]}
    with httpx.Client(base_url=url, headers=headers) as client:
        for number, path in enumerate((f"/v1/things/{PERSONAL[1]}/names", "/v1/crashes", "/v1/broken-statements")):
            client.post(path, json=body, headers={"idempotency-key": f"{PERSONAL[1]}-{number}"})
        client.get("/v1/things", params={"q": PERSONAL[0]})
        client.get(f"/v1/{PERSONAL[1]}/unknown")
        client.post("/v1/crashes", json={"name": [PERSONAL[0]]}, headers={"idempotency-key": "x"})


def test_a_request_is_one_span_in_the_gateways_trace_named_after_its_route(told: Told) -> None:
    span = told.capture.span("POST /v1/things/{thing}/names")
    assert span.trace_id == TRACE
    assert span.parent_id == PARENT
    assert span.kind == 2
    assert span.service == "petition"
    assert span.attributes["http.response.status_code"] == 201
    assert span.attributes["yiwangban.tenant"] == "440100"
    assert span.attributes["yiwangban.request.id"] == REQUEST
    assert told.capture.span("POST /v1/crashes").status == 2
    assert told.capture.spans("GET /v1/things")


def test_the_outbox_keeps_the_context_of_the_request_that_wrote_it(told: Told) -> None:
    (traceparent,) = told.traceparents
    version, trace, span, flags = traceparent.split("-")
    assert (version, trace, flags) == ("00", TRACE, "01")
    server = told.capture.span("POST /v1/things/{thing}/names")
    created = {each.span_id: each.parent_id for each in told.capture.spans() if each.name.startswith("create ")}
    assert span == server.span_id or created[span] == server.span_id


def test_nothing_personal_is_in_any_span_log_or_metric(told: Told) -> None:
    everything = "\n".join(
        [*map(repr, told.capture.spans()), *map(repr, told.capture.logs()), told.output, told.metrics]
    )
    assert "unhandled error" in everything
    assert "ValueError" in everything
    for personal in PERSONAL:
        assert personal not in everything
        assert personal not in everything.encode().decode("unicode_escape", "ignore")


def test_each_log_line_is_json_and_tied_to_its_trace_and_request(told: Told) -> None:
    named = [line for line in told.lines() if line["message"] == "named"]
    assert len(named) == 1
    assert named[0]["trace_id"] == TRACE
    assert named[0]["span_id"] == told.capture.span("POST /v1/things/{thing}/names").span_id
    assert named[0]["yiwangban.request.id"] == REQUEST
    assert named[0]["severity"] == "INFO"
    crashed = [line for line in told.lines() if line.get("error.type") == "ValueError"]
    assert "thing.py" in crashed[0]["exception.stacktrace"]
    assert "exception.message" not in crashed[0]


def test_exported_log_records_carry_the_trace_too(told: Told) -> None:
    assert {log.trace_id for log in told.capture.logs() if log.body == "named"} == {TRACE}


def test_only_declared_names_are_used(told: Told) -> None:
    spans = {name for span in told.capture.spans() for name in span.attributes}
    assert spans <= {name for span in PAGE["spans"] for name in span["attributes"]}
    logs = {name for log in told.capture.logs() for name in log.attributes}
    assert logs <= {log["name"] for log in PAGE["logs"]}
    declared = {metric["name"].replace(".", "_") for metric in PAGE["metrics"]}
    found = {line.split()[2] for line in told.metrics.splitlines() if line.startswith("# TYPE ")}
    ours = {name for name in found if not name.startswith(("python_", "process_", "target_"))}
    assert ours
    for name in ours:
        assert any(name.startswith(each) for each in declared), name


def test_metrics_count_requests_by_route_and_never_by_path(told: Told) -> None:
    counted = re.findall(r'http_server_request_duration_seconds_count\{.*?http_route="(.*?)"', told.metrics)
    assert set(counted) == {"", "/v1/things/{thing}/names", "/v1/things", "/v1/crashes", "/v1/broken-statements"}


def test_requests_of_some_milliseconds_are_told_from_those_of_a_second(told: Told) -> None:
    buckets = re.findall(r'http_server_request_duration_seconds_bucket\{.*?le="(.*?)"', told.metrics)
    assert {"0.005", "0.025", "0.1", "0.5", "1.0"} <= set(buckets)


def test_an_unknown_exporter_is_refused_at_start() -> None:
    program = "from chassis import telemetry; from chassis.settings import Settings; telemetry.configure(Settings())"
    environment = os.environ | {
        "OTEL_TRACES_EXPORTER": "carrier-pigeon", "SERVICE": "s", "DATABASE_URL": "postgresql://", "HTTP_PORT": "1",
    }  # fmt: skip
    ran = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=False)
    assert ran.returncode != 0
    assert "carrier-pigeon" in ran.stderr


def test_an_exporter_that_can_not_be_reached_does_not_slow_requests_down(
    settings: Settings, tmp_path: Path, make_token: Callable[..., str]
) -> None:
    nobody = {
        "OTEL_TRACES_EXPORTER": "otlp",
        "OTEL_EXPORTER_OTLP_ENDPOINT": f"http://127.0.0.1:{free_port()}",
        "OTEL_BSP_SCHEDULE_DELAY": "50",
    }
    headers = {"authorization": f"Bearer {make_token()}"}
    with (
        serving(settings.database_url, settings.jwks_path, tmp_path, **nobody) as (url, _),
        httpx.Client(base_url=url, headers=headers, timeout=2) as client,
    ):
        for _ in range(20):
            assert client.get("/v1/things", params={"q": "x"}).status_code == 200
