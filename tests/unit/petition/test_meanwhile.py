"""What is asked while a petition is in hand: more from its sender, more time, and when the answer will come."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from casework.roles import Actor, Role
from casework.workflow import WrongRole
from petition import domain
from petition.feedback import domain as feedback
from petition.handling import cards, extension, jurisdiction, supplement, urging
from petition.handling.clock import explanation_of
from petition.handling.course import HEAD
from petition.handling.running import running
from petition.handling.supplement import Brought
from petition.kinds import Ground
from petition.petition import Channel, Petition
from petition.workflow import UNANSWERED, State
from workdays.rules import rules

from contracts.events import PetitionSupplementLapsed, PetitionUrged

from .test_domain import CITIZEN, NOW, TRIAGE, handler, in_hand, received

CHIEF = Actor(pseudonym="p_head", roles=frozenset({Role.AGENCY_HEAD}))
SUPERVISOR = Actor(pseudonym="p_supervisor", roles=frozenset({Role.SUPERVISOR}))
VOLUNTEER = Actor(pseudonym="p_volunteer", roles=frozenset({Role.VOLUNTEER_SUPERVISOR}))
BY = handler("traffic-police")


def at(moment: str) -> datetime:
    return datetime.fromisoformat(f"{moment}+08:00")


def asked(now: datetime = NOW + timedelta(days=3)) -> Petition:
    return supplement.request(in_hand(), "请补充地址。", by=BY, now=now).after


def granted(petition: Petition, days: int = 5, now: datetime = NOW + timedelta(days=8)) -> Petition:
    requested = extension.request(petition, days, "需核实。", by=BY).after
    return extension.grant(requested, "同意。", by=CHIEF, now=now).after


def test_asking_stops_the_clock_and_the_answer_lets_it_run_on() -> None:
    before = in_hand()
    petition = asked(at("2026-03-05T10:00"))
    assert (petition.state, petition.state in UNANSWERED, petition.course.stands_still) == (
        State.SUPPLEMENTING, False, True,
    )  # fmt: skip
    assert cards.warn(petition, deadline=1).events == cards.breach(petition, deadline=1).events == ()
    supplied = supplement.supply(petition, "东风路三号。", by=CITIZEN, now=at("2026-03-10T10:00")).after
    assert before.course.due_at == at("2026-03-23T23:59:59.999")
    assert supplied.course.due_at == at("2026-03-26T23:59:59.999")
    assert (supplied.state, supplied.course.deadline, supplied.course.stands_still) == (State.IN_HAND, 6, False)
    for card in (cards.warn, cards.breach):
        assert card(supplied, deadline=1).events == (), "the deadline of before is no longer theirs"
        assert card(supplied, deadline=6).events
    assert "因等待来信人补充材料中止，不计" in explanation_of(running(supplied)).sentence.zh


def test_if_nothing_comes_in_time_the_department_goes_on_with_what_there_is() -> None:
    petition = asked(at("2026-03-05T10:00"))
    assert petition.course.internal_by == at("2026-03-19T23:59:59.999")
    assert supplement.lapse(petition, asked=4).events == ()
    lapsed = supplement.lapse(petition, asked=5)
    (event,) = lapsed.events
    assert isinstance(event, PetitionSupplementLapsed)
    assert event.effective_at == at("2026-03-19T23:59:59.999")
    assert (lapsed.after.state, lapsed.after.course.due_at) == (State.IN_HAND, at("2026-04-07T23:59:59.999"))
    assert supplement.lapse(lapsed.after, asked=5).events == ()


def test_its_sender_is_asked_once_in_time_and_of_a_report_never() -> None:
    supplied = supplement.supply(asked(), "东风路三号。", by=CITIZEN, now=NOW + timedelta(days=4)).after
    with pytest.raises(supplement.AskedBefore):
        supplement.request(supplied, "还有呢？", by=BY, now=NOW + timedelta(days=5))
    with pytest.raises(supplement.TooLate):
        supplement.request(in_hand(), "请补充。", by=BY, now=NOW + timedelta(days=60))
    for channel in Channel:
        assert supplement.request(replace(in_hand(), channel=channel), "请补充。", by=BY, now=NOW).events
        report = replace(in_hand(), channel=channel, hidden=Ground.CRIME)
        with pytest.raises(supplement.NobodyToAsk):
            supplement.request(report, "请补充。", by=BY, now=NOW)


def test_more_time_is_granted_once_by_the_head_of_the_authority_and_moves_the_deadline() -> None:
    allowed = rules().find("petition", "answer", on=NOW.date()).extension
    assert allowed is not None
    assert (allowed.by.code, Role.AGENCY_HEAD.value) == (HEAD, HEAD), "the table and the tokens call them the same"
    petition = granted(in_hand(), 5)
    assert petition.course.due_at == at("2026-03-30T23:59:59.999")
    assert petition.course.deadline == petition.sequence
    with pytest.raises(extension.AskedForExtension):
        extension.request(petition, 5, "还需核实。", by=BY)
    with pytest.raises(extension.NoExtensionAsked):
        extension.grant(petition, "同意。", by=CHIEF, now=NOW)


def test_no_more_time_than_the_table_allows_none_too_late_and_none_for_a_report() -> None:
    with pytest.raises(extension.NoExtension):
        granted(in_hand(), 6)
    with pytest.raises(supplement.TooLate):
        granted(in_hand(), 5, now=NOW + timedelta(days=60))
    overdue = cards.breach(in_hand(), deadline=1).after
    with pytest.raises(supplement.TooLate):
        extension.request(overdue, 5, "需核实。", by=BY)
    with pytest.raises(extension.NoExtension):
        extension.request(replace(in_hand(), hidden=Ground.CRIME), 5, "需核实。", by=BY)


def test_what_was_refused_stays_as_it_was() -> None:
    requested = extension.request(in_hand(), 5, "需核实。", by=BY).after
    refused = extension.refuse(requested, "可以按期答复。", by=CHIEF).after
    assert (refused.course.due_at, refused.course.deadline) == (requested.course.due_at, 1)
    with pytest.raises(extension.AskedForExtension):
        extension.request(refused, 5, "还需核实。", by=BY)


def test_stops_and_an_extension_add_up() -> None:
    supplied = supplement.supply(asked(at("2026-03-05T10:00")), "三号。", by=CITIZEN, now=at("2026-03-10T10:00")).after
    assert granted(supplied, 5, now=at("2026-03-11T10:00")).course.due_at == at("2026-04-02T23:59:59.999")
    extended = granted(in_hand(), 5, now=at("2026-03-04T10:00"))
    again = supplement.request(extended, "请补充。", by=BY, now=at("2026-03-05T10:00")).after
    both = supplement.supply(again, "三号。", by=CITIZEN, now=at("2026-03-10T10:00")).after
    assert both.course.due_at == at("2026-04-02T23:59:59.999")


def test_its_sender_urges_three_times_once_a_day() -> None:
    petition = received().after
    for day in range(3):
        decision = urging.urge(petition, own=True, by=CITIZEN, now=NOW + timedelta(days=day))
        assert decision.events == (PetitionUrged(by="sender", times=day + 1, day=f"2026-03-0{day + 2}"),)
        petition = decision.after
        with pytest.raises(urging.UrgedTooOften):
            urging.urge(petition, own=True, by=CITIZEN, now=NOW + timedelta(days=day, hours=1))
    with pytest.raises(urging.UrgedTooOften):
        urging.urge(petition, own=True, by=CITIZEN, now=NOW + timedelta(days=9))


def test_a_volunteer_urges_once_a_day_and_the_supervisor_as_they_see_fit() -> None:
    petition = urging.urge(received().after, own=False, by=VOLUNTEER, now=NOW).after
    with pytest.raises(urging.UrgedTooOften):
        urging.urge(petition, own=False, by=VOLUNTEER, now=NOW)
    for _ in range(3):
        petition = urging.urge(petition, own=False, by=SUPERVISOR, now=NOW).after
    assert (petition.course.urged, petition.sequence) == (0, 6)


def test_what_was_asked_for_and_not_decided_ends_with_the_answer_or_with_another_department() -> None:
    requested = extension.request(in_hand(), 5, "需核实。", by=BY).after
    replied = domain.reply(requested, "您好。", by=BY).after
    elsewhere = jurisdiction.transfer(requested, "fire", by=TRIAGE, now=NOW).after
    for petition in (replied, elsewhere):
        assert (petition.course.extension, petition.course.extension_asked_by) == (None, None)


def test_what_is_taken_up_again_has_a_clock_of_its_own_and_begins_anew() -> None:
    answered = feedback.reopenable(domain.reply(granted(in_hand()), "您好。", by=BY), now=NOW).after
    reopened = feedback.reopen(answered, "没有解决。", by=CITIZEN, now=at("2026-03-10T10:00"))
    course = reopened.after.course
    assert course.due_at == at("2026-03-31T23:59:59.999")
    assert (course.deadline, course.extension, course.first_receiver) == (reopened.after.sequence, None, None)
    clock = running(reopened.after)
    assert (clock.rule.id, clock.rule.binds) == ("petition/answer-again", True)
    assert "重新办理" in explanation_of(clock).sentence.zh


def test_what_is_sent_in_the_thread_is_known_by_its_message_and_an_edit_of_it_changes_nothing_else() -> None:
    brought = Brought(origin="p_message", revision=2, files=("p_file",))
    supplied = supplement.supply(
        asked(), "东风路三号。", by=CITIZEN, now=NOW + timedelta(days=4), brought=brought
    ).after
    assert (supplied.course.supplement_origin, supplied.course.supplement_revision) == ("p_message", 2)
    assert supplied.files == ("p_file",)
    forum = Actor(pseudonym="p_forum", roles=frozenset({Role.CONNECTOR}))
    edited = supplement.revise(supplied, "东风路五号。", 3, by=forum).after
    course = replace(supplied.course, supplement_revision=3)
    assert edited == replace(supplied, sequence=supplied.sequence + 1, course=course)
    with pytest.raises(ValueError, match="later version"):
        supplement.revise(edited, "东风路三号。", 3, by=forum)
    with pytest.raises(WrongRole):
        supplement.revise(edited, "东风路七号。", 4, by=CITIZEN)


def test_only_what_its_own_sender_writes_where_they_were_asked_is_waited_for() -> None:
    petition = replace(asked(), channel=Channel.FORUM, author="p_author")
    assert supplement.waits_for(petition, Channel.FORUM, "p_author")
    assert not supplement.waits_for(petition, Channel.FORUM, "p_other")
    assert not supplement.waits_for(petition, Channel.MAIL, "p_author")
    assert not supplement.waits_for(replace(petition, hidden=Ground.MOVED), Channel.FORUM, "p_author")
    for state in set(State) - {State.SUPPLEMENTING}:
        assert not supplement.waits_for(replace(petition, state=state), Channel.FORUM, "p_author")


def test_what_a_mail_quotes_of_its_thread_is_not_what_it_says() -> None:
    known = ("遇危险请拨打110。\n否则请等待，\n谢谢。", "路口的消防栓坏了")
    text = "在北侧。\n\n> 遇危险请拨打110。\n>> 路口的 消防\n| 栓坏了\n> 有人受伤"
    assert supplement.said_anew(text, known) == "在北侧。\n| 栓坏了\n> 有人受伤"
    assert supplement.said_anew("谢谢。遇危险", known) == "谢谢。遇危险", "what it joins itself is its own"
    assert supplement.said_anew(">" * 20_000 + "\n" * 20_000, known) == ""
