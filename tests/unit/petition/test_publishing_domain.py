"""What may be done about an answer after it was given: corrected, published, taken back."""

from dataclasses import replace

import pytest
from casework.roles import Actor, Role
from petition import domain
from petition.domain import NothingAnswered
from petition.feedback import domain as feedback
from petition.kinds import Ground
from petition.petition import Outcome, Petition
from petition.publishing import domain as publishing
from petition.publishing.domain import CorrectionMissing, NoConsent, NotPublished, Public, StaysHidden
from petition.replies.domain import HoldsPersonal
from petition.workflow import State

from contracts.events import PetitionConsentWithdrawn, PetitionPublished, PetitionReopened, PetitionUnpublished

from .test_domain import CITIZEN, NOW, SPOKESPERSON, TRIAGE, handler, in_hand, received, replied

PUBLIC = Public(title="请问", question="护照怎么换", answer="请到大厅办理。")
DEPARTMENT = handler("traffic-police")


def consented() -> Petition:
    there = in_hand()
    answered = feedback.reopenable(domain.reply(there, "您好。", by=DEPARTMENT), now=NOW).after
    return publishing.consent(answered, by=CITIZEN).after


def published() -> Petition:
    return publishing.publish(consented(), PUBLIC, by=SPOKESPERSON, now=NOW).after


def test_nothing_is_public_before_its_author_agreed_and_a_spokesperson_signed() -> None:
    assert replied().publication.published_at is None
    with pytest.raises(NoConsent):
        publishing.publish(replied(), PUBLIC, by=SPOKESPERSON, now=NOW)
    assert consented().publication.published_at is None
    decision = publishing.publish(consented(), PUBLIC, by=SPOKESPERSON, now=NOW)
    (event,) = decision.events
    assert isinstance(event, PetitionPublished)
    assert decision.after.publication.published_at == NOW
    assert decision.after.state is State.REPLIED


@pytest.mark.parametrize("field", ["title", "question", "answer", "correction"])
def test_what_holds_something_personal_is_not_published(field: str) -> None:
    with pytest.raises(HoldsPersonal):
        publishing.publish(consented(), replace(PUBLIC, **{field: "请拨13800138000"}), by=SPOKESPERSON, now=NOW)


def test_whoever_wrote_it_takes_it_back_without_anybodys_leave() -> None:
    decision = publishing.withdraw_consent(published(), by=CITIZEN)
    withdrawn, taken_back = decision.events
    assert isinstance(withdrawn, PetitionConsentWithdrawn)
    assert taken_back == PetitionUnpublished(by=CITIZEN.pseudonym, reason="consent-withdrawn")
    assert (decision.after.publication.consent, decision.after.publication.published_at) == (False, None)
    assert publishing.withdraw_consent(decision.after, by=CITIZEN).events == ()


def test_the_spokesperson_takes_it_back_once() -> None:
    after = publishing.unpublish(published(), by=SPOKESPERSON).after
    assert after.publication.consent, "it may be published again"
    with pytest.raises(NotPublished):
        publishing.unpublish(after, by=SPOKESPERSON)


def test_a_correction_keeps_both_and_is_signed_anew_where_it_is_public() -> None:
    corrected = publishing.correct(published(), "请到二楼办理。", "写错了", by=DEPARTMENT).after
    assert (corrected.publication.corrected, corrected.publication.outdated) == (True, True)
    with pytest.raises(CorrectionMissing):
        publishing.publish(corrected, PUBLIC, by=SPOKESPERSON, now=NOW)
    both = replace(PUBLIC, correction="请到二楼办理。")
    again = publishing.publish(corrected, both, by=SPOKESPERSON, now=NOW).after
    assert not again.publication.outdated
    assert corrected.state is State.REPLIED
    other = Actor(pseudonym="p_other", roles=frozenset({Role.HANDLER}))
    assert publishing.correct(again, "再更正", "又错了", by=other).after.repliers == ("p_handler", "p_other")


def test_what_is_taken_up_again_is_no_longer_public_and_needs_another_consent() -> None:
    decision = feedback.reopen(published(), "还没解决", by=CITIZEN, now=NOW)
    taken_back, reopened = decision.events
    assert isinstance(taken_back, PetitionUnpublished)
    assert isinstance(reopened, PetitionReopened)
    assert not decision.after.publication.consent


@pytest.mark.parametrize("outcome", [Outcome.DUPLICATE, Outcome.NOT_POLICE])
def test_what_was_never_answered_is_neither_corrected_nor_published(outcome: Outcome) -> None:
    closed = domain.close(received().after, outcome, by=TRIAGE).after
    with pytest.raises(NothingAnswered):
        publishing.correct(closed, "您好。", "写错了", by=TRIAGE)
    with pytest.raises(NothingAnswered):
        publishing.consent(closed, by=CITIZEN)


def test_what_is_hidden_is_never_published() -> None:
    hidden = replace(consented(), hidden=Ground.CRIME)
    officer = Actor(pseudonym="p", roles=frozenset({Role.HANDLER, Role.SPOKESPERSON, Role.CITIZEN}))
    with pytest.raises(StaysHidden):
        publishing.publish(hidden, PUBLIC, by=officer, now=NOW)
    with pytest.raises(StaysHidden):
        publishing.consent(hidden, by=officer)
    with pytest.raises(StaysHidden):
        publishing.correct(hidden, "您好。", "写错了", by=officer)
