"""Where cases lie: a row each, its content sealed, and with each change the events that tell it, in one transaction."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final, Generic, TypeVar
from uuid import UUID

from chassis.api.errors import NOT_FOUND, Problem
from chassis.api.pages import cut
from chassis.api.versions import require_version
from chassis.envelope import Envelope
from chassis.relay.importer import UnrecoverableError, is_next
from chassis.sealed_columns import Sealed, SealedColumns, present
from chassis.unit import Unit
from contracts.event import ContractEvent
from sqlalchemy import insert, update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from casework.access import EVERYTHING, Asker, Scope
from casework.content import Content, open_content, put_on_record
from casework.decision import Case, Decision
from casework.rows import Row, newest
from contracts.events import EVENTS

NOTHING: Final[Mapping[str, str | None]] = MappingProxyType({})


R = TypeVar("R", bound=Row)
C = TypeVar("C", bound=Case)


@dataclass(frozen=True, slots=True)
class Stored(Generic[R, C]):
    """A case as it lies in its table.

    Attributes:
        case: As decisions see it.
        row: All of its row.
        sealed: Its content, still closed.
    """

    case: C
    row: R
    sealed: tuple[Sealed, ...]


class Repository(Generic[R, C]):
    """The cases of one table. What isn't there and what is outside the asker's scope look alike everywhere.

    Whoever changes a case has locked its row before deciding, because reactions and timers name no version.
    """

    def __init__(
        self,
        row: type[R],
        *,
        resource: str,
        owner: str,
        sealed: Mapping[str, Collection[str]],
        read: Callable[[R], C],
        write: Callable[[C], dict[str, Any]],
        begin: Callable[..., C],
        replay: Callable[[C, Any], C],
    ) -> None:
        """Describe the table, and what events make of its rows.

        Args:
            row: Its mapped class.
            resource: What its rows are called.
            owner: Attribute and column with the pseudonym of the one whose case it is; their key seals its content.
            sealed: The sealed columns, by the column that holds the id of their key.
            read: Gives the case that lies in a row.
            write: Gives the columns of a case, without its content.
            begin: Gives the case that its first event makes, with this ``id`` and ``tenant``.
            replay: Gives the case after its next event.
        """
        self.row = row
        self.read = read
        self.write = write
        self._resource = resource
        self._owner = owner
        self._sealed = sealed
        self._begin = begin
        self._replay = replay
        self._keyids = {column: keyid for keyid, columns in sealed.items() for column in columns}
        self._columns = SealedColumns(str(row.__tablename__))
        self._insertion = insert(row)  # made once: SQLAlchemy then finds at once what it has compiled

    def within(self, scope: Scope) -> SelectOfScalar[R]:
        """Begin a query for the rows of a scope."""
        statement = select(self.row)
        if scope.tenant is not None:
            statement = statement.where(col(self.row.tenant) == scope.tenant)
        if scope.owner is not None:
            statement = statement.where(getattr(self.row, self._owner) == scope.owner)
        return statement

    async def fetch(self, session: AsyncSession, statement: SelectOfScalar[R]) -> list[Stored[R, C]]:
        """Give what a query finds, in its order."""
        return [self._stored(row) for row in await session.exec(statement)]

    async def find(self, unit: Unit, case: UUID, scope: Scope, *, lock: bool = False) -> Stored[R, C] | None:
        """Give a case within the scope, or None.

        Args:
            unit: The caller's.
            case: Its id.
            scope: Of whoever asks.
            lock: Have others wait who want to change it, until the transaction ends.
        """
        statement = self.within(scope).where(col(self.row.id) == case)
        found = await self.fetch(unit.session, statement.with_for_update() if lock else statement)
        return found[0] if found else None

    async def page(
        self, unit: Unit, scope: Scope, *, after: UUID | None, limit: int, **narrowed: str | None
    ) -> tuple[Sequence[Stored[R, C]], str | None]:
        """Give a page of cases, newest first, and the cursor of the next one.

        Args:
            unit: The caller's.
            scope: Of whoever asks.
            after: Last id of the page before; None for the first page.
            limit: Most cases.
            narrowed: What a column has to be; None for all that it may be.
        """
        wanted = {name: value for name, value in narrowed.items() if value is not None}
        statement = newest(self.within(scope).filter_by(**wanted), col(self.row.id), after=after, limit=limit + 1)
        return cut(await self.fetch(unit.session, statement), limit, lambda stored: stored.case.id)

    async def get(self, unit: Unit, case: UUID, scope: Scope) -> Stored[R, C]:
        """Give a case to look at.

        Raises:
            Problem: 404.
        """
        return _found(await self.find(unit, case, scope))

    async def get_for_change(self, unit: Unit, case: UUID, scope: Scope, *, version: int | None = None) -> Stored[R, C]:
        """Give a case to decide on, locked.

        Args:
            unit: The caller's.
            case: Its id.
            scope: Within which the asker may change cases.
            version: The one that the asker looked at; None if the change doesn't depend on it.

        Raises:
            Problem: 404; 412 if the case has moved on.
        """
        stored = _found(await self.find(unit, case, scope, lock=True))
        if version is not None:
            require_version(version, stored.case.sequence)
        return stored

    async def add(
        self, unit: Unit, decision: Decision[C, Any], content: Mapping[str, str | None] = NOTHING, **columns: Any
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

    async def save(self, unit: Unit, decision: Decision[C, Any], content: Mapping[str, str | None] = NOTHING) -> C:
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
        self,
        unit: Unit,
        found: Sequence[Stored[R, C]],
        may_read: Callable[[C], bool],
        *,
        reader: Asker | None,
        only: Collection[str] | None = None,
    ) -> list[Content]:
        """Open what may be read of the content of cases, with one question to the keyring.

        Args:
            unit: The caller's.
            found: The cases.
            may_read: Tells whether a case's content opens for whoever asks.
            reader: Whoever gets it, which is recorded unless it is their own; None if it stays in the service.
            only: The columns to open; by default all.

        Raises:
            Problem: 400: they have to say what for.
        """
        rows = [(stored.case.id, _part(stored.sealed, only) if may_read(stored.case) else None) for stored in found]
        contents = await open_content(self._columns, unit.outbox.keyring, rows)
        if reader is not None:
            cases = [stored.case for stored in found]
            others = {c.id: shown for c, shown in zip(cases, contents, strict=True) if self._person(c) != reader.owner}
            put_on_record(unit, self._resource, others)
        return contents

    async def restore(self, unit: Unit, event: Envelope) -> None:
        """Apply one own event to a restored database; one that the table knows already changes nothing.

        Raises:
            OutOfOrderError: Its predecessor is missing; it has to come again after that one.
            UnrecoverableError: This release doesn't know the type.
            UnsealableError: A sealed field was changed or moved.
        """
        stored = await self.find(unit, UUID(event.subject), EVERYTHING, lock=True)
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

    async def _seal(self, unit: Unit, case: C, content: Mapping[str, str | None]) -> Sealed | None:
        if all(text is None for text in content.values()):
            return None  # nobody gets a key for nothing
        return await self._columns.seal(unit.outbox.keyring, person=self._person(case), row=case.id, columns=content)

    async def _take_over(self, unit: Unit, case: C, event: Envelope, happened: ContractEvent) -> Sealed | None:
        """Seal the content that an event brings for the row; columns and fields are named alike."""
        fields = {
            name: text
            for name in happened.PERSONAL
            if name in self._keyids and (text := getattr(happened, name)) is not None
        }
        if not fields:
            return None
        return await self._columns.take_over(unit.outbox.keyring, event, fields=fields, person=self._person(case))

    async def _insert(self, unit: Unit, case: C, content: Sealed | None, columns: dict[str, Any]) -> None:
        """Insert the row; one statement, nothing is read back."""
        values = self.write(case) | columns | self._columns_of(content)
        await (await unit.session.connection()).execute(self._insertion, values)

    async def _update(self, unit: Unit, case: C, content: Sealed | None) -> None:
        values = self.write(case) | self._columns_of(content)
        statement = update(self.row).where(col(self.row.id) == UUID(case.id)).values(values)
        await (await unit.session.connection()).execute(statement)

    def _columns_of(self, content: Sealed | None) -> dict[str, Any]:
        if content is None:
            return {}
        return {**content.columns} | {self._keyids[name]: content.keyid for name in content.columns}

    def _stored(self, row: R) -> Stored[R, C]:
        sealed: tuple[Sealed, ...] = ()
        for keyid, columns in self._sealed.items():
            sealed += present(getattr(row, keyid), {name: getattr(row, name) for name in columns})
        return Stored(self.read(row), row, sealed)


def _found(stored: Stored[R, C] | None) -> Stored[R, C]:
    if stored is None:
        raise Problem(NOT_FOUND)
    return stored


def _part(sealed: Sequence[Sealed], only: Collection[str] | None) -> Sequence[Sealed]:
    if only is None:
        return sealed
    parts = (Sealed(part.keyid, {name: part.columns[name] for name in part.columns if name in only}) for part in sealed)
    return [part for part in parts if part.columns]
