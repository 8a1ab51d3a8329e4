"""Routes by which a report may come: the gateway keeps neither who asked, nor from where, nor when."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
from chassis.testing.otlp import Capture, capture_otlp
from chassis.testing.waiting import eventually_sync
from deploy.issuer import Issuer
from deploy.services import SERVICES
from deploy.tracing import Traces

from deploy.gateway import Gateway
from tests.integration.kit.echo import echoing
from tests.integration.kit.gateways import gateway_before

AGENT = "a-telephone-that-few-people-have"
HIDDEN = [
    "/v1/petitions", "/v1/petitions/0190a-b/reply?x=y", "/v1/relays/gz-fans/messages",
    "/v1/open311/gz-app/requests.json", "/v1/attachments", "/v1/attachments/0190a-b/1",
    "/v1/progress", "/v1/progress/events", "/v1/matters/1",
]  # fmt: skip


@contextmanager
def gateway_with_logs(folder: Path, *services: str) -> Iterator[tuple[Gateway, Capture, httpx.Client]]:
    issuer = Issuer(folder / "issuer")
    issuer.prepare()
    token = issuer.token(sub="informant", tenant="440100", roles=["citizen"])
    headers = {"authorization": f"Bearer {token}", "user-agent": AGENT}
    with capture_otlp() as collected, echoing() as port:
        behind = dict.fromkeys(services, ("127.0.0.1", port))
        traces = Traces(otlp=collected.endpoint)
        with (
            gateway_before(folder, issuer, behind, traces=traces) as gateway,
            httpx.Client(base_url=gateway.url, headers=headers, trust_env=False) as client,
        ):
            yield gateway, collected, client


def lines(gateway: Gateway) -> list[str]:
    return [line for line in gateway.log_path.read_text("utf-8").splitlines() if line.startswith("{")]


def marked(gateway: Gateway, client: httpx.Client) -> list[str]:
    """Give the log up to a request that is told of: what came before it would be there, too."""
    client.get("/v1/bulletins", headers={"authorization": "Bearer no"})
    return eventually_sync(lambda: lines(gateway), within=15, that="a line is written")


def test_who_asks_by_a_hidden_route_leaves_neither_line_nor_span(tmp_path: Path) -> None:
    with gateway_with_logs(tmp_path, *(each.name for each in SERVICES)) as (gateway, collected, client):
        for path in HIDDEN:
            answer = client.post(path)
            assert answer.status_code == 200, path
            assert answer.json()["traceparent"].endswith("-00"), "nobody behind the gateway keeps the trace either"
            assert client.post(path, headers={"authorization": "Bearer no"}).status_code in {200, 401}
        (line,) = marked(gateway, client)
        assert json.loads(line)["path"] == "/v1/bulletins"
        spans = eventually_sync(lambda: collected.spans(service="gateway"), within=15, that="spans are exported")
        assert {span.name for span in spans} == {"GET /v1/bulletins"}


def test_a_failure_of_ours_on_a_hidden_route_is_told_to_the_hour_and_without_the_person(tmp_path: Path) -> None:
    with gateway_with_logs(tmp_path) as (gateway, _, client):
        answer = client.post("/v1/petitions/0190a-b/reply")
        assert answer.status_code == 503
        (line,) = eventually_sync(lambda: lines(gateway), within=15, that="the failure is written")
        said = json.loads(line)
        assert said.keys() == {"hour", "method", "route", "status", "flags", "details", "upstream"}
        assert (said["route"], said["status"], said["upstream"]) == ("/v1/petitions", 503, "petition")
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:00Z", said["hour"])
        assert not [each for each in ("127.0.0", AGENT, "0190a-b", answer.headers["x-request-id"]) if each in line]
