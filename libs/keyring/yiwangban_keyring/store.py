"""The keyring: a row a key, wrapped; several processes share it, and each remembers a key for a minute at most."""

import asyncio
import hashlib
import hmac
import secrets
import time
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import uuid4

from chassis.database import Database
from chassis.sealed_columns import KeyLostError
from chassis.sealing import KEY_BYTES

from yiwangban_keyring.encryption import KeyEncryption, KeyringBrokenError

CACHE_SECONDS: Final = 60.0
CACHE_KEYS = 10_000
POOL: Final = 2
ATTEMPTS: Final = 3
REWRAPPED_AT_ONCE: Final = 500

_FIND: Final = "SELECT keyid, person, kek, wrapped FROM keys WHERE person = %(person)s AND wrapped IS NOT NULL"
_ADD: Final = """
INSERT INTO keys (keyid, person, kek, wrapped) VALUES (%(keyid)s, %(person)s, %(kek)s, %(wrapped)s)
ON CONFLICT (person) WHERE wrapped IS NOT NULL DO NOTHING
RETURNING keyid
"""
_GET: Final = "SELECT keyid, person, kek, wrapped FROM keys WHERE keyid = ANY(%(keyids)s) AND wrapped IS NOT NULL"
_OF_PERSON: Final = "SELECT keyid FROM keys WHERE person = ANY(%(persons)s) ORDER BY created_at, keyid"
_DESTROY: Final = """
UPDATE keys SET wrapped = NULL, kek = NULL, destroyed_at = now()
WHERE keyid = ANY(%(keyids)s) AND wrapped IS NOT NULL
"""
_OF_OTHER_KEK: Final = """
SELECT keyid, kek, wrapped FROM keys WHERE wrapped IS NOT NULL AND kek <> %(kek)s
ORDER BY keyid LIMIT %(most)s FOR UPDATE
"""
_REWRAP: Final = """
UPDATE keys SET kek = %(kek)s, wrapped = new.wrapped
FROM unnest(%(keyids)s::text[], %(wrapped)s::bytea[]) AS new (keyid, wrapped)
WHERE keys.keyid = new.keyid
"""


@dataclass(frozen=True, slots=True)
class _Known:
    """A key that this process remembers."""

    keyid: str
    person: bytes
    key: bytes
    until: float


