"""A file that was sealed piece by piece opens as it was, or not at all."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from chassis.sealed_files import PIECE_BYTES, new_key, opened, sealed
from chassis.sealing import UnsealableError
from hypothesis import given
from hypothesis import strategies as st
from nacl.bindings import crypto_secretstream_xchacha20poly1305_ABYTES as TAG_BYTES
from nacl.bindings import crypto_secretstream_xchacha20poly1305_HEADERBYTES as HEADER_BYTES

KEY = new_key()
WHOLE = PIECE_BYTES + TAG_BYTES


async def _parts(content: bytes, size: int) -> AsyncIterator[bytes]:
    for at in range(0, len(content), size):
        yield content[at : at + size]


def _sealed(content: bytes, size: int = 50_000) -> bytes:
    async def work() -> bytes:
        return b"".join([part async for part in sealed(_parts(content, size), KEY)])

    return asyncio.run(work())


def _opened(content: bytes, key: bytes = KEY, size: int = 50_000) -> bytes:
    async def work() -> bytes:
        return b"".join([part async for part in opened(_parts(content, size), key)])

    return asyncio.run(work())


@given(
    st.sampled_from([0, 1, PIECE_BYTES - 1, PIECE_BYTES, PIECE_BYTES + 1, 3 * PIECE_BYTES]), st.integers(1000, 90_000)
)
def test_it_opens_as_it_was_however_it_is_cut_on_its_way(length: int, size: int) -> None:
    content = bytes(range(256)) * (length // 256) + b"x" * (length % 256)
    assert _opened(_sealed(content, size), size=size + 7) == content


@pytest.mark.parametrize("at", [0, HEADER_BYTES, HEADER_BYTES + WHOLE, -1])
def test_a_flipped_bit_is_noticed_wherever_it_is(at: int) -> None:
    changed = bytearray(_sealed(b"a" * (2 * PIECE_BYTES)))
    changed[at] ^= 1
    with pytest.raises(UnsealableError):
        _opened(bytes(changed))


@pytest.mark.parametrize(
    "left", [0, HEADER_BYTES - 1, HEADER_BYTES, HEADER_BYTES + WHOLE, HEADER_BYTES + WHOLE + 5, -1]
)
def test_what_was_cut_short_does_not_open_to_its_end(left: int) -> None:
    with pytest.raises(UnsealableError):
        _opened(_sealed(b"a" * (2 * PIECE_BYTES + 9))[:left])


def test_pieces_that_were_exchanged_left_out_or_added_do_not_open() -> None:
    whole = _sealed(b"a" * PIECE_BYTES + b"b" * PIECE_BYTES + b"c" * 9)
    header, one, two, last = whole[:HEADER_BYTES], *(whole[HEADER_BYTES:][at * WHOLE :][:WHOLE] for at in range(3))
    for put_together in (header + two + one + last, header + one + last, whole + last, header + last):
        with pytest.raises(UnsealableError):
            _opened(put_together)


def test_it_does_not_open_under_another_key() -> None:
    with pytest.raises(UnsealableError):
        _opened(_sealed(b"a"), key=new_key())
