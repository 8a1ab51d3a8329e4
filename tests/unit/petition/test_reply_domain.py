"""Decisions about answers: whatever happens in whatever order, the table holds, and events alone rebuild each."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import pytest
from casework.roles import Actor, Role
from contracts.event import ContractEvent
from contracts.tenants import PROVINCE
from hypothesis import strategies as st
from hypothesis.stateful import initialize, rule
from petition.replies import domain
from petition.replies.answer import Answer, Content, Version, begin, replay
from petition.replies.workflow import TABLE, Action, State

from contracts.events import AnswerDrafted, LegalBasis
from tests.unit.kit.life import ROLES, TEXTS, Life, live, rows_of

ID = "0198a1f2-6b1e-7c53-9a5e-3f0d2c7b8e14"
GUANGZHOU, SHENZHEN = "440100", "440300"
TODAY, YESTERDAY, TOMORROW = date(2026, 11, 27), date(2026, 11, 26), date(2026, 11, 28)
BASIS = (LegalBasis(provision="护照法 第十一条", source="全国人大常委会公报"),)
LAST = st.one_of(st.none(), st.dates(YESTERDAY, TOMORROW))


def person(name: str, *roles: Role) -> Actor:
    return Actor(pseudonym=f"p_{name}", roles=frozenset(roles))


WRITER, SECOND = person("writer", Role.HANDLER), person("second", Role.HANDLER)
CHECKER = person("checker", Role.SPOKESPERSON)


def content(text: str = "请到大厅办理。", since: date = TODAY, until: date | None = None, **changes: Any) -> Content:
    written = {"variants": ("护照怎么换",), "text": text, "basis": BASIS} | changes
    return Content(effective_from=since, effective_until=until, **written)


def drafted(tenant: str = PROVINCE, id_: str = ID, overrides: Answer | None = None, **changes: Any) -> Answer:
    return domain.draft(content(**changes), id=id_, tenant=tenant, by=WRITER, overrides=overrides).after


def published(tenant: str = PROVINCE, id_: str = ID, overrides: Answer | None = None, **changes: Any) -> Answer:
    waiting = domain.submit(drafted(tenant, id_, overrides, **changes), by=WRITER).after
    return domain.publish(waiting, by=CHECKER, on=TODAY).after


def rebuilt(events: Sequence[ContractEvent]) -> Answer:
    first, *others = events
    assert isinstance(first, AnswerDrafted)
    answer = begin(first, id=ID, tenant=PROVINCE)
    for event in others:
        answer = replay(answer, event)  # type: ignore[arg-type]
    return answer


def in_force(answer: Answer, day: date = TODAY) -> tuple[int, str] | None:
    version: Version | None = answer.in_force(day)
    return (version.number, version.content.text) if version else None


def test_all_who_wrote_on_a_version_are_its_makers() -> None:
    revised = domain.revise(drafted(), content("改过。"), by=SECOND).after
    assert revised.newest.makers == {"p_writer", "p_second"}


def test_the_next_version_has_makers_of_its_own() -> None:
    answer = published()
    revised = domain.revise(answer, content("新版。"), by=SECOND).after
    assert revised.newest.makers == {"p_second"}
    assert domain.abandon(revised, by=SECOND).after.newest.makers == {"p_writer"}


def test_a_proposal_names_who_made_it_until_somebody_has_decided() -> None:
    proposed = domain.propose_retirement(published(), "收费已调整", by=WRITER).after
    assert proposed.proposed_by == "p_writer"
    assert domain.keep(proposed, by=CHECKER).after.proposed_by is None
    assert domain.retire(proposed, by=CHECKER).after.state is State.RETIRED


@pytest.mark.parametrize(
    "changes",
    [
        {"text": "请致电 13800138000。"},
        {"variants": ("我的身份证 11010519491231002X 怎么换",)},
        {"basis": (LegalBasis(provision="联系 a.b@example.com", source="公报"),)},
    ],
)
def test_nothing_personal_gets_into_the_library(changes: dict[str, Any]) -> None:
    with pytest.raises(domain.HoldsPersonal):
        drafted(**changes)
    with pytest.raises(domain.HoldsPersonal) as refused:
        domain.revise(published(), content(**changes), by=WRITER)
    assert len(refused.value.kinds) == 1


def test_the_published_version_stays_in_force_while_the_next_is_written() -> None:
    revised = domain.revise(published(), content("新版。"), by=WRITER).after
    assert in_force(revised) == (1, "请到大厅办理。")
    waiting = domain.submit(revised, by=WRITER).after
    assert in_force(waiting) == (1, "请到大厅办理。")
    assert in_force(domain.publish(waiting, by=CHECKER, on=TODAY).after) == (2, "新版。")


def test_an_abandoned_version_leaves_the_published_one() -> None:
    answer = published()
    back = domain.abandon(domain.revise(answer, content("新版。"), by=WRITER).after, by=SECOND).after
    assert (back.state, back.newest, back.published) == (State.PUBLISHED, answer.newest, answer.published)
    with pytest.raises(domain.NothingPublished):
        domain.abandon(drafted(), by=WRITER)


def test_what_may_be_wrong_is_out_of_use_before_a_second_person_looks() -> None:
    proposed = domain.propose_retirement(published(), "收费已调整", by=WRITER).after
    assert in_force(proposed) is None
    assert in_force(domain.keep(proposed, by=CHECKER).after) == (1, "请到大厅办理。")


@pytest.mark.parametrize(
    ("since", "until", "day", "given"),
    [
        (TODAY, None, TODAY, True),
        (TOMORROW, None, TODAY, False),
        (YESTERDAY, TODAY, TODAY, True),
        (YESTERDAY, TODAY, TOMORROW, False),
    ],
)
def test_an_answer_is_given_from_its_first_day_to_its_last(
    *, since: date, until: date | None, day: date, given: bool
) -> None:
    answer = published(since=since, until=until)
    assert (answer.in_force(day) is not None) is given
    if not given:
        with pytest.raises(domain.NotInForce):
            domain.usable(answer, 1, (), tenant=GUANGZHOU, on=day)


def test_nothing_is_published_after_its_last_day() -> None:
    waiting = domain.submit(drafted(since=YESTERDAY, until=YESTERDAY), by=WRITER).after
    with pytest.raises(domain.WrongPeriod):
        domain.publish(waiting, by=CHECKER, on=TODAY)


def test_an_answer_needs_a_basis_and_a_period() -> None:
    with pytest.raises(domain.NoBasis):
        drafted(basis=())
    with pytest.raises(domain.WrongPeriod):
        domain.revise(drafted(), content(since=TODAY, until=YESTERDAY), by=WRITER)


def test_a_city_answers_with_its_own_where_it_has_one() -> None:
    provincial = published(id_="provincial")
    own = published(GUANGZHOU, "own", overrides=provincial)
    library = [provincial, own, published(SHENZHEN, "anothers")]
    assert [answer.id for answer in domain.offered(library, tenant=GUANGZHOU, on=TODAY)] == ["own"]
    assert [answer.id for answer in domain.offered(library, tenant=SHENZHEN, on=TODAY)] == ["provincial", "anothers"]


def test_the_provinces_answer_is_back_once_the_citys_is_not_in_force() -> None:
    provincial = published(id_="provincial")
    own = published(GUANGZHOU, "own", overrides=provincial, until=TODAY)
    assert [each.id for each in domain.offered([provincial, own], tenant=GUANGZHOU, on=TOMORROW)] == ["provincial"]


@pytest.mark.parametrize(("tenant", "whose"), [(PROVINCE, PROVINCE), (GUANGZHOU, SHENZHEN)])
def test_only_a_city_overrides_and_only_the_province(tenant: str, whose: str) -> None:
    with pytest.raises(domain.NotOverridable):
        drafted(tenant, overrides=published(whose))


def test_a_petition_is_answered_with_the_version_that_was_looked_at() -> None:
    revised = domain.revise(published(), content("新版。"), by=WRITER).after
    assert domain.usable(revised, 1, (), tenant=GUANGZHOU, on=TODAY).content.text == "请到大厅办理。"
    newer = domain.publish(domain.submit(revised, by=WRITER).after, by=CHECKER, on=TODAY).after
    assert domain.usable(newer, 2, (), tenant=GUANGZHOU, on=TODAY).content.text == "新版。"
    with pytest.raises(domain.NotInForce):
        domain.usable(newer, 1, (), tenant=GUANGZHOU, on=TODAY)


def test_no_city_answers_with_what_its_own_answer_overrides_nor_with_another_citys() -> None:
    provincial = published(id_="provincial")
    own = published(GUANGZHOU, "own", overrides=provincial)
    for answer, overriding in ((provincial, [own]), (published(SHENZHEN, "anothers"), [])):
        with pytest.raises(domain.NotInForce):
            domain.usable(answer, 1, overriding, tenant=GUANGZHOU, on=TODAY)
    assert domain.usable(provincial, 1, [own], tenant=SHENZHEN, on=TODAY)
    assert domain.usable(own, 1, [], tenant=GUANGZHOU, on=TODAY)


def test_an_answer_begins_only_once() -> None:
    decision = domain.draft(content(), id=ID, tenant=PROVINCE, by=WRITER)
    with pytest.raises(ValueError, match="only once"):
        replay(decision.after, decision.events[0])


class AnswerLife(Life):
    """Anybody of three, in any role."""

    table = TABLE
    rebuild = rebuilt
    case: Answer

    @initialize(text=TEXTS, last=LAST)
    def draft(self, text: str, last: date | None) -> None:
        last = None if self.begins else last
        since = min(TODAY, last or TODAY)
        self.took(
            Action.DRAFT,
            domain.draft(content(text, since=since, until=last), id=ID, tenant=PROVINCE, by=WRITER),
        )
        for action in self.begins:
            self.goes_on(action)

    @rule(text=TEXTS, last=LAST, by=st.sampled_from("abc"), roles=ROLES)
    def revise(self, text: str, last: date | None, by: str, roles: frozenset[Role]) -> None:
        new = content(text, until=last)
        self.tries(
            Action.REVISE,
            roles,
            lambda: domain.revise(self.case, new, by=person(by, *roles)),
            besides=last is None or last >= TODAY,
        )

    @rule(by=st.sampled_from("abc"), roles=ROLES)
    def abandon(self, by: str, roles: frozenset[Role]) -> None:
        self.tries(
            Action.ABANDON,
            roles,
            lambda: domain.abandon(self.case, by=person(by, *roles)),
            besides=self.case.published is not None,
        )

    @rule(by=st.sampled_from("abc"), roles=ROLES)
    def submit(self, by: str, roles: frozenset[Role]) -> None:
        self.tries(Action.SUBMIT, roles, lambda: domain.submit(self.case, by=person(by, *roles)), besides=True)

    @rule(by=st.sampled_from("abc"), roles=ROLES, reason=TEXTS)
    def reject(self, by: str, roles: frozenset[Role], reason: str) -> None:
        self.tries(Action.REJECT, roles, lambda: domain.reject(self.case, reason, by=person(by, *roles)), besides=True)

    @rule(by=st.sampled_from("abc"), roles=ROLES)
    def publish(self, by: str, roles: frozenset[Role]) -> None:
        last = self.case.newest.content.effective_until
        self.tries(
            Action.PUBLISH,
            roles,
            lambda: domain.publish(self.case, by=person(by, *roles), on=TODAY),
            besides=last is None or last >= TODAY,
        )

    @rule(by=st.sampled_from("abc"), roles=ROLES, reason=TEXTS)
    def propose_retirement(self, by: str, roles: frozenset[Role], reason: str) -> None:
        self.tries(
            Action.PROPOSE_RETIREMENT,
            roles,
            lambda: domain.propose_retirement(self.case, reason, by=person(by, *roles)),
            besides=True,
        )

    @rule(by=st.sampled_from("abc"), roles=ROLES, action=st.sampled_from([Action.KEEP, Action.RETIRE]))
    def decide(self, by: str, roles: frozenset[Role], action: Action) -> None:
        decide = domain.keep if action is Action.KEEP else domain.retire
        self.tries(action, roles, lambda: decide(self.case, by=person(by, *roles)), besides=True)

    def goes_on(self, action: Action) -> None:
        writer, checker = frozenset({Role.HANDLER}), frozenset({Role.SPOKESPERSON})
        match action:
            case Action.REVISE:
                self.revise("新版。", None, "a", writer)
            case Action.ABANDON:
                self.abandon("a", writer)
            case Action.SUBMIT:
                self.submit("a", writer)
            case Action.REJECT:
                self.reject("b", checker, "有误")
            case Action.PUBLISH:
                self.publish("b", checker)
            case Action.PROPOSE_RETIREMENT:
                self.propose_retirement("a", writer, "收费已调整")
            case Action.KEEP | Action.RETIRE:
                self.decide("b", checker, action)


IN_FORCE = (Action.SUBMIT, Action.PUBLISH)
WAYS = (
    (Action.REVISE, Action.SUBMIT, Action.REJECT),
    (*IN_FORCE, Action.REVISE, Action.ABANDON),
    (*IN_FORCE, Action.PROPOSE_RETIREMENT, Action.KEEP),
    (*IN_FORCE, Action.PROPOSE_RETIREMENT, Action.RETIRE),
)


def test_whatever_is_tried_the_table_holds_and_every_row_of_it_is_walked() -> None:
    assert live(AnswerLife, *WAYS) >= rows_of(TABLE)
