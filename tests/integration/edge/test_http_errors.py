"""Whatever goes wrong, the client gets one readable document, and nothing inner."""

import asyncio
import json
import re
import uuid
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from chassis.api.errors import PROBLEM_TYPES
from chassis.api.permission import permission
from chassis.api.route import CommandRoute, PublicRoute, QueryRoute
from chassis.api.streams import StreamRoute
from chassis.api.web import UnguardedRouteError, http_application
from chassis.policy import Policy, Scope
from chassis.service import Service
from deploy.postgres import Postgres
from fastapi import APIRouter
from fastapi.routing import APIRoute
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

SECRET = "身份证440106199001011234"


def check_document(answer: Any, status: int, slug: str) -> dict[str, Any]:
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    document: dict[str, Any] = answer.json()
    assert document["type"] == f"urn:yiwangban:problem:{slug}"
    assert document["status"] == status
    assert document["title"]
    assert document["title_en"]
    assert document["detail"]
    assert document["detail_en"]
    assert document["instance"].startswith("/")
    assert document["request_id"] == answer.headers["x-request-id"] != ""
    return document


def test_each_problem_type_is_one_readable_row() -> None:
    assert len({row.slug for row in PROBLEM_TYPES}) == len(PROBLEM_TYPES) > 15
    for row in PROBLEM_TYPES:
        assert re.fullmatch(r"[a-z]+(-[a-z]+)*", row.slug)
        assert 400 <= row.status < 600
        assert re.search(r"[\u4e00-\u9fff]", row.title_zh)
        assert re.search(r"[\u4e00-\u9fff]", row.advice_zh)
        assert row.title_en.isascii()
        assert row.advice_en.isascii()


async def test_without_a_token_the_answer_says_how_to_get_in(notes: Any) -> None:
    answer = await notes.client.get("/v1/notes")
    check_document(answer, 401, "unauthenticated")
    assert answer.headers["www-authenticate"] == 'Bearer realm="yiwangban"'


@pytest.mark.parametrize(
    "header", ["Basic dTpw", "Bearer", "Bearer x", "Bearer a.b.c d", "a.b.c", "Bearer " + "a" * 9000]
)
async def test_another_kind_of_authorization_is_refused(notes: Any, header: str) -> None:
    answer = await notes.client.get("/v1/notes", headers={"authorization": header})
    check_document(answer, 401, "unauthenticated")
    assert "error=" in answer.headers["www-authenticate"]


async def test_an_expired_token_is_refused_before_the_body_is_looked_at(
    notes: Any, make_token: Callable[..., str]
) -> None:
    answer = await notes.post(token=make_token(exp=1), content=b"{", headers={"content-type": "application/json"})
    check_document(answer, 401, "unauthenticated")


async def test_the_wrong_role_is_refused(notes: Any, make_token: Callable[..., str]) -> None:
    check_document(await notes.post(token=make_token(roles=("reader",))), 403, "forbidden")
    assert (await notes.get("/v1/notes", token=make_token(roles=("reader",)))).status_code == 200
    check_document(await notes.get("/v1/notes", token=make_token(roles=("nobody",))), 403, "forbidden")


async def test_unknown_addresses_and_methods_are_problems_too(notes: Any, make_token: Callable[..., str]) -> None:
    check_document(await notes.get("/v1/nothing", token=make_token()), 404, "not-found")
    answer = await notes.client.delete("/v1/notes")
    check_document(answer, 405, "method-not-allowed")
    assert answer.headers["allow"]


@pytest.mark.parametrize(
    ("body", "errors"),
    [
        ({}, [("/body/title", "必填", "is required")]),
        ({"title": ""}, [("/body/title", "至少 1 个字符", "must have at least 1 character")]),
        ({"title": SECRET * 20}, [("/body/title", "最多 200 个字符", "must have at most 200 characters")]),
        ({"title": [SECRET]}, [("/body/title", "须为文本", "must be text")]),
        ({"title": "t", "stars": 6}, [("/body/stars", "不得大于 5", "must be at most 5")]),
        ({"title": "t", "stars": SECRET}, [("/body/stars", "须为整数", "must be a whole number")]),
        ({"title": "t", "a/b~c": SECRET}, [("/body/a~1b~0c", "未知字段", "is not a known field")]),
        ([SECRET], [("/body", "须为对象", "must be an object")]),
        (
            {"stars": -1, SECRET: 1},
            [
                ("/body/title", "必填", "is required"),
                ("/body/stars", "不得小于 0", "must be at least 0"),
                (f"/body/{SECRET}", "未知字段", "is not a known field"),
            ],
        ),
    ],
    ids=["missing", "empty", "long", "type", "bound", "text for number", "unknown", "list", "several"],
)
async def test_each_wrong_field_is_named_with_its_reason_and_never_with_its_value(
    notes: Any, body: Any, errors: list[tuple[str, str, str]]
) -> None:
    document = check_document(await notes.post(json=body), 422, "invalid")
    found = [(error["pointer"], error["reason_zh"], error["reason_en"]) for error in document["errors"]]
    assert [(pointer, chinese) for pointer, chinese, _ in found] == [
        (pointer, chinese) for pointer, chinese, _ in errors
    ]
    assert all(mine.startswith(theirs.rstrip("s")) for (_, _, mine), (_, _, theirs) in zip(found, errors, strict=True))
    if SECRET not in str(errors):
        assert SECRET not in json.dumps(document, ensure_ascii=False)
    assert notes.count() == 0


