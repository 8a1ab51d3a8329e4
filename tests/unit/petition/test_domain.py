"""Decisions: whatever happens in whatever order, the table holds, and events alone rebuild the state."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from casework.roles import Actor, Role
from casework.workflow import WrongRole
from hypothesis import strategies as st
from hypothesis.stateful import (
    initialize,
    precondition,
    rule,
)
from petition import domain
from petition.departments import DEPARTMENTS
from petition.domain import Decision, Place
from petition.kinds import Classification, Danger, Ground, Kind, Matter
from petition.petition import Channel, Involved, Message, Outcome, Petition, Sender, begin, replay
from petition.workflow import TABLE, Action, State

from tests.unit.kit.life import ROLES, TEXTS, Life, live, rows_of
from tests.unit.kit.refusals import refusals_of

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
GUANGZHOU = "440100"
ID = "0198a1f2-6b1e-7c53-9a5e-3f0d2c7b8e14"
SENDER = Sender(author="p_author", informant="p_informant")
RULES = Actor(pseudonym="petition", roles=frozenset({Role.SYSTEM}))
CITIZEN = Actor(pseudonym="p_citizen", roles=frozenset({Role.CITIZEN}))
TRIAGE = Actor(pseudonym="p_triage", roles=frozenset({Role.TRIAGE}))


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
    return domain.transfer(received().after, to, by=TRIAGE).after


def replied() -> Petition:
    return domain.reply(transferred(), "您好。", by=handler("traffic-police")).after


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
    with pytest.raises(domain.UnknownDepartment):
        domain.transfer(received().after, "post-office", by=TRIAGE)


def test_a_transfer_to_where_it_lies_is_refused() -> None:
    with pytest.raises(domain.SameDepartment):
        domain.transfer(transferred("fire"), "fire", by=TRIAGE)


def test_whoever_is_complained_about_stays_away_from_it_for_good() -> None:
    involved = Involved(accused=frozenset({"fire"}), named=frozenset({"p_named"}), handlers=frozenset({"p_1"}))
    petition = domain.transfer(received().after, "household", involved, by=TRIAGE).after
    assert (petition.accused, petition.named, petition.handlers) == (("fire",), ("p_named",), ("p_1",))
    for to, handlers in (("fire", {"p_1"}), ("traffic-police", {"p_named"})):
        with pytest.raises(domain.InvolvedHandles):
            domain.transfer(petition, to, Involved(handlers=frozenset(handlers)), by=TRIAGE)
    again = domain.transfer(petition, "traffic-police", Involved(accused=frozenset({"household"})), by=TRIAGE).after
    assert (again.accused, again.named, again.handlers) == (("fire", "household"), ("p_named",), ())


def test_a_unit_that_is_complained_about_exists() -> None:
    with pytest.raises(domain.UnknownDepartment):
        domain.transfer(received().after, "fire", Involved(accused=frozenset({"post-office"})), by=TRIAGE)


def test_a_report_goes_to_handlers_who_are_named() -> None:
    report = received(classified=classified(Kind.REPORT, "clue/fraud")).after
    assert report.kind == "report"
    with pytest.raises(domain.NobodyEntrusted):
        domain.transfer(report, "anti-fraud", by=TRIAGE)
    entrusted = Involved(handlers=frozenset({"p_1"}))
    petition = domain.transfer(report, "anti-fraud", entrusted, by=TRIAGE).after
    with pytest.raises(domain.SameDepartment):
        domain.transfer(petition, "anti-fraud", entrusted, by=TRIAGE)
    other = Involved(handlers=frozenset({"p_2"}))
    assert domain.transfer(petition, "anti-fraud", other, by=TRIAGE).after.handlers == ("p_2",)


def test_nothing_is_closed_as_answered_that_nobody_answered() -> None:
    with pytest.raises(domain.NothingAnswered):
        domain.close(received().after, Outcome.ANSWERED, by=TRIAGE)


def test_a_petition_is_received_only_once() -> None:
    decision = received()
    with pytest.raises(ValueError, match="only once"):
        replay(decision.after, decision.events[0])
    with pytest.raises(ValueError, match="begins"):
        begin(decision.events[1], id=ID, tenant=GUANGZHOU)


def test_every_refusal_says_so_in_words() -> None:
    from petition.problems import REFUSALS  # noqa: PLC0415  what the pure domain must not know, its test compares

    assert set(REFUSALS) == refusals_of("petition")


GROUNDS = st.sampled_from([None, Ground.CRIME, Ground.POLICE])
CONTENT = Message(channel=Channel.PORTAL, title="请问", text="怎么办护照")


def elsewhere(ground: Ground | None) -> Place:
    return Place(id=ID.replace("e14", "e15"), tenant=GUANGZHOU, number="440100-20260302-000000000002-0", ground=ground)


class PetitionLife(Life):
    """Anybody, of any department, with a petition in any circle."""

    table = TABLE
    rebuild = rebuilt
    case: Petition

    @initialize(title=TEXTS, text=TEXTS, ground=GROUNDS)
    def receive(self, title: str, text: str, ground: Ground | None) -> None:
        self.took(Action.RECEIVE, received(title=title, text=text, ground=ground))

    @rule(department=st.sampled_from([*DEPARTMENTS, "post-office"]), roles=ROLES, entrusted=st.booleans())
    def transfer(self, department: str, roles: frozenset[Role], *, entrusted: bool) -> None:
        actor = Actor(pseudonym="p", roles=roles)
        accused = frozenset({"household" if department != "household" else "fire"} if self.case.hidden else ())
        handlers = frozenset({"p_1"} if entrusted else ())
        involved = Involved(accused=accused, handlers=handlers)
        stays = {*accused, *self.case.accused}
        same = (department, tuple(sorted(stays)), tuple(handlers)) == (
            self.case.department, self.case.accused, self.case.handlers
        )  # fmt: skip
        self.tries(
            Action.TRANSFER,
            roles,
            lambda: domain.transfer(self.case, department, involved, by=actor),
            besides=department in DEPARTMENTS
            and department not in stays
            and not same
            and (entrusted or not self.case.hidden),
        )

    @rule(to=GROUNDS, roles=ROLES)
    def move(self, to: Ground | None, roles: frozenset[Role]) -> None:
        actor = Actor(pseudonym="p", roles=roles)
        self.tries(
            Action.MOVE,
            roles,
            lambda: domain.move(self.case, Kind.COMPLAIN, CONTENT, elsewhere(to), sender=SENDER, by=actor)[0],
            besides=to is not self.case.hidden,
        )

    @rule(text=TEXTS, roles=ROLES)
    def reply(self, text: str, *, roles: frozenset[Role]) -> None:
        actor = Actor(pseudonym="p", roles=roles)
        self.tries(Action.REPLY, roles, lambda: domain.reply(self.case, text, by=actor), besides=True)

    @rule(outcome=st.sampled_from(Outcome), roles=ROLES)
    def close(self, outcome: Outcome, *, roles: frozenset[Role]) -> None:
        actor = Actor(pseudonym="p", roles=roles)
        answered = self.case.state is State.REPLIED
        filed = outcome in {Outcome.FILED, Outcome.NOT_FILED}
        self.tries(
            Action.CLOSE,
            roles,
            lambda: domain.close(self.case, outcome, by=actor),
            besides=(answered or outcome is not Outcome.ANSWERED)
            and outcome is not Outcome.MOVED
            and (not filed or self.case.hidden is Ground.CRIME),
        )

    @precondition(lambda self: bool(self.case.state is State.CLASSIFIED))
    @rule(department=st.sampled_from(list(DEPARTMENTS)))
    def goes_the_usual_way(self, department: str) -> None:
        self.transfer(department, frozenset({Role.TRIAGE}), entrusted=True)
        self.reply("您好。", roles=frozenset({Role.HANDLER}))

    @rule(department=st.sampled_from(list(DEPARTMENTS)), to=GROUNDS)
    def turns_out_to_be_another_matter(self, department: str, to: Ground | None) -> None:
        self.transfer(department, frozenset({Role.TRIAGE}), entrusted=True)
        self.move(to, frozenset({Role.TRIAGE}))


def test_whatever_is_tried_the_table_holds_and_every_row_of_it_is_walked() -> None:
    assert live(PetitionLife) >= rows_of(TABLE)
