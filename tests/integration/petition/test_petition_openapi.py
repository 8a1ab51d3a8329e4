"""Whatever the OpenAPI document allows or forbids is sent, to a real server on a real database; the relay is off."""

import pytest
from deploy.issuer import Issuer
from petition.bootstrap import bootstrap
from petition.replies.workflow import Action
from schemathesis import GenerationMode

from tests.integration.kit.answers import ANSWER
from tests.integration.kit.attached import PNG
from tests.integration.kit.bulletins import BULLETIN
from tests.integration.kit.documented import Case, does_what_its_document_says, post, served
from tests.integration.kit.in_process import application
from tests.integration.kit.shifts import next_shift

ROLES = ["citizen", "connector", "triage", "handler", "spokesperson", "analyst", "auditor", "administrator"]
OPERATIONS = {
    ("POST", "/v1/petitions"),
    ("GET", "/v1/petitions"),
    ("GET", "/v1/petitions/export"),
    ("GET", "/v1/petitions/queue"),
    ("GET", "/v1/petitions/{petition_id}"),
    ("POST", "/v1/petitions/{petition_id}/transfer"),
    ("POST", "/v1/petitions/{petition_id}/sign-for"),
    ("POST", "/v1/petitions/{petition_id}/return"),
    ("POST", "/v1/petitions/{petition_id}/dispute"),
    ("POST", "/v1/petitions/{petition_id}/decide"),
    ("POST", "/v1/petitions/{petition_id}/request-supplement"),
    ("POST", "/v1/petitions/{petition_id}/supplement"),
    ("POST", "/v1/petitions/{petition_id}/request-extension"),
    ("POST", "/v1/petitions/{petition_id}/extend"),
    ("POST", "/v1/petitions/{petition_id}/refuse-extension"),
    ("POST", "/v1/petitions/{petition_id}/urge"),
    *(("POST", f"/v1/petitions/{{petition_id}}/{action}") for action in ("invite", "remind", "withdraw-invitation")),
    *(("POST", f"/v1/collaborations/{{petition_id}}/{action}") for action in ("join", "decline", "contribute")),
    *(("GET", f"/v1/{seen}") for seen in ("collaborations", "opinions")),
    *(("GET", f"/v1/{seen}/{{petition_id}}") for seen in ("collaborations", "opinions")),
    ("POST", "/v1/petitions/{petition_id}/take"),
    ("GET", "/v1/petitions/{petition_id}/alike"),
    ("GET", "/v1/hot-matters"),
    ("GET", "/v1/samples"),
    *(
        ("POST", f"/v1/petitions/{{petition_id}}/{action}")
        for action in ("answer-alike", "draft-alike", "link", "unlink")
    ),
    ("POST", "/v1/drafts/{petition_id}/sign-alike"),
    ("GET", "/v1/pages"),
    ("GET", "/v1/shifts"),
    ("POST", "/v1/shifts"),
    ("POST", "/v1/shifts/{shift_id}/end"),
    ("GET", "/v1/shifts/{shift_id}"),
    ("POST", "/v1/spokesperson"),
    ("GET", "/v1/spokespersons"),
    ("POST", "/v1/petitions/{petition_id}/reply"),
    ("POST", "/v1/petitions/{petition_id}/ask-a-person"),
    ("POST", "/v1/petitions/{petition_id}/move"),
    ("POST", "/v1/petitions/{petition_id}/close"),
    ("POST", "/v1/petitions/{petition_id}/propose-spam"),
    ("POST", "/v1/petitions/{petition_id}/confirm-spam"),
    ("POST", "/v1/petitions/{petition_id}/reject-spam"),
    ("POST", "/v1/relays/{source}/messages"),
    ("POST", "/v1/petitions/{petition_id}/rate"),
    ("GET", "/v1/ratings"),
    ("GET", "/v1/ratings/{petition_id}"),
    ("POST", "/v1/ratings/{petition_id}/call-back"),
    ("POST", "/v1/ratings/{petition_id}/reopen"),
    ("POST", "/v1/petitions/{petition_id}/reopen"),
    ("POST", "/v1/petitions/{petition_id}/request-review"),
    ("POST", "/v1/petitions/{petition_id}/request-final-review"),
    ("GET", "/v1/petition-reviews"),
    ("GET", "/v1/petition-reviews/{petition_id}"),
    ("POST", "/v1/petition-reviews/{petition_id}/uphold"),
    ("POST", "/v1/petition-reviews/{petition_id}/change"),
    ("POST", "/v1/petition-reviews/{petition_id}/send-back"),
    ("POST", "/v1/petitions/{petition_id}/correct"),
    ("POST", "/v1/petitions/{petition_id}/consent"),
    ("POST", "/v1/petitions/{petition_id}/withdraw-consent"),
    ("GET", "/v1/publications"),
    ("GET", "/v1/publications/{petition_id}"),
    ("POST", "/v1/publications/{petition_id}/publish"),
    ("POST", "/v1/publications/{petition_id}/unpublish"),
    ("GET", "/v1/published"),
    ("POST", "/v1/open311/{source}/requests.{form}"),
    ("GET", "/v1/open311/{source}/requests.{form}"),
    ("GET", "/v1/open311/{source}/requests/{request_id}.{form}"),
    ("GET", "/v1/open311/{source}/services.{form}"),
    ("GET", "/v1/open311/{source}/tokens/{token}.{form}"),
    ("POST", "/v1/attachments"),
    ("GET", "/v1/attachments/{petition_id}/{number}"),
    ("GET", "/v1/deliveries"),
    ("GET", "/v1/deliveries/{delivery_id}"),
    ("POST", "/v1/deliveries/{delivery_id}/resend"),
    ("GET", "/v1/codes"),
    ("POST", "/v1/codes"),
    ("POST", "/v1/by-code/answer"),
    ("POST", "/v1/by-code/rate"),
    ("POST", "/v1/by-code/supplement"),
    *(("POST", f"/v1/by-code/{asked}") for asked in ("reopen", "request-review", "request-final-review")),
    ("GET", "/v1/bulletins"),
    ("POST", "/v1/bulletins"),
    ("GET", "/v1/bulletins/{bulletin_id}"),
    *(("POST", f"/v1/bulletins/{{bulletin_id}}/{action}") for action in ("revise", "discard", "publish", "withdraw")),
    ("GET", "/v1/published-bulletins"),
    ("GET", "/v1/published-bulletins/{bulletin_id}"),
    ("GET", "/v1/petitions/{petition_id}/suggested-answers"),
    ("POST", "/v1/petitions/{petition_id}/answer"),
    ("POST", "/v1/petitions/{petition_id}/draft-reply"),
    ("GET", "/v1/drafts"),
    ("GET", "/v1/drafts/{petition_id}"),
    ("POST", "/v1/drafts/{petition_id}/sign"),
    ("POST", "/v1/drafts/{petition_id}/reject"),
    ("GET", "/v1/answers"),
    ("POST", "/v1/answers"),
    ("GET", "/v1/answers/search"),
    ("GET", "/v1/answers/{answer_id}"),
    ("GET", "/v1/answers/{answer_id}/version"),
    *(("POST", f"/v1/answers/{{answer_id}}/{action}") for action in Action if action is not Action.DRAFT),
}
QUESTION = {"channel": "portal", "title": "请问", "text": "请问"}


