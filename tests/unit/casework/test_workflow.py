"""Every service's table: each row is walked, everything else is refused."""

from enum import StrEnum
from itertools import product
from typing import Any

import pytest
from accept import workflow as accept
from approve import workflow as approve
from casework.roles import Role
from casework.workflow import Transition, Workflow, WrongRole, WrongState
from petition import workflow as petition

TABLES: dict[str, Workflow[Any, Any]] = {"petition": petition.TABLE, "accept": accept.TABLE, "approve": approve.TABLE}
STATES: dict[str, type[StrEnum]] = {"petition": petition.State, "accept": accept.State, "approve": approve.State}
ACTIONS: dict[str, type[StrEnum]] = {"petition": petition.Action, "accept": accept.Action, "approve": approve.Action}
ENDS = {
    "petition": set[StrEnum](),  # what was closed may be taken up again
    "accept": {accept.State.NOT_ACCEPTED, accept.State.WITHDRAWN, accept.State.CONCLUDED},
    "approve": {approve.State.APPROVED, approve.State.DENIED, approve.State.DISCONTINUED},
}

ROWS = [
    pytest.param(TABLES[name], row, id=f"{name}-{row.start}-{row.action}")
    for name in TABLES
    for row in TABLES[name].transitions
]
UNNAMED = [
    pytest.param(TABLES[name], start, action, id=f"{name}-{start}-{action}")
    for name in TABLES
    for start, action in product((None, *STATES[name]), ACTIONS[name])
    if action not in TABLES[name].possible(start)
]


@pytest.mark.parametrize(("table", "row"), ROWS)
def test_each_row_leads_each_of_its_roles_where_it_says(table: Workflow[Any, Any], row: Transition[Any, Any]) -> None:
    for role in row.by:
        assert table.follow(row.start, row.action, {role}) is row.to


@pytest.mark.parametrize(("table", "row"), ROWS)
def test_each_row_refuses_every_other_role(table: Workflow[Any, Any], row: Transition[Any, Any]) -> None:
    with pytest.raises(WrongRole) as refused:
        table.follow(row.start, row.action, set(Role) - row.by)
    assert refused.value.needed == row.by


@pytest.mark.parametrize(("table", "start", "action"), UNNAMED)
def test_what_a_table_does_not_name_is_refused_to_everybody(
    table: Workflow[Any, Any], start: StrEnum | None, action: StrEnum
) -> None:
    with pytest.raises(WrongState) as refused:
        table.follow(start, action, set(Role))
    assert refused.value.possible == table.possible(start)


@pytest.mark.parametrize("name", TABLES)
def test_every_state_can_be_reached_and_only_the_ends_are_final(name: str) -> None:
    table = TABLES[name]
    assert {row.to for row in table.transitions} == set(STATES[name])
    assert {state for state in STATES[name] if not table.possible(state)} == ENDS[name]


def test_the_roles_of_an_action_are_those_of_all_its_rows() -> None:
    assert petition.TABLE.roles_for(petition.Action.CLOSE) == {Role.TRIAGE, Role.SUPERVISOR, Role.HANDLER}


def test_a_table_that_contradicts_itself_is_not_made() -> None:
    row = (petition.State.REPLIED, petition.Action.CLOSE, (Role.HANDLER,), petition.State.CLOSED, None)
    with pytest.raises(ValueError, match="one state only"):
        Workflow(row, row)
