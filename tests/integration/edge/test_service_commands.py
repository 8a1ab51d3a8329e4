"""The command line: migrations that are safe to repeat, and a look at what is held back."""

import threading
import time
from pathlib import Path

import psycopg
import pytest
import typer
from chassis.cli import service_cli
from chassis.process.migration import migrate
from chassis.service import Service
from chassis.settings import Settings
from chassis.testing.events import create_tables
from sqlalchemy.exc import OperationalError
from typer.testing import CliRunner

FIRST = """
from alembic import op
revision, down_revision, branch_labels, depends_on = "0001", None, None, None
def upgrade(): op.execute("CREATE TABLE things (id int)")
"""
SECOND = """
from alembic import op
revision, down_revision, branch_labels, depends_on = "0002", "0001", None, None
def upgrade(): op.execute("ALTER TABLE things ADD COLUMN name text")
"""


@pytest.fixture
def migrations(tmp_path: Path) -> Path:
    versions = tmp_path / "migrations" / "versions"
    versions.mkdir(parents=True)
    (versions / "0001_first.py").write_text(FIRST)
    return versions.parent


@pytest.fixture
def cli(settings: Settings, migrations: Path) -> typer.Typer:
    return service_cli(lambda: Service(title="Thing", settings=settings, migrations=migrations))


def run(cli: typer.Typer, *arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(cli, arguments)
    return result.exit_code, result.output


def columns(url: str) -> list[str]:
    with psycopg.connect(url) as connection:
        rows = connection.execute("SELECT column_name FROM information_schema.columns WHERE table_name = 'things'")
        return sorted(name for (name,) in rows)


def test_migrations_are_applied_once_and_in_order(cli: typer.Typer, settings: Settings, migrations: Path) -> None:
    assert run(cli, "migrate") == (0, "applied: 0001\n")
    assert run(cli, "migrate") == (0, "nothing to do\n")
    (migrations / "versions" / "0002_second.py").write_text(SECOND)
    assert run(cli, "migrate") == (0, "applied: 0002\n")
    assert columns(settings.database_url) == ["id", "name"]


def test_two_that_migrate_at_once_apply_each_revision_once(database_url: str, migrations: Path) -> None:
    applied: list[list[str]] = []
    threads = [threading.Thread(target=lambda: applied.append(migrate(database_url, migrations))) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(applied) == [[], [], ["0001"]]


def test_a_migration_gives_up_after_two_seconds_rather_than_keep_everybody_waiting(
    database_url: str, migrations: Path
) -> None:
    migrate(database_url, migrations)
    (migrations / "versions" / "0002_second.py").write_text(SECOND)
    with psycopg.connect(database_url) as other:
        other.execute("LOCK TABLE things IN ACCESS SHARE MODE")
        began = time.monotonic()
        with pytest.raises(OperationalError, match="lock timeout"):
            migrate(database_url, migrations)
        assert time.monotonic() - began < 10
    assert columns(database_url) == ["id"]
    assert migrate(database_url, migrations) == ["0002"]


def test_help_is_there_everywhere_and_needs_no_settings() -> None:
    def no_settings() -> Service:
        raise AssertionError("--help read the settings")

    cli = service_cli(no_settings)
    for arguments in (
        [], ["serve"], ["migrate"], ["outbox"], ["outbox", "list"], ["outbox", "quarantined"], ["outbox", "release"],
        ["outbox", "resend"], ["parked"], ["parked", "list"], ["parked", "show"], ["parked", "replay"],
    ):  # fmt: skip
        code, output = run(cli, *arguments, "--help")
        assert code == 0, arguments
        assert "Usage" in output


def test_the_outbox_is_listed_released_and_sent_again(cli: typer.Typer, settings: Settings) -> None:
    create_tables(settings.database_url)
    with psycopg.connect(settings.database_url) as connection:
        connection.execute(
            "INSERT INTO outbox (event_id, topic, subject, sequence, type, body, status, reason, topic_uuid, partition,"
            " \"offset\") VALUES (gen_random_uuid(), 't.v1', 's-1', 1, 'x', '{}', 'quarantined', 'too large',"
            " NULL, NULL, NULL),"
            " (gen_random_uuid(), 't.v1', 's-2', 1, 'x', '{}', 'sent', NULL, gen_random_uuid(), 0, 7)"
        )
        connection.execute("INSERT INTO quarantined_subjects VALUES ('t.v1', 's-1', 'too large')")
    assert "0 events wait" in run(cli, "outbox", "list")[1]
    listed = run(cli, "outbox", "quarantined")[1]
    assert "s-1" in listed
    assert "too large" in listed
    assert run(cli, "outbox", "release", "s-9")[0] == 1
    assert run(cli, "outbox", "release", "s-1") == (0, "released s-1\n")
    assert run(cli, "outbox", "quarantined") == (0, "none\n")
    assert "1 events of t.v1" in run(cli, "outbox", "resend", "t.v1")[1]
    assert "2 events wait" in run(cli, "outbox", "list")[1]


def test_parked_records_are_listed_shown_and_tried_again(cli: typer.Typer, settings: Settings) -> None:
    create_tables(settings.database_url)
    with psycopg.connect(settings.database_url) as connection:
        connection.execute(
            'INSERT INTO parked (consumer, topic, partition, "offset", subject, sequence, raw, reason, error) VALUES'
            " ('draft', 't.v1', 0, 1, 's-1', 2, 'the bytes', 'failed', 'ValueError'),"
            " ('draft', 't.v1', 0, 2, 's-1', 3, 'x', 'behind', NULL),"
            " ('draft', 't.v1', 0, 3, NULL, NULL, 'x', 'invalid', 'x')"
        )
    listed = run(cli, "parked", "list")[1]
    assert "ValueError" in listed
    assert listed.count("draft") == 3
    assert run(cli, "parked", "list", "--subject", "s-1")[1].count("draft") == 2
    assert "the bytes" not in run(cli, "parked", "show", "1")[1]
    assert "the bytes" in run(cli, "parked", "show", "1", "--raw")[1]
    assert run(cli, "parked", "show", "99")[0] == 1
    assert "1 records of s-1" in run(cli, "parked", "replay", "s-1")[1]
    assert run(cli, "parked", "replay", "s-1")[0] == 1
    with psycopg.connect(settings.database_url) as connection:
        rows = connection.execute("SELECT reason FROM parked ORDER BY id").fetchall()
    assert rows == [("behind",), ("behind",), ("invalid",)]
