"""A store of files in a bucket that speaks S3, for processes that share no file system (see ``files``).

Where it is and as whom it is asked, the client reads from the usual variables: ``AWS_ENDPOINT_URL``, ``AWS_REGION``,
``AWS_ACCESS_KEY_ID``, ``AWS_SECRET_ACCESS_KEY``, or those of a role. What is kept is ciphertext already.
"""

import hashlib
import os
import secrets
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Final

import obstore
from obstore.exceptions import BaseError, NotFoundError
from obstore.store import S3Store

from chassis.files import ADDRESS, ARRIVING, READ_BYTES

PART_BYTES: Final = 5 * 1024 * 1024
"""Of one part of an upload: the least that S3 takes."""
AT_ONCE: Final = 2
"""So many parts of one file are on their way, and in memory, at once."""
PAGE: Final = 1_000
WITHIN: Final = timedelta(seconds=10)
"""Longest wait for one answer, and for a connection."""
RETRIED: Final = timedelta(seconds=20)


class Bucket:
    """A store in a bucket, or below a prefix in one."""

    def __init__(self, name: str, prefix: str = "") -> None:
        """Keep them there; nothing is asked before something comes.

        Raises:
            ValueError: There is no name.
        """
        if not name:
            raise ValueError("s3://bucket/prefix: which bucket?")
        plain = os.environ.get("AWS_ENDPOINT_URL", "").startswith("http://")
        self._store = S3Store(
            name,
            prefix=prefix or None,
            disable_bulk_delete=True,  # files go one by one, and not every server knows the other way
            client_options={"timeout": WITHIN, "connect_timeout": WITHIN, "allow_http": plain},
            retry_config={"max_retries": 3, "retry_timeout": RETRIED},
        )

    async def put(self, parts: AsyncIterator[bytes]) -> str:
        """Upload it beside the others, and have it copied to its place once it is whole: no reader sees half of it."""
        arriving, digest = f"{ARRIVING}/{secrets.token_hex(16)}", hashlib.sha256()

        async def hashed() -> AsyncIterator[bytes]:
            async for part in parts:
                digest.update(part)
                yield part

        with _as_oserror():
            await obstore.put_async(
                self._store, arriving, hashed(), chunk_size=PART_BYTES, max_concurrency=AT_ONCE, use_multipart=True
            )
            address = digest.hexdigest()
            await obstore.copy_async(self._store, arriving, _place(address))
            await obstore.delete_async(self._store, arriving)
        return address

    async def get(self, address: str) -> AsyncIterator[bytes]:
        """Download it."""
        with _as_oserror():
            found = await obstore.get_async(self._store, _place(address))
            async for part in found.stream(min_chunk_size=READ_BYTES):
                yield bytes(part)

    async def delete(self, address: str) -> None:
        """Remove it."""
        with _as_oserror():
            await obstore.delete_async(self._store, _place(address))

    async def older_than(self, moment: datetime, shelf: int) -> Sequence[str]:
        """Look at one prefix; what a process that was killed left on its way goes with the first of them.

        Of parts of an upload that was never ended a rule of the bucket disposes (AbortIncompleteMultipartUpload).
        """
        with _as_oserror():
            if shelf == 0:
                for half in await self._older(f"{ARRIVING}/", moment):
                    await obstore.delete_async(self._store, half)
            names = [path.rpartition("/")[2] for path in await self._older(f"{shelf:02x}/", moment)]
        return [name for name in names if ADDRESS.fullmatch(name)]

    async def _older(self, prefix: str, moment: datetime) -> list[str]:
        pages = obstore.list(self._store, prefix=prefix, chunk_size=PAGE)
        return [each["path"] async for page in pages for each in page if each["last_modified"] < moment]


def _place(address: str) -> str:
    if not ADDRESS.fullmatch(address):
        raise FileNotFoundError(address)
    return f"{address[:2]}/{address}"


@contextmanager
def _as_oserror() -> Iterator[None]:
    """Say what went wrong as a folder would; the client's own words may hold addresses and are left out."""
    try:
        yield
    except (NotFoundError, FileNotFoundError):
        raise FileNotFoundError from None
    except BaseError as error:
        raise OSError(f"the bucket doesn't answer as it should: {type(error).__name__}") from None
