"""Whatever the OpenAPI document allows or forbids is sent, to a real server on a real database; the relay is off."""

import asyncio

import pytest
from approve.bootstrap import bootstrap
from deploy.issuer import Issuer
from schemathesis import GenerationMode

from tests.integration.kit.documented import does_what_its_document_says, served
from tests.integration.kit.in_process import application

from .conftest import Reviews

ROLES = ["examiner", "approver", "administrator", "auditor"]
OPERATIONS = {("GET", "/v1/reviews"), ("GET", "/v1/reviews/export"), ("GET", "/v1/reviews/{review_id}")} | {
    ("POST", f"/v1/reviews/{{review_id}}/{action}") for action in ("claim", "release", "complete", "approve", "deny")
}


@pytest.mark.slow
@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.value)
def test_the_api_does_what_its_document_says(
    mode: GenerationMode, approve_environment: Issuer, database_url: str
) -> None:
    async def made() -> str:
        async with Reviews.on(bootstrap, database_url, approve_environment) as reviews:
            return await reviews.started()

    asyncio.run(made())
    token = approve_environment.token(sub="everybody", tenant="440100", roles=ROLES)
    with served(application(bootstrap, database_url)) as url:
        does_what_its_document_says(
            url, mode, token, operations=OPERATIONS, existing=lambda _: {"review_id": asyncio.run(made())}
        )
