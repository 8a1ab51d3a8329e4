"""Files as people attach them."""

import zlib
from collections.abc import AsyncIterator
from typing import Final


def _chunk(kind: bytes, data: bytes) -> bytes:
    return len(data).to_bytes(4) + kind + data + zlib.crc32(kind + data).to_bytes(4)


def png(comment: bytes = b"") -> bytes:
    """Make a picture of one white pixel, with a comment in it."""
    header = (1).to_bytes(4) + (1).to_bytes(4) + bytes([8, 0, 0, 0, 0])
    chunks = [
        _chunk(b"IHDR", header),
        _chunk(b"tEXt", b"Comment\0" + comment),
        _chunk(b"IDAT", zlib.compress(b"\0\xff")),
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks) + _chunk(b"IEND", b"")


PNG: Final = png()


async def parts(content: bytes, size: int = 10_000) -> AsyncIterator[bytes]:
    """Give a file in parts, as it comes over a wire."""
    for at in range(0, len(content), size):
        yield content[at : at + size]
