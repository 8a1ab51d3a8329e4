"""How far petitions have come, in a world."""

from petition.review.review import Review, Rung
from petition.workflow import State

from .oracle import Row


def state_of(row: Row) -> State:
    """Say where it stands."""
    if row.awaiting:
        return State.DRAFTED
    if row.reviewing:
        return State.IN_REVIEW
    return State.DISPUTED if row.disputed else State.CLASSIFIED


def review_of(row: Row) -> Review | None:
    """Say who reviews its answer, if anybody does."""
    return Review(rung=Rung.FIRST, authority=row.reviewing) if row.reviewing else None
