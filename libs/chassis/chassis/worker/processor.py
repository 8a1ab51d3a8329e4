"""The core of a reaction: what happens to one record. It knows the database, and nothing of Kafka.

Applying is one transaction: position and inbox row move on, the handler's effects and its outbox rows are written, all
or nothing. A record that comes early waits in ``parked`` behind its predecessors, one that its handler refuses waits
there for a person, and neither holds up any other subject. When the database itself fails, nothing is decided:
the same record is tried until the database is back.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from contracts.codec import Undecodable
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.envelope import Envelope
from chassis.infrastructure import Patience, StoppedError, describe
from chassis.testing.faults import fault_point
from chassis.unit import Unit, Units
from chassis.worker import inbox, positions
from chassis.worker.failures import DEFAULT_LIMIT, DEFAULT_RETRY, FailureLimit, Failures, Retry
from chassis.worker.inbox import Delivery, Outcome, Place, Reason
from chassis.worker.logs import Log
from chassis.worker.positions import StaleConsumerError
from chassis.worker.telemetry import Processing, ReactionTelemetry

log = logging.getLogger(__name__)

Handler = Callable[[Envelope, Unit], Awaitable[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reaction:
    """A named consumer that does something about some types of events, each event once and in order.

    Attributes:
        name: Unique in the service; part of the consumer group's name and of each inbox row.
        topics: As the contracts name them.
        handlers: By event type. Other types only move the sequence on.
    """

    name: str
    topics: tuple[str, ...]
    handlers: Mapping[str, Handler]


class HandlerTimedOutError(Exception):
    """A handler ran longer than it may."""


class _OvertakenError(Exception):
    """A parked record's turn was taken by somebody else; what this transaction did is rolled back."""