def as_the_rules_want_it(case: Case) -> None:
    """Leave out what the document can't say: when a post may have been written, who may handle a complaint, …"""
    if isinstance(case.body, dict):
        for field in ("posted_at", "accused", "named", "effective_until", "overrides", "attachments"):
            case.body.pop(field, None)
        if "effective_from" in case.body:
            case.body["effective_from"] = ANSWER["effective_from"]
    if case.path == "/v1/attachments":
        case.body = PNG
    if case.path == "/v1/shifts" and case.method == "POST":
        case.body = next_shift()
    if case.query and "last_day" in case.query:
        case.query["last_day"] = "2026-12-31"


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.value)
def test_the_api_does_what_its_document_says(
    mode: GenerationMode, petition_environment: Issuer, database_url: str
) -> None:
    token = petition_environment.token(sub="everybody", tenant="440100", roles=ROLES, department="fire")
    author = petition_environment.token(sub="author", tenant="440100", roles=["citizen"])
    with served(application(bootstrap, database_url)) as url:
        does_what_its_document_says(
            url,
            mode,
            token,
            operations=OPERATIONS,
            existing=lambda path: (
                {"answer_id": post(f"{url}/v1/answers", ANSWER, token)}
                if "answer_id" in path
                else {"bulletin_id": post(f"{url}/v1/bulletins", BULLETIN, token)}
                if "bulletin_id" in path
                else {"shift_id": post(f"{url}/v1/shifts", next_shift(), token)}
                if "shift_id" in path
                else {"petition_id": post(f"{url}/v1/petitions", QUESTION, author)}
                if "petition_id" in path
                else None
            ),
            adapt=as_the_rules_want_it,
            examples=6,  # there are many operations; `make fuzz` tries each at length
        )
