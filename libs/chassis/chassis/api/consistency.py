"""Read your own writes: a write's answer says what it recorded, and a reader who shows that waits until it is visible.

The token is a signed list of (subject, last sequence). It grants nothing; it is signed so that nobody makes a reader
wait for what will never come.
"""

from typing import Annotated, Final

from fastapi import Header

from chassis import vector
from chassis.api.errors import FOREIGN_TOKEN, Problem
from chassis.signing import ForgedError
from chassis.unit import Unit
from chassis.vector import Vector

HEADER: Final = "Consistency-Token"
CONTEXT: Final = "consistency"
MOST_SUBJECTS: Final = 4
"""Of one write, the last ones: a header has to stay short."""

ConsistencyToken = Annotated[
    str | None,
    Header(alias=HEADER, description="写入时返回的 Consistency-Token · The one that a write answered with"),
]
"""Of an endpoint: what the client wrote before, if anything."""


def token_of(unit: Unit) -> str | None:
    """Give the token of what the unit has recorded; None if it recorded nothing."""
    last = dict(list(unit.recorded.items())[-MOST_SUBJECTS:])
    return unit.outbox.signer(CONTEXT).sign(vector.to_text(last)) if last else None


def written_before(token: str | None, unit: Unit) -> Vector:
    """Read a token; nothing was written before if there is none.

    Raises:
        Problem: 422 when the token isn't one of this suite's.
    """
    if token is None:
        return {}
    try:
        return vector.from_text(unit.outbox.signer(CONTEXT).read(token, now=unit.now))
    except (ForgedError, UnicodeEncodeError):
        raise Problem(FOREIGN_TOKEN, pointer=f"/header/{HEADER}") from None
