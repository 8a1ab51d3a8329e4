"""Places in a queue of cases: what is most urgent first, then the earliest deadline, then the oldest."""

import base64
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Final, TypeVar
from uuid import UUID

from fastapi import Query
from sqlalchemy import Select, tuple_

S = TypeVar("S", bound=Select[Any])
T = TypeVar("T")

CURSOR_PATTERN: Final = "^[A-Za-z0-9_-]{32}$"
QueueCursor = Annotated[str | None, Query(pattern=CURSOR_PATTERN, description="上一页的 next · The last page's next")]

_MOMENT_BITS: Final = 60
"""Microseconds since 1970 need 58 of them until the year 9999; urgency has the four above."""
_BEGINNING: Final = datetime(1970, 1, 1, tzinfo=UTC)
_END: Final = (datetime(9999, 12, 31, tzinfo=UTC) - _BEGINNING) // timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Place:
    """A place in a queue: behind one case.

    Attributes:
        due_at: Its deadline.
        id: Its id, a UUIDv7, so in the order of time.
        urgency: From 0, the most urgent, to 15; the same for all where there is no such difference.
    """

    due_at: datetime
    id: UUID
    urgency: int = 0


def to_cursor(place: Place) -> str:
    """Write a place down. It grants nothing: the policy is part of each query."""
    moment = (place.due_at - _BEGINNING) // timedelta(microseconds=1)
    return base64.urlsafe_b64encode((place.urgency << _MOMENT_BITS | moment).to_bytes(8) + place.id.bytes).decode()


def from_cursor(cursor: str | None) -> Place | None:
    """Read a cursor that has the pattern; one that was made up names some place, too."""
    if cursor is None:
        return None
    raw = base64.urlsafe_b64decode(cursor)
    urgency, moment = divmod(int.from_bytes(raw[:8]), 1 << _MOMENT_BITS)
    return Place(_BEGINNING + timedelta(microseconds=min(moment, _END)), UUID(bytes=raw[8:]), urgency)


def in_order(
    statement: S,
    *,
    due_at: Any,
    id_: Any,
    urgency: Any = None,
    after: Place | None,
    limit: int,
) -> S:
    """Cut a query to a page of a queue; the keyset keeps deep pages as cheap as the first.

    Args:
        statement: The query.
        due_at: The column with the deadline.
        id_: The column with the id.
        urgency: The column with the urgency, if there is one.
        after: The place at which the page before ended; None for the first page.
        limit: Most rows.
    """
    keys: list[Any] = [due_at, id_] if urgency is None else [urgency, due_at, id_]
    if after is not None:
        values: list[Any] = [after.due_at, after.id] if urgency is None else [after.urgency, after.due_at, after.id]
        statement = statement.where(tuple_(*keys) > tuple_(*values))
    return statement.order_by(*keys).limit(limit)


def cut(found: Sequence[T], limit: int, place_of: Callable[[T], Place]) -> tuple[Sequence[T], str | None]:
    """Cut what was found, one more than a page holds if there is another, to that page; give the next one's cursor."""
    shown = found[:limit]
    return shown, to_cursor(place_of(shown[-1])) if len(found) > limit else None
