"""Files sealed as they pass: libsodium's secretstream (XChaCha20-Poly1305) under a key of each file's own.

Whoever has the key opens it piece by piece; one that was changed, cut short or put together anew doesn't open, and what
came before the fault has already been given out: its length, told beforehand, says that something is missing.
"""

import secrets
from collections.abc import AsyncIterator
from typing import Final

from nacl.bindings import (
    crypto_secretstream_xchacha20poly1305_ABYTES as TAG_BYTES,
)
from nacl.bindings import (
    crypto_secretstream_xchacha20poly1305_HEADERBYTES as HEADER_BYTES,
)
from nacl.bindings import (
    crypto_secretstream_xchacha20poly1305_init_pull as init_pull,
)
from nacl.bindings import (
    crypto_secretstream_xchacha20poly1305_init_push as init_push,
)
from nacl.bindings import (
    crypto_secretstream_xchacha20poly1305_KEYBYTES as KEY_BYTES,
)
from nacl.bindings import (
    crypto_secretstream_xchacha20poly1305_pull as pull,
)
from nacl.bindings import (
    crypto_secretstream_xchacha20poly1305_push as push,
)
from nacl.bindings import (
    crypto_secretstream_xchacha20poly1305_state as State,  # noqa: N812  a class, by libsodium's name
)
from nacl.bindings import (
    crypto_secretstream_xchacha20poly1305_TAG_FINAL as FINAL,
)
from nacl.bindings import (
    crypto_secretstream_xchacha20poly1305_TAG_MESSAGE as MESSAGE,
)

from chassis.sealing import UnsealableError

PIECE_BYTES: Final = 64 * 1024


def new_key() -> bytes:
    """Make the key of a file."""
    return secrets.token_bytes(KEY_BYTES)


async def sealed(parts: AsyncIterator[bytes], key: bytes) -> AsyncIterator[bytes]:
    """Seal what passes.

    Args:
        parts: Of any size.
        key: Of this file, and of no other.
    """
    state = State()
    yield init_push(state, key)
    async for piece, last in _pieces(parts, PIECE_BYTES):
        yield push(state, piece, None, FINAL if last else MESSAGE)


async def opened(parts: AsyncIterator[bytes], key: bytes) -> AsyncIterator[bytes]:
    """Open what passes.

    Raises (the iterator):
        UnsealableError: It was changed, cut short, or sealed under another key.
    """
    state, header, ended = State(), b"", False
    async for piece, last in _pieces(parts, PIECE_BYTES + TAG_BYTES, first=HEADER_BYTES):
        if not header:
            header = piece
            if len(header) < HEADER_BYTES or last:
                break
            init_pull(state, header, key)
            continue
        if len(piece) < TAG_BYTES:
            break
        try:
            plain, tag = pull(state, piece)
        except RuntimeError as error:
            raise UnsealableError("changed, or under another key") from error
        ended = tag == FINAL  # nothing behind it opens
        yield plain
    if not ended:
        raise UnsealableError("cut short")


async def _pieces(parts: AsyncIterator[bytes], size: int, first: int = 0) -> AsyncIterator[tuple[bytes, bool]]:
    """Cut what passes into pieces of one size, the first one perhaps of another, and tell which one is the last."""
    held, wanted = bytearray(), first or size
    async for part in parts:
        held += part
        while len(held) > wanted:  # never all of it: the last piece has to be told
            piece = bytes(held[:wanted])
            del held[:wanted]
            wanted = size
            yield piece, False
    yield bytes(held), True
