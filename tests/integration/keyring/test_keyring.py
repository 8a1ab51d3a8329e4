"""Keys of persons: made once, found again, wrapped in their database, and gone for good when destroyed."""

import asyncio
import json
import os
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest
from chassis.process.migration import migrate
from deploy.postgres import Postgres
from typer.testing import CliRunner
from yiwangban_keyring import store
from yiwangban_keyring.cli import MIGRATIONS, cli
from yiwangban_keyring.encryption import FileEncryption, KeyringBrokenError
from yiwangban_keyring.store import DatabaseKeyring

PERSON = "p_zhang-san"
SECRET = os.urandom(32)

Open = Callable[..., DatabaseKeyring]


@pytest.fixture
def url(database_url: str) -> str:
    """A keyring's database that no other test looks into."""
    migrate(database_url, MIGRATIONS)
    return database_url


@pytest.fixture
async def opened(url: str, tmp_path: Path) -> AsyncIterator[Open]:
    """Opens the keyring, each time as another process would."""
    keyrings = []

    def open_it(kek: Path = tmp_path / "kek") -> DatabaseKeyring:
        keyrings.append(DatabaseKeyring(url, FileEncryption(kek, create=True), secret=SECRET))
        return keyrings[-1]

    yield open_it
    for keyring in keyrings:
        await keyring.close()


def rows(url: str, query: str = "SELECT * FROM keys") -> list[tuple[Any, ...]]:
    with psycopg.connect(url) as connection:
        return connection.execute(query).fetchall()


async def key_of(keyring: DatabaseKeyring, keyid: str) -> bytes | None:
    return (await keyring.get_many([keyid]))[keyid]


async def test_a_person_has_one_key_in_every_process_and_after_a_restart(opened: Open) -> None:
    here, there = opened(), opened()
    keyid = await here.create(PERSON)
    assert await there.create(PERSON) == keyid
    key = await key_of(here, keyid)
    assert key is not None
    assert len(key) == 32
    assert await key_of(there, keyid) == await key_of(opened(), keyid) == key


async def test_two_persons_have_two_keys_and_their_ids_say_nothing_of_them(opened: Open) -> None:
    keyring = opened()
    one, two = await keyring.create("one"), await keyring.create("two")
    keys = await keyring.get_many([one, two])
    assert None not in keys.values()
    assert keys[one] != keys[two]
    assert one[:8] != two[:8]


async def test_neither_the_person_nor_the_key_can_be_read_in_the_database(opened: Open, url: str) -> None:
    keyring = opened()
    key = await key_of(keyring, await keyring.create(PERSON))
    assert key is not None
    (row,) = rows(url)
    everything = b"|".join(value if isinstance(value, bytes) else str(value).encode() for value in row)
    assert key not in everything
    assert PERSON.encode() not in everything


async def test_a_destroyed_key_is_gone_and_a_new_one_of_the_same_person_is_another(opened: Open, url: str) -> None:
    keyring = opened()
    keyid = await keyring.create(PERSON)
    assert await keyring.destroy(keyid) == 1
    assert await keyring.destroy(keyid) == 0
    assert await key_of(keyring, keyid) is None
    assert rows(url, "SELECT wrapped, kek FROM keys") == [(None, None)]
    again = await keyring.create(PERSON)
    assert again != keyid
    assert await key_of(keyring, again) is not None
    assert await key_of(opened(), keyid) is None
    assert await keyring.keys_of([PERSON, "somebody else"]) == [keyid, again]


async def test_once_the_table_is_written_anew_its_files_hold_nothing_of_a_destroyed_key(
    opened: Open, url: str, postgres: Postgres
) -> None:
    def in_its_file(wrapped: bytes) -> bool:
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("CHECKPOINT")
        ((path,),) = rows(url, "SELECT pg_relation_filepath('keys')")
        return wrapped in (postgres.data / path).read_bytes()

    keyring = opened()
    keyid = await keyring.create(PERSON)
    ((wrapped,),) = rows(url, "SELECT wrapped FROM keys")
    await keyring.destroy(keyid)
    assert in_its_file(wrapped)  # a row that was changed stays there
    assert CliRunner().invoke(cli, ["overwrite"], env={"KEYRING_DATABASE_URL": url}).exit_code == 0
    assert not in_its_file(wrapped)


