"""Sealing of personal fields: a key per person, kept apart from the events, so that erasing the key erases the text.

A sealed field is ``sealed:v1:<base64url(nonce || ciphertext || tag)>``, AES-256-GCM. The field's place (type, subject,
sequence, field, key id) is the associated data, so a ciphertext moved elsewhere doesn't open.
"""

import base64
import binascii
import hashlib
import hmac
import os
from collections.abc import Mapping
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from chassis.envelope import Envelope

PREFIX = "sealed:v1:"
KEY_BYTES = 32
NONCE_BYTES = 12
TAG_BYTES = 16


class UnsealableError(ValueError):
    """The text isn't sealed in this form, was changed, was moved, or needs another key."""


class Keyring(Protocol):
    """Where the keys of persons live: apart from the events, with backups and credentials of its own."""

    async def create(self, person: str) -> str:
        """Give the id of the person's key; make the key, durably, if there is none.

        Args:
            person: The person's pseudonym or any other stable id; not stored in clear.
        """
        ...

    async def get_many(self, keyids: list[str]) -> dict[str, bytes | None]:
        """Give the keys; None for one that is unknown or destroyed."""
        ...

    def forget(self, keyid: str) -> None:
        """Remember a key no longer: it is said to be destroyed."""
        ...

    async def close(self) -> None:
        """Close what is open."""
        ...


def seal(plaintext: str, key: bytes, *, type: str, subject: str, sequence: int, field: str, keyid: str) -> str:  # noqa: A002
    """Encrypt one field of one event.

    Raises:
        UnicodeEncodeError: The text holds a lone surrogate.
    """
    nonce = os.urandom(NONCE_BYTES)
    ciphertext = AESGCM(key).encrypt(nonce, plaintext.encode(), _place(type, subject, sequence, field, keyid))
    return PREFIX + base64.urlsafe_b64encode(nonce + ciphertext).decode().rstrip("=")


def open_(sealed: str, key: bytes, *, type: str, subject: str, sequence: int, field: str, keyid: str) -> str:  # noqa: A002
    """Decrypt one field of one event.

    Raises:
        UnsealableError: See there; the reason never contains the text.
    """
    if not sealed.startswith(PREFIX):
        raise UnsealableError("not a sealed field")
    encoded = sealed[len(PREFIX) :]
    try:
        raw = base64.b64decode(encoded + "=" * (-len(encoded) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as error:
        raise UnsealableError("not base64url") from error
    if len(raw) < NONCE_BYTES + TAG_BYTES:
        raise UnsealableError("too short")
    try:
        plaintext = AESGCM(key).decrypt(
            raw[:NONCE_BYTES], raw[NONCE_BYTES:], _place(type, subject, sequence, field, keyid)
        )
    except InvalidTag as error:
        raise UnsealableError("changed, moved, or under another key") from error
    return plaintext.decode()


async def open_fields(keyring: Keyring, event: Envelope, fields: Mapping[str, str]) -> dict[str, str] | None:
    """Open personal fields of an event.

    Args:
        keyring: Where keys live.
        event: As it was received.
        fields: The sealed texts by field.

    Returns:
        The plain texts by field; None when the key was destroyed, that is, when the person was erased.

    Raises:
        UnsealableError: A field was changed or moved, or the event names no key.
    """
    keyid = event.keyid
    if keyid is None:
        raise UnsealableError("no key is named")
    key = (await keyring.get_many([keyid]))[keyid]
    if key is None:
        return None
    return {
        name: open_(text, key, type=event.type, subject=event.subject, sequence=event.sequence, field=name, keyid=keyid)
        for name, text in fields.items()
    }


def pseudonym(secret: bytes, context: str, subject: str) -> str:
    """Give the name by which a context knows a person: stable within it, not linkable to another one.

    Args:
        secret: The suite's pseudonym secret, at least 256 bits.
        context: For example ``actor`` or ``author``.
        subject: The person's own id, for example the token's ``sub``.
    """
    digest = hmac.digest(secret, f"{len(context)}:{context}|{subject}".encode(), hashlib.sha256)
    return "p_" + base64.urlsafe_b64encode(digest[:18]).decode()


def _place(type_: str, subject: str, sequence: int, field: str, keyid: str) -> bytes:
    return f"{type_}|{subject}|{sequence}|{field}|{keyid}".encode()
