"""What the gateway gives to everybody: pages for reading and the documents behind them; and errors that are found."""

import json
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urldefrag, urljoin

import httpx
import pytest
import yaml
from chassis.testing.otlp import Capture, capture_otlp
from chassis.testing.waiting import eventually_sync
from contracts.asyncapi import document as events_document
from contracts.registry import Registry
from deploy.issuer import Issuer
from deploy.server import free_port
from deploy.services import SERVICES
from deploy.tokens import Tokens
from deploy.tracing import Traces

from contracts.openapi import FILE
from deploy.gateway import Door, Gateway

ROOT = Path(__file__).resolve().parents[2]
SUITE = json.loads((ROOT / "contracts" / FILE).read_text("utf-8"))
PAGES = ["/docs/", "/docs/operations.html", "/docs/events.html", "/docs/problems.html"]
EVERY = {"/openapi.json": "application/json", "/asyncapi.yaml": "application/yaml"} | dict.fromkeys(
    PAGES, "text/html; charset=utf-8"
)


class Links(HTMLParser):
    """Where a page leads to, what can be led to in it, and what it loads."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.targets: set[str] = set()
        self.places: set[str] = set()
        self.loaded: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.targets |= {given["href"] or ""} if tag == "a" else set()
        self.places |= {given["id"] or ""} if "id" in given else set()
        self.loaded |= (
            {tag} if tag in {"script", "link", "img", "iframe", "object", "form"} or "src" in given else set()
        )


@pytest.fixture(scope="module")
def captured() -> Iterator[Capture]:
    with capture_otlp() as capture:
        yield capture


@pytest.fixture(scope="module")
def issuer(tmp_path_factory: pytest.TempPathFactory) -> Issuer:
    issuer = Issuer(tmp_path_factory.mktemp("issuer"))
    issuer.prepare()
    return issuer


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory, captured: Capture, issuer: Issuer) -> Iterator[Gateway]:
    """A gateway whose services are all down."""
    door = Door(
        port=free_port(),
        admin_port=free_port(),
        tokens=Tokens(jwks=issuer.jwks),
        services={each.name: ("127.0.0.1", free_port()) for each in SERVICES},
        traces=Traces(otlp=captured.endpoint),
    )
    gateway = Gateway(tmp_path_factory.mktemp("gateway"), door)
    gateway.start()
    yield gateway
    gateway.stop()


@pytest.fixture
def client(gateway: Gateway) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=gateway.url, trust_env=False) as client:
        yield client


@pytest.mark.parametrize("path", EVERY)
def test_anybody_may_read_what_the_suite_offers(client: httpx.Client, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == EVERY[path]
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
    assert client.head(path).headers["content-type"] == EVERY[path]
    assert client.post(path).status_code in {401, 404}


def test_what_is_given_out_is_what_the_contracts_say(client: httpx.Client) -> None:
    assert client.get("/openapi.json").json() == SUITE
    assert yaml.safe_load(client.get("/asyncapi.yaml").text) == events_document(Registry.load())


def test_the_short_address_leads_to_the_pages(client: httpx.Client) -> None:
    answer = client.get("/docs")
    assert answer.status_code == 301
    assert urljoin(str(answer.url), answer.headers["location"]) == str(client.base_url.join("/docs/"))


def test_every_link_leads_somewhere_and_nothing_comes_from_elsewhere(client: httpx.Client) -> None:
    pages = {path: Links(client.get(path).text) for path in PAGES}
    pages["/docs/index.html"] = pages["/docs/"]
    for path, page in pages.items():
        assert not page.loaded
        assert page.targets
        for target in page.targets:
            address, place = urldefrag(urljoin(path, target))
            assert address in EVERY or address in pages, f"{path}: {target}"
            assert not place or place in pages[address].places, f"{path}: {target}"


def test_the_pages_show_every_operation_every_event_and_every_problem(client: httpx.Client) -> None:
    places = {path: Links(client.get(path).text).places for path in PAGES}
    operations = {operation["operationId"] for path in SUITE["paths"].values() for operation in path.values()}
    assert operations <= places["/docs/operations.html"]
    assert set(Registry.load().types) <= places["/docs/events.html"]
    assert {row["type"].rpartition(":")[2] for row in SUITE["x-problem-types"]} <= places["/docs/problems.html"]


@pytest.mark.parametrize(
    ("path", "roles", "status"), [("/v1/cases", [], 401), ("/nowhere", [], 401), ("/v1/cases", ["window"], 503)]
)
def test_an_error_of_the_gateways_own_shows_the_number_that_finds_its_trace(
    client: httpx.Client, captured: Capture, issuer: Issuer, path: str, roles: list[str], status: int
) -> None:
    headers = {"authorization": f"Bearer {issuer.token(sub='w', tenant='440100', roles=roles)}"} if roles else {}
    answer = client.get(path, params={"name": "张三丰"}, headers=headers)
    assert answer.status_code == status
    number = answer.json()["request_id"]
    assert number == answer.headers["x-request-id"]
    (span,) = eventually_sync(
        lambda: [
            each for each in captured.spans(service="gateway") if each.attributes["yiwangban.request.id"] == number
        ],
        within=15,
        that="the trace of the refused request is found by its number",
    )
    assert span.attributes["http.status_code"] == str(status)
