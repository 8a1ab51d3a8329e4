"""A gateway that is spoken to byte by byte, before a service that remembers what came to it."""

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from deploy.issuer import Issuer

from deploy.gateway import Gateway
from tests.integration.kit.gateways import gateway_before

WITHIN_S = 10.0


@dataclass
class Arrived:
    """What came to the service: method, path and headers of each request."""

    requests: list[tuple[str, str, dict[str, list[str]]]] = field(default_factory=list)

    @property
    def paths(self) -> list[str]:
        return [path for _, path, _ in self.requests]


@contextmanager
def service() -> Iterator[tuple[int, Arrived]]:
    arrived = Arrived()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def handle_one_request(self) -> None:
            self.raw_requestline = self.rfile.readline(65_537)
            if not self.raw_requestline or not self.parse_request():
                self.close_connection = True
                return
            self.rfile.read(int(self.headers.get("content-length") or 0))
            if self.path != "/livez":
                headers = {name.lower(): self.headers.get_all(name, []) for name in self.headers}
                arrived.requests.append((self.command, self.path, headers))
            self.send_response(200)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield server.server_port, arrived
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@dataclass
class Door:
    """A gateway, what came through it, and a token that opens it."""

    gateway: Gateway
    arrived: Arrived
    token: str

    def talk(self, sent: bytes, over: Callable[[bytes], bool] = lambda _: False) -> bytes:
        """Send bytes, then read until the gateway closes, or the answer is there."""
        with socket.create_connection(("127.0.0.1", self.gateway.door.port), timeout=WITHIN_S) as connection:
            connection.sendall(sent)
            received = b""
            with contextlib.suppress(ConnectionResetError):
                while not over(received) and (part := connection.recv(65_536)):
                    received += part
        return received

    def ask(self, text: str) -> bytes:
        """Speak HTTP/1.1, with the token in the place of ``TOKEN``."""
        return self.talk(text.replace("TOKEN", f"Authorization: Bearer {self.token}").encode("latin-1"))


def _closing_at_once(configuration: dict[str, Any]) -> None:
    """Don't wait a second for the client to close first, as Envoy does: these clients wait for the gateway."""
    (chain,) = configuration["static_resources"]["listeners"][0]["filter_chains"]
    chain["filters"][0]["typed_config"]["delayed_close_timeout"] = "0.05s"


@contextmanager
def door_in(folder: Path) -> Iterator[Door]:
    """Put one up while the block runs."""
    issuer = Issuer(folder / "issuer")
    issuer.prepare()
    token = issuer.token(sub="smuggler", tenant="440100", roles=["citizen"])
    with (
        service() as (port, arrived),
        gateway_before(folder, issuer, {"petition": ("127.0.0.1", port)}, change=_closing_at_once) as gateway,
    ):
        yield Door(gateway, arrived, token)