class DatabaseKeyring:
    """Keys of persons in a PostgreSQL database that holds nothing else.

    A person is known by a keyed hash, and a key by a random id: after a key was destroyed, a new one of the same person
    has another id, and nothing outside says that both are theirs. Destroyed keys leave their row behind, without the
    key, so that an erasure can be repeated.
    """

    def __init__(
        self, url: str, encryption: KeyEncryption, *, secret: bytes, pool_size: int = POOL, wait_s: float = 1.0
    ) -> None:
        """Open it; nothing is connected yet.

        Args:
            url: libpq URL of its database.
            encryption: Wraps the keys.
            secret: Behind the hashes of persons, at least 256 bits; the same for all who share the keyring.
            pool_size: Most connections at once. Most questions are answered from memory.
            wait_s: Longest wait for one of them, in seconds.
        """
        self._database = Database(url, pool_size, wait_s, application="keyring", pool="keyring")
        self._encryption = encryption
        self._secret = secret
        self._by_id: OrderedDict[str, _Known] = OrderedDict()
        self._by_person: OrderedDict[bytes, _Known] = OrderedDict()

    async def create(self, person: str) -> str:
        """Give the id of the person's key, committed when this returns.

        Raises:
            KeyLostError: Somebody destroys the person's keys as fast as they are made.
            KeyringBrokenError: The person's key doesn't open.
        """
        name = self._name(person)
        known = self._by_person.get(name)
        if known is None or known.until <= time.monotonic():
            known = await self._load_or_create(name)
        return known.keyid

    async def get_many(self, keyids: list[str]) -> dict[str, bytes | None]:
        """Give the keys; None for one that is unknown or destroyed.

        Raises:
            KeyringBrokenError: One of them doesn't open.
        """
        now = time.monotonic()
        found = {keyid: known.key for keyid in keyids if (known := self._by_id.get(keyid)) and known.until > now}
        missing = [keyid for keyid in keyids if keyid not in found and "\0" not in keyid]
        if missing:
            rows = await self._read(_GET, {"keyids": missing})
            found |= {known.keyid: known.key for known in await asyncio.gather(*map(self._open, rows))}
        return {keyid: found.get(keyid) for keyid in keyids}

    async def keys_of(self, persons: Sequence[str]) -> list[str]:
        """Give the ids of all keys that these persons ever had, destroyed ones included, oldest first."""
        return [row.keyid for row in await self._read(_OF_PERSON, {"persons": [self._name(each) for each in persons]})]

    async def destroy(self, *keyids: str) -> int:
        """Destroy keys for good; give how many there still were. Other processes forget them within ``CACHE_SECONDS``.

        Their bytes leave the database's files when the table is rewritten (``VACUUM FULL keys``).
        """
        async with self._database.transaction() as session:
            connection = await session.connection()
            named = [keyid for keyid in keyids if "\0" not in keyid]
            destroyed = (await connection.exec_driver_sql(_DESTROY, {"keyids": named})).rowcount
        for keyid in keyids:
            self.forget(keyid)
        return destroyed

    def forget(self, keyid: str) -> None:
        """Remember a key no longer: it is said to be destroyed."""
        known = self._by_id.pop(keyid, None)
        if known is not None:
            self._by_person.pop(known.person, None)

    async def rewrap(self) -> int:
        """Wrap some keys anew that another key-encryption key wraps; give their number, 0 when none is left.

        Raises:
            KeyringBrokenError: One of them doesn't open; nothing was changed.
        """
        kek = self._encryption.current
        async with self._database.transaction() as session:
            connection = await session.connection()
            rows = (await connection.exec_driver_sql(_OF_OTHER_KEK, {"kek": kek, "most": REWRAPPED_AT_ONCE})).all()
            wrapped = await asyncio.gather(*map(self._wrap_anew, rows))
            values = {"kek": kek, "keyids": [row.keyid for row in rows], "wrapped": wrapped}
            await connection.exec_driver_sql(_REWRAP, values)
        return len(rows)

    async def close(self) -> None:
        """Close all connections, and remember nothing."""
        self._by_id.clear()
        self._by_person.clear()
        await self._database.close()

    def _name(self, person: str) -> bytes:
        return hmac.digest(self._secret, b"keyring|" + person.encode(), hashlib.sha256)

    async def _load_or_create(self, name: bytes) -> _Known:
        for _ in range(ATTEMPTS):  # again only if somebody else makes the key, or destroys it, at this very moment
            rows = await self._read(_FIND, {"person": name})
            if rows:
                return await self._open(rows[0])
            keyid, key = str(uuid4()), secrets.token_bytes(KEY_BYTES)
            wrapped = await self._encryption.wrap(key, keyid=keyid)
            values = {"keyid": keyid, "person": name, "kek": self._encryption.current, "wrapped": wrapped}
            async with self._database.transaction() as session:
                added = (await (await session.connection()).exec_driver_sql(_ADD, values)).all()
            if added:
                return self._remember(_Known(keyid, name, key, time.monotonic() + CACHE_SECONDS))
        raise KeyLostError(keyid)

    async def _open(self, row: Any) -> _Known:
        until = time.monotonic() + CACHE_SECONDS  # counted from the question, so that unwrapping adds nothing
        key = await self._encryption.unwrap(bytes(row.wrapped), kek=row.kek, keyid=row.keyid)
        if len(key) != KEY_BYTES:
            raise KeyringBrokenError(f"key {row.keyid} isn't {KEY_BYTES} bytes")
        return self._remember(_Known(row.keyid, bytes(row.person), key, until))

    async def _wrap_anew(self, row: Any) -> bytes:
        key = await self._encryption.unwrap(bytes(row.wrapped), kek=row.kek, keyid=row.keyid)
        return await self._encryption.wrap(key, keyid=row.keyid)

    def _remember(self, known: _Known) -> _Known:
        self._by_id[known.keyid] = self._by_person[known.person] = known
        for cache in (self._by_id, self._by_person):
            while len(cache) > CACHE_KEYS:
                cache.popitem(last=False)
        return known

    async def _read(self, query: str, values: dict[str, Any]) -> Sequence[Any]:
        async with self._database.transaction(read_only=True) as session:
            return (await (await session.connection()).exec_driver_sql(query, values)).all()
