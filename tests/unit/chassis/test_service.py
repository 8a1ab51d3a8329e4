"""A service's wiring is checked when it is put together."""

from pathlib import Path

import pytest
from chassis.service import Service
from chassis.settings import Settings
from chassis.worker.batch_store import Batch
from chassis.worker.processor import Reaction

SETTINGS = Settings(service="test", database_url="postgresql://nowhere/test", http_port=1)


async def nothing(*_: object) -> None:
    """Handle or store, without effect."""


def reaction(name: str, type_: str) -> Reaction:
    return Reaction(name=name, topics=("things.v1",), handlers={type_: nothing})


def service(*consumers: Reaction | Batch) -> Service:
    return Service(
        title="test",
        settings=SETTINGS,
        migrations=Path(),
        reactions=[each for each in consumers if isinstance(each, Reaction)],
        batches=[each for each in consumers if isinstance(each, Batch)],
    )


def test_a_reaction_and_a_batch_cannot_share_a_position() -> None:
    with pytest.raises(ValueError, match="2 consumers named keep"):
        service(reaction("keep", "a"), Batch(name="keep", topics=list, store=nothing))


def test_a_type_has_one_handler() -> None:
    service(reaction("one", "a"), reaction("two", "b"))
    with pytest.raises(ValueError, match="2 handlers of a"):
        service(reaction("one", "a"), reaction("two", "a"))
