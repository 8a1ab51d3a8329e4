"""A forum's zone or a microblog as far as a service sees it: the channel protocol over real HTTP, with bad habits."""

import hashlib
import json
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

Answer = tuple[int, Mapping[str, str], bytes]


@dataclass
class Source:
    """What was posted there, in the order in which it was posted or edited.

    Attributes:
        url: Where it answers.
        log: Messages; an edited one is there again.
        page: How many it gives at once.
        sloppy: It repeats the last message of the page before, and gives each page in disorder.
        answers: What it answers instead, one request each.
        asked: Query and headers of each request.
        offered: What was sent to it, each attempt: headers and body.
        taken: What it has taken, by key; what comes again isn't taken twice.
        instead: What it answers instead to what is sent, one attempt each: status and headers. With 0 it goes away,
            with -1 only after it has taken it.
        slow_s: So long it takes before it answers what is sent.
    """

    url: str = ""
    log: list[Any] = field(default_factory=list)
    page: int = 50
    sloppy: bool = False
    answers: list[Answer] = field(default_factory=list)
    asked: list[tuple[dict[str, str], dict[str, str]]] = field(default_factory=list)
    offered: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    taken: dict[str, dict[str, Any]] = field(default_factory=dict)
    instead: list[tuple[int, Mapping[str, str]]] = field(default_factory=list)
    slow_s: float = 0.0

    def post(self, id_: str, text: str, **more: Any) -> None:
        """Let somebody post, or edit what they posted."""
        self.log.append({"id": id_, "text": text, "posted_at": "2026-11-02T10:00:00+08:00", **more})

    def answer(self, query: dict[str, str], headers: dict[str, str]) -> Answer:
        """Answer as the protocol says."""
        self.asked.append((query, headers))
        if self.answers:
            return self.answers.pop(0)
        start = int(query.get("cursor", "0"))
        stop = min(start + self.page, len(self.log))
        messages = self.log[max(0, start - 1) if self.sloppy else start : stop]
        if self.sloppy:
            messages = messages[::-1]
        body = json.dumps({"messages": messages, "next": str(stop), "more": stop < len(self.log)}).encode()
        etag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
        if headers.get("if-none-match") == etag:
            return 304, {}, b""
        return 200, {"ETag": etag, "Content-Type": "application/json"}, body

    def take(self, headers: dict[str, str], body: bytes) -> tuple[int, Mapping[str, str]]:
        """Take what is sent, once."""
        self.offered.append((headers, body))
        time.sleep(self.slow_s)
        status, besides = self.instead.pop(0) if self.instead else (201, {})
        if status in {201, -1}:
            self.taken.setdefault(headers.get("idempotency-key") or headers["webhook-id"], json.loads(body))
        return status, besides


@contextmanager
def answering() -> Iterator[Source]:
    """Answer while the block runs."""
    source = Source()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            query = dict(parse_qsl(urlsplit(self.path).query))
            status, headers, body = source.answer(query, {name.lower(): value for name, value in self.headers.items()})
            if status == 0:  # it goes away in the middle
                self.connection.close()
                return
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            status, headers = source.take({name.lower(): value for name, value in self.headers.items()}, body)
            if status <= 0:
                self.connection.close()
                return
            self.send_response(status)
            for name, value in {**headers, "Content-Length": "0"}.items():
                self.send_header(name, value)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    source.url = f"http://127.0.0.1:{server.server_port}/messages"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield source
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
