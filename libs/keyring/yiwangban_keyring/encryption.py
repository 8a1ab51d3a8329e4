"""The key-encryption key (KEK): what wraps the keys of persons, so that their database alone opens nothing.

A port: a key management service stands behind it by two calls (see docs/keyring.md). Here it is a file.
"""

import hashlib
import hmac
import os
import secrets
from pathlib import Path
from typing import Final, Protocol

from chassis.sealing import KEY_BYTES, NONCE_BYTES
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

BESIDE: Final = (".next", ".previous")
"""Ends of the names of files beside the key that also open, and never wrap: what a rotation comes to, or comes from."""

_ID_BYTES: Final = 8


class KeyringBrokenError(RuntimeError):
    """A wrapped key doesn't open: it was changed or moved, or its key-encryption key isn't here."""


class KeyEncryption(Protocol):
    """Wraps keys of persons, and unwraps them; what it wraps them with never leaves it."""

    @property
    def current(self) -> str:
        """Names the key-encryption key that wraps now."""
        ...

    async def wrap(self, key: bytes, *, keyid: str) -> bytes:
        """Wrap a key with the current key-encryption key.

        Args:
            key: 256 bits.
            keyid: Bound to the wrapped key, so that it opens under no other id.
        """
        ...

    async def unwrap(self, wrapped: bytes, *, kek: str, keyid: str) -> bytes:
        """Open a wrapped key.

        Args:
            wrapped: As ``wrap`` gave it.
            kek: What ``current`` was then.
            keyid: As it was then.

        Raises:
            KeyringBrokenError: See there.
        """
        ...


class FileEncryption:
    """A key-encryption key in a file of 32 bytes, and those beside it that a rotation needs for a while."""

    def __init__(self, path: Path, *, create: bool) -> None:
        """Read the files.

        Args:
            path: The current one. What is beside it as ``….next`` or ``….previous`` also opens.
            create: Make a missing one (development). Otherwise its absence is an error.

        Raises:
            FileNotFoundError: It is missing, and may not be made.
            KeyringBrokenError: One of them isn't 256 bits.
        """
        if create and not path.exists():
            _create_once(path)
        current = _read(path)
        beside = [found for end in BESIDE if (found := path.with_name(path.name + end)).exists()]
        self.current = _name(current)
        self._ciphers = {_name(kek): AESGCM(kek) for kek in (current, *map(_read, beside))}

    async def wrap(self, key: bytes, *, keyid: str) -> bytes:
        """Wrap a key: nonce, ciphertext and tag of AES-256-GCM, with the id as associated data."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        return nonce + self._ciphers[self.current].encrypt(nonce, key, keyid.encode())

    async def unwrap(self, wrapped: bytes, *, kek: str, keyid: str) -> bytes:
        """Open a wrapped key.

        Raises:
            KeyringBrokenError: See there.
        """
        cipher = self._ciphers.get(kek)
        if cipher is None:
            raise KeyringBrokenError(f"key {keyid} is wrapped by {kek}, which isn't among {', '.join(self._ciphers)}")
        try:
            return cipher.decrypt(wrapped[:NONCE_BYTES], wrapped[NONCE_BYTES:], keyid.encode())
        except (InvalidTag, ValueError) as error:
            raise KeyringBrokenError(f"key {keyid} was changed or moved") from error


def _read(path: Path) -> bytes:
    kek = path.read_bytes()
    if len(kek) != KEY_BYTES:
        raise KeyringBrokenError(f"{path} must hold {KEY_BYTES} bytes")
    return kek


def _name(kek: bytes) -> str:
    return hmac.digest(kek, b"yiwangban: name of a key-encryption key", hashlib.sha256)[:_ID_BYTES].hex()


def _create_once(path: Path) -> None:
    """Write a new one durably, unless another process is first: a link, unlike a rename, fails when it is."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(secrets.token_bytes(KEY_BYTES))
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(draft, path)
    except FileExistsError:
        return
    finally:
        draft.unlink()
