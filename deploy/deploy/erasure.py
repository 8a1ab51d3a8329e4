"""Erases a person (抹除), and proves from outside that nothing of them is left in clear.

intel-sink destroys the keys and waits for the owners; before that it hands over, through a pipe, what had been sealed.
That is kept in this process' memory alone, and looked for everywhere afterwards. The keys themselves are looked for,
too: a row that was changed stays in its file until the table is rewritten, and in the write-ahead log until that is.
"""

import json
import os
import subprocess
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg

from deploy.backup import expire
from deploy.config import Configuration
from deploy.postgres import ADMIN, Postgres
from deploy.programs import environment_of, keyring_environment
from deploy.search import Hit, Needles, Wanted, distinctive, in_files, in_rows, names
from deploy.services import BINARIES, KEYRING, KEYRING_COMMAND, SERVICES

SINK = "intel-sink"


class ErasureError(RuntimeError):
    """Something isn't erased; the message says what."""


@dataclass(slots=True, kw_only=True)
class Proof:
    """What was done, and what was looked at.

    Attributes:
        keys: How many keys the person had.
        emptied: How many sealed texts each owner has deleted.
        seconds: From the command to the last acknowledgement.
        texts: How many different texts were looked for.
        rows: In how many rows.
        files: In how many files.
        size: In how many bytes of them.
        traces: In how many bytes of traces that Zipkin remembers.
        hits: Where one of them was found.
        records: How many records the mirror's trees were verified over.
        backups: Copies that were taken before, and when each has expired: those of the keyring still hold the keys.
    """

    keys: int
    emptied: dict[str, int]
    seconds: float
    texts: int = 0
    rows: int = 0
    files: int = 0
    size: int = 0
    traces: int = 0
    hits: list[Hit] = field(default_factory=list)
    records: int = 0
    backups: list[tuple[Path, datetime]] = field(default_factory=list)


def erase(configuration: Configuration, person: str, contexts: Sequence[str], *, within_s: float) -> Proof:
    """Erase a person, and look everywhere.

    Args:
        configuration: Of the deployment on this machine; it runs.
        person: Their own id, the ``sub`` of their tokens.
        contexts: Where they have keys; none: wherever whoever signs in has some.
        within_s: Longest wait for the owners.

    Raises:
        ErasureError: Nothing is kept under a key of theirs, an owner hasn't acknowledged in time, something is left
            in clear, or the mirror can't be verified.
        NotReadyError: Zipkin runs, and doesn't say what it remembers.
    """
    postgres = configuration.postgres()
    before = wrapped_keys(postgres)
    options = [text for context in contexts for text in ("--context", context)]
    code, said = _ask(configuration, "erase", "--reveal", "--within", str(within_s), *options, "--", person)
    if not said.get("keys"):
        raise ErasureError(
            f"没有此人的密钥，或命令失败。 Nobody of this name has a key here, or the command failed ({code})."
        )
    proof = Proof(keys=len(said["keys"]), emptied=said["emptied"], seconds=said["seconds"])
    overwrite(postgres)
    wrapped = [before[keyid] for keyid in said["keys"] if keyid in before]
    sealed = [part for text in said["texts"] for part in distinctive(text)]
    look(configuration, proof, [*names(person), *sealed, *wrapped])
    proof.records = _verified(configuration)
    expire(configuration.backups, days=configuration.backup_days)
    proof.backups = _backups(configuration)
    if proof.hits:
        places = "\n".join(sorted({hit.place for hit in proof.hits}))
        raise ErasureError(f"仍有明文。 Found in clear:\n{places}")
    if said["missing"]:  # said last: what was sealed is known once, so it is looked for now or never
        late = ", ".join(said["missing"])
        raise ErasureError(
            f"密钥已销毁，但未及确认：{late}。请重试。 Keys destroyed, but {late} didn't acknowledge: try again."
        )
    return proof


