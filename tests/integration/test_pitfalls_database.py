"""What PostgreSQL really does, where the chassis' design rests on it."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator

import psycopg
import pytest
from chassis.testing.waiting import NeverHappenedError, eventually_sync
from psycopg.errors import IdleSessionTimeout, UniqueViolation, UntranslatableCharacter

HOLDER = """
import psycopg, sys, time
connection = psycopg.connect(sys.argv[1], autocommit=True)
connection.execute("SET idle_session_timeout = 1000")
connection.execute("SELECT pg_advisory_lock(7)")
print("held", flush=True)
while True:
    connection.execute("SELECT 1")
    time.sleep(0.1)
"""


@pytest.fixture
def pair(database_url: str) -> Iterator[tuple[psycopg.Connection, psycopg.Connection]]:
    with psycopg.connect(database_url) as one, psycopg.connect(database_url) as other:
        yield one, other


def copy_rows(connection: psycopg.Connection, *rows: str) -> None:
    with connection.cursor().copy("COPY documents FROM STDIN") as copy:
        for row in rows:
            copy.write_row((row,))


def test_valid_json_with_a_nul_fails_a_whole_copy_into_jsonb(database_url: str) -> None:
    """So nothing is parsed in the transaction that stores records: they go into bytea."""
    with psycopg.connect(database_url) as connection:
        connection.execute("CREATE TABLE documents (body jsonb)")
        connection.commit()
        with pytest.raises(UntranslatableCharacter):
            copy_rows(connection, r'{"good": 1}', r'{"bad": "\u0000"}')
        connection.rollback()
        assert connection.execute("SELECT count(*) FROM documents").fetchone() == (0,)


def test_jsonb_does_not_give_back_the_bytes_that_were_hashed(database_url: str) -> None:
    """So raw bytes are kept beside whatever is read from them."""
    with psycopg.connect(database_url) as connection:
        row = connection.execute("""SELECT '{"b":1, "a":1.0,"a":2}'::jsonb::text""").fetchone()
    assert row == ('{"a": 2, "b": 1}',)


def test_psycopg_forgets_what_it_has_prepared_with_each_rollback(database_url: str) -> None:
    """So a transaction that only reads isn't one: each of its statements commits on its own."""
    with psycopg.connect(database_url) as connection:
        for ending in (connection.commit, connection.rollback):
            for _ in range(8):
                connection.execute("SELECT 42")
            ending()
            prepared = connection.execute("SELECT statement FROM pg_prepared_statements").fetchall()
            assert (("SELECT 42",) in prepared) == (ending == connection.commit)


def test_a_second_insert_of_a_key_waits_for_the_first_to_end(
    pair: tuple[psycopg.Connection, psycopg.Connection],
) -> None:
    """So it can't say 409; a try-lock comes before the insert."""
    one, other = pair
    one.execute("CREATE TABLE keys (key text PRIMARY KEY)")
    one.commit()
    one.execute("INSERT INTO keys VALUES ('k')")
    outcome: list[str] = []

    def insert() -> None:
        try:
            other.execute("INSERT INTO keys VALUES ('k')")
        except UniqueViolation:
            outcome.append("conflict")

    thread = threading.Thread(target=insert)
    thread.start()
    with pytest.raises(NeverHappenedError):
        eventually_sync(lambda: outcome, within=0.5)
    one.commit()
    thread.join(timeout=10)
    assert outcome == ["conflict"]


def test_reading_past_the_last_id_skips_what_commits_later(
    pair: tuple[psycopg.Connection, psycopg.Connection],
) -> None:
    """So the relay chooses rows by status."""
    one, other = pair
    one.execute("CREATE TABLE rows (id bigint GENERATED ALWAYS AS IDENTITY, status text DEFAULT 'pending')")
    one.commit()
    one.execute("INSERT INTO rows DEFAULT VALUES")  # takes id 1, commits last
    other.execute("INSERT INTO rows DEFAULT VALUES")  # takes id 2, commits first
    other.commit()
    last = other.execute("SELECT max(id) FROM rows").fetchone()
    other.execute("UPDATE rows SET status = 'sent' WHERE id = 2")
    other.commit()
    one.commit()
    assert other.execute("SELECT id FROM rows WHERE id > %s", last).fetchall() == []
    assert other.execute("SELECT id FROM rows WHERE status = 'pending'").fetchall() == [(1,)]


def test_a_compare_and_set_that_waited_sees_what_the_winner_wrote(
    pair: tuple[psycopg.Connection, psycopg.Connection],
) -> None:
    """So the loser of two batch consumers is fenced under READ COMMITTED."""
    one, other = pair
    one.execute("CREATE TABLE at (n int)")
    one.execute("INSERT INTO at VALUES (0)")
    one.commit()
    one.execute("UPDATE at SET n = 5 WHERE n = 0")
    moved: list[int] = []
    thread = threading.Thread(target=lambda: moved.append(other.execute("UPDATE at SET n = 3 WHERE n = 0").rowcount))
    thread.start()
    eventually_sync(lambda: _waits(one), that="the second waits for the first")
    one.commit()
    thread.join(timeout=10)
    assert moved == [0]


def test_a_stopped_process_keeps_its_advisory_lock_until_its_session_idles_out(database_url: str) -> None:
    """So a leader's session has an idle time-out, and a heartbeat that holds it open."""
    holder = subprocess.Popen([sys.executable, "-c", HOLDER, database_url], stdout=subprocess.PIPE)
    assert holder.stdout is not None
    try:
        assert holder.stdout.readline() == b"held\n"
        with psycopg.connect(database_url, autocommit=True) as connection:
            assert not _try_lock(connection)
            os.kill(holder.pid, signal.SIGSTOP)
            assert not _try_lock(connection)
            eventually_sync(lambda: _try_lock(connection), within=10, that="the lock falls")
    finally:
        os.kill(holder.pid, signal.SIGCONT)
        holder.kill()
        holder.wait(timeout=10)
        holder.stdout.close()


def test_a_session_that_idled_out_says_so_at_its_next_statement(database_url: str) -> None:
    """So a leader that slept finds out before it sends."""
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("SET idle_session_timeout = 100")
        with psycopg.connect(database_url, autocommit=True) as other:
            pid = connection.info.backend_pid
            eventually_sync(
                lambda: other.execute("SELECT 1 FROM pg_stat_activity WHERE pid = %s", (pid,)).fetchone() is None
            )
        with pytest.raises(psycopg.OperationalError) as raised:
            connection.execute("SELECT 1")
    assert isinstance(raised.value, IdleSessionTimeout) or connection.broken


def _waits(connection: psycopg.Connection) -> bool:
    row = connection.execute("SELECT count(*) FROM pg_locks WHERE NOT granted").fetchone()
    return row is not None and row[0] > 0


def _try_lock(connection: psycopg.Connection) -> bool:
    row = connection.execute("SELECT pg_try_advisory_lock(7)").fetchone()
    return row is not None and bool(row[0])
