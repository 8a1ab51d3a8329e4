"""Decisions about bulletins: the table holds, two people stand behind each, and events alone rebuild it."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any

import pytest
from casework.roles import Actor, Role
from contracts.event import ContractEvent
from hypothesis import strategies as st
from hypothesis.stateful import initialize, rule
from petition.bulletins import domain
from petition.bulletins.bulletin import Bulletin, Category, Content, begin, replay
from petition.bulletins.workflow import TABLE, Action, State
from petition.kinds import Kind, Matter
from petition.replies.domain import HoldsPersonal, WrongPeriod

from contracts.events import AlertRaised, BulletinDrafted, BulletinPublished, BulletinWritten, Evidence
from tests.unit.kit.life import ROLES, TEXTS, Life, live, rows_of

ALERT = "0198a1f2-6b1e-7c53-9a5e-3f0d2c7b8e14"
ID = "0198a1f2-6b1e-7c53-9a5e-3f0d2c7b8e15"
PUBLICATION = "0198a1f2-6b1e-7c53-9a5e-3f0d2c7b8e16"
GUANGZHOU = "440100"
NOW = datetime(2026, 3, 2, 17, 5, tzinfo=UTC)
TODAY, YESTERDAY = date(2026, 3, 3), date(2026, 3, 2)
"""In China it is past midnight."""
LAST = st.one_of(st.none(), st.sampled_from([YESTERDAY, TODAY]))


def person(name: str, *roles: Role) -> Actor:
    return Actor(pseudonym=f"p_{name}", roles=frozenset(roles))


WRITER, SIGNER = person("writer", Role.HANDLER), person("signer", Role.SPOKESPERSON)


def content(text: str = "公安机关没有“安全账户”。请拨打96110。", until: date | None = None, **changes: Any) -> Content:
    written = {"category": Category.WARNING, "matter": "fraud", "title": "警惕冒充客服"} | changes
    return Content(text=text, effective_until=until, **written)


def alert(kind: Kind = Kind.REPORT, matter: str = "fraud") -> AlertRaised:
    return AlertRaised(
        rule="burst",
        kind=kind.value,
        matter=matter,
        window_start=datetime(2026, 3, 2, 1, 50, tzinfo=UTC),
        window_end=datetime(2026, 3, 2, 2, 0, tzinfo=UTC),
        count=12,
        threshold=10,
        evidence=(Evidence(topic="petition.petitions.v1", partition=0, offset=1, id=ALERT),),
    )


def alerted(**changes: Any) -> Bulletin:
    return domain.answer_alert(alert(**changes), id=ID, alert_id=ALERT, tenant=GUANGZHOU).after


def drafted(**changes: Any) -> Bulletin:
    return domain.draft(content(**changes), id=ID, tenant=GUANGZHOU, by=WRITER).after


def published(bulletin: Bulletin) -> Bulletin:
    return domain.publish(bulletin, publication=PUBLICATION, by=SIGNER, now=NOW).after


def rebuilt(events: Sequence[ContractEvent]) -> Bulletin:
    first, *others = events
    assert isinstance(first, BulletinDrafted | BulletinWritten)
    bulletin = begin(first, id=ID, tenant=GUANGZHOU)
    for event in others:
        bulletin = replay(bulletin, event)  # type: ignore[arg-type]
    return bulletin


def test_a_draft_tells_what_came_how_often_and_when_in_china() -> None:
    bulletin = alerted()
    assert bulletin.content.title == "诈骗类举报短时增多 · More reports about fraud"
    assert "2026-03-02 09:50 至 2026-03-02 10:00" in bulletin.content.text
    assert "12" in bulletin.content.text
    assert "10" in bulletin.content.text
    assert (bulletin.alert, bulletin.kind, bulletin.content.category) == (ALERT, "report", Category.WARNING)


@pytest.mark.parametrize("kind", list(Kind))
@pytest.mark.parametrize("matter", [*Matter, "a-matter-of-next-year"])
def test_every_kind_has_words_and_so_has_a_matter_that_is_not_known_yet(kind: Kind, matter: str) -> None:
    assert 0 < len(alerted(kind=kind, matter=matter).content.title) <= 200


def test_whatever_an_alert_is_about_a_draft_names_no_number_of_anybody() -> None:
    written = alerted(matter="tel-13800138000").content
    for text in (written.title, written.text):
        assert "〔电话〕" in text
        assert "13800138000" not in text


def test_what_an_alert_drafted_is_signed_only_once_somebody_has_written_on_it() -> None:
    with pytest.raises(domain.Unverified):
        published(alerted())
    revised = domain.revise(alerted(), content(), by=WRITER).after
    assert published(revised).state is State.PUBLISHED
    assert (revised.alert, revised.kind) == (ALERT, "report")


def test_all_who_wrote_on_it_are_its_makers() -> None:
    revised = domain.revise(drafted(), content("改过。"), by=SIGNER).after
    assert revised.makers == {"p_writer", "p_signer"}


def test_nothing_personal_gets_to_the_public() -> None:
    called: dict[str, Any] = {"text": "请致电 13800138000。"}
    for personal in (called, {"title": "张某 11010519491231002X 被骗"}):
        with pytest.raises(HoldsPersonal):
            drafted(**personal)
        with pytest.raises(HoldsPersonal):
            domain.revise(drafted(), content(**personal), by=WRITER)
    with pytest.raises(HoldsPersonal):
        domain.withdraw(published(drafted()), "请向 13800138000 核实", by=SIGNER, now=NOW)
    assert domain.discard(drafted(), "请向 13800138000 核实", by=WRITER).after.reason == "请向 〔电话〕 核实"


@pytest.mark.parametrize(("until", "over"), [(None, False), (TODAY, False), (YESTERDAY, True)])
def test_its_last_day_is_one_in_china_and_nothing_is_published_after_it(until: date | None, over: bool) -> None:  # noqa: FBT001
    bulletin = drafted(until=until)
    assert bulletin.over(TODAY) is over
    if over:
        with pytest.raises(WrongPeriod):
            published(bulletin)
    else:
        assert published(bulletin).published_at == NOW


def test_the_events_that_are_for_the_public_hold_all_that_has_to_be_shown() -> None:
    decision = domain.publish(drafted(until=TODAY), publication=PUBLICATION, by=SIGNER, now=NOW)
    (told,) = decision.events
    taken = domain.withdraw(decision.after, "有误", by=SIGNER, now=NOW)
    shown = {"category": "warning", "matter": "fraud", "title": "警惕冒充客服", "effective_until": "2026-03-03"}
    for event in (told, *taken.events):
        assert event.to_data().items() >= (shown | {"text": content().text}).items()
    assert isinstance(told, BulletinPublished)
    assert (taken.after.state, taken.after.reason, taken.after.content) == (
        State.WITHDRAWN,
        "有误",
        content(until=TODAY),
    )


def test_when_it_was_drafted_is_read_off_its_id() -> None:
    assert drafted().drafted_at == datetime.fromtimestamp(0x0198A1F26B1E / 1000, UTC)


def test_a_bulletin_begins_only_once() -> None:
    decision = domain.draft(content(), id=ID, tenant=GUANGZHOU, by=WRITER)
    with pytest.raises(ValueError, match="only once"):
        replay(decision.after, decision.events[0])


class BulletinLife(Life):
    """Anybody of three, in any role, with a draft of an officer's."""

    table = TABLE
    rebuild = rebuilt
    case: Bulletin

    @initialize(text=TEXTS, last=LAST)
    def draft(self, text: str, last: date | None) -> None:
        last = None if self.begins else last
        self.took(Action.DRAFT, domain.draft(content(text, last), id=ID, tenant=GUANGZHOU, by=WRITER))
        for action in self.begins:
            self.goes_on(action)

    @rule(text=TEXTS, last=LAST, by=st.sampled_from("abc"), roles=ROLES)
    def revise(self, text: str, last: date | None, by: str, roles: frozenset[Role]) -> None:
        new = content(text, last)
        self.tries(Action.REVISE, roles, lambda: domain.revise(self.case, new, by=person(by, *roles)), besides=True)

    @rule(by=st.sampled_from("abc"), roles=ROLES, reason=TEXTS)
    def discard(self, by: str, roles: frozenset[Role], reason: str) -> None:
        self.tries(
            Action.DISCARD, roles, lambda: domain.discard(self.case, reason, by=person(by, *roles)), besides=True
        )

    @rule(by=st.sampled_from("abc"), roles=ROLES)
    def publish(self, by: str, roles: frozenset[Role]) -> None:
        self.tries(
            Action.PUBLISH,
            roles,
            lambda: domain.publish(self.case, publication=PUBLICATION, by=person(by, *roles), now=NOW),
            besides=bool(self.case.makers) and not self.case.over(TODAY),
        )

    @rule(by=st.sampled_from("abc"), roles=ROLES, reason=TEXTS)
    def withdraw(self, by: str, roles: frozenset[Role], reason: str) -> None:
        self.tries(
            Action.WITHDRAW,
            roles,
            lambda: domain.withdraw(self.case, reason, by=person(by, *roles), now=NOW),
            besides=True,
        )

    def goes_on(self, action: Action) -> None:
        if action is Action.PUBLISH:
            self.publish("b", frozenset({Role.SPOKESPERSON}))


class AlertedLife(BulletinLife):
    """The same, with what an alert led to."""

    @initialize(text=TEXTS, last=LAST)
    def draft(self, text: str, last: date | None) -> None:  # noqa: ARG002  an alert brings its own
        self.took(Action.ANSWER_ALERT, domain.answer_alert(alert(), id=ID, alert_id=ALERT, tenant=GUANGZHOU))
        for action in self.begins:
            self.goes_on(action)

    def goes_on(self, action: Action) -> None:
        if action is Action.REVISE:
            self.revise("核实过。", None, "a", frozenset({Role.TRIAGE}))
        super().goes_on(action)


def test_whatever_is_tried_the_table_holds_and_every_row_of_it_is_walked() -> None:
    assert live(BulletinLife, (Action.PUBLISH,)) >= rows_of(TABLE)
    walked = live(AlertedLife, (Action.REVISE, Action.PUBLISH))
    assert walked >= {(row.start, row.action) for row in TABLE.transitions if row.action is not Action.DRAFT}
