"""Follows the topics: what comes in a batch is read, put together, and written in the batch's own transaction."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from chassis.envelope import Envelope
from chassis.worker.batch_store import Record
from chassis.worker.logs import Log
from contracts.codec import Codec, Undecodable
from sqlmodel.ext.asyncio.session import AsyncSession

from contracts.events import EVENTS
from query import domain, telling, writing
from query.domain import Heading, Matter, Step
from query.tables import Colour
from query.telemetry import Skips


class Projection:
    """Writes one of the two models."""

    def __init__(self, colour: Colour, codec: Codec) -> None:
        """Say which.

        Args:
            colour: The model.
            codec: Reads events.
        """
        self._colour = colour
        self._codec = codec
        self._skips = Skips()

    async def store(self, session: AsyncSession, log: Log, records: Sequence[Record]) -> None:
        """Write what the records of one log tell; the caller commits. What they hold never makes this fail."""
        matters, steps = put_together(self._read(log, records))
        if steps:
            await writing.write(session, self._colour, matters, steps)

    async def wanted(self, session: AsyncSession) -> bool:
        """Tell whether this model is read, or being built."""
        return await writing.is_wanted(session, self._colour)

    def _read(self, log: Log, records: Sequence[Record]) -> Iterable[tuple[Matter, Step]]:
        for record in records:
            try:
                found = read_record(self._codec, log.topic, record.value)
            except Undecodable:
                self._skips.count(log.topic, "undecodable")
                continue
            if found is None:
                self._skips.count(log.topic, "unknown-type")
                continue
            yield found


def read_record(codec: Codec, topic: str, value: bytes | None) -> tuple[Matter, Step] | None:
    """Read what a record tells; None for a type that isn't known here, or doesn't belong to the topic.

    Raises:
        Undecodable: It isn't an event of this suite's.
    """
    event = Envelope.from_cloudevent(codec.decode(value))
    type_ = EVENTS.get(event.type)
    if type_ is None or topic != type_.TOPIC:
        return None
    try:
        subject = str(UUID(event.subject))
    except ValueError:
        raise Undecodable("the subject isn't a UUID") from None
    heading = Heading(subject=subject, sequence=event.sequence, tenant=event.tenant, time=event.time)
    return telling.read(type_.from_data(event.data), heading)


def put_together(found: Iterable[tuple[Matter, Step]]) -> tuple[dict[str, Matter], list[Step]]:
    """Give what is known about each matter, and the steps, each once, in the order in which they came."""
    matters: dict[str, Matter] = {}
    steps: dict[tuple[str, int], Step] = {}
    for matter, step in found:
        known = matters.get(matter.id)
        matters[matter.id] = matter if known is None else domain.merge(known, matter)
        steps.setdefault((step.subject, step.sequence), step)
    return matters, list(steps.values())
