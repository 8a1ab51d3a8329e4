"""The life of a case as its table allows it: anybody tries anything, in any order."""

import json
from collections.abc import Callable, Sequence
from typing import Any, ClassVar

from casework.decision import Decision
from casework.roles import Role
from casework.workflow import Refused, Workflow, WrongRole, WrongState
from contracts.event import ContractEvent
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, run_state_machine_as_test

ROLES = st.frozensets(st.sampled_from(list(Role)))
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=50)


class Life(RuleBasedStateMachine):
    """A case under test. Each service's test says what may be tried, and how events become a case again.

    Attributes:
        table: The service's workflow.
        rebuild: Replays events.
        walked: Rows of the table that some life went through.
        begins: Actions that a life begins with; a test's first rule takes them.
        case: As it is.
        events: All that has happened to it.
    """

    table: ClassVar[Workflow[Any, Any]]
    rebuild: ClassVar[Callable[[Sequence[ContractEvent]], Any]]
    walked: ClassVar[set[tuple[Any, Any]]] = set()
    begins: ClassVar[Sequence[Any]] = ()
    case: Any

    def __init__(self) -> None:
        super().__init__()
        self.events: list[ContractEvent] = []

    def tries(
        self, action: Any, roles: frozenset[Role], decide: Callable[[], Decision[Any, Any]], *, besides: bool
    ) -> None:
        """Try an action; it has to be done exactly if the table allows it, and the rules beside the table do."""
        row = self.row(action)
        try:
            decision = decide()
        except WrongState:
            assert row is None
        except WrongRole:
            assert row is not None
            assert not row.by & roles
        except Refused:
            assert not besides
        else:
            assert row is not None
            assert row.by & roles
            assert besides
            assert decision.after.state is row.to
            self.took(action, decision)

    def happens(self, action: Any, decision: Decision[Any, Any], *, due: bool) -> None:
        """Let the service itself do something; it has to be done exactly if it is due, and else nothing happens."""
        assert bool(decision.events) is due
        if due:
            row = self.row(action)
            assert row is not None
            assert decision.after.state is row.to
            self.took(action, decision)
        else:
            assert decision.after == self.case

    def took(self, action: Any, decision: Decision[Any, Any]) -> None:
        """Go on from what was decided."""
        assert decision.first_sequence == len(self.events) + 1
        self.walked.add((self.state, action))
        self.case = decision.after
        self.events += decision.events

    def row(self, action: Any) -> Any:
        """Give the row of the table for an action from here; None if there is none."""
        rows = self.table.transitions
        return next((row for row in rows if (row.start, row.action) == (self.state, action)), None)

    @property
    def state(self) -> Any:
        """Where the case is; None before it begins."""
        return self.case.state if self.events else None

    @invariant()
    def events_alone_rebuild_the_case(self) -> None:
        """Replay them as they come from a topic: JSON, in order."""
        read = [type(event).from_data(json.loads(json.dumps(event.to_data()))) for event in self.events]
        assert self.case.sequence == len(read)
        assert type(self).rebuild(read) == self.case


def live(life: type[Life], *ways: Sequence[Any]) -> set[tuple[Any, Any]]:
    """Live many lives; give the rows of the table that they went through.

    Args:
        life: As it is lived.
        ways: How some of them begin: what takes several steps is seldom come upon by chance.
    """
    walked = _lived(life, 150)
    for way in ways:
        walked |= _lived(_begun(life, way), 10)
    return walked


def _begun(life: type[Life], way: Sequence[Any]) -> type[Life]:
    class Begun(life):  # type: ignore[misc, valid-type]
        begins = way

    return Begun


def _lived(life: type[Life], lives: int) -> set[tuple[Any, Any]]:
    life.walked = set()
    run_state_machine_as_test(
        life, settings=settings(max_examples=lives, stateful_step_count=20, deadline=None, derandomize=True)
    )
    return life.walked


def rows_of(table: Workflow[Any, Any]) -> set[tuple[Any, Any]]:
    """Name the rows of a table, but for what a service does itself."""
    return {(row.start, row.action) for row in table.transitions if Role.SYSTEM not in row.by}
