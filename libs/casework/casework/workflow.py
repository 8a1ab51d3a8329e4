"""A workflow as a table: what may happen in which state, who may do it, and where it leads.

A service writes its table once, with its own words for states and actions, and asks it before each decision::

    TABLE = Workflow(
        # from            action         by               to              note
        (None,            Action.SUBMIT, (Role.CITIZEN,), State.SUBMITTED, None),
        (State.SUBMITTED, Action.ACCEPT, (Role.WINDOW,),  State.ACCEPTED,  "its clock starts"),
    )
    TABLE.follow(State.SUBMITTED, Action.ACCEPT, by.roles)  # State.ACCEPTED
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

from casework.roles import Role

S = TypeVar("S", bound=StrEnum)
A = TypeVar("A", bound=StrEnum)


class Refused(Exception):
    """What was asked for isn't allowed. Each way of refusing is a subclass that carries its facts."""


class WrongState(Refused):
    """The case isn't where this action starts.

    Attributes:
        state: Where it is; None if it hasn't begun.
        action: What was asked for.
        possible: What may be done from here, by anybody.
    """

    def __init__(self, state: StrEnum | None, action: StrEnum, possible: tuple[StrEnum, ...]) -> None:
        super().__init__(f"{action} does not start from {state}")
        self.state = state
        self.action = action
        self.possible = possible


class WrongRole(Refused):
    """The action is possible now, for somebody else.

    Attributes:
        action: What was asked for.
        needed: Who may do it.
    """

    def __init__(self, action: StrEnum, needed: frozenset[Role]) -> None:
        super().__init__(f"{action} is for {', '.join(sorted(needed))}")
        self.action = action
        self.needed = needed


class UnknownTenant(Refused):
    """The city isn't one of the suite's."""


@dataclass(frozen=True, slots=True)
class Transition(Generic[S, A]):
    """One row of a table; ``start`` is None where a case begins."""

    start: S | None
    action: A
    by: frozenset[Role]
    to: S
    note: str | None


class Workflow(Generic[S, A]):
    """The rows, and the questions that are asked of them.

    Attributes:
        transitions: The rows, in the order in which they were written.
    """

    def __init__(self, *rows: tuple[S | None, A, tuple[Role, ...], S, str | None]) -> None:
        """Make the table, once.

        Raises:
            ValueError: Two rows say what one action does from one state.
        """
        self.transitions = tuple(
            Transition(start, action, frozenset(by), to, note) for start, action, by, to, note in rows
        )
        self._by_start = {(row.start, row.action): row for row in self.transitions}
        if len(self._by_start) != len(self.transitions):
            raise ValueError("an action leads to one state only")

    def follow(self, state: S | None, action: A, roles: Iterable[Role]) -> S:
        """Give the state that the action leads to.

        Raises:
            WrongState: The table has no such action from here.
            WrongRole: It has, but for none of these roles.
        """
        row = self._by_start.get((state, action))
        if row is None:
            raise WrongState(state, action, self.possible(state))
        if not row.by & set(roles):
            raise WrongRole(action, row.by)
        return row.to

    def possible(self, state: S | None) -> tuple[A, ...]:
        """Name what may be done from here, by anybody."""
        return tuple(row.action for row in self.transitions if row.start == state)

    def roles_for(self, action: A) -> frozenset[Role]:
        """Name everybody who may ever do this; the state decides which of them may now."""
        return frozenset[Role]().union(*(row.by for row in self.transitions if row.action == action))