async def test_another_process_forgets_a_destroyed_key_within_a_minute(
    opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = time.monotonic()
    monkeypatch.setattr("yiwangban_keyring.store.time.monotonic", lambda: now)
    here, there = opened(), opened()
    keyid = await here.create(PERSON)
    assert await key_of(there, keyid) is not None
    await here.destroy(keyid)
    assert await key_of(there, keyid) is not None  # it remembers, for now
    now += 60.1
    assert await key_of(there, keyid) is None
    assert await there.create(PERSON) != keyid


async def test_a_process_that_hears_of_a_destruction_forgets_at_once(opened: Open) -> None:
    here, there = opened(), opened()
    keyid = await here.create(PERSON)
    await there.get_many([keyid])
    await here.destroy(keyid)
    there.forget(keyid)
    assert await key_of(there, keyid) is None
    assert await there.create(PERSON) != keyid


async def test_memory_is_bounded(opened: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "CACHE_KEYS", 3)
    keyring = opened()
    keyids = [await keyring.create(str(number)) for number in range(5)]
    assert len(keyring._by_id) == len(keyring._by_person) == 3
    assert None not in (await keyring.get_many(keyids)).values()


@pytest.mark.parametrize("keyid", ["", "-", "zz", "0" * 32, "\0", "键", "' OR true --"])
async def test_a_key_id_that_nobody_made_is_unknown(opened: Open, keyid: str) -> None:
    keyring = opened()
    await keyring.create(PERSON)
    assert await keyring.get_many([keyid]) == {keyid: None}
    assert await keyring.destroy(keyid) == 0


@pytest.mark.parametrize(
    "tampering",
    [
        "UPDATE keys SET wrapped = set_byte(wrapped, {byte}, get_byte(wrapped, {byte}) # 1) WHERE keyid = '{one}'",
        "UPDATE keys SET wrapped = substring(wrapped FOR 20) WHERE keyid = '{one}'",
        "UPDATE keys SET wrapped = (SELECT wrapped FROM keys WHERE keyid = '{two}') WHERE keyid = '{one}'",
        "UPDATE keys SET kek = repeat('0', 16) WHERE keyid = '{one}'",
    ],
    ids=["a bit turned", "cut short", "another person's", "another key-encryption key named"],
)
async def test_a_wrapped_key_that_was_tampered_with_is_an_error_and_not_another_key(
    opened: Open, url: str, tampering: str
) -> None:
    keyring = opened()
    one, two = await keyring.create("one"), await keyring.create("two")
    for byte in (0, 11, 12, 43, 59) if "{byte}" in tampering else (0,):
        with psycopg.connect(url) as connection:
            before = connection.execute("SELECT kek, wrapped FROM keys WHERE keyid = %s", [one]).fetchone()
            connection.execute(tampering.format(one=one, two=two, byte=byte))
        with pytest.raises(KeyringBrokenError) as refused:
            await opened().get_many([one])
        assert one in str(refused.value)
        with psycopg.connect(url) as connection:
            connection.execute("UPDATE keys SET kek = %s, wrapped = %s WHERE keyid = %s", [*(before or ()), one])
    assert await key_of(opened(), one) is not None


async def test_without_the_key_encryption_key_a_copy_of_the_database_opens_nothing(
    opened: Open, tmp_path: Path
) -> None:
    keyid = await opened().create(PERSON)
    thief = opened(tmp_path / "another")
    with pytest.raises(KeyringBrokenError):
        await thief.get_many([keyid])


async def test_the_key_encryption_key_is_rotated_while_everybody_goes_on(
    opened: Open, url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "REWRAPPED_AT_ONCE", 5)
    kek, new = tmp_path / "kek", os.urandom(32)
    before = opened()
    keyids = await asyncio.gather(*(before.create(f"p{number}") for number in range(12)))
    keys = await before.get_many(keyids)
    await before.destroy(keyids[0])

    kek.with_name("kek.next").write_bytes(new)  # 1: everybody learns to open with the new one
    knows_both = opened()
    kek.rename(tmp_path / "kek.previous")  # 2: it becomes the one that wraps
    kek.with_name("kek.next").rename(kek)
    rotated = opened()
    late = await rotated.create("late")
    assert await key_of(knows_both, late) is not None
    rewrapped = 0
    while done := await rotated.rewrap():  # 3
        rewrapped += done
    assert rewrapped == 11
    assert await key_of(knows_both, keyids[1]) == keys[keyids[1]]

    kek.with_name("kek.previous").unlink()  # 4: the old one may go
    after = await opened().get_many(keyids)
    assert after == keys | {keyids[0]: None}
    await before.close()  # and what it remembered with it
    with pytest.raises(KeyringBrokenError):
        await before.get_many([keyids[1]])


def test_a_production_keyring_makes_no_key_encryption_key(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        FileEncryption(tmp_path / "kek", create=False)


def test_a_key_encryption_key_of_another_length_is_refused(tmp_path: Path) -> None:
    (tmp_path / "kek").write_bytes(b"short")
    with pytest.raises(KeyringBrokenError):
        FileEncryption(tmp_path / "kek", create=True)


MAKE_KEYS = """
import asyncio, json, sys
from pathlib import Path
from yiwangban_keyring.encryption import FileEncryption
from yiwangban_keyring.store import DatabaseKeyring

async def make():
    keyring = DatabaseKeyring(sys.argv[1], FileEncryption(Path(sys.argv[2]), create=True), secret=bytes(32))
    keyids = await asyncio.gather(*(keyring.create(str(person)) for person in range(40)))
    print(json.dumps([(keyid, key.hex()) for keyid, key in (await keyring.get_many(keyids)).items()]))
    await keyring.close()

asyncio.run(make())
"""


def test_several_processes_at_once_agree_on_every_key(url: str, tmp_path: Path) -> None:
    command = [sys.executable, "-c", MAKE_KEYS, url, str(tmp_path / "kek")]
    processes = [subprocess.Popen(command, stdout=subprocess.PIPE) for _ in range(3)]
    results = [json.loads(process.communicate(timeout=60)[0]) for process in processes]
    assert len(dict(results[0])) == 40
    assert results[0] == results[1] == results[2]
    assert rows(url, "SELECT count(*) FROM keys") == [(40,)]
