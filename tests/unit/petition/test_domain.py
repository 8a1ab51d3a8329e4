"""Decisions about a petition, one by one."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from casework.roles import Actor, Role
from casework.workflow import WrongRole
from petition import domain
from petition.domain import Decision, Place
from petition.handling import jurisdiction
from petition.kinds import Classification, Danger, Ground, Kind, Matter
from petition.petition import Channel, Involved, Message, Outcome, Petition, Sender, begin, replay
from petition.replies import answering
from petition.workflow import State

from contracts.events import PetitionReplied, PetitionReplyRejected
from tests.unit.kit.refusals import refusals_of

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
GUANGZHOU = "440100"
ID = "0198a1f2-6b1e-7c53-9a5e-3f0d2c7b8e14"
SENDER = Sender(author="p_author", informant="p_informant")
RULES = Actor(pseudonym="petition", roles=frozenset({Role.SYSTEM}))
CITIZEN = Actor(pseudonym="p_citizen", roles=frozenset({Role.CITIZEN}))
LIBRARY = "0198a1f2-6b1e-7c53-9a5e-3f0d2c7b8e15"
SPOKESPERSON = Actor(pseudonym="p_spokesperson", roles=frozenset({Role.SPOKESPERSON}))
TRIAGE = Actor(pseudonym="p_triage", roles=frozenset({Role.TRIAGE}))
CONTENT = Message(channel=Channel.PORTAL, title="请问", text="怎么办护照")


def elsewhere(ground: Ground | None) -> Place:
    return Place(id=ID.replace("e14", "e15"), tenant=GUANGZHOU, number="440100-20260302-000000000002-0", ground=ground)


def handler(department: str | None) -> Actor:
    return Actor(pseudonym="p_handler", roles=frozenset({Role.HANDLER}), department=department)


def classified(kind: Kind = Kind.CONSULT, topic: str = "exit-entry/passport") -> Classification:
    return Classification(
        kind=kind,
        topic=topic,
        matter=Matter.OTHER,
        danger=Danger.NONE,
        confidence=0.9,
        reasons=(f"model.{kind}",),
        suggestion="{}",
    )


def received(
    *,
    by: Actor = CITIZEN,
    tenant: str = GUANGZHOU,
    channel: Channel = Channel.PORTAL,
    ground: Ground | None = None,
    **message: Any,
) -> Decision:
    suggested = message.pop("classified", None) or classified()
    return domain.receive(
        Message(channel=channel, title=message.pop("title", "请问"), text=message.pop("text", "怎么办护照"), **message),
        suggested,
        Place(id=ID, tenant=tenant, number="440100-20260302-000000000001-0", ground=ground),
        sender=SENDER,
        by=by,
        now=NOW,
    )


def transferred(to: str = "traffic-police") -> Petition:
    return jurisdiction.transfer(received().after, to, by=TRIAGE, now=NOW).after


def in_hand(of: str = "traffic-police") -> Petition:
    return jurisdiction.sign_for(transferred(of), by=handler(of)).after


def replied() -> Petition:
    return domain.reply(in_hand(), "您好。", by=handler("traffic-police")).after


def rebuilt(events: Any) -> Petition:
    petition = begin(events[0], id=ID, tenant=GUANGZHOU)
    for event in events[1:]:
        petition = replay(petition, event)
    return petition


def test_a_petition_is_received_and_classified_in_one_decision() -> None:
    decision = received()
    assert [event.TYPE.split(".")[-2] for event in decision.events] == ["received", "classified"]
    assert (decision.first_sequence, decision.after.sequence) == (1, 2)
    assert decision.after.state is State.CLASSIFIED


@pytest.mark.parametrize(
    ("channel", "role"),
    [(Channel.PORTAL, Role.CONNECTOR), (Channel.FORUM, Role.CITIZEN), (Channel.PORTAL, Role.TRIAGE)],
)
def test_a_channel_is_only_for_those_who_write_there(channel: Channel, role: Role) -> None:
    with pytest.raises(WrongRole):
        received(channel=channel, by=Actor(pseudonym="p", roles=frozenset({role})))


@pytest.mark.parametrize(("ahead", "refused"), [(timedelta(minutes=4), False), (timedelta(minutes=6), True)])
def test_a_post_may_be_ahead_of_our_clock_by_little(*, ahead: timedelta, refused: bool) -> None:
    connector = Actor(pseudonym="p", roles=frozenset({Role.CONNECTOR}))
    try:
        received(channel=Channel.FORUM, by=connector, posted_at=NOW + ahead)
    except domain.PostedLater:
        assert refused
    else:
        assert not refused


def test_a_transfer_needs_a_department_that_exists() -> None:
    with pytest.raises(jurisdiction.UnknownDepartment):
        jurisdiction.transfer(received().after, "post-office", by=TRIAGE, now=NOW)


def test_a_transfer_to_where_it_lies_is_refused() -> None:
    with pytest.raises(jurisdiction.SameDepartment):
        jurisdiction.transfer(transferred("fire"), "fire", by=TRIAGE, now=NOW)


def test_whoever_is_complained_about_stays_away_from_it_for_good() -> None:
    involved = Involved(accused=frozenset({"fire"}), named=frozenset({"p_named"}), handlers=frozenset({"p_1"}))
    petition = jurisdiction.transfer(received().after, "household", involved, by=TRIAGE, now=NOW).after
    assert (petition.accused, petition.named, petition.handlers) == (("fire",), ("p_named",), ("p_1",))
    for to, handlers in (("fire", {"p_1"}), ("traffic-police", {"p_named"})):
        with pytest.raises(jurisdiction.InvolvedHandles):
            jurisdiction.transfer(petition, to, Involved(handlers=frozenset(handlers)), by=TRIAGE, now=NOW)
    involved = Involved(accused=frozenset({"household"}))
    again = jurisdiction.transfer(petition, "traffic-police", involved, by=TRIAGE, now=NOW).after
    assert (again.accused, again.named, again.handlers) == (("fire", "household"), ("p_named",), ())


def test_a_unit_that_is_complained_about_exists() -> None:
    with pytest.raises(jurisdiction.UnknownDepartment):
        jurisdiction.transfer(
            received().after, "fire", Involved(accused=frozenset({"post-office"})), by=TRIAGE, now=NOW
        )


def test_a_report_goes_to_handlers_who_are_named() -> None:
    report = received(classified=classified(Kind.REPORT, "clue/fraud")).after
    assert report.kind == "report"
    with pytest.raises(jurisdiction.NobodyEntrusted):
        jurisdiction.transfer(report, "anti-fraud", by=TRIAGE, now=NOW)
    entrusted = Involved(handlers=frozenset({"p_1"}))
    petition = jurisdiction.transfer(report, "anti-fraud", entrusted, by=TRIAGE, now=NOW).after
    with pytest.raises(jurisdiction.SameDepartment):
        jurisdiction.transfer(petition, "anti-fraud", entrusted, by=TRIAGE, now=NOW)
    other = Involved(handlers=frozenset({"p_2"}))
    assert jurisdiction.transfer(petition, "anti-fraud", other, by=TRIAGE, now=NOW).after.handlers == ("p_2",)


def test_nothing_is_closed_as_answered_that_nobody_answered() -> None:
    with pytest.raises(domain.NothingAnswered):
        domain.close(received().after, Outcome.ANSWERED, by=TRIAGE)


def test_a_signed_draft_names_who_drafted_and_who_signed_it() -> None:
    drafted = answering.draft_reply(in_hand(), "改过的答复。", LIBRARY, 2, by=handler("traffic-police")).after
    assert (drafted.state, drafted.drafted_by) == (State.DRAFTED, "p_handler")
    decision = answering.sign(drafted, "改过的答复。", by=SPOKESPERSON)
    (replied,) = decision.events
    assert replied == PetitionReplied(
        by="p_handler", reply="改过的答复。", answer=LIBRARY, answer_version=2, signed_by="p_spokesperson"
    )
    assert (decision.after.state, decision.after.answer, decision.after.answer_version) == (State.REPLIED, LIBRARY, 2)


def test_a_draft_that_was_erased_with_its_author_cannot_be_signed() -> None:
    drafted = answering.draft_reply(in_hand(), "改过的答复。", LIBRARY, 2, by=handler("traffic-police")).after
    with pytest.raises(answering.DraftErased):
        answering.sign(drafted, None, by=SPOKESPERSON)


def test_a_rejected_draft_leaves_nothing_but_its_reason() -> None:
    before = in_hand()
    drafted = answering.draft_reply(before, "改过的答复。", LIBRARY, 2, by=handler("traffic-police")).after
    decision = answering.reject(drafted, "请先核实。", by=SPOKESPERSON)
    assert replace(decision.after, sequence=before.sequence) == before
    assert decision.events == (PetitionReplyRejected(by="p_spokesperson", reason="请先核实。"),)


def test_triage_answers_at_once_and_closes_what_it_answered() -> None:
    answered = answering.answer(received().after, "请到大厅办理。", LIBRARY, 1, by=TRIAGE).after
    assert (answered.state, answered.answer, answered.answer_version) == (State.REPLIED, LIBRARY, 1)
    assert domain.close(answered, Outcome.ANSWERED, by=TRIAGE).after.state is State.CLOSED


@pytest.mark.parametrize(
    "report", [{"ground": Ground.CRIME}, {"ground": Ground.POLICE}, {"classified": classified(Kind.REPORT)}]
)
def test_what_may_be_a_report_is_never_answered_from_the_library(report: dict[str, Any]) -> None:
    with pytest.raises(answering.NotFromLibrary):
        answering.answer(received(**report).after, "请到大厅办理。", LIBRARY, 1, by=TRIAGE)


def test_a_petition_is_received_only_once() -> None:
    decision = received()
    with pytest.raises(ValueError, match="only once"):
        replay(decision.after, decision.events[0])
    with pytest.raises(ValueError, match="begins"):
        begin(decision.events[1], id=ID, tenant=GUANGZHOU)


def test_every_refusal_says_so_in_words() -> None:
    from petition.problems import REFUSALS  # noqa: PLC0415  what the pure domain must not know, its test compares

    assert set(REFUSALS) == refusals_of("petition")
