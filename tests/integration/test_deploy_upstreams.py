"""What the gateway does about services in trouble: try again where that is safe, look elsewhere, refuse in time."""

import socket
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest
from chassis.testing.waiting import eventually_sync
from deploy.issuer import Issuer
from deploy.server import free_port

from deploy.gateway import Gateway
from tests.integration.kit.gateways import cluster_in, gateway_before, instances

PETITIONS = "/v1/petitions"
Answer = Callable[[BaseHTTPRequestHandler, int], None]


@dataclass
class Upstream:
    """A service that answers as it is told.

    Attributes:
        address: Where it is.
        methods: Of the requests that reached it.
    """

    address: tuple[str, int]
    methods: list[str] = field(default_factory=list)


@contextmanager
def answering(answer: Answer) -> Iterator[Upstream]:
    """Serve; the answer is told how many requests came before."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def handle_one_request(self) -> None:
            self.raw_requestline = self.rfile.readline(65_537)
            if not self.raw_requestline or not self.parse_request():
                self.close_connection = True
                return
            self.rfile.read(int(self.headers.get("content-length") or 0))
            if self.path == "/livez":
                say(200)(self, 0)
                return
            with lock:
                upstream.methods.append(self.command)
                before = len(upstream.methods) - 1
            answer(self, before)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the parent's name for it
            """Say nothing."""

    class Server(ThreadingHTTPServer):
        request_queue_size = 128
        daemon_threads = True

    lock = threading.Lock()
    server = Server(("127.0.0.1", 0), Handler)
    upstream = Upstream(("127.0.0.1", server.server_port))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield upstream
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def say(status: int) -> Answer:
    def answer(handler: BaseHTTPRequestHandler, _: int) -> None:
        handler.send_response(status)
        handler.send_header("content-length", "0")
        handler.end_headers()

    return answer


def hang_up(handler: BaseHTTPRequestHandler, _: int) -> None:
    handler.close_connection = True


def hang_up_within_the_answer(handler: BaseHTTPRequestHandler, _: int) -> None:
    handler.send_response(200)
    handler.send_header("content-length", "100")
    handler.end_headers()
    handler.wfile.write(b"half")
    handler.close_connection = True


def first(answer: Answer, then: Answer) -> Answer:
    return lambda handler, before: (then if before else answer)(handler, before)


@pytest.fixture(scope="module")
def issuer(tmp_path_factory: pytest.TempPathFactory) -> Issuer:
    issuer = Issuer(tmp_path_factory.mktemp("issuer"))
    issuer.prepare()
    return issuer


@pytest.fixture
def ask(issuer: Issuer) -> Callable[..., httpx.Response]:
    token = issuer.token(sub="somebody", tenant="440100", roles=["citizen"])

    def ask(gateway: Gateway, method: str, path: str = PETITIONS) -> httpx.Response:
        headers = {"authorization": f"Bearer {token}", "idempotency-key": "the-same"}
        return httpx.request(method, f"{gateway.url}{path}", headers=headers, trust_env=False, timeout=20)

    return ask


Ask = Callable[..., httpx.Response]


def stat(gateway: Gateway, name: str) -> int:
    said = httpx.get(f"http://127.0.0.1:{gateway.door.admin_port}/stats?filter={name}$", trust_env=False).text
    return int(said.rpartition(":")[2])


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_what_never_reached_the_service_is_tried_again_whatever_it_is(
    tmp_path: Path, issuer: Issuer, ask: Ask, method: str
) -> None:
    with gateway_before(tmp_path, issuer, {"petition": ("127.0.0.1", free_port())}) as gateway:
        answer = ask(gateway, method)
        assert answer.status_code == 503
        assert answer.json()["type"] == "urn:yiwangban:problem:unavailable"
        assert stat(gateway, "cluster.petition.upstream_rq_retry") == (2 if method == "GET" else 5)


@pytest.mark.parametrize("trouble", [say(503), hang_up], ids=["503", "closed"])
def test_what_may_have_reached_the_service_is_tried_again_only_if_it_reads(
    tmp_path: Path, issuer: Issuer, ask: Ask, trouble: Answer
) -> None:
    for method, status, reached in (("GET", 200, 2), ("POST", 503, 1), ("PUT", 503, 1), ("DELETE", 503, 1)):
        with (
            answering(first(trouble, then=say(200))) as service,
            gateway_before(tmp_path, issuer, {"petition": service.address}) as gateway,
        ):
            assert ask(gateway, method).status_code == status
            assert service.methods == [method] * reached


def test_once_an_answer_has_begun_nothing_is_tried_again(tmp_path: Path, issuer: Issuer, ask: Ask) -> None:
    with (
        answering(first(hang_up_within_the_answer, then=say(200))) as service,
        gateway_before(tmp_path, issuer, {"petition": service.address}) as gateway,
        pytest.raises(httpx.RemoteProtocolError),
    ):
        ask(gateway, "GET")
    assert service.methods == ["GET"]


@pytest.mark.parametrize("status", [400, 404, 409, 429, 500, 502, 504])
def test_what_the_service_has_decided_is_not_asked_again(tmp_path: Path, issuer: Issuer, ask: Ask, status: int) -> None:
    with answering(say(status)) as service, gateway_before(tmp_path, issuer, {"petition": service.address}) as gateway:
        assert ask(gateway, "GET").status_code == status
        assert service.methods == ["GET"]


def test_a_service_in_trouble_is_not_given_a_multiple_of_its_load(tmp_path: Path, issuer: Issuer, ask: Ask) -> None:
    all_there, over = threading.Barrier(40), threading.Event()

    def overloaded(handler: BaseHTTPRequestHandler, before: int) -> None:
        if before < all_there.parties:
            all_there.wait(10)
        else:
            over.wait(10)
        say(503)(handler, before)

    with (
        answering(overloaded) as service,
        gateway_before(tmp_path, issuer, {"petition": service.address}) as gateway,
        ThreadPoolExecutor(40) as pool,
    ):
        asked = [pool.submit(ask, gateway, "GET") for _ in range(40)]
        eventually_sync(lambda: sum(each.done() for each in asked) >= 30, within=10, that="most get no second try")
        over.set()
        assert {each.result().status_code for each in asked} == {503}
        assert 40 < len(service.methods) <= 60  # each of them might have been asked three times


def test_an_instance_that_fails_gets_nothing_for_a_while_unless_it_is_the_only_one(
    tmp_path: Path, issuer: Issuer, ask: Ask
) -> None:
    with answering(say(503)) as broken, answering(say(200)) as sound:

        def both(configuration: dict[str, Any]) -> None:
            instances("petition", broken.address, sound.address)(configuration)
            checks = cluster_in(configuration, "petition")["health_checks"]
            checks[0] |= {"interval": "0.1s", "no_traffic_interval": "0.1s"}  # which it passes: it lives, and fails

        with gateway_before(tmp_path, issuer, {"petition": broken.address}, change=both) as gateway:
            answers = [ask(gateway, "POST").status_code for _ in range(20)]
            assert 503 in answers
            assert answers[-8:] == [200] * 8
        broken.methods.clear()
        with gateway_before(tmp_path, issuer, {"petition": broken.address}) as gateway:
            assert {ask(gateway, "POST").status_code for _ in range(20)} == {503}
            assert len(broken.methods) == 20


def test_an_instance_that_hangs_gets_nothing(tmp_path: Path, issuer: Issuer, ask: Ask) -> None:
    with socket.create_server(("127.0.0.1", 0)) as hanging, answering(say(200)) as sound:  # connects, never answers
        both = instances("petition", hanging.getsockname(), sound.address)
        with gateway_before(tmp_path, issuer, {"petition": sound.address}, change=both) as gateway:
            eventually_sync(
                lambda: stat(gateway, "cluster.petition.membership_healthy") == 1, within=15, that="it is noticed"
            )
            answers = [ask(gateway, "POST") for _ in range(6)]
    assert {answer.status_code for answer in answers} == {200}
    assert max(answer.elapsed.total_seconds() for answer in answers) < 5


def test_requests_that_pile_up_are_refused_in_time_and_keep_no_stream_from_beginning(
    tmp_path: Path, issuer: Issuer, ask: Ask
) -> None:
    most, over = 3, threading.Event()

    def slow(handler: BaseHTTPRequestHandler, before: int) -> None:
        if handler.command == "POST":
            over.wait(20)
        say(200)(handler, before)

    def few(configuration: dict[str, Any]) -> None:
        breakers = cluster_in(configuration, "query")["circuit_breakers"]["thresholds"]
        assert [each["priority"] for each in breakers] == ["DEFAULT", "HIGH"]
        breakers[0] |= {"max_connections": most, "max_pending_requests": 1}

    with ExitStack() as stack:
        service = stack.enter_context(answering(slow))
        gateway = stack.enter_context(gateway_before(tmp_path, issuer, {"query": service.address}, change=few))
        pool = stack.enter_context(ThreadPoolExecutor(most + 1))
        stack.callback(over.set)
        waiting = []

        def stand(place: int) -> bool:
            pending = stat(gateway, "cluster.query.upstream_rq_pending_active")
            return (len(service.methods), pending) == (min(place, most), max(place - most, 0))

        for place in range(1, most + 2):
            waiting.append(pool.submit(ask, gateway, "POST", "/v1/progress"))
            eventually_sync(partial(stand, place), within=10)
        refused = ask(gateway, "POST", "/v1/progress")
        assert (refused.status_code, refused.headers["retry-after"]) == (503, "1")
        assert refused.json()["type"] == "urn:yiwangban:problem:unavailable"
        assert ask(gateway, "GET", "/v1/progress/events").status_code == 200
        over.set()
        assert [each.result().status_code for each in waiting] == [200] * (most + 1)