async def test_a_wrong_query_parameter_is_named(notes: Any, make_token: Callable[..., str]) -> None:
    answer = await notes.get("/v1/notes?limit=abc", token=make_token())
    assert check_document(answer, 422, "invalid")["errors"][0]["pointer"] == "/query/limit"


@pytest.mark.parametrize("path", ["/v1/notes?q=%00", "/v1/notes%00"])
async def test_a_nul_in_the_address_is_refused(notes: Any, make_token: Callable[..., str], path: str) -> None:
    assert (await notes.get(path, token=make_token())).status_code in {400, 404}


@pytest.mark.parametrize(
    ("content_type", "status"),
    [
        ("application/json", 201),
        ("application/json; charset=utf-8", 201),
        ('APPLICATION/JSON; charset="UTF-8"', 201),
        ("application/vnd.note+json", 201),
        ("text/plain", 415),
        ("application/x-www-form-urlencoded", 415),
        ("application/json; charset=gbk", 415),
        ("", 415),
        (";;;", 415),
    ],
)
async def test_only_json_in_utf8_is_read(notes: Any, content_type: str, status: int) -> None:
    answer = await notes.post(content=b'{"title": "t"}', headers={"content-type": content_type})
    assert answer.status_code == status
    if status == 415:
        check_document(answer, 415, "unsupported-media-type")


@pytest.mark.parametrize("declared", [True, False])
async def test_a_huge_body_is_refused_without_reading_it_all(notes: Any, *, declared: bool) -> None:
    read = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal read
        for _ in range(1000):
            read += 64 * 1024
            yield b" " * 64 * 1024

    headers = {"content-type": "application/json"} | ({"content-length": str(64_000_000)} if declared else {})
    answer = await notes.post(content=endless(), headers=headers)
    check_document(answer, 413, "too-large")
    assert read <= (0 if declared else 256 * 1024)


@pytest.mark.parametrize(
    "content",
    [b"{", b"", b"\xff\xfe", b'{"title": "\\u0000"}', b'{"title": "\\ud83d"}', b"[" * 5000 + b"]" * 5000, b"NaN"],
)
async def test_hostile_json_is_a_problem_and_never_an_effect(notes: Any, content: bytes) -> None:
    answer = await notes.post(content=content, headers={"content-type": "application/json"})
    assert answer.status_code in {400, 422}
    check_document(answer, answer.status_code, "malformed" if answer.status_code == 400 else "invalid")
    assert notes.count() == 0


@hypothesis_settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    content=st.binary(max_size=300)
    | st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8) | st.just("title"), inner),
        max_leaves=8,
    ).map(lambda document: json.dumps(document).encode("utf-8", "surrogatepass"))
)
def test_no_body_whatever_gives_a_500(notes: Any, loop: asyncio.AbstractEventLoop, content: bytes) -> None:
    answer = loop.run_until_complete(
        notes.post(content=content, key=uuid.uuid4().hex, headers={"content-type": "application/json"})
    )
    assert answer.status_code in {201, 400, 422}


@pytest.fixture
def loop() -> Iterator[asyncio.AbstractEventLoop]:
    with asyncio.Runner() as runner:
        yield runner.get_loop()


@pytest.mark.parametrize("path", ["/v1/crashes", "/v1/broken-statements", "/v1/unserialisable"])
async def test_an_unexpected_error_tells_nothing_inner(notes: Any, path: str, caplog: pytest.LogCaptureFixture) -> None:
    answer = await notes.post(path, json={"title": SECRET})
    document = check_document(answer, 500, "internal")
    text = json.dumps(document, ensure_ascii=False)
    for inner in (SECRET, "Error", "inner text", "notes", "Traceback", "psycopg"):
        assert inner not in text.replace(path, "").replace("Internal error", "")
    assert notes.count() == 0


