"""What a draw is, and what its event makes of it. Pure."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

import orjson

from contracts.events import SampleDrawn
from petition.samples.facts import Told


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One of what was drawn.

    Attributes:
        id: By which it is known; by chance, and of nothing else.
        petition: Id of the petition; nobody is told it.
        told: What is told of it without a word of it.
    """

    id: str
    petition: str
    told: Told


@dataclass(frozen=True, slots=True, kw_only=True)
class Draw:
    """A day's samples of a tenant, the same for all who look.

    Attributes:
        id: UUIDv7; the subject of its one event.
        tenant: GB/T 2260 code.
        sequence: Of its event.
        day: The working day, Shanghai's.
        pool: From among so many.
        drawn: So many.
    """

    id: str
    tenant: str
    sequence: int
    day: date
    pool: int
    drawn: int


def begin(event: SampleDrawn, *, id: str, tenant: str) -> Draw:  # noqa: A002
    """Give the draw that its event makes."""
    return Draw(id=id, tenant=tenant, sequence=1, day=date.fromisoformat(event.day), pool=event.pool, drawn=event.drawn)


def replay(draw: Draw, event: SampleDrawn) -> Draw:
    """Nothing ever follows.

    Raises:
        ValueError: Always.
    """
    raise ValueError(f"draw {draw.id} of {event.day} is drawn once")


def text_of(samples: Sequence[Sample]) -> str:
    """Write samples as they are sealed."""
    return orjson.dumps([asdict(each) | {"told": dict(each.told)} for each in samples]).decode()


def samples_in(text: str) -> tuple[Sample, ...]:
    """Read them back."""
    found: list[dict[str, Any]] = orjson.loads(text)
    return tuple(Sample(**each) for each in found)
