"""Content of cases as people get it: open for whom it concerns, withheld from others, gone when its owner is erased."""

from collections.abc import Collection, Mapping, Sequence
from enum import StrEnum
from typing import Any

from chassis.envelope import Envelope
from chassis.sealed_columns import Sealed, SealedColumns, present
from chassis.sealing import Keyring
from chassis.unit import Unit
from contracts.event import ContractEvent

Content = tuple["Access", dict[str, str]]


class Access(StrEnum):
    """Why content is there or isn't."""

    OPEN = "open"
    WITHHELD = "withheld"
    ERASED = "erased"


class ContentColumns:
    """The sealed columns of a table of cases; what is sealed at once shares a column with the id of its key.

    Attributes:
        sealed: The sealed columns, by the column that holds the id of their key.
        names: All of these columns.
    """

    def __init__(self, table: str, sealed: Mapping[str, Collection[str]]) -> None:
        """Describe them.

        Args:
            table: Name of the table.
            sealed: See there.
        """
        self.sealed = sealed
        self._keyids = {column: keyid for keyid, columns in sealed.items() for column in columns}
        self.names = frozenset({*self._keyids, *self._keyids.values()})
        self._columns = SealedColumns(table)

    async def seal(
        self, keyring: Keyring, content: Mapping[str, str | None], *, person: str, row: str
    ) -> dict[str, Any]:
        """Seal what there is of a content; give the values of its columns.

        Args:
            keyring: Where keys live.
            content: By column.
            person: Pseudonym of the one whose key seals.
            row: Id of the row.
        """
        if all(text is None for text in content.values()):
            return {}  # nobody gets a key for nothing
        return self._values(await self._columns.seal(keyring, person=person, row=row, columns=content))

    async def take_over(
        self, keyring: Keyring, event: Envelope, happened: ContractEvent, *, person: str
    ) -> dict[str, Any]:
        """Seal the content that an own event brings; columns and fields are named alike. See ``seal``.

        Raises:
            UnsealableError: A sealed field was changed or moved.
        """
        brought = ((name, getattr(happened, name)) for name in happened.PERSONAL if name in self._keyids)
        fields = {name: text for name, text in brought if text is not None}
        if not fields:
            return {}
        return self._values(await self._columns.take_over(keyring, event, fields=fields, person=person))

    def of(self, row: Any) -> tuple[Sealed, ...]:
        """Give what of a row is sealed."""
        return tuple(
            part
            for keyid, columns in self.sealed.items()
            for part in present(getattr(row, keyid), {name: getattr(row, name) for name in columns})
        )

    async def open(self, keyring: Keyring, rows: Sequence[tuple[str, Sequence[Sealed] | None]]) -> list[Content]:
        """Open what the asker may read, with one question to the keyring.

        Args:
            keyring: Where keys live.
            rows: For each row its id, and what of it is to be opened; None when this asker may not read it.

        Returns:
            For each row, whether its content is there, and the content.
        """
        readable = [(row, sealed) for row, sealed in rows if sealed is not None]
        opened = dict(zip((row for row, _ in readable), await self._columns.open(keyring, readable), strict=True))
        return [_content(opened, row) for row, _ in rows]

    def _values(self, content: Sealed | None) -> dict[str, Any]:
        if content is None:
            return {}
        return {**content.columns} | {self._keyids[name]: content.keyid for name in content.columns}


def part_of(sealed: Sequence[Sealed] | None, only: Collection[str] | None) -> Sequence[Sealed] | None:
    """Give of what is sealed only some columns, or all of it; None stays what it is, withheld."""
    if sealed is None or only is None:
        return sealed
    parts = (Sealed(part.keyid, {name: part.columns[name] for name in part.columns if name in only}) for part in sealed)
    return [part for part in parts if part.columns]


def put_on_record(unit: Unit, resource: str, shown: Mapping[str, Content]) -> None:
    """Say what is open of other people's, so that it leaves with a record of it, or not at all.

    Args:
        unit: Of the request by which it would leave.
        resource: What kind of thing it is.
        shown: By the ids of their cases.

    Raises:
        Problem: 400: whoever asks has to say what for.
    """
    opened = {case: content for case, (access, content) in shown.items() if access is Access.OPEN}
    if opened:
        unit.opens(resource, list(opened), sorted(set().union(*opened.values())))


def _content(opened: dict[str, dict[str, str] | None], row: str) -> Content:
    if row not in opened:
        return Access.WITHHELD, {}
    columns = opened[row]
    return (Access.OPEN, columns) if columns else (Access.ERASED, {})
