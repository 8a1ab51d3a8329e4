"""What may happen to a petition, who may do it, and where it leads. The only place that knows."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """Where a petition stands."""

    RECEIVED = "received"
    CLASSIFIED = "classified"
    TRANSFERRED = "transferred"
    REPLIED = "replied"
    CLOSED = "closed"


class Role(StrEnum):
    """Who acts. The values are the roles of the access tokens; ``RULES`` is the service itself."""

    CITIZEN = "citizen"
    CONNECTOR = "connector"
    RULES = "rules"
    TRIAGE = "triage"
    HANDLER = "handler"
    ANALYST = "analyst"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"


class Action(StrEnum):
    """What may be done."""

    RECEIVE = "receive"
    CLASSIFY = "classify"
    TRANSFER = "transfer"
    REPLY = "reply"
    CLOSE = "close"


class Refused(Exception):
    """What was asked for isn't allowed. Each way of refusing is a subclass that carries its facts."""


class WrongState(Refused):
    """The petition isn't where this action starts."""

    def __init__(self, state: State | None, action: Action) -> None:
        super().__init__(f"{action} does not start from {state}")
        self.state = state
        self.action = action
        self.possible = possible(state)


class WrongRole(Refused):
    """The action is possible now, for somebody else."""

    def __init__(self, action: Action, needed: frozenset[Role]) -> None:
        super().__init__(f"{action} is for {', '.join(sorted(needed))}")
        self.action = action
        self.needed = needed


@dataclass(frozen=True, slots=True)
class Transition:
    """One row of the table; ``start`` is None where a petition begins."""

    start: State | None
    action: Action
    by: frozenset[Role]
    to: State
    note: str | None


def table(*rows: tuple[State | None, Action, tuple[Role, ...], State, str | None]) -> tuple[Transition, ...]:
    """Make the table, once.

    Raises:
        ValueError: Two rows say what one action does from one state.
    """
    transitions = tuple(Transition(start, action, frozenset(by), to, note) for start, action, by, to, note in rows)
    if len({(row.start, row.action) for row in transitions}) != len(transitions):
        raise ValueError("an action leads to one state only")
    return transitions


TRANSITIONS = table(
    # from              action           by                              to                 note
    (None,              Action.RECEIVE,  (Role.CITIZEN, Role.CONNECTOR), State.RECEIVED,    "portal; forum"),
    (State.RECEIVED,    Action.CLASSIFY, (Role.RULES,),                  State.CLASSIFIED,  "in the same decision"),
    (State.CLASSIFIED,  Action.TRANSFER, (Role.TRIAGE,),                 State.TRANSFERRED, None),
    (State.CLASSIFIED,  Action.CLOSE,    (Role.TRIAGE,),                 State.CLOSED,      "nobody has to answer it"),
    (State.TRANSFERRED, Action.TRANSFER, (Role.TRIAGE,),                 State.TRANSFERRED, "to another department"),
    (State.TRANSFERRED, Action.REPLY,    (Role.HANDLER,),                State.REPLIED,     "of its department"),
    (State.REPLIED,     Action.CLOSE,    (Role.HANDLER,),                State.CLOSED,      "of its department"),
)  # fmt: skip

_BY_START = {(row.start, row.action): row for row in TRANSITIONS}


def follow(state: State | None, action: Action, roles: Iterable[Role]) -> State:
    """Give the state that the action leads to.

    Raises:
        WrongState: The table has no such action from here.
        WrongRole: It has, but for none of these roles.
    """
    row = _BY_START.get((state, action))
    if row is None:
        raise WrongState(state, action)
    if not row.by & set(roles):
        raise WrongRole(action, row.by)
    return row.to


def possible(state: State | None) -> tuple[Action, ...]:
    """Name what may be done from here, by anybody."""
    return tuple(row.action for row in TRANSITIONS if row.start == state)


def roles_for(action: Action) -> frozenset[Role]:
    """Name everybody who may ever do this; the state decides which of them may now."""
    return frozenset().union(*(row.by for row in TRANSITIONS if row.action == action))
