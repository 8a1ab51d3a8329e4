"""The gateway in front of a service that echoes what it is given: who comes in, how much, and what is taken off."""

import json
from collections.abc import Iterator
from datetime import timedelta

import httpx
import pytest
from chassis.testing.waiting import eventually_sync
from deploy.issuer import Issuer

from deploy.gateway import Gateway, Limits
from tests.integration.kit.echo import echoing
from tests.integration.kit.gateways import gateway_before

MAX_BODY = 256 * 1024
RATE = 20
ALLOWED_ORIGIN = "https://portal.example"


@pytest.fixture(scope="module")
def echo() -> Iterator[int]:
    with echoing() as port:
        yield port


@pytest.fixture(scope="module")
def issuer(tmp_path_factory: pytest.TempPathFactory) -> Issuer:
    issuer = Issuer(tmp_path_factory.mktemp("issuer"))
    issuer.prepare()
    return issuer


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory, echo: int, issuer: Issuer) -> Iterator[Gateway]:
    with gateway_before(
        tmp_path_factory.mktemp("gateway"),
        issuer,
        {"petition": ("127.0.0.1", echo)},
        cors_origins=(ALLOWED_ORIGIN,),
        limits=Limits(principal=RATE),
        max_body=MAX_BODY,
    ) as gateway:
        yield gateway


@pytest.fixture
def client(gateway: Gateway) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=gateway.url, trust_env=False) as client:
        yield client


@pytest.fixture
def bearer(issuer: Issuer, request: pytest.FixtureRequest) -> dict[str, str]:
    """A token of a person that no other test has: limits are per person."""
    return {"authorization": f"Bearer {issuer.token(sub=request.node.name, tenant='440100', roles=['citizen'])}"}


def assert_problem(answer: httpx.Response, status: int, slug: str, instance: str = "/v1/petitions") -> None:
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["cache-control"] == "no-store"
    document = answer.json()
    assert document["type"] == f"urn:yiwangban:problem:{slug}"
    assert document["status"] == status
    assert document["instance"] == instance
    assert document["request_id"] == answer.headers["x-request-id"]
    assert all(document[member] for member in ("title", "title_en", "detail", "detail_en"))


def test_without_a_token_nobody_comes_in(client: httpx.Client) -> None:
    answer = client.get("/v1/petitions")
    assert_problem(answer, 401, "unauthenticated")
    assert answer.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize(
    "path", ["/v1/petitions", "/v1/bulletins", "/v1/intel/status", "/v1/petitions/1/reply", "/", "/x"]
)
def test_every_path_but_the_gateways_own_health_needs_a_token(client: httpx.Client, path: str) -> None:
    assert client.post(path).status_code in {401, 404}
    assert client.get("/livez").status_code == 200


def test_what_is_published_is_for_everybody_and_no_path_beside_it(client: httpx.Client) -> None:
    for path in ("/v1/published-bulletins", "/v1/published-bulletins/0190a"):
        assert client.get(path).status_code == 200
    for path in ("/v1/published-bulletins-of-others", "/v1/bulletins/0190a"):
        assert client.get(path).status_code == 401


def test_without_a_token_what_is_there_and_what_is_not_look_alike(client: httpx.Client) -> None:
    """Nobody learns by asking which addresses, numbers and services there are."""

    def told(path: str) -> tuple[int, dict[str, str], dict[str, str]]:
        answer = client.get(path)
        document = {name: value for name, value in answer.json().items() if name not in {"instance", "request_id"}}
        headers = {name: value for name, value in answer.headers.items() if name not in {"date", "x-request-id"}}
        headers.pop("content-length")  # the address comes back in it
        return answer.status_code, headers, document

    paths = ("/v1/petitions/0190a", "/v1/petitions/0190b", "/v1/intel/status", "/v1/nothing", "/metrics", "/readyz")
    first, *others = map(told, paths)
    assert first[0] == 401
    assert others == [first] * (len(paths) - 1)


def test_an_expired_token_is_refused(client: httpx.Client, issuer: Issuer) -> None:
    token = issuer.token(sub="s", tenant="440100", roles=["citizen"], ttl=timedelta(minutes=-5))
    assert_problem(client.get("/v1/petitions", headers={"authorization": f"Bearer {token}"}), 401, "unauthenticated")


def test_a_token_for_another_system_is_refused(client: httpx.Client, issuer: Issuer) -> None:
    token = issuer.token(sub="s", tenant="440100", roles=["citizen"], audience="other")
    assert_problem(client.get("/v1/petitions", headers={"authorization": f"Bearer {token}"}), 401, "unauthenticated")


