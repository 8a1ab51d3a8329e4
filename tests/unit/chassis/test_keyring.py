"""Keys of persons: made once, found again, wrapped on disk, and gone for good when destroyed."""

import subprocess
import sys
import time
from pathlib import Path

import pytest
from chassis import keyring as module
from chassis.keyring import FileKeyring, KeyringBrokenError

PERSON = "zhang.san@example.org"


def key_files(directory: Path) -> list[Path]:
    return [path for path in directory.rglob("*") if path.is_file() and path.name != "kek"]


async def test_a_person_has_one_key_even_after_a_restart(tmp_path: Path) -> None:
    first = FileKeyring(tmp_path)
    keyid = await first.create(PERSON)
    assert await first.create(PERSON) == keyid
    key = (await first.get_many([keyid]))[keyid]
    restarted = FileKeyring(tmp_path)
    assert await restarted.create(PERSON) == keyid
    assert (await restarted.get_many([keyid]))[keyid] == key
    assert key is not None
    assert len(key) == 32


async def test_two_persons_have_two_keys(tmp_path: Path) -> None:
    keyring = FileKeyring(tmp_path)
    one, two = await keyring.create("one"), await keyring.create("two")
    keys = await keyring.get_many([one, two])
    assert keys[one] != keys[two]


async def test_neither_the_person_nor_the_key_can_be_read_from_the_disk(tmp_path: Path) -> None:
    keyring = FileKeyring(tmp_path)
    keyid = await keyring.create(PERSON)
    key = (await keyring.get_many([keyid]))[keyid]
    assert key is not None
    (file,) = key_files(tmp_path)
    assert "zhang" not in str(file)
    assert PERSON.encode() not in file.read_bytes()
    assert key not in file.read_bytes()
    assert file.stat().st_mode & 0o077 == 0


async def test_a_destroyed_key_is_gone_and_a_new_one_of_the_same_person_is_another(tmp_path: Path) -> None:
    keyring = FileKeyring(tmp_path)
    keyid = await keyring.create(PERSON)
    await keyring.destroy(keyid)
    await keyring.destroy(keyid)
    assert await keyring.get_many([keyid]) == {keyid: None}
    assert not key_files(tmp_path)
    again = await keyring.create(PERSON)
    assert again != keyid
    assert await keyring.get_many([keyid]) == {keyid: None}


async def test_another_process_forgets_a_destroyed_key_within_a_minute(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = time.monotonic()
    monkeypatch.setattr("chassis.keyring.time.monotonic", lambda: now)
    here, there = FileKeyring(tmp_path), FileKeyring(tmp_path)
    keyid = await here.create(PERSON)
    assert (await there.get_many([keyid]))[keyid] is not None
    await here.destroy(keyid)
    now += 60.1
    assert await there.get_many([keyid]) == {keyid: None}
    assert await there.create(PERSON) != keyid


async def test_the_cache_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "CACHE_KEYS", 3)
    keyring = FileKeyring(tmp_path)
    keyids = [await keyring.create(str(number)) for number in range(5)]
    assert len(keyring._keys) == len(keyring._ids) == 3
    assert None not in (await keyring.get_many(keyids)).values()


@pytest.mark.parametrize("keyid", ["", "../../etc/passwd", "-", "zz", "0" * 32, "0" * 32 + "-abcd", "\0", "键"])
async def test_a_key_id_that_nobody_made_is_unknown(tmp_path: Path, keyid: str) -> None:
    keyring = FileKeyring(tmp_path)
    assert await keyring.get_many([keyid]) == {keyid: None}
    await keyring.destroy(keyid)


async def test_a_changed_key_file_is_an_error_and_not_another_key(tmp_path: Path) -> None:
    keyid = await FileKeyring(tmp_path).create(PERSON)
    (file,) = key_files(tmp_path)
    file.write_bytes(file.read_bytes().replace(b'"wrapped": "', b'"wrapped": "AAAA'))
    with pytest.raises(KeyringBrokenError):
        await FileKeyring(tmp_path).get_many([keyid])


def test_a_production_keyring_makes_no_key_encryption_key(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        FileKeyring(tmp_path, create_kek=False)


MAKE_KEYS = """
import asyncio, sys
from pathlib import Path
from chassis.keyring import FileKeyring

async def make():
    keyring = FileKeyring(Path(sys.argv[1]))
    print([await keyring.create(str(person)) for person in range(40)])

asyncio.run(make())
"""


def test_several_processes_at_once_agree_on_every_key(tmp_path: Path) -> None:
    command = [sys.executable, "-c", MAKE_KEYS, str(tmp_path)]
    processes = [subprocess.Popen(command, stdout=subprocess.PIPE) for _ in range(4)]
    results = [process.communicate(timeout=60)[0] for process in processes]
    assert results[0]
    assert all(result == results[0] for result in results)
    assert len(key_files(tmp_path)) == 40
