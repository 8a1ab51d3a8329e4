import pytest
from chassis.api.client import client_network
from fastapi import Request


def request(forwarded: str | None, peer: str | None = "192.0.2.1") -> Request:
    headers = [] if forwarded is None else [(b"x-forwarded-for", forwarded.encode())]
    return Request({"type": "http", "headers": headers, "client": (peer, 1) if peer else None})


@pytest.mark.parametrize(
    ("forwarded", "peer", "network"),
    [
        (None, "192.0.2.1", "192.0.2.1"),
        ("203.0.113.7", "127.0.0.1", "203.0.113.7"),
        ("198.51.100.1, 203.0.113.7", "127.0.0.1", "203.0.113.7"),  # the gateway's own entry is the last
        ("::ffff:203.0.113.7", "127.0.0.1", "203.0.113.7"),
        (None, None, ""),
        ("nobody", "127.0.0.1", ""),
    ],
)
def test_the_gateway_says_where_a_client_is(forwarded: str | None, peer: str | None, network: str) -> None:
    assert client_network(request(forwarded, peer)) == network


def test_one_household_is_one_client_whatever_address_it_takes_of_its_network() -> None:
    here = {client_network(request(f"2001:db8:1:2::{end:x}")) for end in range(1, 9)}
    assert len(here) == 1
    assert client_network(request("2001:db8:1:3::1")) not in here
