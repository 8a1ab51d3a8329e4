"""How far each source has been read (游标): a row that one worker holds at a time, moved with what was taken in.

What goes out to a source has a row of its own, for the same pauses; it has no position.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from chassis.database import driver_of
from sqlmodel.ext.asyncio.session import AsyncSession

from petition.channels.connector import Connector, Position

LONGEST_PAUSE_S: Final = 600
"""Between two attempts at a source that doesn't answer, however long it hasn't."""
LONGEST_WISH_S: Final = 3600
"""A source may ask to be left alone for this long, and no longer."""

# Asked first whether it is there: an INSERT alone would wait for whoever has the row in hand.
_MAKE: Final = """
INSERT INTO channel_cursors (channel, source, direction)
SELECT %(channel)s::text, %(source)s::text, %(direction)s::text
WHERE NOT EXISTS (
    SELECT FROM channel_cursors
    WHERE channel = %(channel)s::text AND source = %(source)s::text AND direction = %(direction)s::text
)
ON CONFLICT DO NOTHING
"""
# Whoever doesn't get the row has nothing to do: another worker is at it, or it isn't time yet.
_TAKE: Final = """
SELECT cursor, etag, failures
FROM channel_cursors
WHERE channel = %(channel)s AND source = %(source)s AND direction = %(direction)s AND next_at <= now()
FOR UPDATE SKIP LOCKED
"""
_MOVE: Final = """
UPDATE channel_cursors
SET cursor = %(cursor)s, etag = %(etag)s, failures = 0,
    next_at = clock_timestamp() + %(pause_s)s * interval '1 second'
WHERE channel = %(channel)s AND source = %(source)s AND direction = %(direction)s
"""
_GO_ON: Final = """
UPDATE channel_cursors SET failures = 0
WHERE channel = %(channel)s AND source = %(source)s AND direction = %(direction)s
"""
_PUT_OFF: Final = """
UPDATE channel_cursors
SET failures = failures + 1,
    next_at = clock_timestamp() + greatest(%(wish_s)s::float,
        least(power(2, least(failures, 20)), %(longest_s)s) * (0.5 + random() / 2)) * interval '1 second'
WHERE channel = %(channel)s AND source = %(source)s AND direction = %(direction)s
"""


class Direction(StrEnum):
    """Which way: messages come in, answers go out."""

    IN = "in"
    OUT = "out"


@dataclass(frozen=True, slots=True)
class Cursor:
    """A source's row, held until the transaction ends.

    Attributes:
        position: How far it was read.
        failures: Attempts in a row that came to nothing.
    """

    position: Position
    failures: int


async def take(session: AsyncSession, connector: Connector, direction: Direction = Direction.IN) -> Cursor | None:
    """Give the source's cursor, held by this transaction; None if somebody else has it, or its time hasn't come."""
    driver, key = driver_of(session), _key(connector, direction)
    found = await (await driver.execute(_TAKE, key)).fetchone()
    if found is None and (await driver.execute(_MAKE, key)).rowcount:
        found = await (await driver.execute(_TAKE, key)).fetchone()
    if found is None:
        return None
    cursor, etag, failures = found
    return Cursor(Position(cursor, etag), failures)


async def move(session: AsyncSession, connector: Connector, to: Position, *, pause_s: float) -> None:
    """Go on behind what this transaction has taken in; look again after a pause."""
    moved = {"cursor": to.cursor, "etag": to.etag, "pause_s": pause_s}
    await driver_of(session).execute(_MOVE, _key(connector, Direction.IN) | moved)


async def go_on(session: AsyncSession, connector: Connector) -> None:
    """Note that it takes again what goes out."""
    await driver_of(session).execute(_GO_ON, _key(connector, Direction.OUT))


async def put_off(
    session: AsyncSession, connector: Connector, direction: Direction = Direction.IN, *, retry_after_s: float | None
) -> None:
    """Stay, and try again later: after a pause that doubles with each failure, or as long as the source wishes."""
    wish = min(retry_after_s or 0.0, LONGEST_WISH_S)
    pause = {"wish_s": wish, "longest_s": LONGEST_PAUSE_S}
    await driver_of(session).execute(_PUT_OFF, _key(connector, direction) | pause)


def _key(connector: Connector, direction: Direction) -> dict[str, str | float | None]:
    return {"channel": connector.channel.value, "source": connector.source, "direction": direction.value}
