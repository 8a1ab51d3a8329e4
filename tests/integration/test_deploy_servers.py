"""The embedded servers: what they keep, what they survive, who may do what."""

import os
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest
from contracts.registry import Registry
from deploy.backup import BackupError, dump, restore
from deploy.kafka import JARS, Kafka
from deploy.postgres import ADMIN, DATABASES, RECONCILER, NoPostgresError, Postgres
from deploy.provision import UnsafeRetentionError, provision
from deploy.server import NotReadyError, free_port
from deploy.services import KEYRING
from kafka import KafkaAdminClient

SCRIPT = Path(__file__).resolve().parents[2] / "deploy" / "databases.sh"


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgres]:
    server = Postgres(tmp_path_factory.mktemp("postgres"), port=free_port())
    server.start()
    server.provision()
    yield server
    server.stop()


def test_provisioning_makes_what_is_declared_and_a_second_time_nothing(kafka: Kafka, topic_prefix: str) -> None:
    topics = tuple(Registry.load().topics.values())
    first = provision(kafka.bus, topics, prefix=topic_prefix)
    assert first.created == tuple(sorted(topic_prefix + topic.name for topic in topics))
    second = provision(kafka.bus, topics, prefix=topic_prefix)
    assert (second.created, second.kept, second.differences) == ((), first.created, ())


def test_provisioning_tells_what_differs_and_changes_nothing(kafka: Kafka, topic_prefix: str) -> None:
    topic = replace(Registry.load().topics["petition.bulletins.v1"], readers=(), partitions=3, retention="1d")
    provision(kafka.bus, [topic], prefix=topic_prefix)
    declared = replace(topic, partitions=12, retention="forever")
    found = provision(kafka.bus, [declared], prefix=topic_prefix).differences
    assert {(each.setting, each.declared, each.found) for each in found} == {
        ("partitions", "12", "3"),
        ("retention.ms", "-1", "86400000"),
    }
    assert provision(kafka.bus, [topic], prefix=topic_prefix).differences == ()


def test_nothing_is_made_when_one_topic_may_not_be(kafka: Kafka, topic_prefix: str) -> None:
    good, bad = (Registry.load().topics[name] for name in ("petition.bulletins.v1", "petition.petitions.v1"))
    with pytest.raises(UnsafeRetentionError):
        provision(kafka.bus, [good, replace(bad, retention="30d")], prefix=topic_prefix)
    with KafkaAdminClient(bootstrap_servers=kafka.bootstrap) as admin:
        assert not [name for name in admin.list_topics() if name.startswith(topic_prefix)]


def test_a_copy_is_taken_while_somebody_writes_and_becomes_the_database_again(
    database: Postgres, tmp_path: Path
) -> None:
    copy = tmp_path / "accept.dump"
    with psycopg.connect(database.dsn("accept"), autocommit=True) as service:
        service.execute("CREATE TABLE kept (word text)")
        service.execute("INSERT INTO kept VALUES ('before')")
        with service.transaction():
            service.execute("INSERT INTO kept VALUES ('not committed yet')")
            dump(database, "accept", copy)
        restore(database, "accept", copy)
        with pytest.raises(psycopg.OperationalError):
            service.execute("SELECT 1")  # whoever was connected has lost its database
    with psycopg.connect(database.dsn("accept")) as service:  # as its owner, by its own password
        assert service.execute("TABLE kept").fetchall() == [("before",)]
        service.execute("DROP TABLE kept")
    assert copy.stat().st_mode & 0o077 == 0


def test_what_is_no_copy_is_not_put_back_silently(database: Postgres, tmp_path: Path) -> None:
    with pytest.raises(BackupError, match="pg_dump"):
        dump(database, "nowhere", tmp_path / "nowhere.dump")
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "text.dump").write_text("no copy", "utf-8")
    with pytest.raises(BackupError, match="pg_restore"):
        restore(database, "query", tmp_path / "text.dump")


def test_a_jar_that_is_not_the_named_one_is_noticed(tmp_path: Path) -> None:
    named = {line.split()[1] for line in JARS.sums.read_text("utf-8").splitlines()}
    assert JARS.wrong(tmp_path) == named
    one = min(named)
    (tmp_path / one).write_bytes(b"another")
    (tmp_path / "stranger.jar").write_bytes(b"")
    assert JARS.wrong(tmp_path) == named | {"stranger.jar"}


@pytest.mark.slow
def test_a_killed_broker_comes_back_with_its_topics_and_a_wiped_one_without(
    kafka: Kafka, tmp_path_factory: pytest.TempPathFactory
) -> None:
    own = Kafka(tmp_path_factory.mktemp("own"), jars=kafka.jars, port=free_port(), controller_port=free_port())
    topics = tuple(Registry.load().topics.values())
    try:
        own.start()
        provision(own.bus, topics)
        own.kill()
        assert not own.answers()
        own.start()
        assert provision(own.bus, topics).created == ()
        own.stop()
        own.wipe()
        own.start()
        assert len(provision(own.bus, topics).created) == len(topics)
    finally:
        own.stop()


def test_a_killed_database_comes_back_with_what_it_had_committed(database: Postgres) -> None:
    with psycopg.connect(database.dsn("petition")) as connection:
        connection.execute("CREATE TABLE kept (n int)")
        connection.execute("INSERT INTO kept VALUES (1)")
    database.kill()
    assert not database.answers()
    database.start()
    with psycopg.connect(database.dsn("petition")) as connection:
        assert connection.execute("SELECT n FROM kept").fetchone() == (1,)
        connection.execute("DROP TABLE kept")