class Processor:
    """Processes one record at a time for one reaction."""

    def __init__(
        self,
        reaction: Reaction,
        *,
        units: Units,
        decode: Callable[[bytes | None], dict[str, Any]],
        patience: Patience,
        retry: Retry = DEFAULT_RETRY,
        limit: FailureLimit = DEFAULT_LIMIT,
    ) -> None:
        """Tie a reaction to its database.

        Args:
            reaction: What to do about which events.
            units: Opens a unit of work for each event, on the database in which the inbox lies.
            decode: The codec's tolerant side; raises Undecodable.
            patience: Waits while the infrastructure is away, until the process stops.
            retry: How hard to try one event.
            limit: When to stop.
        """
        self.reaction = reaction
        self.telemetry = ReactionTelemetry(reaction.name)
        self._units = units
        self._decode = decode
        self._patience = patience
        self._retry = retry
        self._failures = Failures(limit)

    async def process(self, delivery: Delivery) -> Outcome:
        """Apply the record, recognise it as a duplicate, or set it aside. When this returns, that is committed.

        Raises:
            StoppedError: The process stops; nothing was decided about the record.
            StaleConsumerError: The position isn't what this consumer takes it for; nothing was decided.
            TooManyFailuresError: The record was set aside, and it was one too many.
        """
        try:
            envelope = self._read(delivery)
        except Undecodable as error:
            with self.telemetry.processing(delivery, None) as seen:
                seen.outcome, seen.reason, seen.error = Outcome.INVALID, Reason.INVALID, type(error).__name__
                await self._park(delivery, Reason.INVALID, error=str(error))
            self._failures.bad()
            return Outcome.INVALID
        with self.telemetry.processing(delivery, envelope) as seen:
            successors = await self._turn(envelope, delivery, seen)
        if seen.reason is Reason.FAILED:
            self._failures.bad()
        if successors:
            await self.settle(delivery.topic, envelope.subject)
        return seen.outcome or Outcome.PARKED

    async def settle(self, topic: str, subject: str) -> int:
        """Apply the subject's parked records whose turn has come, in order; give their number.

        Raises:
            StoppedError: The process stops; what was applied stays applied.
            TooManyFailuresError: One of them failed, and it was one too many.
        """
        applied = 0
        while (parked := await self._ready(topic, subject)) is not None:
            parked_id, delivery = parked
            envelope = self._read(delivery)
            with self.telemetry.processing(delivery, envelope) as seen:
                await self._turn(envelope, delivery, seen, parked_id=parked_id)
            if seen.reason is Reason.FAILED:
                self._failures.bad()
            if seen.outcome is not Outcome.APPLIED:
                break
            applied += 1
        return applied

    def _read(self, delivery: Delivery) -> Envelope:
        """Read the record, trusting nothing.

        Raises:
            Undecodable: It isn't an event of this suite.
        """
        try:
            envelope = Envelope.from_cloudevent(self._decode(delivery.value))
            UUID(envelope.id)
            key, trusted = envelope.subject.encode(), "\0" not in envelope.subject + envelope.type
            envelope.type.encode()
        except Undecodable:
            raise
        except Exception as error:
            raise Undecodable(f"unreadable: {type(error).__name__}") from error
        if not trusted:
            raise Undecodable("a NUL in subject or type")
        if not 1 <= envelope.sequence <= inbox.LARGEST_SEQUENCE:
            raise Undecodable("sequence out of range")
        if delivery.key != key:
            raise Undecodable("the record's key isn't the event's subject")
        return envelope

    async def _turn(
        self, envelope: Envelope, delivery: Delivery, seen: Processing, *, parked_id: int | None = None
    ) -> bool:
        """Decide about one event, trying its handler as often as it may; write down in ``seen`` what became of it.

        Returns:
            Whether parked records of its subject may be applicable now.
        """
        place = self._place(envelope, delivery)
        delay = self._retry.first_delay_s
        for attempt in range(1, self._retry.attempts + 1):
            try:
                successors = await self._patience.until_done(
                    self.reaction.name, lambda: self._apply(envelope, delivery, place, parked_id)
                )
            except _OvertakenError:
                seen.outcome = Outcome.DUPLICATE
                return False
            except (StoppedError, StaleConsumerError):
                raise
            except Exception as error:  # noqa: BLE001  whatever a handler raises is about this one record
                failure, seen.error = describe(error), type(error).__name__
                log.warning("%s failed on %s, attempt %d: %s", self.reaction.name, envelope.id, attempt, failure)
            else:
                seen.error = None
                if successors is None:
                    return await self._out_of_turn(envelope, delivery, seen)
                seen.outcome, seen.handled = Outcome.APPLIED, envelope.type in self.reaction.handlers
                self._failures.good()
                fault_point("reaction.after_commit")
                return successors
            if attempt < self._retry.attempts:
                await self._patience.pause(delay)
                delay *= 4
        seen.outcome, seen.reason = Outcome.PARKED, Reason.FAILED
        await self._park(delivery, Reason.FAILED, envelope=envelope, error=failure)
        return False

    async def _apply(self, envelope: Envelope, delivery: Delivery, place: Place, parked_id: int | None) -> bool | None:
        """Try one event once, in one transaction; None when it isn't its turn."""
        async with self._units.begin(cause=envelope) as unit:
            if parked_id is not None and not await inbox.take(unit.session, parked_id):
                raise _OvertakenError
            turn = await inbox.advance(unit.session, place, envelope.id)
            if turn is None:
                if parked_id is not None:
                    raise _OvertakenError
                return None
            await self._move_on(unit.session, delivery)
            handler = self.reaction.handlers.get(envelope.type)
            if handler is not None and not turn.imported:
                await self._handle(handler, envelope, unit)
            fault_point("reaction.before_commit")
            return turn.successors

    async def _move_on(self, session: AsyncSession, delivery: Delivery) -> None:
        """Move the position behind the record, in the transaction that decides about it.

        Raises:
            StaleConsumerError: Another process has moved it, or the database was restored under this one.
        """
        if delivery.follows is not None and delivery.topic_uuid is not None:
            log_ = Log(delivery.topic, delivery.topic_uuid, delivery.partition)
            await positions.advance(session, self.reaction.name, log_, old=delivery.follows, new=delivery.offset + 1)

    async def _handle(self, handler: Handler, envelope: Envelope, unit: Unit) -> None:
        try:
            async with asyncio.timeout(self._retry.handler_s) as limit:
                await handler(envelope, unit)
        except TimeoutError as error:
            if limit.expired():
                raise HandlerTimedOutError from error
            raise

    async def _out_of_turn(self, envelope: Envelope, delivery: Delivery, seen: Processing) -> bool:
        """Recognise a duplicate, or park what came early."""
        place = self._place(envelope, delivery)

        async def decide() -> Reason | None:
            async with self._units.database.transaction() as session:
                await self._move_on(session, delivery)
                if await inbox.is_duplicate(session, place):
                    return None
                reason = await inbox.early(session, place)
                await inbox.park(
                    session,
                    delivery,
                    consumer=self.reaction.name,
                    reason=reason,
                    place=place,
                    event_id=envelope.id,
                    type_=envelope.type,
                )
                return reason

        seen.reason = await self._patience.until_done(self.reaction.name, decide)
        seen.outcome = Outcome.DUPLICATE if seen.reason is None else Outcome.PARKED
        # Always look for successors: a process may have died between applying this record and applying those.
        return True

    async def _park(self, delivery: Delivery, reason: Reason, *, error: str, envelope: Envelope | None = None) -> None:
        async def park() -> None:
            async with self._units.database.transaction() as session:
                await self._move_on(session, delivery)
                await inbox.park(
                    session,
                    delivery,
                    consumer=self.reaction.name,
                    reason=reason,
                    place=None if envelope is None else self._place(envelope, delivery),
                    event_id=None if envelope is None else envelope.id,
                    type_=None if envelope is None else envelope.type,
                    error=error,
                )

        await self._patience.until_done(self.reaction.name, park)
        log.error(
            "%s parked a record as %s: %s/%d offset %d",
            self.reaction.name, reason, delivery.topic, delivery.partition, delivery.offset,
        )  # fmt: skip

    async def _ready(self, topic: str, subject: str) -> tuple[int, Delivery] | None:
        async def look() -> tuple[int, Delivery] | None:
            async with self._units.database.transaction() as session:
                return await inbox.ready(session, consumer=self.reaction.name, topic=topic, subject=subject)

        return await self._patience.until_done(self.reaction.name, look)

    def _place(self, envelope: Envelope, delivery: Delivery) -> Place:
        return Place(
            consumer=self.reaction.name,
            topic=delivery.topic,
            subject=envelope.subject,
            sequence=envelope.sequence,
        )
