"""What a reply rests on (采纳意见): contributions that were merged, and late ones that it goes out without. Pure."""

from collections.abc import Collection
from dataclasses import dataclass

from casework.workflow import Refused

from petition.collaboration.invitation import Invitations, Standing


class StillAwaited(Refused):
    """Somebody who was invited has time left: wait for them, or withdraw the invitation.

    Attributes:
        numbers: Of the invitations.
    """

    def __init__(self, numbers: Collection[int]) -> None:
        super().__init__("still awaited")
        self.numbers = tuple(numbers)


class NotContributed(Refused):
    """The reply would rest on what nobody contributed."""


class Merged(Refused):
    """A draft rests on it, which waits for its signature."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What a reply rests on; None stands for nothing.

    Attributes:
        contributed: Numbers of the invitations whose opinions were merged.
        without: Numbers of those that are late, and haven't come.
    """

    contributed: tuple[int, ...] | None
    without: tuple[int, ...] | None


def rest_on(invitations: Invitations, contributed: Collection[int]) -> Ground:
    """Say on what a reply rests that merges these contributions.

    Raises:
        StillAwaited: See there.
        NotContributed: See there.
    """
    waiting = [each.number for each in invitations if each.awaited and not each.late]
    if waiting:
        raise StillAwaited(waiting)
    if not set(contributed) <= {each.number for each in invitations if each.standing is Standing.CONTRIBUTED}:
        raise NotContributed
    return Ground(
        contributed=tuple(sorted(set(contributed))) or None,
        without=tuple(each.number for each in invitations if each.awaited) or None,
    )


def as_drafted(invitations: Invitations) -> Ground:
    """Say on what a reply rests that was drafted before: nobody was invited since."""
    return Ground(
        contributed=tuple(each.number for each in invitations if each.drafted) or None,
        without=tuple(each.number for each in invitations if each.awaited) or None,
    )
