"""The table: every row is walked, everything else is refused."""

from itertools import product

import pytest
from petition.workflow import (
    TRANSITIONS,
    Action,
    Role,
    State,
    Transition,
    WrongRole,
    WrongState,
    follow,
    possible,
    roles_for,
    table,
)

ROWS = {(row.start, row.action): row for row in TRANSITIONS}
STARTS = (None, *State)


@pytest.mark.parametrize("row", TRANSITIONS, ids=lambda row: f"{row.start}-{row.action}")
def test_each_row_leads_each_of_its_roles_where_it_says(row: Transition) -> None:
    for role in row.by:
        assert follow(row.start, row.action, {role}) is row.to


@pytest.mark.parametrize("row", TRANSITIONS, ids=lambda row: f"{row.start}-{row.action}")
def test_each_row_refuses_every_other_role(row: Transition) -> None:
    with pytest.raises(WrongRole) as refused:
        follow(row.start, row.action, set(Role) - row.by)
    assert refused.value.needed == row.by


@pytest.mark.parametrize(("start", "action"), [pair for pair in product(STARTS, Action) if pair not in ROWS])
def test_what_the_table_does_not_name_is_refused_to_everybody(start: State | None, action: Action) -> None:
    with pytest.raises(WrongState) as refused:
        follow(start, action, set(Role))
    assert refused.value.possible == possible(start)


def test_every_state_can_be_reached_and_only_closed_is_final() -> None:
    assert {row.to for row in TRANSITIONS} == set(State)
    assert [state for state in State if not possible(state)] == [State.CLOSED]


def test_the_roles_of_an_action_are_those_of_all_its_rows() -> None:
    assert roles_for(Action.CLOSE) == {Role.TRIAGE, Role.HANDLER}


def test_a_table_that_contradicts_itself_is_not_made() -> None:
    row = (State.REPLIED, Action.CLOSE, (Role.HANDLER,), State.CLOSED, None)
    with pytest.raises(ValueError, match="one state only"):
        table(row, row)
