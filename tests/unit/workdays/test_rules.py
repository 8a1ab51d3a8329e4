"""The table of time limits: what it says, since when, and whether its source was read."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from workdays.rules import TABLE, BrokenRules, NoRule, Unit, load_rules, rules

TODAY = date(2026, 11, 2)
READ = {
    *("petition/answer", "petition/triage", "petition/sign-for", "petition/dispute-decision", "petition/supplement"),
    *("petition/call-back", "petition/reopening", "petition/answer-again", "petition/collaboration"),
}


def test_every_row_says_where_it_comes_from_and_only_what_was_read_is_verified() -> None:
    for rule in rules():
        assert rule.source
        unread = "未读原文" in rule.source
        assert rule.verified is not unread, rule.id
        assert rule.verified is (rule.id in READ or rule.until == date(2022, 4, 30)), rule.id
        assert not (rule.extension and rule.extension.verified) or rule.verified
        assert rule.moves is None or not rule.moves.verified


@pytest.mark.parametrize(
    ("id_", "on", "days", "unit", "starts", "extension", "by", "stops"),
    [
        ("petition/answer", "2026-11-02", 15, "workdays", "first-receipt", 5, "agency-head", ["supplement"]),
        ("petition/triage", "2026-11-02", 1, "workdays", "assignment", None, None, []),
        ("petition/sign-for", "2026-11-02", 1, "workdays", "assignment", None, None, []),
        ("petition/dispute-decision", "2026-11-02", 2, "workdays", "assignment", None, None, []),
        ("petition/call-back", "2026-11-02", 3, "workdays", "bad-rating", None, None, []),
        ("petition/collaboration", "2026-11-02", 3, "workdays", "invitation", None, None, []),
        ("petition/reopening", "2026-11-02", 15, "days", "settled", None, None, []),
        ("petition/answer-again", "2026-11-02", 15, "workdays", "reopening", 5, "agency-head", ["supplement"]),
        ("petition/supplement", "2026-11-02", 10, "workdays", "supplement-requested", None, None, []),
        ("consultation/answer", "2026-11-02", 2, "workdays", "receipt", None, None, []),
        ("help/answer", "2026-11-02", 10, "workdays", "receipt", None, None, []),
        ("suggestion/answer", "2026-11-02", 10, "workdays", "receipt", None, None, []),
        ("complaint/answer", "2026-11-02", 15, "workdays", "receipt", None, None, []),
        ("report/answer", "2026-11-02", 15, "workdays", "receipt", None, None, []),
        ("letters-and-visits/registration", "2022-04-30", 15, "days", "receipt", None, None, []),
        ("letters-and-visits/acceptance", "2022-04-30", 15, "days", "receipt", None, None, []),
        ("letters-and-visits/closing", "2022-04-30", 60, "days", "acceptance", 30, "agency-head", []),
        ("letters-and-visits/closing", "2022-05-01", 60, "days", "acceptance", 30, "agency-head", []),
        ("letters-and-visits/review-request", "2026-11-02", 30, "days", "reply-received", None, None, []),
        ("letters-and-visits/review-decision", "2026-11-02", 30, "days", "request-received", None, None, []),
        ("letters-and-visits/final-review-decision", "2022-04-30", 30, "days", "request-received", None, None,
         ["hearing"]),
        ("licence/supplement-notice", "2026-11-02", 5, "workdays", "receipt", None, None, []),
        ("licence/decision", "2026-11-02", 20, "workdays", "acceptance", 10, "agency-head",
         ["hearing", "inspection", "testing", "appraisal"]),
        ("licence/joint-decision", "2026-11-02", 45, "workdays", "acceptance", 15, "government-head",
         ["hearing", "inspection", "testing", "appraisal"]),
        ("licence/delivery", "2026-11-02", 10, "workdays", "decision", None, None, []),
        ("licence/renewal-request", "2026-11-02", 30, "days", "expiry", None, None, []),
        ("crime-report/filing-review", "2026-11-02", 3, "days", "receipt", None, None, []),
        ("crime-report/filing-review-checked", "2026-11-02", 7, "days", "receipt", None, None, []),
        ("crime-report/filing-review-major", "2026-11-02", 30, "days", "receipt", None, None, []),
    ],
)  # fmt: skip
def test_what_the_table_says(
    id_: str, on: str, days: int, unit: str, starts: str, extension: int | None, by: str | None, stops: list[str]
) -> None:
    kind, clock = id_.split("/")
    rule = rules().find(kind, clock, on=date.fromisoformat(on))
    assert (rule.days, rule.unit, rule.starts.code) == (days, Unit(unit), starts)
    allowed = rule.extension
    assert ((allowed.days, allowed.by.code) if allowed else (None, None)) == (extension, by)
    assert [term.code for term in rule.stops] == stops
    assert rule.name.zh
    assert rule.name.en


def test_what_is_law_has_consequences_and_what_is_internal_is_for_officers_only() -> None:
    lapses = {rule.id: rule.lapse.code for rule in rules() if rule.lapse}
    assert lapses == {"licence/supplement-notice": "deemed-accepted", "licence/renewal-decision": "deemed-renewed"}
    answer = rules().find("petition", "answer", on=TODAY)
    assert {term.code for term in answer.never_restarts} == {"return", "re-transfer", "dispute", "edit"}
    assert answer.binds
    hidden = {rule.id for rule in rules() if rule.shown_to == "officers"}
    assert hidden > {"petition/triage", "petition/sign-for", "petition/dispute-decision", "crime-report/filing-review"}
    assert "petition/answer" not in hidden
    assert not any(rule.binds for rule in rules() if rule.setting)


def test_a_rule_is_found_only_while_it_is_in_effect() -> None:
    assert {rule.clock for rule in rules().of("letters-and-visits", on=date(2005, 4, 30))} == set()
    assert "registration" in {rule.clock for rule in rules().of("letters-and-visits", on=date(2022, 4, 30))}
    assert "registration" not in {rule.clock for rule in rules().of("letters-and-visits", on=date(2022, 5, 1))}
    with pytest.raises(NoRule, match="consultation/answer on 2021-12-31"):
        rules().find("consultation", "answer", on=date(2021, 12, 31))
    with pytest.raises(NoRule):
        rules().find("petition", "lunch", on=TODAY)


def test_a_tenant_sets_other_days_only_where_the_table_lets_it() -> None:
    ours = rules().with_settings({"petition/triage": 2})
    assert ours.find("petition", "triage", on=TODAY).days == 2
    assert ours.find("petition", "sign-for", on=TODAY).days == 1
    assert rules().find("petition", "triage", on=TODAY).days == 1
    for wrong in ({"petition/answer": 20}, {"petition/lunch": 1}, {"petition/triage": 0}):
        with pytest.raises(BrokenRules):
            rules().with_settings(wrong)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda text: text.replace("starts: first-receipt", "starts: last-receipt"), "last-receipt is nowhere defined"),
        (lambda text: text.replace("days: 15\n", "days: -1\n", 1), r"row 1 \(petition/answer\): days"),
        (lambda text: text.replace("    verified: true\n", "", 1), "verified: Field required"),
        (lambda text: text.replace("unit: workdays", "unit: weeks", 1), "unit"),
        (lambda text: text.replace("until: 2022-04-30", "until: 2022-05-01"), "two rules on one day"),
        (lambda text: text.replace("since: 2010-01-01", "since: 2010-01-01\n    due: soon", 1), "Extra inputs"),
        (
            lambda text: text.replace("counts: before", "counts: before\n    moves: true", 1),
            "neither stops nor moves on",
        ),
        (lambda text: text.replace("days: 15\n", "days: 0\n", 1), "it has no day"),
        (lambda _: "rules: [", "ParserError"),
        (lambda _: "", "rules.yaml: TypeError"),
        (lambda text: text.replace("rules:", "rows:"), "KeyError: 'rules'"),
    ],
)
def test_a_broken_table_says_what_is_wrong(tmp_path: Path, change: Callable[[str], str], says: str) -> None:
    path = tmp_path / "rules.yaml"
    path.write_text(change(TABLE.read_text("utf-8")), "utf-8")
    with pytest.raises(BrokenRules, match=says):
        load_rules(path)


def test_a_table_that_is_not_there_says_so(tmp_path: Path) -> None:
    with pytest.raises(BrokenRules, match="FileNotFoundError"):
        load_rules(tmp_path / "rules.yaml")
