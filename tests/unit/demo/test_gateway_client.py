"""The client against a gateway that answers what the test wants."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiohttp import web
from demo import journal
from demo.gateway import Gateway, Reply
from demo.promises import changed, received

from contracts.events import PetitionReplied

ACCEPTED = {"id": "p1", "version": 2}
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@asynccontextmanager
async def served(handler: Handler) -> AsyncIterator[str]:
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", handler)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


async def submit(
    path: Path, answers: Sequence[web.Response | None], repeat_every: int = 0, patience_s: float = 5.0
) -> tuple[Reply, list[dict[str, str]], journal.Request]:
    """Send one write to a server that gives these answers in turn; None breaks the connection."""
    seen: list[dict[str, str]] = []

    async def answer(request: web.Request) -> web.StreamResponse:
        seen.append(dict(request.headers))
        given = answers[min(len(seen), len(answers)) - 1]
        if given is None:
            assert request.transport is not None
            request.transport.close()
            return web.Response()
        return web.Response(status=given.status, body=given.body, headers=given.headers)

    async with served(answer) as url:
        with journal.Journal(path) as written:
            async with Gateway(url, written, repeat_every=repeat_every, patience_s=patience_s) as gateway:
                reply = await gateway.write(
                    "/v1/petitions", "t", {"x": 1}, action="receive", tenant="440100", promise=received
                )
    (request,) = journal.read(path)
    return reply, seen, request


def json_response(status: int, body: Mapping[str, object], **headers: str) -> web.Response:
    return web.Response(status=status, body=json.dumps(body).encode(), headers=headers)


async def test_an_accepted_write_is_in_the_journal_with_what_it_promises(tmp_path: Path) -> None:
    reply, seen, request = await submit(tmp_path / "j", [json_response(201, ACCEPTED)])
    assert reply.accepted
    assert len(seen) == 1
    assert request.accepted is not None
    assert [(event.subject, event.sequence) for event in request.accepted.events] == [("p1", 1), ("p1", 2)]
    assert seen[0]["Idempotency-Key"] == request.key


@pytest.mark.parametrize(
    "first",
    [
        None,
        json_response(503, {}, **{"Retry-After": "0"}),
        json_response(500, {}),
        json_response(429, {}, **{"Retry-After": "0"}),
        json_response(409, {}, **{"Retry-After": "0"}),
    ],
    ids=["broken connection", "503", "500", "429", "409 still running"],
)
async def test_what_may_be_repeated_is_repeated_with_the_same_key(tmp_path: Path, first: web.Response | None) -> None:
    reply, seen, request = await submit(tmp_path / "j", [first, json_response(201, ACCEPTED)])
    assert reply.accepted
    assert len(seen) == 2
    assert seen[0]["Idempotency-Key"] == seen[1]["Idempotency-Key"]
    assert [answer.status for answer in request.answers] == [first.status if first else None, 201]


@pytest.mark.parametrize("status", [400, 401, 403, 409, 412, 413, 422, 428])
async def test_a_refusal_is_final(tmp_path: Path, status: int) -> None:
    problem = {"type": "urn:yiwangban:problem:invalid", "errors": [{"pointer": "/body/title"}]}
    reply, seen, request = await submit(tmp_path / "j", [json_response(status, problem)])
    assert len(seen) == 1
    assert reply.reason == f"{status} invalid /body/title"
    assert request.refused
    assert not request.unknown


async def test_a_server_that_never_recovers_leaves_the_request_unknown(tmp_path: Path) -> None:
    reply, seen, request = await submit(tmp_path / "j", [json_response(503, {})], patience_s=0.3)
    assert reply.status == 503
    assert len(seen) > 1
    assert len(request.answers) == len(seen)
    assert request.unknown


async def test_an_accepted_write_that_is_sent_again_must_get_the_same_answer(tmp_path: Path) -> None:
    answers = [json_response(201, ACCEPTED), json_response(201, {"id": "p2"})]
    _, seen, request = await submit(tmp_path / "j", answers, repeat_every=1)
    assert seen[0]["Idempotency-Key"] == seen[1]["Idempotency-Key"]
    assert [answer.subject for answer in request.answers] == ["p1", "p2"]


def test_a_change_promises_the_event_of_its_version() -> None:
    subject, (event,) = changed(PetitionReplied)(Reply(200, {"id": "p1", "version": 4}))
    assert (subject, event.subject, event.sequence) == ("p1", "p1", 4)
    assert event.type == "yiwangban.petition.petition.replied.v1"


async def test_a_stream_is_read_event_by_event_and_heartbeats_are_none(tmp_path: Path) -> None:
    sent = [b"retry: 1200\n\n", b":\n\n", b'id: a\nevent: step\ndata: {"n": 1}\n\n', b'id: b\ndata: {"n": 2}\n\n']
    asked: list[str | None] = []

    async def answer(request: web.Request) -> web.StreamResponse:
        asked.append(request.headers.get("Last-Event-ID"))
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        for part in sent:
            await response.write(part)
        return response

    async with served(answer) as url:
        with journal.Journal(tmp_path / "j") as written:
            async with Gateway(url, written) as gateway:
                assert [event async for event in gateway.events("/v1/x", "")] == [("a", {"n": 1}), ("b", {"n": 2})]
                assert len([event async for event in gateway.events("/v1/x", "b")]) == 2
    assert asked == [None, "b"]
