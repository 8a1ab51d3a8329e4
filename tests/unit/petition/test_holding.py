"""Whoever has number and query code: what it opens to them, and what they may do."""

from dataclasses import replace

import pytest
from casework.workflow import WrongState
from petition import domain
from petition.feedback.domain import InConfidence, RatedAlready
from petition.feedback.rating import Level
from petition.handling import jurisdiction, supplement
from petition.holding.domain import SignInInstead, Told, opens, rate, supply, told
from petition.holding.views import HeldAnswer
from petition.kinds import Ground, Kind
from petition.petition import Channel, Involved, Outcome, Petition
from petition.workflow import State

from .test_domain import NOW, TRIAGE, handler, in_hand, received, replied, transferred

ENTRUSTED = Involved(handlers=frozenset({"p_1"}))


def from_a_forum(petition: Petition) -> Petition:
    return replace(petition, channel=Channel.FORUM)


def rated(petition: Petition, level: Level = Level.VERY_DISSATISFIED) -> Petition:
    return rate(petition, level, solved=False, comment=None, pseudonym="p_code", now=NOW).after


def test_how_far_it_is_says_no_more_of_a_report_than_received_handed_over_filed_or_not() -> None:
    report = received(ground=Ground.CRIME).after
    handed = jurisdiction.transfer(report, "anti-fraud", ENTRUSTED, by=TRIAGE, now=NOW).after
    assert [told(each) for each in (report, handed)] == [Told.RECEIVED, Told.HANDED_OVER]
    taken = jurisdiction.sign_for(handed, by=replace(handler("anti-fraud"), pseudonym="p_1")).after
    answered = domain.reply(taken, "您好。", by=replace(handler("anti-fraud"), pseudonym="p_1")).after
    assert (told(taken), told(answered), opens(from_a_forum(answered))) == (Told.HANDED_OVER, Told.HANDED_OVER, False)
    for outcome in (Outcome.FILED, Outcome.NOT_FILED):
        assert told(domain.close(answered, outcome, by=TRIAGE).after) == Told(outcome.value)
    spam = domain.close(report, Outcome.DUPLICATE, by=TRIAGE).after
    assert told(spam) is Told.RECEIVED
    assert [told(each) for each in (transferred(), replied())] == [Told.HANDED_OVER, Told.ANSWERED]


@pytest.mark.parametrize("ground", [Ground.CRIME, Ground.POLICE, Ground.MOVED])
def test_a_code_opens_the_answer_of_what_came_without_an_account_and_of_nothing_in_confidence(ground: Ground) -> None:
    assert opens(from_a_forum(replied()))
    assert not opens(replied()), "of the portal its sender signs in"
    assert not opens(replace(from_a_forum(replied()), hidden=ground))
    assert not opens(replace(from_a_forum(replied()), kind=Kind.REPORT.value))


def test_an_answer_is_rated_once_and_nobody_is_called_back() -> None:
    petition = rated(from_a_forum(replied()))
    assert petition.rating is not None
    assert (petition.rating.level, petition.rating.call_back) == (Level.VERY_DISSATISFIED, None)
    with pytest.raises(RatedAlready):
        rated(petition)
    with pytest.raises(SignInInstead):
        rated(replied())
    with pytest.raises(InConfidence):
        rated(replace(from_a_forum(replied()), hidden=Ground.CRIME))


def test_what_is_shown_says_whether_it_can_be_rated_and_where_to_sign_in() -> None:
    shown = HeldAnswer.of(from_a_forum(replied()), {"reply": "您好。"})
    assert (shown.reply, shown.rated, shown.sign_in) == ("您好。", False, False)
    assert HeldAnswer.of(rated(from_a_forum(replied())), {"reply": "您好。"}).rated is True
    portal = HeldAnswer.of(replied(), {})
    assert (portal.reply, portal.rated, portal.sign_in) == (None, None, True)


def test_what_was_asked_for_comes_by_the_code_and_the_clock_runs_on() -> None:
    by = handler("traffic-police")
    asked = supplement.request(from_a_forum(in_hand()), "请补充门牌号。", by=by, now=NOW).after
    supplied = supply(asked, "东风路三号。", pseudonym="p_code", now=NOW).after
    assert (supplied.state, supplied.course.stands_still) == (State.IN_HAND, False)
    with pytest.raises(WrongState):
        supply(supplied, "还有。", pseudonym="p_code", now=NOW)
    with pytest.raises(SignInInstead):
        supply(replace(asked, channel=Channel.PORTAL), "东风路三号。", pseudonym="p_code", now=NOW)
