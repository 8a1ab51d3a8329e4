"""What a decision gives: the state that was decided, and the events that say so. Pure."""

from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from contracts.event import ContractEvent


class Case(Protocol):
    """Whatever has a life of its own, told by events."""

    @property
    def id(self) -> str:
        """Subject of its events."""
        ...

    @property
    def tenant(self) -> str:
        """GB/T 2260 code."""
        ...

    @property
    def sequence(self) -> int:
        """Of its last event."""
        ...


C = TypeVar("C", bound=Case)
E = TypeVar("E", bound=ContractEvent)


@dataclass(frozen=True)  # no slots: with them a Decision[…] that is named once and called as that name can't be made
class Decision(Generic[C, E]):
    """Made by the pure functions of a service's ``domain``.

    Attributes:
        after: The case as it is now.
        events: What happened, in order; nothing if the decision was that nothing does.
    """

    after: C
    events: tuple[E, ...]

    @property
    def first_sequence(self) -> int:
        """Sequence of the first of the events."""
        return self.after.sequence - len(self.events) + 1
