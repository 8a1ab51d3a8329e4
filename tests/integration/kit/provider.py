"""An OpenID provider as far as a service sees it: a discovery document and a key set, over real HTTP."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Provider:
    """An OpenID provider: two documents, and what it was asked for.

    Attributes:
        base: Where it answers.
        issuer: Who it says that it is; by default the same.
        keys: Of its set.
        answers: Status and body instead of a document, by path; a redirect's body is where to.
        asked: Paths, in order.
    """

    base: str = ""
    issuer: str = ""
    keys: list[dict[str, Any]] = field(default_factory=list)
    answers: dict[str, tuple[int, bytes]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    @property
    def url(self) -> str:
        """Of its discovery document."""
        return f"{self.base}/.well-known/openid-configuration"

    def answer(self, path: str) -> tuple[int, bytes]:
        self.asked.append(path)
        documents: dict[str, Any] = {
            "/.well-known/openid-configuration": {"issuer": self.issuer, "jwks_uri": f"{self.base}/jwks"},
            "/jwks": {"keys": self.keys},
        }
        return self.answers.get(path) or (200, json.dumps(documents[path]).encode())


@contextmanager
def providing() -> Iterator[Provider]:
    """Answer while the block runs."""
    provider = Provider()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, body = provider.answer(self.path)
            self.send_response(status)
            if status == 302:
                self.send_header("location", body.decode())
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    provider.base = provider.issuer = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
