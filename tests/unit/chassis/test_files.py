"""A folder keeps whole files only, each under the hash of its bytes, and reads nothing outside itself."""

import hashlib
import os
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from chassis.files import Folder

NOW = datetime(2026, 11, 2, tzinfo=UTC)


async def _parts(*parts: bytes) -> AsyncIterator[bytes]:
    for part in parts:
        yield part


async def _read(store: Folder, address: str) -> bytes:
    return b"".join([part async for part in store.get(address)])


def _left(root: Path) -> list[Path]:
    return [path for path in root.rglob("*") if path.is_file()]


def _aged(path: Path, age: timedelta) -> None:
    then = (NOW - age).timestamp()
    os.utime(path, (then, then))


async def test_a_file_lies_under_the_hash_of_its_bytes(tmp_path: Path) -> None:
    store = Folder(tmp_path / "new" / "folder")
    address = await store.put(_parts(b"one", b"two"))
    assert address == hashlib.sha256(b"onetwo").hexdigest()
    assert await store.put(_parts(b"onetwo")) == address, "the same once more"
    assert await _read(store, address) == b"onetwo"
    (path,) = _left(tmp_path)
    assert path.stat().st_mode & 0o077 == 0, "nobody else's to read"


async def test_of_a_file_that_fails_on_its_way_nothing_is_kept(tmp_path: Path) -> None:
    async def failing() -> AsyncIterator[bytes]:
        yield b"a" * 100_000
        raise ConnectionError

    with pytest.raises(ConnectionError):
        await Folder(tmp_path).put(failing())
    assert _left(tmp_path) == []


async def test_what_was_deleted_is_gone_and_deleting_it_again_is_no_error(tmp_path: Path) -> None:
    store = Folder(tmp_path)
    address = await store.put(_parts(b"a"))
    await store.delete(address)
    await store.delete(address)
    with pytest.raises(FileNotFoundError):
        await _read(store, address)


@pytest.mark.parametrize("address", ["../../etc/passwd", "/etc/passwd", "", "A" * 64, "a" * 63, "a" * 64 + "\n"])
async def test_what_is_no_address_leads_nowhere(tmp_path: Path, address: str) -> None:
    store = Folder(tmp_path)
    with pytest.raises(FileNotFoundError):
        await _read(store, address)
    with pytest.raises(FileNotFoundError):
        await store.delete(address)


async def test_a_shelf_tells_what_is_old_and_half_written_files_of_a_killed_process_go(tmp_path: Path) -> None:
    store = Folder(tmp_path)
    old, new = await store.put(_parts(b"old")), await store.put(_parts(b"new"))
    _aged(tmp_path / old[:2] / old, timedelta(hours=2))
    _aged(tmp_path / new[:2] / new, timedelta(minutes=2))
    half, arriving = tmp_path / "arriving" / "half", tmp_path / "arriving" / "other"
    half.write_bytes(b"h")
    arriving.write_bytes(b"a")
    _aged(half, timedelta(hours=2))
    found = [await store.older_than(NOW - timedelta(hours=1), shelf) for shelf in range(256)]
    assert [address for shelf in found for address in shelf] == [old]
    assert [path.name for path in _left(tmp_path / "arriving")] == ["other"]
