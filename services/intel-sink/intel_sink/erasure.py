"""Erases a person (抹除): destroys their keys, says so, and waits until every owner of something has deleted it.

The keys go first: from then on nothing opens any more, in topics, mirror, databases and backups alike, and what follows
only tidies up. Each step may be repeated; whoever was killed in between begins again and ends at the same place. The
bytes of the mirror stay what they are, and so do its trees.
"""

import asyncio
import json
import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final

from chassis.database import Database
from chassis.envelope import Envelope
from chassis.sealing import UnsealableError, open_fields, pseudonym
from chassis.unit import Unit, Units
from contracts.codec import Codec, Undecodable
from contracts.registry import Registry
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection
from yiwangban_keyring.store import DatabaseKeyring

from contracts.events import EVENTS, ErasureOrdered
from intel_sink import tables as t
from intel_sink.domain import PROVINCE

SIGNED_IN: Final = ("applicant", "author")
"""The contexts in which whoever signs in has keys: accept's and approve's, and petition's."""

DERIVED: Final = frozenset({"suggestion"})
"""Fields that repeat words of the texts beside them, among words that stand everywhere: the texts are looked for."""

ACKNOWLEDGED: Final = re.compile(r"yiwangban\.[a-z-]+\.[a-z-]+-erasure\.acknowledged\.v\d+")
LOOK_S: Final = 0.2

_ACKNOWLEDGEMENTS: Final = """
SELECT entry.subject, entry.type, entry.topic, record.value
FROM projections.entries AS entry
JOIN mirror_records AS record ON record.log = entry.log AND record."offset" = entry."offset"
WHERE entry.subject = ANY(%(keyids)s) AND entry.type = ANY(%(types)s)
"""
# Whoever asks what was sealed under a key asks for each record that names it: a scan of the mirror.
_NAMING: Final = "SELECT value FROM mirror_records WHERE position(convert_to(%(keyid)s, 'UTF8') IN value) > 0"
_SCAN_TIMEOUT: Final = "SET LOCAL statement_timeout = '10min'"


