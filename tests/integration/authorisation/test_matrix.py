"""Nobody sees or does more, or less, than the policy's table says: every route, every role, every kind of row."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from casework.policy import POLICY
from chassis.policy import SCOPES, Condition, Rule, Scope

from tests.integration.kit.databases import Databases

from .matrix import Findings, Sweep
from .oracle import rules_of
from .worlds import FILLED, world_of


def conditions_of(resources: Iterable[str]) -> list[tuple[str, Condition]]:
    """Give what the table asks of rows, resource by resource."""
    rules = [rule for rule in POLICY.rules if rule.resource in resources]
    return list(dict.fromkeys((rule.resource, condition) for rule in rules for condition in rule.conditions))


def table_of(sweep: Sweep) -> set[tuple[Any, ...]]:
    """Give the rows of the table that a service's operations rely on."""
    actions = {(each.resource, each.action) for each in sweep.operations}
    actions |= {(resource, "expand") for resource, _ in actions if rules_of(resource, "expand")}
    return {
        (resource, action, role, rule.scope, rule.besides)
        for resource, action in actions
        for rule in rules_of(resource, action)
        for role in rule.roles
    }


def without(resource: str, condition: Condition) -> property:
    """Give what rules ask of rows, as if nobody had ever asked for a condition where a resource is concerned."""

    def asked(rule: Rule) -> tuple[Condition, ...]:
        whole = SCOPES[rule.scope] + rule.besides
        return tuple(each for each in whole if (rule.resource, each) != (resource, condition))

    return property(asked)


def told(found: Findings) -> str:
    """Say what was found, for whoever reads a failure."""
    return "\n".join(["leaks:", *found.leaks[:20], "wrong refusals:", *found.refusals[:20]])


@pytest.mark.slow
@pytest.mark.timeout(900)  # twenty thousand requests: three minutes alone, more beside two other workers
@pytest.mark.parametrize("prefix", FILLED)
async def test_nobody_sees_or_does_more_or_less_than_the_table_says(
    prefix: str,
    databases: Databases,
    keyring_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    async with world_of(prefix, databases, keyring_url, tmp_path, monkeypatch) as world:
        sweep = Sweep(world)
        found = await sweep.everybody()
    with capsys.disabled():
        print(  # noqa: T201  the size of the matrix is a figure that people ask for
            f"\n{prefix.lower()}: {len(sweep.operations)} operations, {found.cells} cells, {found.requests} requests, "
            f"{len(found.leaks)} leaks, {len(found.refusals)} wrong refusals, {len(found.exercised)} rows of the table"
        )
    assert not found.leaks, told(found)
    assert not found.refusals, told(found)
    assert table_of(sweep) == found.exercised


@pytest.mark.timeout(600)
@pytest.mark.parametrize("prefix", FILLED)
async def test_without_any_one_scope_or_condition_of_a_resource_it_leaks(
    prefix: str, databases: Databases, keyring_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with world_of(prefix, databases, keyring_url, tmp_path, monkeypatch) as world:
        sweep = Sweep(world)
        for resource, condition in conditions_of({each.resource for each in sweep.operations}):
            rules = [rule for rule in POLICY.rules if rule.resource == resource and condition in rule.conditions]
            roles = sorted({role for rule in rules for role in rule.roles})
            actions = {action for rule in rules for action in rule.actions}
            with monkeypatch.context() as patch:
                patch.setattr(Rule, "conditions", without(resource, condition))
                leak = await sweep.first_leak(resource, actions, roles)
            assert leak, f"{condition.name} of {resource} makes no difference"


def test_every_scope_means_something() -> None:
    assert {scope for scope, conditions in SCOPES.items() if not conditions} == {Scope.ALL}
