"""What the service may answer by itself, and what never."""

from dataclasses import replace
from typing import Any

import pytest
from casework.roles import Actor
from hypothesis import given
from hypothesis import strategies as st
from petition import domain
from petition.domain import Decision
from petition.handling import jurisdiction
from petition.kinds import Danger, Ground, Kind
from petition.petition import Channel, Outcome
from petition.replies import answering
from petition.replies.answering import Sure
from petition.workflow import State

from contracts.events import PetitionAutoAnswered

from .test_domain import CITIZEN, LIBRARY, NOW, TRIAGE, classified, handler, received

SURE = Sure(confidence=0.8, likeness=0.6)
SHARES = st.floats(0, 1)


def come_in(
    *,
    kind: Kind = Kind.CONSULT,
    danger: Danger = Danger.NONE,
    ground: Ground | None = None,
    channel: Channel = Channel.PORTAL,
    confidence: float = 0.9,
    likeness: float = 0.7,
) -> Decision:
    """Give what becomes of a message for which the library has this near an answer."""
    by = Actor(pseudonym="p", roles=frozenset(domain.SUBMITTERS[channel]))
    suggested = replace(classified(kind), danger=danger, confidence=confidence)
    decision = received(by=by, channel=channel, ground=ground, classified=suggested)
    return answering.auto_answer(decision, "请到大厅办理。", LIBRARY, 2, likeness=likeness, sure=SURE)


def test_a_consultation_that_is_surely_one_is_answered_with_what_surely_answers_it() -> None:
    decision = come_in()
    *_, answered = decision.events
    assert answered == PetitionAutoAnswered(reply="请到大厅办理。", answer=LIBRARY, answer_version=2, likeness=0.7)
    petition = decision.after
    assert (petition.state, petition.automatic, petition.answer) == (State.AUTO_ANSWERED, True, LIBRARY)


@pytest.mark.parametrize(
    "excluded",
    [
        *({"kind": kind} for kind in Kind if kind is not Kind.CONSULT),
        *({"danger": danger} for danger in Danger if danger is not Danger.NONE),
        {"ground": Ground.CRIME},
        {"ground": Ground.POLICE},
        *({"channel": channel} for channel in Channel if channel is not Channel.PORTAL),
        {"confidence": 0.79},
        {"likeness": 0.59},
    ],
    ids=lambda excluded: str(*excluded.values()),
)
def test_what_one_thing_speaks_against_waits_for_a_person(excluded: dict[str, Any]) -> None:
    decision = come_in(**excluded)
    assert (decision.after.state, decision.after.automatic) == (State.CLASSIFIED, False)
    assert len(decision.events) == 2


@given(
    kind=st.sampled_from(Kind),
    danger=st.sampled_from(Danger),
    ground=st.sampled_from([None, Ground.CRIME, Ground.POLICE]),
    channel=st.sampled_from(Channel),
    confidence=SHARES,
    likeness=SHARES,
)
def test_no_complaint_report_request_for_help_or_urgent_matter_is_ever_answered_automatically(**message: Any) -> None:
    decision = come_in(**message)
    if decision.after.automatic:
        assert message["kind"] is Kind.CONSULT
        assert message["danger"] is Danger.NONE
        assert message["ground"] is None
        assert min(message["confidence"] - SURE.confidence, message["likeness"] - SURE.likeness) >= 0


def test_who_asks_for_a_person_is_where_they_would_have_been_with_the_same_clock() -> None:
    answered = come_in().after
    asked = answering.ask_a_person(answered, by=CITIZEN, now=NOW).after
    assert (asked.state, asked.received_at) == (State.CLASSIFIED, answered.received_at)
    assert asked.automatic, "the reply that they have is still nobody's"


def test_silence_is_never_an_answer() -> None:
    answered = come_in().after
    with pytest.raises(domain.NothingAnswered):
        domain.close(answered, Outcome.ANSWERED, by=TRIAGE)
    stood_by = answering.answer(answered, "请到大厅办理。", LIBRARY, 2, by=TRIAGE).after
    assert not stood_by.automatic
    assert domain.close(stood_by, Outcome.ANSWERED, by=TRIAGE).after.state is State.CLOSED


def test_a_departments_reply_takes_the_place_of_the_automatic_one() -> None:
    transferred = jurisdiction.transfer(come_in().after, "traffic-police", by=TRIAGE, now=NOW).after
    assert transferred.automatic
    in_hand = jurisdiction.sign_for(transferred, by=handler("traffic-police")).after
    assert not domain.reply(in_hand, "您好。", by=handler("traffic-police")).after.automatic
