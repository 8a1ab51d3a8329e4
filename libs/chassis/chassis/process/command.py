"""Units of work for a command that publishes, beside the running service: what it records, the service relays."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from contracts.codec import Codec
from contracts.registry import Registry

from chassis.database import Database
from chassis.outbox import Outbox
from chassis.sealing import Keyring
from chassis.settings import Settings
from chassis.unit import Units


@asynccontextmanager
async def units_of(
    settings: Settings, registry: Registry, command: str, *, keyring: Keyring | None = None
) -> AsyncIterator[Units]:
    """Open units of work on one connection.

    Args:
        settings: The service's.
        registry: The contracts.
        command: Its name, by which the database knows the connection.
        keyring: Keys of persons, if what is published is sealed; whoever opened it closes it.
    """
    database = Database(settings.database_url, 1, settings.pool_wait_s, application=f"{settings.service}-{command}")
    outbox = Outbox(
        service=settings.service,
        registry=registry,
        codec=Codec(registry),
        keyring=keyring,
        pseudonym_secret=settings.pseudonym_secret(),
    )
    try:
        yield Units(database, outbox)
    finally:
        await database.close()
