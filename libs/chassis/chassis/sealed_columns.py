"""Content as it lies in a service's own tables: sealed under its owner's key, its place as associated data.

A ciphertext copied into another row or column doesn't open, and none of the tables' opens as part of an event: events
count from 1, rows are sealed with sequence 0.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from chassis.envelope import Envelope
from chassis.sealing import Keyring, open_, open_fields, seal

_IN_A_TABLE: Final = 0


class KeyLostError(RuntimeError):
    """A key that was just made isn't there: the keyring is broken or is being erased. The transaction rolls back."""


@dataclass(frozen=True, slots=True)
class Sealed:
    """Some columns of one row, sealed under one key."""

    keyid: str
    columns: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class SealedColumns:
    """The sealed columns of one table.

    Attributes:
        table: Its name; part of the place to which each ciphertext is bound.
    """

    table: str

    async def seal(self, keyring: Keyring, *, person: str, row: str, columns: Mapping[str, str | None]) -> Sealed:
        """Seal the columns that have a value under the person's key, which is made if there is none.

        Args:
            keyring: Where keys live.
            person: Pseudonym of the owner.
            row: Id of the row.
            columns: Plain text by column.

        Raises:
            KeyLostError: See there.
        """
        keyid = await keyring.create(person)
        key = (await keyring.get_many([keyid]))[keyid]
        if key is None:
            raise KeyLostError(keyid)
        sealed = {
            name: seal(plain, key, type=self.table, subject=row, sequence=_IN_A_TABLE, field=name, keyid=keyid)
            for name, plain in columns.items()
            if plain is not None
        }
        return Sealed(keyid, sealed)

    async def take_over(
        self, keyring: Keyring, event: Envelope, *, fields: Mapping[str, str], person: str
    ) -> Sealed | None:
        """Seal fields of an own event for the row of its subject, whose columns are named alike.

        Args:
            keyring: Where keys live.
            event: As it was received.
            fields: Its sealed texts by field.
            person: Pseudonym of the owner.

        Returns:
            None when their key was destroyed, so that an erasure stays one.

        Raises:
            UnsealableError: A field was changed or moved, or the event names no key.
        """
        opened = await open_fields(keyring, event, fields)
        if opened is None:
            return None
        return await self.seal(keyring, person=person, row=event.subject, columns=opened)

    async def open(self, keyring: Keyring, rows: Sequence[tuple[str, Sequence[Sealed]]]) -> list[dict[str, str] | None]:
        """Open what can still be opened, with one question to the keyring for all rows.

        Args:
            keyring: Where keys live.
            rows: For each row its id and what of it is to be opened.

        Returns:
            For each row its columns; None when a key was destroyed, that is, when the person was erased.

        Raises:
            UnsealableError: A ciphertext was changed or moved.
        """
        keys = await keyring.get_many(sorted({sealed.keyid for _, parts in rows for sealed in parts}))
        return [self._open_row(row, parts, keys) for row, parts in rows]

    def _open_row(self, row: str, parts: Sequence[Sealed], keys: Mapping[str, bytes | None]) -> dict[str, str] | None:
        opened = {}
        for part in parts:
            key = keys.get(part.keyid)
            if key is None:
                return None
            for name, text in part.columns.items():
                opened[name] = open_(
                    text, key, type=self.table, subject=row, sequence=_IN_A_TABLE, field=name, keyid=part.keyid
                )
        return opened


def present(keyid: str | None, columns: Mapping[str, str | None]) -> tuple[Sealed, ...]:
    """Give what of a stored row is sealed: nothing when it has no key or none of the columns has a value."""
    sealed = {name: text for name, text in columns.items() if text is not None}
    return (Sealed(keyid, sealed),) if keyid and sealed else ()
