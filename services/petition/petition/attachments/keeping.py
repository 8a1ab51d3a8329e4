"""Takes a file in as it comes: told by its content, measured, sealed and put into the store, never whole in memory."""

import hashlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import puremagic
from casework.workflow import Refused
from chassis.files import FileStore
from chassis.sealed_files import new_key, opened, sealed

from petition.attachments.attachment import TAKEN, Attachment, Kept

HEAD = 4096
"""Bytes by whose look a file is told."""


class UnknownContent(Refused):
    """Its content is none of what is taken, whatever its name says."""


def media_type_of(head: bytes) -> str | None:
    """Tell what a file is by how it begins; None if it is nothing that is taken."""
    try:
        found = puremagic.magic_string(head)
    except (puremagic.PureError, ValueError):  # nothing is known to begin like that, or nothing came
        return None
    return next((each.mime_type for each in found if each.mime_type in TAKEN), None)


async def keep(parts: AsyncIterator[bytes], store: FileStore) -> Kept:
    """Take a file in.

    Raises:
        UnknownContent: See there; nothing is kept.
        OSError: The store can't.
    """
    head = b""
    async for part in parts:
        head += part
        if len(head) >= HEAD:
            break
    media_type = media_type_of(head[:HEAD])
    if media_type is None:
        raise UnknownContent
    key, measured = new_key(), _Measured()
    address = await store.put(sealed(measured.passing(head, parts), key))
    return Kept(
        address=address,
        key=key.hex(),
        media_type=media_type,
        size=measured.size,
        sha256=measured.digest.hexdigest(),
    )


def show(attachment: Attachment, store: FileStore) -> AsyncIterator[bytes]:
    """Give a file as it came.

    Raises (the iterator):
        OSError: The store can't, or has lost it.
        UnsealableError: It isn't what was kept.
    """
    return opened(store.get(attachment.address), bytes.fromhex(attachment.key))


@dataclass(slots=True)
class _Measured:
    size: int = 0
    digest: "hashlib._Hash" = field(default_factory=hashlib.sha256)

    async def passing(self, head: bytes, rest: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
        """Give it on, and measure it."""
        self._measure(head)
        yield head
        async for part in rest:
            self._measure(part)
            yield part

    def _measure(self, part: bytes) -> None:
        self.size += len(part)
        self.digest.update(part)