def test_the_production_script_makes_the_same_databases_and_users(tmp_path: Path) -> None:
    server = Postgres(tmp_path, port=free_port())
    server.start()
    try:
        environment = {
            **os.environ,
            "PATH": f"{server.binaries}:{os.environ['PATH']}",
            "PGHOST": "127.0.0.1",
            "PGPORT": str(server.port),
            "PGPASSWORD": server.passwords[ADMIN],
            "POSTGRES_USER": ADMIN,
            **{f"{user.upper()}_PASSWORD": server.passwords[user] for user in (*DATABASES, KEYRING, RECONCILER)},
        }
        made = subprocess.run([SCRIPT], env=environment, capture_output=True, text=True, check=False)
        assert made.returncode == 0, made.stderr
        for base in DATABASES:
            psycopg.connect(server.dsn(base)).close()
            psycopg.connect(server.dsn(base, RECONCILER)).close()
        psycopg.connect(server.dsn(KEYRING)).close()
        for base, user in (("petition", "intel_sink"), (KEYRING, "petition"), (KEYRING, RECONCILER)):
            with pytest.raises(psycopg.OperationalError, match="permission denied"):
                psycopg.connect(server.dsn(base, user))
    finally:
        server.stop()


@pytest.mark.parametrize("setting", ["fsync", "synchronous_commit", "full_page_writes"])
def test_an_acknowledged_commit_is_on_the_disk(database: Postgres, setting: str) -> None:
    with psycopg.connect(database.dsn("postgres")) as connection:
        assert connection.execute(f"SHOW {setting}").fetchone() == ("on",)


@pytest.mark.parametrize("user", [*DATABASES, KEYRING])
def test_a_service_cannot_enter_another_services_database(database: Postgres, user: str) -> None:
    psycopg.connect(database.dsn(user)).close()
    for other in {*DATABASES, KEYRING} - {user}:
        with pytest.raises(psycopg.OperationalError, match="permission denied"):
            psycopg.connect(database.dsn(other, user=user))


@pytest.mark.parametrize("user", [*DATABASES, RECONCILER])
def test_nobody_enters_the_keyring_by_another_password_than_its_own(database: Postgres, user: str) -> None:
    psycopg.connect(database.dsn(KEYRING)).close()
    with pytest.raises(psycopg.OperationalError, match="permission denied"):
        psycopg.connect(database.dsn(KEYRING, user=user))


def test_a_wrong_password_is_refused(database: Postgres) -> None:
    url = database.dsn("petition").replace(database.passwords["petition"], "wrong")
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(url)


def test_the_reconciler_reads_outboxes_and_nothing_else(database: Postgres) -> None:
    with psycopg.connect(database.dsn("petition")) as owner:
        owner.execute("CREATE TABLE outbox (id int, recorded_at timestamptz) PARTITION BY RANGE (recorded_at)")
        owner.execute("CREATE TABLE outbox_all PARTITION OF outbox DEFAULT")
        owner.execute("INSERT INTO outbox VALUES (7, now())")
        owner.execute("CREATE TABLE secret (id int)")
    database.let_reconcile()
    with psycopg.connect(database.dsn("petition", RECONCILER), autocommit=True) as reader:
        assert reader.execute("SELECT id FROM outbox").fetchone() == (7,)
        for forbidden in (
            "SELECT * FROM secret",
            "SELECT * FROM outbox_all",
            "DELETE FROM outbox",
            "UPDATE outbox SET id = 1",
            "CREATE TABLE mine (id int)",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                reader.execute(forbidden)


def test_passwords_are_for_the_owner_only_and_stay_the_same(database: Postgres) -> None:
    path = database.state / "passwords.json"
    assert path.stat().st_mode & 0o777 == 0o600
    assert Postgres(database.state, port=1).passwords == database.passwords


def test_the_server_does_not_run_as_root(database: Postgres) -> None:
    assert database.pid is not None
    assert Path(f"/proc/{database.pid}").stat().st_uid != 0


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can make a folder that its own server may not enter")
def test_as_root_it_works_below_a_folder_that_only_root_may_enter(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    server = Postgres(tmp_path / "home" / "state", port=free_port())
    (tmp_path / "home").mkdir(mode=0o700)
    server.start()
    try:
        assert server.answers()
        status = Path(f"/proc/{server.pid}/status").read_text("ascii")
        assert "CapEff:\t0000000000000004" in status  # CAP_DAC_READ_SEARCH and nothing else
    finally:
        server.stop()


def test_a_server_that_ends_at_once_says_why(database: Postgres, tmp_path: Path) -> None:
    twin = Postgres(tmp_path, port=database.port)
    with pytest.raises(NotReadyError, match=r"could not bind|Address already in use|password authentication"):
        twin.start()
    assert twin.pid is None


def test_a_folder_of_another_major_version_is_refused_in_a_sentence(tmp_path: Path) -> None:
    server = Postgres(tmp_path, port=free_port())
    server.data.mkdir()
    (server.data / "PG_VERSION").write_text("9\n")
    with pytest.raises(NoPostgresError, match="No PostgreSQL 9"):
        server.command()


def test_the_list_of_jars_names_each_once() -> None:
    names = [line.split()[1] for line in JARS.sums.read_text("utf-8").splitlines()]
    assert len(names) == len(set(names)) > 40
