"""The clock that binds a petition, as it runs. Pure."""

from collections.abc import Sequence

from workdays.clock import Clock, Stop

from petition.handling.clock import clock_of, rule_of
from petition.petition import Petition


def running(petition: Petition, *, stops: Sequence[Stop] | None = None, extended: bool = True) -> Clock:
    """Give it, with what happened to it, or without some of that.

    Args:
        petition: Whose.
        stops: Instead of its own.
        extended: With its extension.
    """
    course = petition.course
    return clock_of(
        rule_of(petition.hidden, petition.received_at, course.again_at, course.clock),
        course.again_at or petition.received_at,
        stops=course.stops if stops is None else stops,
        extended=course.extended if extended else None,
    )
