"""Whatever the OpenAPI document allows or forbids is sent, to a real server on a real database; the relay is off."""

import pytest
from accept.bootstrap import bootstrap
from deploy.issuer import Issuer
from schemathesis import GenerationMode

from tests.integration.kit.documented import Case, does_what_its_document_says, post, served
from tests.integration.kit.in_process import application

from .conftest import FORM, ITEM

ROLES = ["citizen", "window", "auditor"]
OPERATIONS = {
    ("GET", "/v1/service-items"),
    ("GET", "/v1/service-items/{slug}"),
    ("POST", "/v1/cases"),
    ("GET", "/v1/cases"),
    ("GET", "/v1/cases/export"),
    ("GET", "/v1/cases/{case_id}"),
    ("POST", "/v1/cases/{case_id}/accept"),
    ("POST", "/v1/cases/{case_id}/refuse"),
    ("POST", "/v1/cases/{case_id}/withdraw"),
}
APPLICATION = {"channel": "portal", "item": ITEM, "form": FORM}


def of_the_catalogue(case: Case) -> None:
    """Fill in what the document can't say: an item that is offered, its form, its reasons."""
    if isinstance(case.body, dict) and "item" in case.body:
        case.body |= {"item": ITEM, "form": FORM}
    if isinstance(case.body, dict) and "reasons" in case.body:
        case.body["reasons"] = ["duplicate"]


@pytest.mark.slow
@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.value)
def test_the_api_does_what_its_document_says(
    mode: GenerationMode, accept_environment: Issuer, database_url: str
) -> None:
    token = accept_environment.token(sub="everybody", tenant="440100", roles=ROLES)
    with served(application(bootstrap, database_url)) as url:

        def existing(path: str) -> dict[str, str]:
            return {"slug": ITEM} if "slug" in path else {"case_id": post(f"{url}/v1/cases", APPLICATION, token)}

        does_what_its_document_says(url, mode, token, operations=OPERATIONS, existing=existing, adapt=of_the_catalogue)
