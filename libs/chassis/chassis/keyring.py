"""A keyring in a folder: one file a key, each wrapped by one key-encryption key. Several processes may share it."""

import asyncio
import base64
import contextlib
import hashlib
import hmac
import json
import os
import secrets
import time
from collections import OrderedDict
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from chassis.sealing import KEY_BYTES, NONCE_BYTES

CACHE_SECONDS = 60.0
CACHE_KEYS = 10_000
_NAME_BYTES = 16


class KeyringBrokenError(RuntimeError):
    """A key file can't be read with this key-encryption key."""


class FileKeyring:
    """Keys as files, named by a keyed hash of the person, never by the person.

    A key id is ``<keyed hash of the person>-<random>``: after a key was destroyed, a new key of the same person has
    another id, so text sealed under the old one stays unreadable rather than looking corrupt.
    """

    def __init__(self, directory: Path, *, kek_path: Path | None = None, create_kek: bool = True) -> None:
        """Open the keyring.

        Args:
            directory: Where the key files lie.
            kek_path: File with the 256-bit key-encryption key; by default ``kek`` in that folder. In production it
                lies on another volume, with a backup of its own.
            create_kek: Make a missing key-encryption key (development). Otherwise its absence is an error.

        Raises:
            FileNotFoundError: No key-encryption key, and none may be made.
            KeyringBrokenError: The key-encryption key isn't 256 bits.
        """
        self._directory = directory
        directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        kek = _read_kek(kek_path or directory / "kek", create=create_kek)
        self._wrap = AESGCM(kek)
        self._name_key = hmac.digest(kek, b"yiwangban keyring: file names", hashlib.sha256)
        self._keys: OrderedDict[str, tuple[float, bytes]] = OrderedDict()
        self._ids: OrderedDict[str, tuple[float, str]] = OrderedDict()

    async def create(self, person: str) -> str:
        """Give the id of the person's key, durably on disk when this returns."""
        name = self._name(person)
        cached = self._ids.get(name)
        if cached and cached[0] > time.monotonic():
            return cached[1]
        keyid, key = await asyncio.to_thread(self._load_or_create, name)
        self._remember(keyid, key)
        return keyid

    async def get_many(self, keyids: list[str]) -> dict[str, bytes | None]:
        """Give the keys; None for one that is unknown or destroyed.

        Raises:
            KeyringBrokenError: A key file doesn't open.
        """
        now = time.monotonic()
        found: dict[str, bytes | None] = {}
        missing = []
        for keyid in keyids:
            cached = self._keys.get(keyid)
            if cached and cached[0] > now:
                found[keyid] = cached[1]
            else:
                missing.append(keyid)
        if missing:
            loaded = await asyncio.to_thread(lambda: {keyid: self._load_by_id(keyid) for keyid in missing})
            for keyid, key in loaded.items():
                found[keyid] = key
                if key is not None:
                    self._remember(keyid, key)
        return found

    async def destroy(self, keyid: str) -> None:
        """Overwrite and unlink the key. Other processes forget it within ``CACHE_SECONDS``."""
        self._keys.pop(keyid, None)
        self._ids.pop(_name_of(keyid), None)
        await asyncio.to_thread(self._destroy, keyid)

    def _remember(self, keyid: str, key: bytes) -> None:
        until = time.monotonic() + CACHE_SECONDS
        self._keys[keyid] = (until, key)
        self._ids[_name_of(keyid)] = (until, keyid)
        for cache in (self._keys, self._ids):
            while len(cache) > CACHE_KEYS:
                cache.popitem(last=False)

    def _name(self, person: str) -> str:
        return hmac.digest(self._name_key, person.encode(), hashlib.sha256)[:_NAME_BYTES].hex()

    def _path(self, name: str) -> Path:
        return self._directory / name[:2] / name

    def _load_or_create(self, name: str) -> tuple[str, bytes]:
        while True:
            loaded = self._load(name)
            if loaded is not None:
                return loaded
            keyid, key = f"{name}-{secrets.token_hex(4)}", secrets.token_bytes(KEY_BYTES)
            nonce = secrets.token_bytes(NONCE_BYTES)
            wrapped = nonce + self._wrap.encrypt(nonce, key, keyid.encode())
            content = json.dumps({"keyid": keyid, "wrapped": base64.b64encode(wrapped).decode()}).encode()
            if _create_once(self._path(name), content):
                return keyid, key

    def _load(self, name: str) -> tuple[str, bytes] | None:
        try:
            content = self._path(name).read_bytes()
        except FileNotFoundError:
            return None
        try:
            entry = json.loads(content)
            wrapped = base64.b64decode(entry["wrapped"])
            keyid: str = entry["keyid"]
            return keyid, self._wrap.decrypt(wrapped[:NONCE_BYTES], wrapped[NONCE_BYTES:], keyid.encode())
        except (ValueError, KeyError, InvalidTag) as error:
            if not self._path(name).exists():  # read while another process destroyed it
                return None
            raise KeyringBrokenError(f"the key file {name} doesn't open with this key-encryption key") from error

    def _load_by_id(self, keyid: str) -> bytes | None:
        name = _name_of(keyid)
        if len(name) != 2 * _NAME_BYTES or not name.isalnum():
            return None
        loaded = self._load(name)
        return loaded[1] if loaded and loaded[0] == keyid else None

    def _destroy(self, keyid: str) -> None:
        if self._load_by_id(keyid) is None:
            return
        path = self._path(_name_of(keyid))
        with contextlib.suppress(FileNotFoundError):
            with path.open("r+b") as file:
                file.write(b"\0" * path.stat().st_size)
                file.flush()
                os.fsync(file.fileno())
            path.unlink()
            _fsync_directory(path.parent)


def _name_of(keyid: str) -> str:
    return keyid.partition("-")[0]


def _read_kek(path: Path, *, create: bool) -> bytes:
    if create and not path.exists():
        _create_once(path, secrets.token_bytes(KEY_BYTES))
    kek = path.read_bytes()
    if len(kek) != KEY_BYTES:
        raise KeyringBrokenError(f"{path} must hold {KEY_BYTES} bytes")
    return kek


def _create_once(path: Path, content: bytes) -> bool:
    """Write a file completely and durably, or not at all; False if another process was first.

    A hard link is the atomic step: unlike a rename it fails when the name is taken.
    """
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.link(temporary, path)
    except FileExistsError:
        return False
    finally:
        temporary.unlink()
    _fsync_directory(path.parent)
    return True


def _fsync_directory(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
