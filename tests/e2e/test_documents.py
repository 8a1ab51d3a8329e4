"""The suite does what its documents say: whatever OpenAPI allows or forbids is sent through the gateway."""

import json
import os
from collections.abc import Callable, Iterator
from itertools import count
from typing import Any

import pytest
import requests
from accept.catalogue import catalogue
from casework.roles import TOKEN_ROLES
from chassis.testing.waiting import eventually_sync
from schemathesis import GenerationMode

from contracts.openapi import FILE
from tests.integration.kit.answers import ANSWER
from tests.integration.kit.attached import PNG
from tests.integration.kit.documented import Case, does_what_its_document_says, post
from tests.integration.kit.shifts import next_shift

from .conftest import ROOT, Running, started

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "2"))
"""Of each kind for each operation: each service's own tests try more, behind no gateway."""
SUITE = json.loads((ROOT / "contracts" / FILE).read_text("utf-8"))
OPERATIONS = {(method.upper(), path) for path, operations in SUITE["paths"].items() for method in operations}
ROLES = sorted(TOKEN_ROLES)
ITEM = "hk-macao-endorsement"
FORM: Any = catalogue()[ITEM].example
APPLICATION = {"channel": "portal", "item": ITEM, "form": FORM}
BODIES: dict[tuple[str, str], Callable[[], Any]] = {
    ("POST", "/v1/attachments"): lambda: PNG,
    ("POST", "/v1/shifts"): next_shift,
}
"""Which no document could describe: a file by its content, a shift that overlaps no other."""
QUESTION = {"channel": "portal", "title": "请问", "text": "请问护照怎么办？"}


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A suite whose streams end soon, and where nobody is slowed down for guessing: guessing is what is done here."""
    settings = {"STREAM_S": "0.3", "QUERY_ATTEMPTS": "100000", "QUERY_CLIENT_ATTEMPTS": "100000"}
    with started(tmp_path_factory.mktemp("e2e"), **settings) as suite:
        yield suite


class Office:
    """Makes what operations can be tried on; somebody else than the one who tries them, who could only recuse."""

    def __init__(self, running: Running) -> None:
        self.url = running.url
        self.citizen = running.token("citizen", sub="applicant")
        self.officer = running.token(*ROLES, sub="everybody", department="exit-entry")
        self._keys = count()
        self._made: dict[str, Callable[[], str]] = {
            "slug": lambda: ITEM,
            "petition_id": lambda: post(f"{self.url}/v1/petitions", QUESTION, self.citizen),
            "answer_id": lambda: post(f"{self.url}/v1/answers", ANSWER, self.officer),
            "case_id": lambda: post(f"{self.url}/v1/cases", APPLICATION, self.citizen),
            "shift_id": lambda: post(f"{self.url}/v1/shifts", next_shift(), self.officer),
            "review_id": self.review,
            "matter_id": self.matter,
        }

    def existing(self, path: str) -> dict[str, str] | None:
        """Make what a path is about. Long polls wait for what will not come; they are tried on what doesn't exist."""
        if path.endswith("/changes"):
            return None
        return {name: make() for name, make in self._made.items() if f"{{{name}}}" in path} or None

    def matter(self) -> str:
        """Submit, and wait until readers see it."""
        case = self._made["case_id"]()
        eventually_sync(lambda: self.get(f"/v1/matters/{case}").ok, within=30, that="the matter is visible")
        return case

    def review(self) -> str:
        """Have a case accepted, and wait for its review."""
        case = self._made["case_id"]()
        headers = {"If-Match": self.get(f"/v1/cases/{case}").headers["ETag"]}
        self.send(f"/v1/cases/{case}/accept", headers)
        return eventually_sync(lambda: self._review_of(case), within=30, that="the review has started")

    def _review_of(self, case: str) -> str:
        cursor: dict[str, str] | None = {}
        while cursor is not None:
            page = self.get("/v1/reviews", limit="100", **cursor).json()
            for review in page["items"]:
                if review["case"] == case:
                    return str(review["id"])
            cursor = {"cursor": page["next"]} if page["next"] else None
        return ""

    def get(self, path: str, **query: str) -> requests.Response:
        """Ask as an officer."""
        headers = {"Authorization": f"Bearer {self.officer}", "Purpose-Of-Use": "handling"}
        return requests.get(self.url + path, query, headers=headers, timeout=10)

    def send(self, path: str, headers: dict[str, str]) -> None:
        """Change something as an officer."""
        own = {"Authorization": f"Bearer {self.officer}", "Idempotency-Key": f"office-{next(self._keys)}"}
        answer = requests.post(self.url + path, headers=own | headers, timeout=10)
        assert answer.ok, answer.text

    def fill_in(self, case: Case) -> None:
        """Add what the document can't say: an offered item with its form, known reasons, the version there is."""
        if isinstance(case.body, dict):
            for field in ("posted_at", "accused", "named", "effective_until", "overrides", "attachments"):
                case.body.pop(field, None)
            if "effective_from" in case.body:
                case.body["effective_from"] = ANSWER["effective_from"]
            if "item" in case.body:
                case.body |= {"item": ITEM, "form": FORM}
            if "reasons" in case.body:
                case.body["reasons"] = ["duplicate"]
        case.body = BODIES.get((case.method, case.path), lambda: case.body)()
        if case.path == "/v1/intel/records":
            case.query["subject"] = "nobody"
        if case.path.startswith("/v1/intel/"):
            case.query.pop("cursor", None)
        for name in ("Consistency-Token", "last-event-id"):
            case.headers.pop(name, None)
        case.query.pop("after", None)
        case.query.pop("last_day", None)
        if "If-Match" in case.headers and next(self._keys) % 2:
            shown = self.get(case.formatted_path.rpartition("/")[0])
            case.headers["If-Match"] = shown.headers.get("ETag", case.headers["If-Match"])


@pytest.mark.slow
@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.value)
def test_every_operation_does_what_the_suites_document_says(mode: GenerationMode, running: Running) -> None:
    office = Office(running)
    does_what_its_document_says(
        running.url,
        mode,
        office.officer,
        operations=OPERATIONS,
        existing=office.existing,
        adapt=office.fill_in,
        examples=EXAMPLES,
    )


def test_an_error_of_a_service_shows_the_number_that_finds_its_trace(running: Running) -> None:
    headers = {"Authorization": f"Bearer {running.token('citizen')}", "Idempotency-Key": "traced-refusal"}
    answer = requests.post(f"{running.url}/v1/cases", json={"channel": "portal"}, headers=headers, timeout=10)
    assert answer.status_code == 422
    number = answer.json()["request_id"]

    def of(service: str) -> list[tuple[str, str]]:
        spans = running.capture.spans(service=service)
        return [
            (each.trace_id, each.span_id) for each in spans if each.attributes.get("yiwangban.request.id") == number
        ]

    ((trace, _),) = eventually_sync(lambda: of("gateway"), within=15, that="the gateway's span is found by the number")
    ((same, _),) = eventually_sync(lambda: of("accept"), within=15, that="the service's span is found by the number")
    assert same == trace
