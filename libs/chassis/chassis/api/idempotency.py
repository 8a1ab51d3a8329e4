"""One effect for each Idempotency-Key: the answer is stored in the transaction that made it, and given again.

The key is unique for (tenant, principal, method, route, key). An advisory lock comes first, because a second INSERT of
the same key would wait for the first to commit and could never say "still running".

What is stored tells nothing: the client's key and what was asked for are keyed hashes, and the answer is sealed under a
key that only somebody who sends the same key again brings along.
"""

import hashlib
import hmac
import json
import os
import re
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlmodel.ext.asyncio.session import AsyncSession

from chassis.api.errors import KEY_MISSING, KEY_REUSED, RETRY_AFTER_S, STILL_RUNNING, Problem
from chassis.database import driver_of
from chassis.sealing import NONCE_BYTES
from chassis.unit import Unit

PURPOSE = "idempotency"
"""Of the secret behind the hashes."""

EXPIRY = timedelta(hours=24)
_KEY = re.compile(r"[\x21-\x7e]{1,255}")
_NOT_STORED = frozenset({"content-length"})
"""Worked out anew from the body."""

_CLAIM = """
SELECT pg_try_advisory_xact_lock(%(lock)s), body_hash, status, headers, body
FROM (SELECT) AS always
LEFT JOIN idempotency_keys ON tenant = %(tenant)s AND principal = %(principal)s AND method = %(method)s
    AND route = %(route)s AND key = %(key)s AND expires_at > now()
"""
# An expired row may still lie there; the new answer takes its place. A row that isn't expired appeared between our look
# and our lock: then nothing is stored, and the transaction must not commit.
_STORE = """
INSERT INTO idempotency_keys AS stored
    (tenant, principal, method, route, key, body_hash, status, headers, body, created_at, expires_at)
VALUES (%(tenant)s, %(principal)s, %(method)s, %(route)s, %(key)s, %(body_hash)s, %(status)s, %(headers)s::jsonb,
    %(body)b, now(), now() + %(expiry)s)
ON CONFLICT (tenant, principal, method, route, key) DO UPDATE
SET body_hash = excluded.body_hash, status = excluded.status, headers = excluded.headers, body = excluded.body,
    created_at = excluded.created_at, expires_at = excluded.expires_at
WHERE stored.expires_at <= now()
"""
_PURGE = """
DELETE FROM idempotency_keys WHERE ctid IN (SELECT ctid FROM idempotency_keys WHERE expires_at <= now() LIMIT %(most)s)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """Which write this is.

    Attributes:
        tenant: GB/T 2260 code.
        principal: Pseudonym of whoever writes: who somebody is needn't lie in one more table.
        method: HTTP method.
        route: Template of the path.
        key: Keyed hash of what the client sent.
        body_hash: Keyed hash of what was asked for: path, query and body.
        opens: Key of the answer, made of what the client sent; never stored.
    """

    tenant: str
    principal: str
    method: str
    route: str
    key: str
    body_hash: bytes
    opens: bytes = field(repr=False)

    @property
    def lock(self) -> int:
        """The advisory lock of this key: 63 bits of a hash, so that two keys practically never share one."""
        place = "\0".join([self.tenant, self.principal, self.method, self.route, self.key])  # noqa: FLY002
        return int.from_bytes(hashlib.sha256(place.encode()).digest()[:8]) >> 1

    def columns(self) -> dict[str, Any]:
        """The key's columns as parameters."""
        return {name: getattr(self, name) for name in self.__slots__ if name != "opens"}


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer as it was given: status, the endpoint's headers, and the very bytes."""

    status: int
    headers: dict[str, str]
    body: bytes


def read_key(header: str | None) -> str:
    """Check the Idempotency-Key header.

    Raises:
        Problem: 400 when it is missing or not 1 to 255 visible ASCII characters.
    """
    if header is None or not _KEY.fullmatch(header):
        raise Problem(KEY_MISSING)
    return header


def make_key(
    secret: bytes, *, tenant: str, principal: str, method: str, route: str, sent: str, asked: tuple[bytes, bytes, bytes]
) -> Key:
    """Make the key of a write.

    Args:
        secret: Behind the hashes.
        tenant: GB/T 2260 code.
        principal: Pseudonym of whoever writes.
        method: HTTP method.
        route: Template of the path.
        sent: The client's key.
        asked: Path, query and body.
    """
    place = [part.encode() for part in (tenant, principal, method, route, sent)]
    return Key(
        tenant=tenant,
        principal=principal,
        method=method,
        route=route,
        key=_keyed(secret, b"key", *place).hex(),
        body_hash=_keyed(secret, b"body", *asked),
        opens=_keyed(secret, b"answer", *place),
    )


def _keyed(secret: bytes, *parts: bytes) -> bytes:
    """Hash the parts, each behind its length, so that they can't run into each other."""
    return hmac.digest(secret, b"".join(len(part).to_bytes(8) + part for part in parts), hashlib.sha256)


async def claim(session: AsyncSession, key: Key) -> Answer | None:
    """Take the key for this transaction; give the stored answer if the write was already done.

    Raises:
        Problem: 409 while another transaction works on the same key; 422 when the key was used for other content.
    """
    cursor = await driver_of(session).execute(_CLAIM, {"lock": key.lock, **key.columns()})
    ((locked, body_hash, status, headers, body),) = await cursor.fetchall()
    if body_hash is not None:
        if body_hash != key.body_hash:
            raise Problem(KEY_REUSED)
        return Answer(status, headers, _open(body, key))
    if not locked:
        raise still_running()
    return None


async def store(unit: Unit, key: Key, answer: Answer) -> None:
    """Keep the answer, in the transaction of its effects, and with it write the events that tell of them.

    Raises:
        Problem: 409 when another transaction stored one since our look; the caller rolls back.
    """
    headers = {name: value for name, value in answer.headers.items() if name not in _NOT_STORED}
    parameters = key.columns() | {
        "status": answer.status,
        "headers": json.dumps(headers),
        "body": _seal(answer.body, key),
        "expiry": EXPIRY,
    }
    if await unit.write_events_beside(_STORE, parameters) != 1:
        raise still_running()


async def purge(session: AsyncSession, most: int = 1000) -> int:
    """Delete expired keys, a bounded number at once, and say how many."""
    return (await driver_of(session).execute(_PURGE, {"most": most})).rowcount


def _seal(body: bytes, key: Key) -> bytes:
    nonce = os.urandom(NONCE_BYTES)
    return nonce + AESGCM(key.opens).encrypt(nonce, body, key.body_hash)


def _open(sealed: bytes, key: Key) -> bytes:
    return AESGCM(key.opens).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], key.body_hash)


def still_running() -> Problem:
    """Say that the first request with this key isn't done."""
    return Problem(STILL_RUNNING, headers={"Retry-After": RETRY_AFTER_S})
