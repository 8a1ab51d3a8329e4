"""The policy and the workflows tell the same story, and its page shows it as it is."""

from collections.abc import Iterable
from enum import StrEnum
from pathlib import Path
from typing import Any

import accept.workflow
import approve.workflow
import petition.replies.workflow
import petition.workflow
import pytest
from casework.policy import POLICY
from casework.policy_page import written
from casework.roles import TOKEN_ROLES, Role

ROOT = Path(__file__).resolve().parents[3]
PAGE = ROOT / "docs" / "authorisation.md"
WORKFLOWS = {
    ("case",): accept.workflow,
    ("review",): approve.workflow,
    # all of them are petitions
    ("petition", "draft", "rating", "publication", "collaboration", "petition-review"): petition.workflow,
    ("answer",): petition.replies.workflow,
}


def others(names: Iterable[StrEnum]) -> set[str]:
    return {str(name) for name in names if name is not Role.SYSTEM}


@pytest.mark.parametrize("resources", WORKFLOWS, ids="-".join)
def test_whoever_the_workflow_lets_act_the_policy_lets_act_and_nobody_else(resources: tuple[str, ...]) -> None:
    module: Any = WORKFLOWS[resources]
    rules = [rule for rule in POLICY.rules if rule.resource in resources]
    for action in module.Action:
        allowed = {role for rule in rules if action in rule.actions for role in rule.roles}
        assert allowed == others(module.TABLE.roles_for(action)), action
    acts = {str(action) for action in module.Action}
    looks = {"list", "read", "export", "expand", "search"}
    assert {action for rule in rules for action in rule.actions} <= acts | looks


def test_every_role_of_the_policy_is_one_that_tokens_carry_and_each_of_those_may_do_something() -> None:
    assert {role for rule in POLICY.rules for role in rule.roles} == {str(role) for role in TOKEN_ROLES}


def test_no_rule_stands_twice() -> None:
    each = [
        (rule.resource, action, role, rule.scope, rule.besides)
        for rule in POLICY.rules
        for action in rule.actions
        for role in rule.roles
    ]
    assert len(set(each)) == len(each)


def test_its_page_is_as_it_is_and_explains_every_scope_condition_and_role() -> None:
    page = PAGE.read_text("utf-8")
    assert page == written(page), "make contracts writes it"
    explained = page.partition("## The table")[0]
    names = {condition.name for rule in POLICY.rules for condition in rule.besides}
    names |= {str(rule.scope) for rule in POLICY.rules} | {str(role) for role in TOKEN_ROLES}
    assert not [name for name in names if f"`{name}`" not in explained]