async def test_a_query_can_not_write(notes: Any, make_token: Callable[..., str]) -> None:
    answer = await notes.get("/v1/writes-in-disguise", token=make_token())
    check_document(answer, 500, "internal")
    assert notes.count() == 0
    assert (await notes.get("/v1/notes", token=make_token())).headers["cache-control"] == "no-store"


async def test_an_exhausted_pool_is_told_within_a_second_with_when_to_retry(notes: Any) -> None:
    holding = [asyncio.create_task(notes.post("/v1/slow-notes", key=f"h-{number}")) for number in range(4)]
    await asyncio.wait_for(notes.gate.entered.wait(), 10)
    answer = await asyncio.wait_for(notes.post(key="one-more"), 3)
    check_document(answer, 503, "overloaded")
    assert answer.headers["retry-after"] == "1"
    notes.gate.open.set()
    assert {(await answer).status_code for answer in holding} == {201}
    assert (await notes.post(key="one-more")).status_code == 201


async def test_a_database_that_is_away_is_a_503_and_the_service_goes_on_when_it_is_back(
    notes: Any, postgres: Postgres
) -> None:
    assert (await notes.post(key="before")).status_code == 201
    postgres.stop()
    try:
        answer = await asyncio.wait_for(notes.post(key="during"), 10)
    finally:
        postgres.start()
    check_document(answer, 503, "unavailable")
    assert answer.headers["retry-after"]
    answers = [await notes.post(key="after") for _ in range(3)]
    assert answers[-1].status_code == 201
    assert notes.count() == 2


async def test_a_recovering_service_refuses_writes_and_answers_reads(
    notes: Any, make_token: Callable[..., str]
) -> None:
    notes.edge.recovering = True
    answer = await notes.post()
    check_document(answer, 503, "recovering")
    assert answer.headers["retry-after"]
    assert (await notes.get("/v1/notes", token=make_token())).status_code == 200


@pytest.mark.parametrize(
    ("if_match", "status", "slug"),
    [
        (None, 428, "precondition-required"),
        ('"2"', 412, "precondition-failed"),
        ('W/"1"', 412, "precondition-failed"),
        ("*", 412, "precondition-failed"),
        ("1", 412, "precondition-failed"),
        ('"' + "9" * 400 + '"', 412, "precondition-failed"),
    ],
)
async def test_a_change_needs_the_version_that_was_read(
    notes: Any, if_match: str | None, status: int, slug: str
) -> None:
    note = (await notes.post(key="made")).json()["id"]
    headers = {} if if_match is None else {"if-match": if_match}
    check_document(await notes.post(f"/v1/notes/{note}/rename", headers=headers), status, slug)


async def test_the_gateways_request_id_is_kept_and_another_ones_is_not(notes: Any) -> None:
    good = "0196f7a0-1111-7222-8333-444455556666"
    assert (await notes.post(headers={"x-request-id": good})).headers["x-request-id"] == good
    for bad in ("x", good.upper(), good + "\t", "../../etc/passwd", "张三"):
        answer = await notes.client.get("/v1/notes", headers={b"x-request-id": bad.encode()})
        assert answer.headers["x-request-id"] not in {"", bad}


@pytest.mark.parametrize("kind", [APIRoute, QueryRoute, StreamRoute, CommandRoute])
def test_a_route_that_does_not_say_who_may_ask_is_refused_at_start(kind: type[APIRoute], settings: Any) -> None:
    router = APIRouter(route_class=kind)

    @router.post("/open")
    async def anybody() -> None: ...

    with pytest.raises(UnguardedRouteError):
        http_application(Service(title="s", settings=settings, migrations=Path(), routers=[router]))
    public = APIRouter(route_class=PublicRoute)
    public.add_api_route("/open", anybody, methods=["POST"])
    http_application(Service(title="s", settings=settings, migrations=Path(), routers=[public]))


def test_a_permission_that_the_policy_does_not_know_is_refused_at_once() -> None:
    policy = Policy(("note", ("read",), ("reader",), Scope.ALL, ()))
    assert permission(policy, "note", "read").needs.roles == {"reader"}  # type: ignore[attr-defined]
    for resource, action in (("note", "raed"), ("nota", "read")):
        with pytest.raises(LookupError):
            permission(policy, resource, action)