def test_a_token_of_another_issuer_or_key_is_refused(
    client: httpx.Client, issuer: Issuer, tmp_path_factory: pytest.TempPathFactory
) -> None:
    stranger = Issuer(tmp_path_factory.mktemp("stranger"))
    stranger.prepare()
    renamed = issuer.token(sub="s", tenant="440100", roles=["citizen"], issuer="https://elsewhere.example")
    for token in (renamed, stranger.token(sub="s", tenant="440100", roles=["administrator"])):
        answer = client.get("/v1/petitions", headers={"authorization": f"Bearer {token}"})
        assert_problem(answer, 401, "unauthenticated")


def test_a_token_in_the_query_string_counts_for_nothing_and_comes_back_nowhere(
    client: httpx.Client, gateway: Gateway, bearer: dict[str, str]
) -> None:
    token = bearer["authorization"].removeprefix("Bearer ")
    answer = client.get("/v1/bulletins", params={"access_token": token})
    assert_problem(answer, 401, "unauthenticated", instance="/v1/bulletins")
    assert token[:40] not in answer.text + repr(answer.headers)
    request_id = answer.headers["x-request-id"]
    line = eventually_sync(
        lambda: next((each for each in gateway.log_path.read_text().splitlines() if request_id in each), ""),
        within=15,
        that="the request is in the access log",
    )
    assert json.loads(line)["path"] == "/v1/bulletins"
    assert "access_token" not in line


def test_the_service_gets_the_token_to_check_it_again(client: httpx.Client, bearer: dict[str, str]) -> None:
    assert client.get("/v1/petitions", headers=bearer).json()["authorization"] == bearer["authorization"]


@pytest.mark.parametrize(
    "name",
    [
        "x-request-id",
        "traceparent",
        "tracestate",
        "baggage",
        "forwarded",
        "x-forwarded-for",
        "x-forwarded-host",
        "x-real-ip",
        "x-envoy-original-path",
        "x-envoy-upstream-rq-timeout-ms",
        "b3",
        "x-b3-traceid",
        "x-yiwangban-tenant",
        "x-yiwangban-subject",
        "x-client-ip",
        "x-cluster-client-ip",
        "true-client-ip",
        "cf-connecting-ip",
        "x-original-url",
        "x-rewrite-url",
        "x-http-method-override",
        "x-method-override",
    ],
)
def test_a_header_that_means_something_inside_is_taken_off(
    client: httpx.Client, bearer: dict[str, str], name: str
) -> None:
    forged = "11111111-1111-4111-8111-111111111111"
    received = client.get("/v1/petitions", headers={**bearer, name: forged}).json()
    assert forged not in received.get(name, "")


def test_the_service_reads_the_clients_address_and_no_other(gateway: Gateway, bearer: dict[str, str]) -> None:
    forged = {"x-forwarded-for": "203.0.113.7", "forwarded": "for=203.0.113.7", "x-real-ip": "203.0.113.7"}
    with httpx.Client(transport=httpx.HTTPTransport(local_address="127.0.0.9"), headers=bearer | forged) as elsewhere:
        received = elsewhere.get(f"{gateway.url}/v1/petitions").json()
    assert received["x-forwarded-for"] == "127.0.0.9"
    assert "203.0.113.7" not in json.dumps(received)


def test_what_the_gateway_counts_by_stays_in_the_gateway(client: httpx.Client, bearer: dict[str, str]) -> None:
    received = client.get("/v1/petitions", headers=bearer).json()
    assert not [name for name in received if name.startswith("x-yiwangban-")]


def test_each_request_gets_an_id_that_the_service_and_the_client_both_see(
    client: httpx.Client, bearer: dict[str, str]
) -> None:
    answers = [client.get("/v1/petitions", headers=bearer) for _ in range(2)]
    ids = [answer.headers["x-request-id"] for answer in answers]
    assert [answer.json()["x-request-id"] for answer in answers] == ids
    assert len(set(ids)) == 2


def test_the_largest_body_passes_and_one_byte_more_does_not(client: httpx.Client, bearer: dict[str, str]) -> None:
    assert client.post("/v1/petitions", headers=bearer, content=b"x" * MAX_BODY).status_code == 200
    assert_problem(client.post("/v1/petitions", headers=bearer, content=b"x" * (MAX_BODY + 1)), 413, "too-large")


def test_a_file_passes_whatever_its_size_for_the_service_to_judge(client: httpx.Client, bearer: dict[str, str]) -> None:
    assert client.post("/v1/attachments", headers=bearer, content=b"x" * (8 * MAX_BODY)).status_code == 200
    assert client.post("/v1/attachments", content=b"x").status_code == 401


def test_a_body_of_unknown_length_is_limited_too(client: httpx.Client, bearer: dict[str, str]) -> None:
    answer = client.post("/v1/petitions", headers=bearer, content=(b"x" * 1024 for _ in range(512)))
    assert_problem(answer, 413, "too-large")


