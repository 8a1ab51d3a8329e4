"""No one takes all there is: not everybody together, nor an address, a household, or a city."""

import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from deploy.issuer import Issuer

from deploy.gateway import Gateway, Limits
from tests.integration.kit.echo import echoing
from tests.integration.kit.gateways import gateway_before


@pytest.fixture(scope="module")
def echo() -> Iterator[int]:
    with echoing() as port:
        yield port


@pytest.fixture(scope="module")
def issuer(tmp_path_factory: pytest.TempPathFactory) -> Issuer:
    issuer = Issuer(tmp_path_factory.mktemp("issuer"))
    issuer.prepare()
    return issuer


def test_one_address_and_one_city_can_not_take_all_there_is(tmp_path: Path, echo: int, issuer: Issuer) -> None:
    few = 5
    limits = Limits(client=4 * few, tenant=few)
    with gateway_before(tmp_path, issuer, {"petition": ("127.0.0.1", echo)}, limits=limits) as gateway:
        ask = asking(gateway, issuer)
        assert 429 in ask(6 * few, tenant="440100", address="127.0.0.2")
        assert ask(1, tenant="440300", address="127.0.0.3") == [200]  # another city, from elsewhere
        assert 429 in ask(60 * few, tenant="", address="127.0.0.4")  # before anybody looks at the token
        assert ask(1, tenant="", address="127.0.0.5") == [401]


def test_everybody_together_can_not_take_more_than_there_is(tmp_path: Path, echo: int, issuer: Issuer) -> None:
    with gateway_before(tmp_path, issuer, {"petition": ("127.0.0.1", echo)}, limits=Limits(total=5)) as gateway:
        ask = asking(gateway, issuer)
        assert 429 in [status for place in range(2, 62) for status in ask(1, tenant="", address=f"127.0.0.{place}")]


def test_a_household_is_one_address_however_many_it_has(tmp_path: Path, echo: int, issuer: Issuer) -> None:
    def addresses_by_proxy(configuration: dict[str, Any]) -> None:
        """Let the test say where it comes from: this machine has one IPv6 address."""
        kind = "type.googleapis.com/envoy.extensions.filters.listener.proxy_protocol.v3.ProxyProtocol"
        typed = {"@type": kind, "allow_requests_without_proxy_protocol": True}
        listener = configuration["static_resources"]["listeners"][0]
        listener["listener_filters"] = [{"name": "envoy.filters.listener.proxy_protocol", "typed_config": typed}]

    def ask(address: str) -> bytes:
        with socket.create_connection(("127.0.0.1", gateway.door.port)) as connection:
            request = f"PROXY TCP6 {address} ::1 50000 80\r\nGET /v1/petitions HTTP/1.1\r\nhost: gateway\r\n\r\n"
            connection.sendall(request.encode())
            return connection.recv(65_536)

    services = {"petition": ("127.0.0.1", echo)}
    with gateway_before(tmp_path, issuer, services, limits=Limits(client=5), change=addresses_by_proxy) as gateway:
        answers = [ask(f"2001:db8:0:1::{place:x}") for place in range(1, 60)]
        assert any(b" 429 " in answer for answer in answers)
        assert b" 401 " in ask("2001:db8:0:2::1")


def asking(gateway: Gateway, issuer: Issuer) -> Callable[..., list[int]]:
    """Ask so many times, as somebody of a city or nobody, from an address; give the answers' status."""

    def ask(times: int, *, tenant: str, address: str) -> list[int]:
        token = issuer.token(sub=f"somebody-of-{tenant}", tenant=tenant, roles=["citizen"])
        headers = {"authorization": f"Bearer {token}"} if tenant else {}
        with httpx.Client(transport=httpx.HTTPTransport(local_address=address), headers=headers) as client:
            return [client.get(f"{gateway.url}/v1/petitions").status_code for _ in range(times)]

    return ask
