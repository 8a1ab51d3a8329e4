"""Who is paged about what can't wait, one after the other, until somebody takes it."""

from dataclasses import replace
from datetime import timedelta

import pytest
from casework.roles import Actor, Role
from petition import domain
from petition.domain import Decision
from petition.kinds import Danger, Ground, Kind
from petition.paging.alarm import Alarm, Rung
from petition.paging.config import PagingSettings
from petition.paging.domain import NobodyPaged, TakenAlready, carry_on, go_up, page, take
from petition.petition import Outcome, Petition

from .test_domain import CONTENT, NOW, SENDER, TRIAGE, classified, elsewhere, received

PATIENCE = timedelta(minutes=5)
OFFICER = Actor(pseudonym="p_duty", roles=frozenset({Role.DUTY_OFFICER}))


def paged(tenant: str = "440100", danger: Danger = Danger.LIFE, ground: Ground | None = None) -> Decision:
    found = replace(classified(), danger=danger)
    return page(received(tenant=tenant, ground=ground, classified=found), danger.value, now=NOW, patience=PATIENCE)


def alarm_of(petition: Petition) -> Alarm:
    assert petition.alarm is not None
    return petition.alarm


def went_up(petition: Petition) -> Petition:
    return go_up(petition, paged=alarm_of(petition).page).after


def test_what_can_wait_pages_nobody() -> None:
    assert paged(danger=Danger.NONE).after.alarm is None


def test_the_duty_officer_of_its_tenant_is_paged_in_the_decision_that_takes_it_in() -> None:
    decision = paged()
    assert [event.TYPE.split(".")[-2] for event in decision.events] == ["received", "classified", "paged"]
    assert (decision.first_sequence, decision.after.sequence) == (1, 3)
    alarm = alarm_of(decision.after)
    assert (alarm.rung, alarm.to, alarm.page, alarm.waiting) == (Rung.DUTY_OFFICER, ("440100",), 3, True)
    assert alarm.answer_by == NOW + PATIENCE


@pytest.mark.parametrize(
    ("tenant", "steps"),
    [
        ("440106", [("deputy", "440106"), ("superior", "440100"), ("superior", "440000")]),
        ("440100", [("deputy", "440100"), ("superior", "440000")]),
        ("440000", [("deputy", "440000")]),
    ],
)
def test_then_the_deputy_then_each_tier_above_at_its_moment_and_then_nobody(
    tenant: str, steps: list[tuple[str, str]]
) -> None:
    petition, seen = paged(tenant).after, []
    for number, _ in enumerate(steps, 1):
        petition = went_up(petition)
        alarm = alarm_of(petition)
        assert alarm.paged_at == NOW + number * PATIENCE
        assert alarm.raised_at == NOW
        seen.append((alarm.rung.value, alarm.to[-1]))
    assert seen == steps
    assert alarm_of(petition).answer_by is None
    assert not go_up(petition, paged=alarm_of(petition).page).events


def test_what_was_taken_or_closed_and_what_was_paged_since_goes_up_no_more() -> None:
    petition = paged().after
    assert not go_up(take(petition, by=OFFICER, now=NOW).after, paged=3).events
    assert not go_up(domain.close(petition, Outcome.DUPLICATE, by=TRIAGE).after, paged=3).events
    assert not go_up(went_up(petition), paged=3).events


def test_one_takes_it_and_everybody_else_is_told_since_when() -> None:
    taken = take(paged().after, by=OFFICER, now=NOW + PATIENCE).after
    assert alarm_of(taken).taken_by == OFFICER.pseudonym
    assert not take(taken, by=OFFICER, now=NOW).events
    with pytest.raises(TakenAlready) as refused:
        take(taken, by=TRIAGE, now=NOW)
    assert refused.value.at == NOW + PATIENCE


@pytest.mark.parametrize("closed", [True, False])
def test_where_nobody_was_paged_or_all_is_over_there_is_nothing_to_take(*, closed: bool) -> None:
    petition = domain.close(paged().after, Outcome.DUPLICATE, by=TRIAGE).after if closed else received().after
    with pytest.raises(NobodyPaged):
        take(petition, by=OFFICER, now=NOW)


def test_an_edit_pages_when_it_brings_another_danger_and_not_when_it_says_the_same_again() -> None:
    petition = paged(danger=Danger.MONEY).after
    again = page(Decision(petition, ()), "money", now=NOW, patience=PATIENCE)
    assert not again.events
    worse = page(Decision(went_up(petition), ()), "life", now=NOW, patience=PATIENCE)
    alarm = alarm_of(worse.after)
    assert (alarm.danger, alarm.rung, alarm.to) == ("life", Rung.DUTY_OFFICER, ("440100",))
    assert not page(Decision(take(petition, by=OFFICER, now=NOW).after, ()), "money", now=NOW, patience=PATIENCE).events


@pytest.mark.parametrize("taken", [True, False])
def test_what_goes_on_in_another_circle_pages_anew_unless_somebody_has_it(*, taken: bool) -> None:
    petition = paged(danger=Danger.CRIME).after
    if taken:
        petition = take(petition, by=OFFICER, now=NOW).after
    place = elsewhere(Ground.CRIME)
    ended, begun = domain.move(petition, Kind.REPORT, CONTENT, place, sender=SENDER, by=TRIAGE, now=NOW)
    goes_on = carry_on(petition, begun, now=NOW, patience=PATIENCE)
    assert not alarm_of(ended.after).waiting
    assert (goes_on.after.alarm is None) is taken
    if not taken:
        assert goes_on.events[-1].TYPE == "yiwangban.petition.report.paged.v1"


def test_two_pagers_for_one_tenant_and_one_that_is_asked_in_clear_are_refused() -> None:
    pager = {"url": "https://pager.example/pages", "secret_path": "/run/secrets/pager"}
    assert PagingSettings(pagers=[pager, pager | {"tenant": "440100"}]).pagers[1].tenant == "440100"
    for wrong in ([pager, pager], [pager | {"url": "http://pager.example/pages"}], [pager | {"tenant": "999999"}]):
        with pytest.raises(ValueError, match="pagers"):
            PagingSettings(pagers=wrong)
