"""Files as they are kept (内容寻址): each under the SHA-256 of its bytes, so that its name tells what has to be there.

What a store keeps is said by nobody but rows that name it: a file that no row names any more, or that none ever came to
name because its request failed, is found by going through the store shelf by shelf. So nothing has to be undone.
"""

import asyncio
import hashlib
import os
import re
import secrets
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, Final, Protocol

SHELVES: Final = 256
"""A store is gone through in so many parts, by the first two digits of the addresses."""
BUCKETS: Final = "s3://"
READ_BYTES: Final = 256 * 1024
ADDRESS: Final = re.compile(r"[0-9a-f]{64}")
ARRIVING: Final = "arriving"
"""Folder of what isn't whole yet."""


class FileStore(Protocol):
    """Where files are kept."""

    async def put(self, parts: AsyncIterator[bytes]) -> str:
        """Keep a file, durably; give its address. Of one that fails on the way nothing is kept.

        Raises:
            OSError: The store can't.
        """
        ...

    def get(self, address: str) -> AsyncIterator[bytes]:
        """Give a file in parts.

        Raises (the iterator):
            OSError: The store can't; FileNotFoundError: it isn't there.
        """
        ...

    async def delete(self, address: str) -> None:
        """Forget a file, also one that isn't there.

        Raises:
            OSError: The store can't.
        """
        ...

    async def older_than(self, moment: datetime, shelf: int) -> Sequence[str]:
        """Give the addresses of one shelf that were kept before a moment (UTC).

        Raises:
            OSError: The store can't.
        """
        ...


def store_at(place: str) -> FileStore:
    """Give the store at a place.

    Args:
        place: A folder, or ``s3://bucket/prefix``.

    Raises:
        ValueError: It names no bucket.
    """
    if not place.startswith(BUCKETS):
        return Folder(Path(place))
    from chassis.bucket import Bucket  # noqa: PLC0415  whoever has a folder doesn't load the client

    name, _, prefix = place.removeprefix(BUCKETS).partition("/")
    return Bucket(name, prefix.strip("/"))


class Folder:
    """A store in a folder, on one file system that all processes share."""

    def __init__(self, root: Path) -> None:
        """Keep them there; it is made when something comes."""
        self._root = root

    async def put(self, parts: AsyncIterator[bytes]) -> str:
        """Write it beside the others, and move it to its place once it is whole and on the disk."""
        arriving = self._root / ARRIVING / secrets.token_hex(16)
        file = await asyncio.to_thread(_created, arriving)
        digest = hashlib.sha256()
        try:
            async for part in parts:
                digest.update(part)
                await asyncio.to_thread(file.write, part)
            await asyncio.to_thread(_settle, file, arriving, self._place(digest.hexdigest()))
        finally:
            file.close()
            arriving.unlink(missing_ok=True)
        return digest.hexdigest()

    async def get(self, address: str) -> AsyncIterator[bytes]:
        """Read it."""
        with await asyncio.to_thread(self._place(address).open, "rb") as file:
            while part := await asyncio.to_thread(file.read, READ_BYTES):
                yield part

    async def delete(self, address: str) -> None:
        """Remove it."""
        await asyncio.to_thread(self._place(address).unlink, missing_ok=True)

    async def older_than(self, moment: datetime, shelf: int) -> Sequence[str]:
        """Look at one folder; what a process that was killed left half written goes with the first of them."""
        return await asyncio.to_thread(self._older_than, moment, shelf)

    def _older_than(self, moment: datetime, shelf: int) -> Sequence[str]:
        if shelf == 0:
            for half in _older(self._root / ARRIVING, moment):
                half.unlink(missing_ok=True)
        found = _older(self._root / f"{shelf:02x}", moment)
        return [path.name for path in found if ADDRESS.fullmatch(path.name)]

    def _place(self, address: str) -> Path:
        if not ADDRESS.fullmatch(address):
            raise FileNotFoundError(address)
        return self._root / address[:2] / address


def _created(path: Path) -> BinaryIO:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")


def _settle(file: BinaryIO, arriving: Path, place: Path) -> None:
    """Move a file to its place so that a power cut leaves all of it there, or nothing."""
    file.flush()
    os.fsync(file.fileno())
    place.parent.mkdir(mode=0o700, exist_ok=True)
    arriving.replace(place)
    for folder in (place.parent, place.parent.parent):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _older(folder: Path, moment: datetime) -> list[Path]:
    found = []
    try:
        entries = list(os.scandir(folder))
    except FileNotFoundError:
        return []
    for entry in entries:
        try:
            if datetime.fromtimestamp(entry.stat().st_mtime, UTC) < moment:
                found.append(Path(entry.path))
        except FileNotFoundError:  # it was just moved or removed
            continue
    return found
