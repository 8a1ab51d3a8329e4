"""Scrape configurations and rules are Prometheus' own, ask for what is exported, and every alert can fire."""

import os
import shutil
import subprocess
from typing import Any

import pytest
import yaml

from tests.observability.names import ALERTS, FOLDER, RECORDED, exported, selectors, unknown

CONFIGURATIONS = ("prometheus.yml", "prometheus.production.yml")
TESTS: list[dict[str, Any]] = yaml.safe_load((FOLDER / "rules.test.yml").read_text("utf-8"))["tests"]
CHECKS = [check for test in TESTS for check in test["alert_rule_test"]]
NAMES = [alert["alert"] for alert in ALERTS]


@pytest.fixture(scope="module")
def promtool() -> str:
    """Prometheus' own tool; where everything is checked it has to be there."""
    found = shutil.which("promtool")
    if found is None:
        without = "promtool is missing: run `make tools`, or apt-get install prometheus"
        (pytest.fail if os.environ.get("CI") else pytest.skip)(without)
    return found


def said(promtool: str, *arguments: str) -> str:
    run = subprocess.run([promtool, *arguments], cwd=FOLDER, capture_output=True, text=True, check=False, timeout=60)
    assert run.returncode == 0, run.stdout + run.stderr
    return run.stdout + run.stderr


@pytest.mark.parametrize("configuration", CONFIGURATIONS)
def test_promtool_finds_nothing_in_a_scrape_configuration_and_the_rules_it_names(
    promtool: str, configuration: str
) -> None:
    assert "2 rule files found" in said(promtool, "check", "config", configuration)


def test_the_rules_do_what_their_tests_say(promtool: str) -> None:
    assert "SUCCESS" in said(promtool, "test", "rules", "rules.test.yml")


@pytest.mark.parametrize("alert", NAMES)
def test_each_alert_is_seen_to_fire_and_not_to_fire(alert: str) -> None:
    outcomes = {bool(check["exp_alerts"]) for check in CHECKS if check["alertname"] == alert}
    assert outcomes == {True, False}


def test_no_test_is_about_an_alert_that_is_gone() -> None:
    assert {check["alertname"] for check in CHECKS} == set(NAMES)


@pytest.mark.parametrize("alert", ALERTS, ids=NAMES)
def test_an_alert_says_how_urgent_it_is_and_what_happened_in_both_languages(alert: dict[str, Any]) -> None:
    assert alert["labels"].keys() == {"severity"}
    assert alert["labels"]["severity"] in {"page", "ticket"}
    summary = alert["annotations"]["summary"]
    assert any("一" <= letter <= "鿿" for letter in summary)
    assert any("a" <= letter <= "z" for letter in summary.lower())


@pytest.mark.parametrize("expression", [*RECORDED.values(), *(alert["expr"] for alert in ALERTS)])
def test_a_rule_asks_for_nothing_that_nobody_exports(expression: str) -> None:
    assert selectors(expression)
    assert unknown(expression) == set()


@pytest.mark.parametrize(
    ("expression", "missing"),
    [
        ("sum(yiwangban_outbox_age)", {"yiwangban_outbox_age"}),
        ('yiwangban_relay_leader{yiwangban_topic="x"}', {"yiwangban_relay_leader{yiwangban_topic}"}),
        ("sum by (yiwangban_topic) (yiwangban_relay_leader)", {"by (yiwangban_topic)"}),
        ("rate(yiwangban_relay_sent[5m]) > 0 and up", {"yiwangban_relay_sent"}),
    ],
)
def test_a_name_that_is_misspelled_is_noticed(expression: str, missing: set[str]) -> None:
    assert unknown(expression) == missing


def test_every_rule_that_is_recorded_is_used() -> None:
    used = {str(one.name) for alert in ALERTS for one in selectors(alert["expr"])}
    used |= {str(one.name) for expression in RECORDED.values() for one in selectors(expression)}
    dashboard = (FOLDER / "grafana" / "overview.json").read_text("utf-8")
    assert not [name for name in RECORDED if name not in used and name not in dashboard]


def test_what_sres_are_promised_to_see_is_exported() -> None:
    promised = {
        "http_server_request_duration_seconds_count", "http_server_request_duration_seconds_bucket",
        "yiwangban_outbox_age_seconds", "yiwangban_relay_lag_seconds_bucket", "yiwangban_consumer_lag",
        "yiwangban_parked_count", "yiwangban_mirror_invalid", "yiwangban_timer_delay_seconds_bucket",
        "db_client_connection_wait_time_seconds_bucket", "yiwangban_batch_position",
        "yiwangban_mirror_verified_ordinal", "yiwangban_service_state", "yiwangban_streams_open",
    }  # fmt: skip
    assert promised <= exported().keys()
