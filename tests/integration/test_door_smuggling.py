"""A request that two servers could read differently reaches no service: written byte by byte, at a real gateway."""

from collections.abc import Iterator

import pytest

from tests.integration.kit.raw import Door, door_in

SMUGGLED = "GET /v1/bulletins/smuggled HTTP/1.1\r\nHost: a\r\n\r\n"


@pytest.fixture(scope="module")
def standing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    with door_in(tmp_path_factory.mktemp("door")) as standing:
        yield standing


@pytest.fixture
def door(standing: Door) -> Door:
    standing.arrived.requests.clear()
    return standing


LAST = "Connection: close"


def post(*headers: str, body: str = "") -> str:
    return "\r\n".join(["POST /v1/bulletins HTTP/1.1", "Host: a", "TOKEN", LAST, *headers, "", body])


def get(*headers: str, line: str = "GET /v1/bulletins HTTP/1.1", host: str | None = "Host: a") -> str:
    return "\r\n".join([line, *([host] if host else []), "TOKEN", LAST, *headers, "", ""])


def test_well_formed_requests_come_through(door: Door) -> None:
    """Or the rest of this file says nothing."""
    assert door.ask(post("Content-Length: 3", body="abc")).startswith(b"HTTP/1.1 200")
    assert door.ask(post("Transfer-Encoding: chunked", body="3\r\nabc\r\n0\r\n\r\n")).startswith(b"HTTP/1.1 200")
    assert door.ask(get().replace(f"{LAST}\r\n", "") + get()).count(b"HTTP/1.1 200") == 2
    assert len(door.arrived.paths) == 4


AMBIGUOUS = {
    "length and chunks": post("Content-Length: 6", "Transfer-Encoding: chunked", body="0\r\n\r\n" + SMUGGLED),
    "chunks and length": post("Transfer-Encoding: chunked", "Content-Length: 6", body="0\r\n\r\n" + SMUGGLED),
    "two lengths": post("Content-Length: 0", "Content-Length: 44", body=SMUGGLED),
    "two lengths in one": post("Content-Length: 0, 44", body=SMUGGLED),
    "a length with a sign": post("Content-Length: +0", body=SMUGGLED),
    "a negative length": post("Content-Length: -1", body=SMUGGLED),
    "a hexadecimal length": post("Content-Length: 0x0", body=SMUGGLED),
    "a length with a space": post("Content-Length: 0 0", body=SMUGGLED),
    "a length beyond all numbers": post("Content-Length: 99999999999999999999", body=SMUGGLED),
    "an unknown coding": post("Transfer-Encoding: xchunked", body="0\r\n\r\n" + SMUGGLED),
    "a coding behind a tab and a control": post("Transfer-Encoding: \x0bchunked", body="0\r\n\r\n" + SMUGGLED),
    "chunks, then nothing": post("Transfer-Encoding: chunked, identity", body="0\r\n\r\n" + SMUGGLED),
    "a coding twice": post("Transfer-Encoding: chunked", "Transfer-Encoding: identity", body="0\r\n\r\n" + SMUGGLED),
    "a folded header": post("Transfer-Encoding:", " chunked", "Content-Length: 0", body=SMUGGLED),
    "a space before the colon": post("Content-Length : 44", body=SMUGGLED),
    "a name with a space": get("Content Length: 44"),
    "a line without a colon": get("Content-Length 44"),
    "an empty name": get(": 44"),
    "a NUL in a value": get("X-A: a\0b"),
    "a chunk's size that is no number": post("Transfer-Encoding: chunked", body="zz\r\nabc\r\n0\r\n\r\n"),
    "a chunk's size beyond all numbers": post("Transfer-Encoding: chunked", body="FFFFFFFFFFFFFFFFF\r\nabc\r\n"),
    "a negative chunk": post("Transfer-Encoding: chunked", body="-1\r\nabc\r\n0\r\n\r\n"),
    "chunks in HTTP/1.0": post("Transfer-Encoding: chunked", body="0\r\n\r\n").replace("HTTP/1.1", "HTTP/1.0"),
    "no host": get(host=None),
    "a host with a space": get(host="Host: a b"),
    "a version that isn't": get(line="GET /v1/bulletins HTTP/1.2"),
    "HTTP/0.9": "GET /v1/bulletins\r\n\r\n",
    "a space in the path": get(line="GET /v1/bulletins /x HTTP/1.1"),
    "a control in the path": get(line="GET /v1/bulle\x01tins HTTP/1.1"),
    "a method that isn't": get(line="G(T /v1/bulletins HTTP/1.1"),
    "an underscore for a hyphen": get("X_Forwarded_For: 203.0.113.7"),
    "a tunnel": get(line="CONNECT /v1/bulletins HTTP/1.1"),
    "another protocol": get("Connection: Upgrade", "Upgrade: websocket"),
}


