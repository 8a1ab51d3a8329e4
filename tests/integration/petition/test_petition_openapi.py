"""Whatever the OpenAPI document allows or forbids is sent, to a real server on a real database; the relay is off."""

import pytest
from chassis.process.migration import migrate
from deploy.issuer import Issuer
from petition.bootstrap import bootstrap
from schemathesis import GenerationMode

from tests.integration.kit.documented import Case, does_what_its_document_says, post, served
from tests.integration.kit.in_process import application

ROLES = ["citizen", "connector", "triage", "handler", "analyst", "auditor", "administrator"]
OPERATIONS = {
    ("POST", "/v1/petitions"),
    ("GET", "/v1/petitions"),
    ("GET", "/v1/petitions/{petition_id}"),
    ("POST", "/v1/petitions/{petition_id}/transfer"),
    ("POST", "/v1/petitions/{petition_id}/reply"),
    ("POST", "/v1/petitions/{petition_id}/move"),
    ("POST", "/v1/petitions/{petition_id}/close"),
    ("GET", "/v1/bulletins"),
}
QUESTION = {"channel": "portal", "title": "请问", "text": "请问"}


def as_the_rules_want_it(case: Case) -> None:
    """Leave out what the document can't say: when a post may have been written, and who may handle a complaint."""
    if isinstance(case.body, dict):
        for field in ("posted_at", "accused", "named"):
            case.body.pop(field, None)


@pytest.mark.slow
@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.value)
def test_the_api_does_what_its_document_says(
    mode: GenerationMode, petition_environment: Issuer, database_url: str
) -> None:
    migrate(database_url, bootstrap().migrations)
    token = petition_environment.token(sub="everybody", tenant="440100", roles=ROLES, department="fire")
    author = petition_environment.token(sub="author", tenant="440100", roles=["citizen"])
    with served(application(bootstrap, database_url)) as url:
        does_what_its_document_says(
            url,
            mode,
            token,
            operations=OPERATIONS,
            existing=lambda _: {"petition_id": post(f"{url}/v1/petitions", QUESTION, author)},
            adapt=as_the_rules_want_it,
        )