def test_who_asks_too_often_waits_while_others_are_served(
    client: httpx.Client, issuer: Issuer, bearer: dict[str, str]
) -> None:
    answers = [client.get("/v1/petitions", headers=bearer) for _ in range(5 * RATE)]
    refused = [answer for answer in answers if answer.status_code == 429]
    assert refused
    assert_problem(refused[0], 429, "too-many-requests")
    assert refused[0].headers["retry-after"] == "1"
    other = issuer.token(sub="somebody-else", tenant="440100", roles=["citizen"])
    assert client.get("/v1/petitions", headers={"authorization": f"Bearer {other}"}).status_code == 200


@pytest.mark.parametrize("path", ["/v1/petitions%2f..%2fadmin", "/v1/petitions%5c.."])
def test_a_path_with_hidden_slashes_is_refused(client: httpx.Client, bearer: dict[str, str], path: str) -> None:
    assert client.get(path, headers=bearer).status_code in {400, 404}


@pytest.mark.parametrize("path", ["/readyz", "/metrics", "/v1/petitionsx", "/v1/../metrics", "/admin"])
def test_what_is_no_route_is_not_found(client: httpx.Client, bearer: dict[str, str], path: str) -> None:
    answer = client.get(path, headers=bearer)
    assert_problem(answer, 404, "not-found", instance=answer.json()["instance"])


def test_a_service_that_is_down_is_unavailable_not_broken(client: httpx.Client, bearer: dict[str, str]) -> None:
    answer = client.get("/v1/intel/status", headers=bearer)
    assert_problem(answer, 503, "unavailable", instance="/v1/intel/status")
    assert answer.headers["retry-after"] == "1"


@pytest.mark.parametrize(("origin", "allowed"), [(ALLOWED_ORIGIN, ALLOWED_ORIGIN), ("https://evil.example", None)])
def test_only_named_origins_may_call_from_a_page(client: httpx.Client, origin: str, allowed: str | None) -> None:
    headers = {"origin": origin, "access-control-request-method": "POST"}
    answer = client.options("/v1/petitions", headers=headers)
    assert answer.headers.get("access-control-allow-origin") == allowed


def test_a_page_may_send_and_read_what_the_interfaces_need_but_no_cookie(
    client: httpx.Client, bearer: dict[str, str]
) -> None:
    asked = client.options(
        "/v1/petitions", headers={"origin": ALLOWED_ORIGIN, "access-control-request-method": "POST"}
    ).headers
    sendable = {name.strip() for name in asked["access-control-allow-headers"].split(",")}
    assert sendable >= {
        "authorization", "content-type", "idempotency-key", "if-match", "purpose-of-use", "consistency-token",
        "last-event-id",
    }  # fmt: skip
    answer = client.get("/v1/petitions", headers=bearer | {"origin": ALLOWED_ORIGIN}).headers
    assert answer["access-control-allow-origin"] == ALLOWED_ORIGIN
    readable = {name.strip() for name in answer["access-control-expose-headers"].split(",")}
    assert readable >= {"etag", "location", "retry-after", "x-request-id", "consistency-token"}
    assert "access-control-allow-credentials" not in asked.keys() | answer.keys()


ALWAYS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    "cache-control": "no-store",
}


@pytest.mark.parametrize(
    ("status", "method", "path", "headers"),
    [
        (200, "GET", "/v1/petitions", {}),
        (200, "GET", "/livez", {}),
        (200, "OPTIONS", "/v1/petitions", {"origin": ALLOWED_ORIGIN, "access-control-request-method": "POST"}),
        (400, "GET", "/v1/petitions%2f", {}),
        (400, "GET", "/v1/petitions", {"a_b": "c"}),
        (401, "GET", "/v1/petitions", {"authorization": "Bearer no"}),
        (404, "GET", "/metrics", {}),
        (431, "GET", "/v1/petitions", {"x-large": "x" * 40_000}),
        (503, "GET", "/v1/intel/status", {}),
    ],
)
def test_every_answer_says_what_browsers_must_not_do(
    client: httpx.Client, bearer: dict[str, str], status: int, method: str, path: str, headers: dict[str, str]
) -> None:
    answer = client.request(method, path, headers=bearer | headers)
    assert answer.status_code == status
    assert {name: answer.headers.get(name) for name in ALWAYS} == ALWAYS
    assert all(len(answer.headers.get_list(name)) == 1 for name in ALWAYS)


def test_a_service_may_say_what_its_own_pages_need(client: httpx.Client, bearer: dict[str, str]) -> None:
    own = {"content-security-policy": "default-src 'self'", "cache-control": "max-age=60"}
    answer = client.get("/v1/petitions", headers=bearer | {f"x-say-{name}": value for name, value in own.items()})
    assert {name: answer.headers.get_list(name) for name in own} == {name: [value] for name, value in own.items()}
