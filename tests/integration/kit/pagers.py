"""A pager (传呼平台) as far as a service sees it: signed webhooks over real HTTP, with bad habits."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import orjson
from chassis.api.webhooks import signature

SECRET = b"a-secret-that-pager-and-service-know"


@dataclass
class Pager:
    """Whom it was told to page.

    Attributes:
        port: Where it answers while it is up.
        answers: Statuses of the next answers, one request each; then 204.
        got: Key and body of each page whose signature holds, in order.
        raw: All that came, as it came.
        hangs: While set, it takes what comes and doesn't answer.
    """

    port: int = 0
    answers: list[int] = field(default_factory=list)
    got: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    raw: bytes = b""
    hangs: threading.Event = field(default_factory=threading.Event)
    goes_on: threading.Event = field(default_factory=threading.Event)

    @property
    def url(self) -> str:
        """Where it is told."""
        return f"http://127.0.0.1:{self.port}/pages"

    def told(self, headers: dict[str, str], body: bytes) -> int:
        """Take a page; give the status of the answer."""
        self.raw += orjson.dumps(headers) + body
        key, timestamp = headers["webhook-id"], headers["webhook-timestamp"]
        if signature(SECRET, key, timestamp, body) not in headers["webhook-signature"].split(" "):
            return 401
        self.got.append((key, orjson.loads(body)))
        if self.hangs.is_set():
            self.goes_on.wait(10)
        return self.answers.pop(0) if self.answers else 204

    @contextmanager
    def up(self) -> Iterator[None]:
        """Answer while the block runs, at the same port each time."""
        pager = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                status = pager.told({name.lower(): value for name, value in self.headers.items()}, body)
                self.send_response(status)
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        server = ThreadingHTTPServer(("127.0.0.1", self.port), Handler)
        server.daemon_threads = True
        self.port = server.server_port
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield
        finally:
            self.goes_on.set()
            server.shutdown()
            server.server_close()
            thread.join()
