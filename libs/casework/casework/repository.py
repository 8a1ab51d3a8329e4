"""Where cases lie: a row each, its content sealed, and with each change the events that tell it, in one transaction."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Final, Generic, TypeVar
from uuid import UUID

from chassis.api.errors import NOT_FOUND, Problem
from chassis.api.pages import cut
from chassis.api.versions import require_version
from chassis.database import driver_of
from chassis.envelope import Envelope
from chassis.policy import EVERYTHING, NOTHING, Attributes, Reach
from chassis.relay.importer import UnrecoverableError, is_next
from chassis.sealed_columns import Sealed
from chassis.unit import Unit
from contracts.event import ContractEvent
from sqlalchemy import Select, bindparam, case, insert, inspect, select, update
from sqlalchemy.engine import URL
from sqlmodel.ext.asyncio.session import AsyncSession

from casework.access import Asker, Beyond, columns_of
from casework.content import Content, ContentColumns, part_of, put_on_record
from casework.decision import Case, Decision
from casework.rows import Row, newest
from contracts.events import EVENTS

_DIALECT: Final = URL.create("postgresql+psycopg").get_dialect()()
EMPTY: Final[Mapping[str, str | None]] = MappingProxyType({})
LOOKUPS: Final = 64
"""So many ways of looking a case up are kept ready: what whoever asks may see or do is written out once for them."""

R = TypeVar("R", bound=Row)
C = TypeVar("C", bound=Case)


@dataclass(frozen=True, slots=True)
class Stored(Generic[R, C]):
    """A case as it lies in its table.

    Attributes:
        case: As decisions see it.
        row: All of its row; what doesn't open for the asker never left the database.
        sealed: Its content, still closed; None if it doesn't open for the asker.
    """

    case: C
    row: R
    sealed: tuple[Sealed, ...] | None


class Repository(Generic[R, C]):
    """The cases of one table. What isn't there and what the policy hides from the asker look alike everywhere.

    Whoever changes a case has locked its row before deciding, because reactions and timers name no version.
    """

    def __init__(
        self,
        row: type[R],
        *,
        resource: str,
        owner: str = "id",
        sealed: Mapping[str, Collection[str]] = MappingProxyType({}),
        identifying: Collection[str] = (),
        read: Callable[[R], C],
        write: Callable[[C], dict[str, Any]],
        begin: Callable[..., C],
        replay: Callable[[C, Any], C],
    ) -> None:
        """Describe the table, and what events make of its rows.

        Args:
            row: Its mapped class.
            resource: What the policy calls its rows.
            owner: Attribute and column with its owner's pseudonym, whose key seals its content; the id: nobody's.
            sealed: The sealed columns, by the column that holds the id of their key.
            identifying: Columns that open and stay closed with them.
            read: Gives the case that lies in a row.
            write: Gives the columns of a case, without its content.
            begin: Gives the case that its first event makes, with this ``id`` and ``tenant``.
            replay: Gives the case after its next event.
        """
        self.row = row
        self._table = inspect(row).local_table
        self._id = self._table.c.id
        self._resource = resource
        self.read = read
        self.write = write
        self._owner = owner
        self._begin = begin
        self._replay = replay
        self.content = ContentColumns(str(row.__tablename__), sealed)
        self._closed = self.content.names.union(identifying)
        self._attributes = columns_of(self._table, owner=owner)
        # Written out once, for the driver: that SQLAlchemy passes it on costs as much as the rest of the insertion.
        self._insertion = str(insert(self._table).compile(dialect=_DIALECT))
        # Writing the policy's rules out, and finding the compiled form of that, takes longer than the query itself.
        self._lookup = lru_cache(LOOKUPS)(self._written_out)

    def within(self, reach: Reach, opens: Reach = NOTHING) -> Select[Any]:
        """Begin a query for the rows that somebody may see.

        Args:
            reach: Those rows.
            opens: Of them, those whose content opens; that of the others stays where it is.
        """
        condition = opens.where(self._attributes)
        closed = frozenset() if opens is EVERYTHING else self._closed
        columns = (case((condition, c)).label(c.key) if c.key in closed else c for c in self._table.c)
        return select(*columns, condition.label("opens")).where(reach.where(self._attributes))

    def _written_out(self, reach: Reach, opens: Reach, *, locked: bool) -> Select[Any]:
        statement = self.within(reach, opens).where(self._id == bindparam("case"))
        return statement.with_for_update() if locked else statement

    async def fetch(self, session: AsyncSession, statement: Select[Any], **named: Any) -> list[Stored[R, C]]:
        """Give what a query finds, in its order; ``named`` are the values of its parameters."""
        return [self._stored(row) for row in await (await session.connection()).execute(statement, named)]

    async def find(self, unit: Unit, case: UUID) -> Stored[R, C] | None:
        """Give a case to the service itself, locked until the transaction ends; None if there is none."""
        statement = self._lookup(EVERYTHING, EVERYTHING, locked=True)
        return next(iter(await self.fetch(unit.session, statement, case=case)), None)

    async def page(
        self, unit: Unit, who: Asker, *, after: UUID | None, limit: int, **narrowed: str | bool | None
    ) -> tuple[Sequence[Stored[R, C]], str | None]:
        """Give a page of the cases that somebody may list, newest first, and the cursor of the next one.

        Args:
            unit: The caller's.
            who: Asks.
            after: Last id of the page before; None for the first page.
            limit: Most cases.
            narrowed: What a column has to be; None for all that it may be.
        """
        statement = newest(self.visible(who, "list"), self._id, after=after, limit=limit + 1)
        wanted = (self._table.c[name] == value for name, value in narrowed.items() if value is not None)
        return cut(await self.fetch(unit.session, statement.where(*wanted)), limit, lambda stored: stored.case.id)

    async def part(self, unit: Unit, who: Asker, *, after: UUID | None, limit: int) -> tuple[Sequence[C], str | None]:
        """Give a part of the cases that somebody may export, newest first and without content; see ``page``."""
        statement = newest(self.within(who.reach(self._resource, "export")), self._id, after=after, limit=limit + 1)
        found = [stored.case for stored in await self.fetch(unit.session, statement)]
        return cut(found, limit, lambda case: case.id)

    def visible(self, who: Asker, action: str) -> Select[Any]:
        """Begin a query for the cases to which somebody may do something, opened as far as they open for them."""
        return self.within(who.reach(self._resource, action), who.reach(self._resource, "expand"))

    async def get(self, unit: Unit, case: UUID, who: Asker) -> Stored[R, C]:
        """Give a case to somebody who looks at it.

        Raises:
            Problem: 404.
        """
        seen = self._lookup(who.reach(self._resource, "read"), who.reach(self._resource, "expand"), locked=False)
        return _one(await self.fetch(unit.session, seen, case=case))

    async def get_for_change(
        self, unit: Unit, case: UUID, who: Asker, action: str, *, version: int | None = None
    ) -> Stored[R, C]:
        """Give a case to decide on, locked, with all of its content.

        Args:
            unit: The caller's.
            case: Its id.
            who: Wants to change it.
            action: What they want to do.
            version: The one that they looked at; None if the change doesn't depend on it.

        Raises:
            Problem: 404, also for what they may neither see nor change; 412 if the case has moved on.
            Beyond: They may see it, but not do this to it.
        """
        reach = who.reach(self._resource, action)
        either = self._lookup(reach | who.reach(self._resource, "read"), EVERYTHING, locked=True)
        stored = _one(await self.fetch(unit.session, either, case=case))
        if not reach.admits(self._attributes_of(stored.row)):
            raise Beyond(reach.refusal(self._attributes_of(stored.row)))
        if version is not None:
            require_version(version, stored.case.sequence)
        return stored

    async def add(
        self, unit: Unit, decision: Decision[C, Any], content: Mapping[str, str | None] = EMPTY, **columns: Any
    ) -> C:
        """Keep a new case, and tell of it.

        Args:
            unit: The caller's.
            decision: The first one about it.
            content: By column; what is None stays empty.
            columns: What the row has beside the case.
        """
        await self._insert(unit, decision.after, await self._seal(unit, decision.after, content), columns)
        await self.announce(unit, decision)
        return decision.after

    async def save(self, unit: Unit, decision: Decision[C, Any], content: Mapping[str, str | None] = EMPTY) -> C:
        """Keep what was decided on a locked case, and tell of it; nothing happens if it was decided that nothing does.

        Args:
            unit: The caller's.
            decision: What was decided.
            content: New content by column.
        """
        if decision.events:
            await self._update(unit, decision.after, await self._seal(unit, decision.after, content))
            await self.announce(unit, decision)
        return decision.after

    async def announce(self, unit: Unit, decision: Decision[C, Any]) -> None:
        """Put the events of a decision into the outbox of its transaction."""
        await unit.append(
            topic=decision.events[0].TOPIC,
            subject=decision.after.id,
            tenant=decision.after.tenant,
            first_sequence=decision.first_sequence,
            events=decision.events,
            person=self._person(decision.after),
        )

    async def contents(
        self, unit: Unit, found: Sequence[Stored[R, C]], *, reader: Asker | None, only: Collection[str] | None = None
    ) -> list[Content]:
        """Open what opens of the content of cases, with one question to the keyring.

        Args:
            unit: The caller's.
            found: The cases.
            reader: Whoever gets it, which is recorded unless it is their own; None if it stays in the service.
            only: The columns to open; by default all.

        Raises:
            Problem: 400: they have to say what for.
        """
        rows = [(stored.case.id, part_of(stored.sealed, only)) for stored in found]
        contents = await self.content.open(unit.outbox.keyring, rows)
        if reader is not None:
            shown = zip((stored.case for stored in found), contents, strict=True)
            others = {case.id: content for case, content in shown if self._person(case) not in reader.owners}
            put_on_record(unit, self._resource, others)
        return contents

    async def restore(self, unit: Unit, event: Envelope) -> None:
        """Apply one own event to a restored database; one that the table knows already changes nothing.

        Raises:
            OutOfOrderError: Its predecessor is missing; it has to come again after that one.
            UnrecoverableError: This release doesn't know the type.
            UnsealableError: A sealed field was changed or moved.
        """
        stored = await self.find(unit, UUID(event.subject))
        if not is_next(event, after=stored.case.sequence if stored else 0):
            return
        if event.type not in EVENTS:
            raise UnrecoverableError(f"{event.type} is of a later release")
        happened = EVENTS[event.type].from_data(event.data)
        if stored is None:
            case = self._begin(happened, id=event.subject, tenant=event.tenant)
            await self._insert(unit, case, await self._take_over(unit, case, event, happened), {})
        else:
            case = self._replay(stored.case, happened)
            await self._update(unit, case, await self._take_over(unit, case, event, happened))

    def _person(self, case: C) -> str:
        """Give the pseudonym of the one whose key seals: the owner's, or the case's own if nobody knows them."""
        return getattr(case, self._owner) or case.id

    async def _seal(self, unit: Unit, case: C, content: Mapping[str, str | None]) -> dict[str, Any]:
        return await self.content.seal(unit.outbox.keyring, content, person=self._person(case), row=case.id)

    async def _take_over(self, unit: Unit, case: C, event: Envelope, happened: ContractEvent) -> dict[str, Any]:
        return await self.content.take_over(unit.outbox.keyring, event, happened, person=self._person(case))

    async def _insert(self, unit: Unit, case: C, content: dict[str, Any], columns: dict[str, Any]) -> None:
        """Insert the row; one statement, nothing is read back."""
        values = dict.fromkeys(self._table.c.keys()) | self.write(case) | columns | content
        await driver_of(unit.session).execute(self._insertion, values)

    async def _update(self, unit: Unit, case: C, content: dict[str, Any]) -> None:
        values = self.write(case) | content
        statement = update(self.row).where(self._id == UUID(case.id)).values(values)
        await (await unit.session.connection()).execute(statement)

    def _stored(self, row: Any) -> Stored[R, C]:
        return Stored(self.read(row), row, self.content.of(row) if row.opens else None)

    def _attributes_of(self, row: R) -> Attributes:
        return lambda name: getattr(row, self._owner if name == "owner" else name)


def _one(found: Sequence[Stored[R, C]]) -> Stored[R, C]:
    if not found:
        raise Problem(NOT_FOUND)
    return found[0]