@dataclass(frozen=True, slots=True, kw_only=True)
class Erased:
    """What came of it.

    Attributes:
        keys: Ids of all keys that the person ever had in these contexts.
        destroyed: How many of them there still were.
        ordered: How many of them nobody had been told of.
        emptied: How many sealed texts each owner has deleted, or had deleted before.
        missing: Owners who haven't acknowledged all of them in time.
        seconds: How long it took.
    """

    keys: tuple[str, ...]
    destroyed: int
    ordered: int
    emptied: Mapping[str, int]
    missing: tuple[str, ...]
    seconds: float

    def to_json(self) -> dict[str, Any]:
        """Give it as plain JSON."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Eraser:
    """Erases persons.

    Attributes:
        units: On this service's database.
        keyring: Of the whole suite.
        registry: Says who owns what.
        secret: Behind pseudonyms.
    """

    units: Units
    keyring: DatabaseKeyring
    registry: Registry
    secret: bytes

    async def keys_of(self, person: str, contexts: Sequence[str]) -> list[str]:
        """Give the ids of the person's keys, destroyed ones included.

        Args:
            person: Their own id, for example the ``sub`` of their tokens.
            contexts: Those in which they may have some.
        """
        names = [pseudonym(self.secret, context, person) for context in contexts]
        # Whoever wrote as one of them may have written as an informant, too, under another name and key.
        return await self.keyring.keys_of([*names, *(pseudonym(self.secret, "informant", name) for name in names)])

    async def texts(self, keyids: Sequence[str]) -> list[str]:
        """Open what the mirror holds sealed under these keys, for whoever has to prove later that it is gone."""
        codec = Codec(self.registry)
        found: list[str] = []
        for keyid in keyids:
            for value in await self._records_naming(keyid):
                try:
                    event = Envelope.from_cloudevent(codec.decode(value))
                    own = [name for name in EVENTS[event.type].PERSONAL if name not in DERIVED]
                    sealed = {name: event.data[name] for name in own if event.data.get(name) is not None}
                    opened = await open_fields(self.keyring, event, sealed) if event.keyid == keyid else None
                except (KeyError, Undecodable, UnsealableError):
                    continue  # not one of ours, or nothing that opens: nothing of it can be found in clear either
                found += (opened or {}).values()
        return found

    async def erase(self, keyids: Sequence[str], *, within_s: float) -> Erased:
        """Destroy the keys, tell all owners, and wait for them.

        Args:
            keyids: All keys of a person.
            within_s: Longest wait, in seconds.
        """
        began = time.monotonic()
        destroyed = await self.keyring.destroy(*keyids)
        ordered = 0
        for keyid in keyids:
            async with self.units.begin() as unit:  # one each: nothing that travels says that they were one person's
                ordered += await order(unit, keyid)
        owners = self.owners()
        while True:
            emptied = await self._acknowledged(keyids, owners)
            missing = sorted({owners[type_] for type_ in owners if len(emptied[type_]) < len(set(keyids))})
            if not missing or time.monotonic() - began > within_s:
                break
            await asyncio.sleep(LOOK_S)
        return Erased(
            keys=tuple(keyids),
            destroyed=destroyed,
            ordered=ordered,
            emptied={owners[type_]: sum(counts.values()) for type_, counts in emptied.items()},
            missing=tuple(missing),
            seconds=round(time.monotonic() - began, 3),
        )

    def owners(self) -> dict[str, str]:
        """Give whoever owns something personal, by the type of their acknowledgement."""
        found = self.registry.types.values()
        return {one.type: self.registry.topics[one.topic].writer for one in found if ACKNOWLEDGED.fullmatch(one.type)}

    async def _records_naming(self, keyid: str) -> list[bytes]:
        async with self.units.database.transaction() as session:
            connection = await session.connection()
            await connection.exec_driver_sql(_SCAN_TIMEOUT)
            return [bytes(value) for (value,) in await connection.exec_driver_sql(_NAMING, {"keyid": keyid})]

    async def _acknowledged(self, keyids: Sequence[str], types: Mapping[str, str]) -> dict[str, dict[str, int]]:
        """Give by type and key how much was deleted, as far as the mirror and its search have heard of it."""
        found: dict[str, dict[str, int]] = {type_: {} for type_ in types}
        async with self.units.database.transaction(read_only=True) as session:
            connection = await session.connection()
            rows = await connection.exec_driver_sql(_ACKNOWLEDGEMENTS, {"keyids": list(keyids), "types": list(types)})
            for row in rows:
                if row.topic == self.registry.types[row.type].topic:  # on any other it isn't the owner's word
                    found[row.type][row.subject] = json.loads(row.value)["data"]["emptied"]
        return found


async def order(unit: Unit, keyid: str) -> bool:
    """Tell the owners that a key was destroyed; False when they were told before."""
    if not await keep(await unit.session.connection(), keyid, unit.now):
        return False
    event = ErasureOrdered(key=keyid)
    await unit.append(topic=event.TOPIC, subject=keyid, tenant=PROVINCE, first_sequence=1, events=[event])
    return True


async def keep(connection: AsyncConnection, keyid: str, at: datetime) -> bool:
    """Keep that a key was destroyed; False when that was known."""
    kept = insert(t.erasures).values(keyid=keyid, ordered_at=at).on_conflict_do_nothing().returning(t.erasures.c.keyid)
    return (await connection.execute(kept)).first() is not None


async def erased(database: Database) -> list[str]:
    """Give the ids of all keys that were ever destroyed, in that order."""
    async with database.transaction(read_only=True) as session:
        connection = await session.connection()
        rows = await connection.execute(
            select(t.erasures.c.keyid).order_by(t.erasures.c.ordered_at, t.erasures.c.keyid)
        )
        return [keyid for (keyid,) in rows]
