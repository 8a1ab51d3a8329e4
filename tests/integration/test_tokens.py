"""A token that is forged, stale, confused or downgraded opens neither the gateway nor a route of a service alone."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from deploy.issuer import Issuer
from deploy.services import SERVICES

from deploy.gateway import Gateway, Limits
from tests.integration.kit.alone import REFUSED, Alone, alone, opened, talk_to
from tests.integration.kit.echo import echoing
from tests.integration.kit.gateways import gateway_before
from tests.integration.kit.tokens import KINDS, Forge, Sent, good


@pytest.fixture(scope="module")
def issuer(tmp_path_factory: pytest.TempPathFactory) -> Issuer:
    issuer = Issuer(tmp_path_factory.mktemp("issuer"))
    issuer.prepare()
    return issuer


@pytest.fixture(scope="module")
def forge(issuer: Issuer) -> Forge:
    return Forge(issuer)


@pytest.fixture(params=[each.name for each in SERVICES])
def one(request: pytest.FixtureRequest, tmp_path: Path, issuer: Issuer, monkeypatch: pytest.MonkeyPatch) -> Alone:
    """One service, with nobody before it."""
    return alone(request.param, tmp_path, monkeypatch, JWT_JWKS_PATH=str(issuer.jwks))


async def test_a_service_alone_refuses_every_kind_at_every_route(one: Alone, forge: Forge) -> None:
    routes = one.doors
    assert routes
    async with talk_to(one) as client:
        shut = [route for route in routes if not await opened(client, *route, good(forge))]
        assert shut == [], "a good token opens every door, or the rest of this test says nothing"
        let_in = []
        for name, make in KINDS.items():
            sent = make(forge)
            let_in += [(name, *route) for route in routes if await opened(client, *route, sent)]
        assert let_in == []


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory, issuer: Issuer) -> Iterator[Gateway]:
    limits = Limits(principal=10_000, tenant=10_000)
    with echoing() as port:
        services = {each.name: ("127.0.0.1", port) for each in SERVICES}
        with gateway_before(tmp_path_factory.mktemp("gateway"), issuer, services, limits=limits) as gateway:
            yield gateway


@pytest.fixture
def client(gateway: Gateway) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=gateway.url, trust_env=False) as client:
        yield client


def test_the_gateway_lets_a_good_token_in(client: httpx.Client, forge: Forge) -> None:
    answer = client.get("/v1/petitions", headers=good(forge).lines)
    assert answer.status_code == 200
    assert answer.json()["authorization"]


@pytest.mark.parametrize("make", KINDS.values(), ids=KINDS.keys())
def test_the_gateway_refuses(client: httpx.Client, forge: Forge, make: Callable[[Forge], Sent]) -> None:
    sent = make(forge)
    answer = client.get("/v1/petitions", headers=sent.lines, params=sent.query or None)
    problem: dict[str, Any] = answer.json()
    if len(repr(sent)) > 16_000:
        assert (answer.status_code, problem["type"]) == (431, "urn:yiwangban:problem:headers-too-large")
        return
    assert (answer.status_code, problem["type"]) == (401, REFUSED)
    assert answer.headers["www-authenticate"] == "Bearer"
