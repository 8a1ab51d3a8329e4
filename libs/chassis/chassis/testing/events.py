"""Events and tables for tests of the chassis, without any service."""

from typing import Any

import orjson
import psycopg
from contracts.codec import Codec
from contracts.registry import Registry

from chassis import schema
from chassis.database import Database
from chassis.envelope import format_sequence, new_id
from chassis.outbox import Outbox
from chassis.unit import Units

HAPPENED = "yiwangban.test.thing.happened.v1"
"""A type that no contract declares: readers let it through with any data."""


def event(subject: str, sequence: int, *, type_: str = HAPPENED, **attributes: Any) -> dict[str, Any]:
    """Make a valid CloudEvent of this suite's form."""
    return {
        "specversion": "1.0",
        "id": new_id(),
        "source": "/test",
        "type": type_,
        "subject": subject,
        "time": "2026-01-05T01:00:00.000000Z",
        "datacontenttype": "application/json",
        "dataschema": "urn:yiwangban:schema:thing-happened:v1",
        "tenant": "440100",
        "sequence": format_sequence(sequence),
        "actor": "p-test",
        "correlationid": new_id(),
        "data": {},
        **attributes,
    }


def record_of(event_: dict[str, Any]) -> tuple[bytes, bytes]:
    """Give key and value of the record that carries an event."""
    return event_["subject"].encode(), orjson.dumps(event_)


class _Operations:
    """The one operation of Alembic's that the schema needs."""

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self._connection = connection

    def execute(self, sqltext: str) -> None:
        self._connection.execute(sqltext.encode())


def create_tables(url: str) -> None:
    """Make the chassis' tables in an empty database."""
    with psycopg.connect(url) as connection:
        schema.upgrade_v1(_Operations(connection))
        schema.upgrade_timers_v1(_Operations(connection))


def units_on(database: Database, *, service: str = "test") -> Units:
    """Open units of work without a keyring: for handlers that seal nothing."""
    registry = Registry.load()
    outbox = Outbox(service=service, registry=registry, codec=Codec(registry), keyring=None, pseudonym_secret=b"x" * 32)
    return Units(database, outbox)
