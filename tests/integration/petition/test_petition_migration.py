"""What was there before a migration, after it."""

from pathlib import Path

import psycopg
import pytest
from chassis.process.migration import migrate
from petition.bootstrap import bootstrap

MIGRATIONS = Path(bootstrap.__code__.co_filename).parents[1] / "migrations"
BEFORE = "0014"
EARLIER = (("transferred", None, "life"), ("replied", None, "life"), ("classified", "crime", "none"))


@pytest.fixture
def database_migrations() -> None:
    """None: the database is empty, and the test migrates it."""


def test_what_came_in_before_there_were_deadlines_gets_one_and_a_timer(database_url: str) -> None:
    migrate(database_url, MIGRATIONS, BEFORE)
    with psycopg.connect(database_url) as connection:
        for number, (state, hidden, danger) in enumerate(EARLIER):
            connection.execute(
                "INSERT INTO petitions (id, tenant, number, channel, author, received_at, sequence, state, hidden,"
                " danger, reasons) VALUES (gen_random_uuid(), '440100', %s, 'portal', 'p', %s, 2, %s, %s, %s, '{}')",
                (str(number), "2024-02-07T02:00:00Z", state, hidden, danger),
            )
    migrate(database_url, MIGRATIONS)
    with psycopg.connect(database_url) as connection:
        found = connection.execute(
            "SELECT p.due_at::date::text, p.open, p.urgency, t.clock FROM petitions AS p"
            " LEFT JOIN timers AS t ON t.subject = p.id::text ORDER BY p.number"
        ).fetchall()
    assert found == [
        ("2024-03-05", True, 0, "warning"), ("2024-03-05", False, 3, None), ("2024-02-18", True, 3, "warning"),
    ]  # fmt: skip


def test_nobody_was_paged_about_what_came_in_before_and_the_release_before_still_adds(database_url: str) -> None:
    columns = "(id, tenant, number, channel, author, received_at, sequence, state, danger, reasons)"
    values = "(gen_random_uuid(), '440100', %s, 'portal', 'p', now(), 2, 'classified', 'life', '{}')"
    migrate(database_url, MIGRATIONS, "0015")
    with psycopg.connect(database_url) as connection:
        connection.execute(f"INSERT INTO petitions {columns} VALUES {values}", ("before",))
    migrate(database_url, MIGRATIONS)
    with psycopg.connect(database_url) as connection:
        connection.execute(f"INSERT INTO petitions {columns} VALUES {values}", ("after",))
        found = connection.execute("SELECT alarm, alarm_waiting, alarm_to, alarm_over FROM petitions").fetchall()
        assert connection.execute("SELECT * FROM pages").fetchall() == []
    assert found == [(None, False, [], False)] * 2
