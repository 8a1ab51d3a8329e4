"""A unit of work: one decision, one database transaction, and what has to happen once it is committed."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, Self

from contracts.event import ContractEvent
from sqlmodel.ext.asyncio.session import AsyncSession

from chassis.api.auth import Principal
from chassis.database import Database, driver_of
from chassis.envelope import Envelope, new_id
from chassis.outbox import INSERT, Origin, Outbox, Recorded, parameters_of
from chassis.reading import Reading
from chassis.timers import SET, Timer
from chassis.timers import parameters_of as parameters_of_timers


@dataclass(slots=True, kw_only=True)
class Unit:
    """What a handler works with: the session of its transaction, who asks, and a clock that stands still.

    Attributes:
        session: Everything written through it is committed together, or not at all.
        outbox: Where the unit's events go.
        principal: Who asks; None in a reaction or a periodic task.
        cause: The event that is reacted to, if there is one.
        now: UTC; the same moment for state and events.
        correlationid: Shared by everything that the first request set off.
        reading: What the request may open of others; None where nothing of the sort leaves.
        recorded: What the unit has recorded: the last sequence of each subject, in the order of recording.
    """

    session: AsyncSession
    outbox: Outbox
    principal: Principal | None = None
    cause: Envelope | None = None
    now: datetime = field(default_factory=lambda: datetime.now(UTC))
    correlationid: str = ""
    reading: Reading | None = None
    recorded: dict[str, int] = field(default_factory=dict)
    _actor: str = ""
    _events: list[Recorded] = field(default_factory=list)
    _timers: list[Timer] = field(default_factory=list)
    _after_commit: list[Callable[[], None]] = field(default_factory=list)

    def __post_init__(self) -> None:
        if not self.correlationid:
            self.correlationid = self.cause.correlationid if self.cause else new_id()

    @property
    def actor(self) -> str:
        """The pseudonym under which this unit's events name whoever caused them."""
        if not self._actor:
            self._actor = self._find_actor()
        return self._actor

    def resuming(self, correlationid: str) -> Self:
        """Give this same unit for events that go on with what an earlier request set off."""
        return replace(self, correlationid=correlationid)

    def speaking_as(self, pseudonym: str) -> Self:
        """Give this same unit for events that must not name whoever asks as other events do."""
        return replace(self, _actor=pseudonym)

    def opens(self, resource: str, subjects: Sequence[str], fields: Sequence[str]) -> None:
        """Say that data of other people has been opened for whoever asks; it leaves only with a record of it.

        Args:
            resource: What kind of thing.
            subjects: Which ones: the subjects of their events.
            fields: What of them.

        Raises:
            Problem: 400 without a purpose.
            ValueError: The route asks for none; see ``api.reads``.
        """
        if self.reading is None:
            raise ValueError(f"whoever reads another's {resource} has to be asked what for")
        self.reading.open(resource, subjects, fields)

    async def append(
        self,
        *,
        topic: str,
        subject: str,
        tenant: str,
        first_sequence: int,
        events: Sequence[ContractEvent],
        person: str | None = None,
    ) -> None:
        """Record the events of a decision in the outbox, in this transaction; its last statement writes them.

        Args:
            topic: Name as in the contracts; this service must be its writer.
            subject: The aggregate's id.
            tenant: GB/T 2260 code.
            first_sequence: Sequence of the first event; the others follow without gaps.
            events: Contract events, in order.
            person: Whose key seals the personal fields; needed if there are any.

        Raises:
            ContractViolation: An event isn't what its schema says, or is too large. Nothing is recorded.
            ValueError: The topic isn't this service's, doesn't carry this type, or ``person`` is missing.
        """
        origin = Origin(
            actor=self.actor,
            correlationid=self.correlationid,
            causationid=self.cause.id if self.cause else None,
            time=self.now,
        )
        self._events += await self.outbox.prepare(
            origin,
            topic=topic,
            subject=subject,
            tenant=tenant,
            first_sequence=first_sequence,
            events=events,
            person=person,
        )
        if events:
            self.recorded.pop(subject, None)  # what was recorded last comes last
            self.recorded[subject] = first_sequence + len(events) - 1

    def set_timers(self, timers: Sequence[Timer]) -> None:
        """Record timers in this transaction; one that is known already changes nothing. Written with the events."""
        self._timers += timers

    async def write_events(self) -> None:
        """Write what was recorded, all of it in one statement; whoever opened the unit calls this before its commit."""
        recorded, values = self._recorded()
        if recorded:
            *beside, statement = recorded
            await self._execute(_together(beside, statement), values)

    async def write_events_beside(self, statement: str, values: Mapping[str, Any]) -> int:
        """Write what was recorded together with a statement that returns no rows: one round trip for all.

        Args:
            statement: In psycopg's form.
            values: Its parameters, by name.

        Returns:
            How many rows the statement has changed.
        """
        recorded, besides = self._recorded()
        return await self._execute(_together(recorded, statement), {**besides, **values})

    def after_commit(self, callback: Callable[[], None]) -> None:
        """Have something done once the transaction is committed; it must not block and can't fail the request."""
        self._after_commit.append(callback)

    def committed(self) -> None:
        """Run what was to be done after the commit; whoever committed the session calls this."""
        for callback in self._after_commit:
            callback()
        self._after_commit.clear()

    def _find_actor(self) -> str:
        if self.principal is not None:
            return self.outbox.pseudonym(self.principal.subject)
        if self.cause is not None:
            return self.cause.actor
        return self.outbox.service

    def _recorded(self) -> tuple[list[str], dict[str, Any]]:
        """Give the statements that write what was recorded, and their parameters; then nothing is recorded."""
        statements, values = [], dict[str, Any]()
        if self._timers:
            statements.append(SET)
            values |= parameters_of_timers(self._timers)
        if self._events:
            statements.append(INSERT)
            values |= parameters_of(self._events)
        self._timers.clear()
        self._events.clear()
        return statements, values

    async def _execute(self, statement: str, values: Mapping[str, Any]) -> int:
        return (await driver_of(self.session).execute(statement, values)).rowcount


@dataclass(frozen=True, slots=True)
class Units:
    """Opens units of work on one database.

    Attributes:
        database: Where they are committed.
        outbox: Where their events go.
        wake: Called after each commit, so that the relay needn't poll; by default nothing.
    """

    database: Database
    outbox: Outbox
    wake: Callable[[], None] = lambda: None

    @asynccontextmanager
    async def begin(
        self,
        *,
        principal: Principal | None = None,
        cause: Envelope | None = None,
        correlationid: str = "",
        read_only: bool = False,
    ) -> AsyncIterator[Unit]:
        """Open a unit; commit when the block ends, roll back when it raises, then do what was to follow the commit."""
        async with self.database.transaction(read_only=read_only) as session:
            unit = Unit(
                session=session, outbox=self.outbox, principal=principal, cause=cause, correlationid=correlationid
            )
            if not read_only:
                unit.after_commit(self.wake)
            yield unit
            await unit.write_events()
        unit.committed()


def _together(beside: Sequence[str], statement: str) -> str:
    """Make one statement of several, none of which needs the others' rows."""
    written = ", ".join(f"written_{place} AS ({each})" for place, each in enumerate(beside))
    return f"WITH {written} {statement}" if beside else statement
