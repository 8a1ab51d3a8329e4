"""The same over HTTP/2, frame by frame: no library would write these."""

import struct
from collections.abc import Callable, Iterator

import pytest

from tests.integration.kit.raw import Door, door_in

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
DATA, HEADERS, RST_STREAM, SETTINGS, GOAWAY = 0, 1, 3, 4, 7
END_STREAM, END_HEADERS = 1, 4
Fields = list[tuple[str, str]]
Change = Callable[[Fields], Fields]


@pytest.fixture(scope="module")
def standing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    with door_in(tmp_path_factory.mktemp("door")) as standing:
        yield standing


@pytest.fixture
def door(standing: Door) -> Door:
    standing.arrived.requests.clear()
    return standing


def frame(kind: int, flags: int, stream: int, payload: bytes) -> bytes:
    return struct.pack(">I", len(payload))[1:] + bytes([kind, flags]) + struct.pack(">I", stream) + payload


def literal(name: str, value: str) -> bytes:
    """A header field without index and without Huffman (RFC 7541, 6.2.2)."""
    return b"\x00" + b"".join(length(len(raw)) + raw for raw in (name.encode("latin-1"), value.encode("latin-1")))


def length(number: int) -> bytes:
    """An integer with a prefix of seven bits (RFC 7541, 5.1)."""
    if number < 127:
        return bytes([number])
    number, out = number - 127, b"\x7f"
    while number >= 128:
        out, number = out + bytes([number % 128 + 128]), number // 128
    return out + bytes([number])


def plain(token: str) -> Fields:
    pseudo = [(":method", "GET"), (":scheme", "http"), (":authority", "a"), (":path", "/v1/bulletins")]
    return [*pseudo, ("authorization", f"Bearer {token}")]


def two(door: Door, fields: Fields, body: bytes | None = None) -> bytes:
    head = frame(
        HEADERS, END_HEADERS | (END_STREAM if body is None else 0), 1, b"".join(literal(*each) for each in fields)
    )
    rest = frame(DATA, END_STREAM, 1, body) if body is not None else b""
    return door.talk(PREFACE + frame(SETTINGS, 0, 0, b"") + head + rest, over)


def over(received: bytes) -> bool:
    """Tell whether the only stream has ended, or the connection is given up."""
    while len(received) >= 9:
        size, kind, flags = int.from_bytes(received[:3], "big"), received[3], received[4]
        if kind in {RST_STREAM, GOAWAY} or (kind in {DATA, HEADERS} and flags & END_STREAM):
            return True
        received = received[9 + size :]
    return False


def test_a_well_formed_request_over_two_comes_through(door: Door) -> None:
    two(door, plain(door.token))
    assert door.arrived.paths == ["/v1/bulletins"]


def changed(name: str, value: str) -> Change:
    """Give the change that replaces a field."""
    return lambda fields: [(key, value if key == name else old) for key, old in fields]


def without(name: str) -> Change:
    """Give the change that takes a field out."""
    return lambda fields: [(key, old) for key, old in fields if key != name]


def more(*extra: tuple[str, str]) -> Change:
    return lambda fields: [*fields, *extra]


def first(*extra: tuple[str, str]) -> Change:
    return lambda fields: [*extra, *fields]


MALFORMED: dict[str, Change] = {
    "no path": without(":path"),
    "an empty path": changed(":path", ""),
    "a path that isn't one": changed(":path", "v1/bulletins"),
    "a path that goes on as a request": changed(":path", "/v1/bulletins HTTP/1.1\r\nX-Injected: 1\r\nX: "),
    "a path with a space": changed(":path", "/v1/bulletins x"),
    "no method": without(":method"),
    "a method that goes on as a request": changed(":method", "GET /v1/bulletins/smuggled HTTP/1.1\r\nX: "),
    "no scheme": without(":scheme"),
    "two methods": first((":method", "POST")),
    "two paths": first((":path", "/v1/bulletins/other")),
    "an unknown pseudo-header": first((":client", "203.0.113.7")),
    "a status in a request": first((":status", "200")),
    "a pseudo-header behind the others": more((":path", "/v1/bulletins/smuggled")),
    "a name in capitals": more(("X-Capital", "a")),
    "a name with a line break": more(("x-a: b\r\nx-injected", "1")),
    "a name with a space": more(("x a", "b")),
    "a name with a colon": more(("x:a", "b")),
    "a value with a line break": more(("x-a", "b\r\nx-injected: 1")),
    "a value with a bare line feed": more(("x-a", "b\nx-injected: 1")),
    "a value with a NUL": more(("x-a", "b\0c")),
    "an empty name": more(("", "b")),
    "chunks": more(("transfer-encoding", "chunked")),
    "a connection's own header": more(("connection", "x-forwarded-for")),
    "an upgrade": more(("upgrade", "websocket")),
    "another te than trailers": more(("te", "chunked")),
    "an authority with a line break": changed(":authority", "a\r\nx-injected: 1"),
}


@pytest.mark.parametrize("change", MALFORMED.values(), ids=MALFORMED.keys())
def test_a_malformed_request_over_two_does_not_arrive(door: Door, change: Change) -> None:
    two(door, change(plain(door.token)))
    assert door.arrived.requests == []


@pytest.mark.parametrize("said", ["0", "2", "1000"])
def test_a_length_that_the_frames_do_not_have_is_refused(door: Door, said: str) -> None:
    two(
        door,
        more(("content-length", said))(changed(":method", "POST")(plain(door.token))),
        b"abcGET /v1/bulletins/smuggled HTTP/1.1\r\n\r\n",
    )
    assert door.arrived.requests == []


def test_headers_that_mean_something_inside_are_taken_off_over_two_as_well(door: Door) -> None:
    forged = [("x-forwarded-for", "203.0.113.7"), ("x-request-id", "forged"), ("x-yiwangban-tenant", "440300")]
    two(door, more(*forged)(plain(door.token)))
    ((_, _, headers),) = door.arrived.requests
    assert len(headers["x-forwarded-for"]) == 1
    assert not [value for value in ("203.0.113.7", "forged", "440300") if value in str(headers)]
