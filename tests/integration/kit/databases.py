"""Databases of a test run: one a test, made in a moment."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from chassis.process.migration import migrate
from deploy.postgres import Postgres
from psycopg import sql

SERVICES = Path(__file__).resolve().parents[3] / "services"


def migrations_of(service: str) -> Path:
    """Give what a service's database goes through."""
    return SERVICES / service / "migrations"


class Databases:
    """Makes databases; what is migrated is migrated once, and copied for each test."""

    def __init__(self, postgres: Postgres) -> None:
        self._postgres = postgres
        self._templates: dict[Path, str] = {}

    @contextmanager
    def fresh(self, migrations: Path | None = None) -> Iterator[str]:
        """Give a database's address while the block runs: empty, or as the migrations leave it."""
        name = self._create(self._template(migrations) if migrations else "template1")
        yield self._postgres.dsn(name)
        with psycopg.connect(self._postgres.dsn("postgres"), autocommit=True) as admin:
            admin.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    def _template(self, migrations: Path) -> str:
        if migrations not in self._templates:
            name = self._create("template1")
            migrate(self._postgres.dsn(name), migrations)
            self._templates[migrations] = name
        return self._templates[migrations]

    def _create(self, template: str) -> str:
        name = f"t{secrets.token_hex(6)}"
        create = sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(template))
        with psycopg.connect(self._postgres.dsn("postgres"), autocommit=True) as admin:
            admin.execute(create)
        return name