def reapply(configuration: Configuration) -> None:
    """Destroy again in a restored keyring all keys that were ever destroyed.

    The list is intel-sink's, which has to be ready: if its own database was restored, too, it has taken the list back
    from its topic by then.

    Raises:
        ErasureError: It couldn't be done. Nobody may open anything until it is.
    """
    environment = {**os.environ, **environment_of(configuration, SINK), **keyring_environment(configuration)}
    listed = subprocess.run([BINARIES / SINK, "erased"], env=environment, stdout=subprocess.PIPE, check=False)
    again = subprocess.run([KEYRING_COMMAND, "destroy"], env=environment, input=listed.stdout, check=False)
    if listed.returncode or again.returncode:
        raise ErasureError(
            "未能在恢复的密钥环中重新抹除。 What was erased couldn't be erased again in the restored keyring."
        )
    overwrite(configuration.postgres())


def look(configuration: Configuration, proof: Proof, wanted: Sequence[Wanted]) -> None:
    """Look for texts and keys in every row, every file and every trace, and count what was looked at."""
    postgres, needles = configuration.postgres(), Needles(dict.fromkeys(wanted))
    proof.texts = len(needles)
    for database in (*(each.database for each in SERVICES), KEYRING):
        hits, rows = in_rows(database, postgres.dsn(database, ADMIN), needles)
        proof.hits, proof.rows = proof.hits + hits, proof.rows + rows
    besides = [configuration.cache, configuration.backups]
    hits, proof.files, proof.size = in_files([configuration.state], needles, besides=besides)
    proof.hits += hits
    if (zipkin := configuration.zipkin_server()) is not None:
        traces = zipkin.remembered()
        proof.traces = len(traces)
        proof.hits += [Hit("zipkin", number) for number in sorted(needles.found_in(traces))]


def wrapped_keys(postgres: Postgres) -> dict[str, bytes]:
    """Give the wrapped keys that there are, by id, so that it can be seen later that they are gone."""
    with psycopg.connect(postgres.dsn(KEYRING, ADMIN)) as connection:
        rows = connection.execute("SELECT keyid, wrapped FROM keys WHERE wrapped IS NOT NULL").fetchall()
    return {row[0]: row[1] for row in rows}


def overwrite(postgres: Postgres) -> None:
    """Leave nothing of destroyed keys in the files of the keyring, nor in the write-ahead log.

    VACUUM FULL writes the table anew; the old file is gone with the checkpoint. Files of the log are used again, one
    after the other, so each of them is used once.
    """
    with closing(psycopg.connect(postgres.dsn(KEYRING, ADMIN), autocommit=True)) as connection:
        connection.execute("VACUUM FULL keys")
        _next_segment(connection)
        connection.execute("CHECKPOINT")
        for _ in connection.execute("SELECT FROM pg_ls_waldir()").fetchall():
            _next_segment(connection)


def _next_segment(connection: psycopg.Connection[Any]) -> None:
    connection.execute("SELECT pg_current_xact_id()")  # something has to be in a segment before it can be left
    connection.execute("SELECT pg_switch_wal()")


def _ask(configuration: Configuration, *command: str) -> tuple[int, dict[str, Any]]:
    """Run a command of intel-sink's, with the keyring's credentials, and read the JSON object that it prints."""
    environment = {**os.environ, **environment_of(configuration, SINK), **keyring_environment(configuration)}
    done = subprocess.run([BINARIES / SINK, *command], env=environment, stdout=subprocess.PIPE, text=True, check=False)
    try:
        said: dict[str, Any] = json.loads(done.stdout)
    except ValueError:
        said = {}
    return done.returncode, said


def _verified(configuration: Configuration) -> int:
    """Verify every tree of the mirror; give the number of records.

    Raises:
        ErasureError: Something isn't as it was.
    """
    code, said = _ask(configuration, "verify", "--json")
    if code or not said:
        raise ErasureError(
            "镜像校验未通过：deploy run intel-sink verify。 The mirror isn't verified: see that command."
        )
    return int(said["counted"]["records"])


def _backups(configuration: Configuration) -> list[tuple[Path, datetime]]:
    kept = timedelta(days=configuration.backup_days)
    copies = sorted(configuration.backups.rglob("*.dump"))
    return [(path, datetime.fromtimestamp(path.stat().st_mtime, UTC) + kept) for path in copies]
