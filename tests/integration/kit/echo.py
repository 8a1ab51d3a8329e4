"""A service that answers with the headers that it was given: what the gateway lets through, and what it adds."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

SAY = "x-say-"
"""A request's header of this beginning becomes one of the answer's."""


class Echo(BaseHTTPRequestHandler):
    """Answers with the request's headers."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def answer(self) -> None:
        self.rfile.read(int(self.headers.get("content-length") or 0))
        received = {name.lower(): value for name, value in self.headers.items()}
        body = json.dumps(received | {"service": getattr(self.server, "name", "")}).encode()
        self.send_response(200)
        for name, value in received.items():
            if name.startswith(SAY):
                self.send_header(name.removeprefix(SAY), value)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self) -> None:
        self.answer()

    def do_POST(self) -> None:
        self.answer()

    def do_PUT(self) -> None:
        self.answer()

    def do_PATCH(self) -> None:
        self.answer()

    def do_DELETE(self) -> None:
        self.answer()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the parent's name for it
        """Say nothing."""


class Named(ThreadingHTTPServer):
    """A service with a name."""

    name = ""


@contextmanager
def echoing(name: str = "") -> Iterator[int]:
    """Answer under a name while the block runs; give the port."""
    server = Named(("127.0.0.1", 0), Echo)
    server.name = name
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
