"""Whatever an OpenAPI document allows or forbids is sent, to a real server on a real database; the relay is off."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from typing import Any

import requests
import schemathesis
import uvicorn
from chassis.testing.waiting import eventually_sync
from deploy.server import free_port
from fastapi import FastAPI
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.core.failures import FailureGroup
from schemathesis.core.result import Ok

Operations = set[tuple[str, str]]
Case = schemathesis.Case[Any]
PURPOSE = "Purpose-Of-Use"
LONG = 500
"""Characters."""
_keys = count()


@contextmanager
def served(app: FastAPI) -> Iterator[str]:
    """Serve the application from a thread, on a port of its own."""
    port = free_port()
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=port, log_config=None, access_log=False))
    thread = threading.Thread(target=lambda: asyncio.run(server.serve()))
    thread.start()
    try:
        eventually_sync(lambda: server.started, that="the server listens")
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join(timeout=10)


def post(url: str, body: Any, token: str) -> str:
    """Make something that operations can be tried on; give its id."""
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": f"own-{next(_keys)}"}
    made = requests.post(url, json=body, headers=headers, timeout=10)
    assert made.status_code == 201, made.text
    return str(made.json()["id"])


def does_what_its_document_says(
    url: str,
    mode: GenerationMode,
    token: str,
    *,
    operations: Operations,
    existing: Callable[[str], dict[str, str] | None],
    adapt: Callable[[Case], None] = lambda _: None,
    examples: int = 25,
) -> None:
    """Try every operation: as the document allows, or against it.

    Args:
        url: Where the service is served.
        mode: Allowed requests, or forbidden ones.
        token: Of somebody who may do everything.
        operations: Method and path of each operation; the document has to name exactly these.
        existing: Gives the parameters of a path for something that exists; none: leave it at what doesn't.
        adapt: Changes an allowed request where the document can't say all that a service demands.
        examples: Requests of each kind for each operation.
    """
    document = requests.get(f"{url}/openapi.json", timeout=10).json()
    if mode is GenerationMode.NEGATIVE:
        _loosen(document)
    else:
        _shorten(document)
    schema = schemathesis.openapi.from_dict(document)
    schema.config.checks.positive_data_acceptance.expected_statuses += ["412"]  # another version
    schema.config.checks.negative_data_rejection.expected_statuses += ["412"]
    found = [operation.ok() for operation in schema.get_all_operations() if isinstance(operation, Ok)]
    assert {(operation.method.upper(), operation.path) for operation in found} == operations
    failures: list[FailureGroup] = []
    session = requests.Session()  # else each request has a connection of its own, and looks for proxies
    session.trust_env = False
    for operation in found:
        described = document["paths"][operation.path][operation.method]
        if mode is GenerationMode.NEGATIVE and not (described.get("parameters") or "requestBody" in described):
            continue  # there is nothing that could be forbidden
        can_vary = mode is GenerationMode.POSITIVE or operation.method == "post"  # a GET has only its path
        in_path = existing(operation.path) if "{" in operation.path and can_vary else None
        for path_parameters in {None: None, str(in_path): in_path}.values():

            @settings(
                max_examples=examples,
                deadline=None,
                derandomize=True,
                database=None,
                phases=[Phase.generate],
                suppress_health_check=list(HealthCheck),
            )
            @given(operation.as_strategy(generation_mode=mode, path_parameters=path_parameters))
            def conforms(case: Case) -> None:
                headers = {"Authorization": f"Bearer {token}"}
                if mode is GenerationMode.POSITIVE:
                    headers["Idempotency-Key"] = f"key-{next(_keys)}"  # two that meet are a refusal by design
                    case.headers.setdefault(PURPOSE, "handling")  # others' data opens to nobody who names none
                    adapt(case)
                case.call_and_validate(base_url=url, headers=headers, session=session)

            try:
                conforms()
            except FailureGroup as failure:
                failures.append(failure)
    session.close()
    if failures:
        raise BaseExceptionGroup(f"{len(failures)} operations don't do what their document says", failures)


def _shorten(part: Any) -> None:
    """Have allowed texts be shorter than they might be: the length is worked into the pattern, a second each time."""
    if isinstance(part, dict):
        if "pattern" in part and part.get("maxLength", 0) > LONG:
            part["maxLength"] = LONG
        part = [*part.values()]
    if isinstance(part, list):
        for each in part:
            _shorten(each)


def _loosen(document: dict[str, Any]) -> None:
    """Take out of a document what isn't to be tried against it."""
    # A missing token isn't the fault to be looked at here: each request has one.
    del document["security"]
    for operation in (each for path in document["paths"].values() for each in path.values()):
        operation.pop("security", None)
        # Schemathesis takes a branch that is for several values of the discriminator to be for one of them. Each
        # branch lists its values itself.
        for content in operation.get("requestBody", {}).get("content", {}).values():
            content["schema"].pop("discriminator", None)