@pytest.mark.parametrize("text", AMBIGUOUS.values(), ids=AMBIGUOUS.keys())
def test_an_ambiguous_request_is_refused_and_nothing_of_it_arrives(door: Door, text: str) -> None:
    answer = door.ask(text)
    assert answer == b"" or answer.startswith((b"HTTP/1.1 4", b"HTTP/1.1 501")), answer[:60]
    assert door.arrived.paths == []


TIDIED: dict[str, tuple[str, dict[str, list[str]]]] = {
    "any folded header": (get("X-Folded: a", " b"), {"x-folded": ["a b"]}),
    "a bare return in a value": (get("X-A: a\rTransfer-Encoding: chunked"), {"x-a": ["aTransfer-Encoding: chunked"]}),
    "a chunk longer than it says": (
        post("Transfer-Encoding: chunked", body="3\r\nabcdef\r\n0\r\n\r\n"),
        {"content-length": ["3"]},
    ),
    "two hosts": (get("Host: b"), {"host": ["a,b"]}),
    "two spaces before the path": (get(line="GET  /v1/bulletins HTTP/1.1"), {"host": ["a"]}),
    "a tab before the path": (get(line="GET\t/v1/bulletins HTTP/1.1"), {"host": ["a"]}),
}
"""What Envoy puts right, as RFC 9112 lets a gateway do, with what the service reads."""


@pytest.mark.parametrize(("text", "read"), TIDIED.values(), ids=TIDIED.keys())
def test_what_the_gateway_puts_right_arrives_once_and_can_be_read_in_one_way_only(
    door: Door, text: str, read: dict[str, list[str]]
) -> None:
    assert door.ask(text).count(b"HTTP/1.1 ") == 1
    ((_, path, headers),) = door.arrived.requests
    assert path == "/v1/bulletins"
    assert {name: headers[name] for name in read} == read
    assert len(set(headers) & {"content-length", "transfer-encoding"}) <= 1


def test_what_a_trailer_says_counts_for_nothing(door: Door) -> None:
    trailers = "0\r\nX-Forwarded-For: 203.0.113.7\r\nAuthorization: Bearer no\r\n\r\n"
    assert door.ask(post("Transfer-Encoding: chunked", body=trailers)).startswith(b"HTTP/1.1 200")
    ((_, _, headers),) = door.arrived.requests
    assert headers["authorization"] == [f"Bearer {door.token}"]
    assert "203.0.113.7" not in str(headers)


def test_no_client_can_have_the_gateways_own_headers_taken_off(door: Door) -> None:
    named = "Connection: x-forwarded-for, x-request-id, traceparent, authorization"
    assert door.ask(get(named)).startswith((b"HTTP/1.1 200", b"HTTP/1.1 4"))
    for _, _, headers in door.arrived.requests:
        assert len(headers["x-forwarded-for"]) == 1
        assert len(headers["x-request-id"]) == 1
        assert headers["authorization"] == [f"Bearer {door.token}"]


def test_an_absolute_address_is_the_one_that_counts_not_the_host(door: Door) -> None:
    line = "GET http://elsewhere.example/v1/bulletins/absolute HTTP/1.1"
    answer = door.ask(get(line=line))
    assert answer.startswith((b"HTTP/1.1 200", b"HTTP/1.1 4"))
    for _, path, headers in door.arrived.requests:
        assert (path, len(headers["host"])) == ("/v1/bulletins/absolute", 1)
