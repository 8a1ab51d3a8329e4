"""What is told to whom, where, in which words, and what may become of a delivery."""

from collections.abc import Collection
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import combinations

import pytest
from casework.roles import TOKEN_ROLES, Actor, Role
from casework.workflow import WrongRole, WrongState
from hypothesis import given
from hypothesis import strategies as st
from masking.text import find
from petition.kinds import Ground
from petition.outbound import domain
from petition.outbound.delivery import BOTH, CARRIES, PRIVATE, Delivery, Way, What, begin, id_of, replay
from petition.outbound.domain import CodeGone
from petition.outbound.wording import Facts, told
from petition.outbound.workflow import State
from petition.petition import Channel, Petition
from petition.workflow import State as Stands

from .test_domain import received

NOW = datetime(2026, 11, 6, 3, tzinfo=UTC)
ID = "01a1a5d2-31a0-7c44-9b1f-6a3d0e5f7b12"
NUMBER = "440100-20261102-123456789012-3"
FACTS = Facts(
    code="ABCDEFGHJK",
    link="https://petition.example/v1/codes#t",
    reply="三日内修好。",
    correction="五日内。",
    question="请补充门牌号。",
)
WAYS = [frozenset(ways) for size in range(3) for ways in combinations(Way, size)]
DESK = Actor(pseudonym="p_desk", roles=frozenset({Role.TRIAGE}))
WAITING = Delivery(
    id=id_of(ID, 5),
    tenant="440100",
    sequence=0,
    petition=ID,
    told=5,
    what=What.REPLY,
    channel=Channel.FORUM,
    source="gz-zone",
)


def petition(hidden: Ground | None = None, kind: str = "consult") -> Petition:
    return replace(received().after, hidden=hidden, kind=kind, number=NUMBER)


def test_of_each_channel_it_is_said_what_it_carries() -> None:
    assert CARRIES.keys() == set(Channel)
    assert {channel for channel, ways in CARRIES.items() if ways == BOTH} == {Channel.FORUM, Channel.MICROBLOG}
    assert {channel for channel, ways in CARRIES.items() if ways == PRIVATE} == {Channel.QQ_GROUP, Channel.MAIL}


@pytest.mark.parametrize("what", What)
@pytest.mark.parametrize("ways", WAYS, ids=lambda ways: "+".join(sorted(ways)) or "none")
@pytest.mark.parametrize(
    "whose",
    [petition(Ground.CRIME, "report"), petition(Ground.POLICE), petition(Ground.CRIME), petition(kind="report")],
    ids=["crime", "police", "may-be", "a-report"],
)
def test_a_report_is_told_in_private_and_only_what_may_be_told(
    what: What, ways: Collection[Way], whose: Petition
) -> None:
    says = told(what, whose, FACTS, ways)
    may_be = {What.RECEIPT, What.HANDED_OVER, What.FILED, What.NOT_FILED}
    assert (says is not None) == (Way.PRIVATE in ways and what in may_be)
    if says is not None:
        assert (says.way, says.links) == (Way.PRIVATE, False)
        assert not [words for words in (FACTS.reply, FACTS.correction, FACTS.question) if words and words in says.text]


@given(reply=st.text(min_size=1), ways=st.sampled_from(WAYS), what=st.sampled_from(What))
def test_nothing_personal_no_number_and_no_code_stands_in_the_open(
    reply: str, ways: frozenset[Way], what: What
) -> None:
    facts = replace(FACTS, reply=reply, correction=f"电话13800138000 {reply}")
    says = told(what, petition(), facts, ways)
    if says is not None and says.way is Way.PUBLIC:
        assert not find(says.text)
        assert not [each for each in (NUMBER, FACTS.code) if each in says.text]
        assert says.links == (what is What.RECEIPT)
    if says is not None:
        assert says.way in ways


def test_what_went_on_elsewhere_is_told_there() -> None:
    assert not [what for what in What if told(what, petition(Ground.MOVED), FACTS, BOTH)]


def test_without_private_messages_and_without_links_nobody_is_told_a_code() -> None:
    assert told(What.RECEIPT, petition(), replace(FACTS, link=None), {Way.PUBLIC}) is None


def test_a_delivery_is_named_by_what_it_tells_and_sorts_as_its_petition_does() -> None:
    later = "01a1a5d3-0000-7c44-9b1f-6a3d0e5f7b12"
    assert id_of(ID, 5) == id_of(ID, 5)
    assert len({id_of(ID, 5), id_of(ID, 6), id_of(later, 5)}) == 3
    assert max(id_of(ID, told) for told in range(50)) < min(id_of(later, told) for told in range(50))


def test_the_events_of_a_delivery_are_the_delivery() -> None:
    parked = domain.park(WAITING, "status-404")
    resent = domain.resend(parked.after, by=DESK)
    sent = domain.sent(resent.after, Way.PUBLIC, code_until=NOW + timedelta(days=1))
    taken = domain.take_code(sent.after, now=NOW)
    first, *others = (event for decision in (parked, resent, sent, taken) for event in decision.events)
    there = begin(first, id=WAITING.id, tenant=WAITING.tenant)
    for event in others:
        there = replay(there, event)
    assert there == taken.after
    assert (there.sequence, there.state, there.code_taken) == (4, State.SENT, True)
    with pytest.raises(ValueError, match="first"):
        begin(others[0], id=WAITING.id, tenant=WAITING.tenant)


def test_only_the_desks_send_again_and_only_what_is_parked() -> None:
    parked = domain.park(WAITING, "refused").after
    for role in sorted(TOKEN_ROLES - {Role.TRIAGE, Role.SUPERVISOR}):
        with pytest.raises(WrongRole):
            domain.resend(parked, by=Actor(pseudonym="p", roles=frozenset({role})))
    for state in (WAITING, domain.sent(WAITING, Way.PUBLIC).after):
        with pytest.raises(WrongState):
            domain.resend(state, by=DESK)
    with pytest.raises(WrongState):
        domain.sent(parked, Way.PUBLIC)


def test_a_link_is_good_once_and_in_time() -> None:
    linked = domain.sent(WAITING, Way.PUBLIC, code_until=NOW).after
    taken = domain.take_code(linked, now=NOW - timedelta(seconds=1)).after
    for delivery, now in ((taken, NOW - timedelta(seconds=1)), (linked, NOW), (WAITING, NOW)):
        with pytest.raises(CodeGone):
            domain.take_code(delivery, now=now)


@pytest.mark.parametrize("ways", WAYS, ids=lambda ways: "+".join(sorted(ways)) or "none")
def test_what_is_asked_goes_out_while_it_is_waited_for_and_nothing_personal_in_the_open(ways: Collection[Way]) -> None:
    waiting = replace(petition(), state=Stands.SUPPLEMENTING)
    says, personal = (
        told(What.QUESTION, waiting, replace(FACTS, question=question), ways)
        for question in ("请补充门牌号。", "请问13800138000还在用吗")
    )
    assert told(What.QUESTION, petition(), FACTS, ways) is None, "it was answered, or its time has passed"
    assert (says is not None) is (personal is not None) is bool(ways)
    if says is not None and personal is not None:
        assert "请补充门牌号。" in says.text
        assert ("13800138000" in personal.text) is (personal.way is Way.PRIVATE)
