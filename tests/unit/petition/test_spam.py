"""Spam is closed by two people, and nothing that can't wait, or that anything has happened to, is put away so."""

import pytest
from casework.roles import Actor, Role
from petition import domain
from petition.channels.domain import Edit, revise
from petition.domain import TakesTwo
from petition.handling import cards, jurisdiction, urging
from petition.kinds import Ground
from petition.paging.domain import page, take
from petition.petition import Outcome, Petition, replay
from petition.spam import domain as spam
from petition.spam.domain import DangerNotTaken, NotProposed, ProposedAlready
from petition.workflow import State

from contracts.events import PetitionClosed, PetitionSpamProposed, ReportSpamProposed, ReportSpamRejected

from .test_domain import CITIZEN, NOW, TRIAGE, classified, rebuilt, received, replied
from .test_paging import PATIENCE

SECOND = Actor(pseudonym="p_second", roles=frozenset({Role.TRIAGE}))
CONNECTOR = Actor(pseudonym="p_connector", roles=frozenset({Role.CONNECTOR}))


def proposed(petition: Petition | None = None) -> Petition:
    return spam.propose(petition or received().after, "群发广告。", by=TRIAGE).after


def test_one_proposes_and_it_stays_in_the_queue_until_another_one_agrees() -> None:
    there = proposed()
    assert (there.state, there.spam_proposed_by, there.course) == (
        State.CLASSIFIED, "p_triage", received().after.course,
    )  # fmt: skip
    (closed,) = spam.confirm(there, by=SECOND).events
    assert closed == PetitionClosed(by="p_second", outcome="spam", proposed_by="p_triage")
    assert replay(there, closed).state is State.CLOSED


def test_nobody_closes_it_at_once_and_an_old_event_of_somebody_who_did_still_tells_so() -> None:
    for petition in (received().after, replied()):
        with pytest.raises(TakesTwo):
            domain.close(petition, Outcome.SPAM, by=TRIAGE)
    old = rebuilt([*received().events, PetitionClosed(by="p_triage", outcome="spam")])
    assert (old.state, old.outcome) == (State.CLOSED, Outcome.SPAM)


def test_whoever_does_not_agree_lets_it_go_on_as_any_other() -> None:
    there = spam.reject(proposed(), "附有地点，应予核实。", by=SECOND).after
    assert (there.state, there.spam_proposed_by) == (State.CLASSIFIED, None)
    with pytest.raises(NotProposed):
        spam.confirm(there, by=SECOND)
    with pytest.raises(ProposedAlready):
        spam.propose(proposed(), "再提一次。", by=SECOND)


def test_what_says_that_it_may_be_none_after_all_ends_the_proposal_and_what_does_not_leaves_it() -> None:
    edited = revise(proposed(), Edit(title="请问", text="怎么办", revision=1), classified(), by=CONNECTOR).after
    handed = jurisdiction.transfer(proposed(), "fire", by=TRIAGE, now=NOW).after
    assert [each.spam_proposed_by for each in (edited, handed)] == [None, None]
    urged = urging.urge(proposed(), own=True, by=CITIZEN, now=NOW).after
    warned = cards.warn(proposed(), deadline=1).after
    assert [each.spam_proposed_by for each in (urged, warned)] == ["p_triage", "p_triage"]


def test_what_cannot_wait_is_taken_before_anybody_takes_it_for_spam() -> None:
    dangerous = page(received(), "life", now=NOW, patience=PATIENCE).after
    with pytest.raises(DangerNotTaken):
        proposed(dangerous)
    assert proposed(take(dangerous, by=TRIAGE, now=NOW).after).spam_proposed_by == "p_triage"
    meanwhile = page(spam.propose(received().after, "群发广告。", by=TRIAGE), "life", now=NOW, patience=PATIENCE).after
    with pytest.raises(NotProposed):
        spam.confirm(meanwhile, by=SECOND)


def test_in_the_small_circle_it_takes_two_as_well_and_why_it_was_rejected_stays_there() -> None:
    proposal = spam.propose(received(ground=Ground.CRIME).after, "群发广告。", by=TRIAGE)
    assert proposal.events == (ReportSpamProposed(by="p_triage", spam_reason="群发广告。"),)
    assert spam.reject(proposal.after, "提到账户。", by=SECOND).events == (ReportSpamRejected(by="p_second"),)
    assert "spam_reason" in PetitionSpamProposed.PERSONAL
    assert "spam_reason" in ReportSpamProposed.PERSONAL
