"""What a request opens of other people's data: for a purpose, and on record before it leaves (查阅留痕)."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from chassis.api.errors import PURPOSE_MISSING, Problem

RECORDED: Final = ".read.recorded.v1"
"""How the types of records end; each service has its own."""


def is_record(type_: str) -> bool:
    """Tell whether an event is the record of a read: it changes nothing, whoever applies it."""
    return type_.endswith(RECORDED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """What was opened at once.

    Attributes:
        resource: What kind of thing.
        subjects: Which ones: the subjects of their events.
        fields: What of them.
    """

    resource: str
    subjects: tuple[str, ...]
    fields: tuple[str, ...]


@dataclass(slots=True)
class Reading:
    """What a request may open of others, and what it has opened.

    Attributes:
        purpose: A code of the closed list; None if the client named none.
        opened: What is to be recorded.
    """

    purpose: str | None
    opened: list[Opened] = field(default_factory=list)

    def open(self, resource: str, subjects: Sequence[str], fields: Sequence[str]) -> None:
        """Say that data of others is about to be opened for whoever asks.

        Raises:
            Problem: 400 without a purpose.
        """
        if self.purpose is None:
            raise Problem(PURPOSE_MISSING)
        self.opened.append(Opened(resource=resource, subjects=tuple(subjects), fields=tuple(fields)))
