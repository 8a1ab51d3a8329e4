"""Whatever the OpenAPI document allows or forbids is sent, to a real server on a real database, streams included."""

import asyncio

import pytest
from chassis.api.streams import Streams
from deploy.issuer import Issuer
from query import queries
from schemathesis import GenerationMode

from tests.integration.kit.documented import Case, does_what_its_document_says

from .conftest import serving

ROLES = ["citizen", "window", "triage", "auditor"]
OPERATIONS = {
    ("POST", "/v1/progress"),
    ("GET", "/v1/progress/events"),
    ("GET", "/v1/matters"),
    ("GET", "/v1/matters/{matter_id}"),
    ("GET", "/v1/matters/{matter_id}/events"),
    ("GET", "/v1/matters/{matter_id}/changes"),
}


def as_it_was_given(case: Case) -> None:
    """Leave out what the document can't say: places and tokens are sent as this service gave them, or not at all."""
    (case.query or {}).pop("after", None)
    for name in [name for name in case.headers or {} if name.lower() in {"last-event-id", "consistency-token"}]:
        case.headers.pop(name)


@pytest.mark.slow
@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.value)
async def test_the_api_does_what_its_document_says(
    mode: GenerationMode, query_environment: Issuer, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QUERY_ATTEMPTS", "10000")
    monkeypatch.setenv("QUERY_CLIENT_ATTEMPTS", "10000")
    monkeypatch.setattr(queries, "POLL_S", 0.05)
    monkeypatch.setattr(queries, "WRITTEN_S", 0.05)
    async with serving(query_environment, database_url, streams=Streams(lifetime_s=0.05)) as matters:
        life = matters.case()
        await matters.told(*life)
        token = query_environment.token(sub="citizen-1", tenant="440100", roles=ROLES)
        await asyncio.to_thread(
            does_what_its_document_says,
            matters.url,
            mode,
            token,
            operations=OPERATIONS,
            existing=lambda _: {"matter_id": life[0]["subject"]},
            adapt=as_it_was_given,
        )
