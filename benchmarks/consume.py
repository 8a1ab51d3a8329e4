"""One consumer over one topic, in its own process: prints records a second from the first record to the last."""

import asyncio
import sys
import time
import uuid
from typing import Any

import faust
from chassis.database import Database
from chassis.envelope import Envelope
from chassis.outbox import Outbox
from chassis.settings import Settings
from chassis.unit import Unit, Units
from chassis.worker.faust_app import connection
from chassis.worker.reaction import Reaction, ReactionConsumer
from contracts.bus import Bus
from contracts.codec import Codec
from contracts.registry import Registry
from faust.contrib.asgi import faust_app_running

from benchmarks.events import TOPIC, TYPE

WITHIN_S = 100.0


class Count:
    """Counts records and says when all have come."""

    def __init__(self, wanted: int) -> None:
        self.wanted = wanted
        self.came = 0
        self.first = 0.0
        self.done = asyncio.Event()

    def another(self) -> None:
        """One more has come."""
        self.came += 1
        if self.came == 1:
            self.first = time.monotonic()
        if self.came == self.wanted:
            self.done.set()

    async def speed(self) -> float:
        """Wait for the last one."""
        async with asyncio.timeout(WITHIN_S):
            await self.done.wait()
        return (self.wanted - 1) / (time.monotonic() - self.first)


async def reaction(dsn: str, prefix: str, wanted: int) -> float:
    """The chassis' reaction: envelope, inbox and commit for each record; the handler does nothing."""
    count = Count(wanted)

    async def nothing(event: Envelope, unit: Unit) -> None:  # noqa: ARG001
        count.another()

    name = f"bench-{uuid.uuid4().hex[:8]}"
    settings = Settings(service="petition", database_url=dsn, topic_prefix=prefix, slot=name, http_port=1)
    registry = Registry.load()
    codec = Codec(registry)
    outbox = Outbox(service="petition", registry=registry, codec=codec, keyring=None, pseudonym_secret=b"x" * 32)
    database = Database(dsn, 4, 5.0)
    consumer = ReactionConsumer(
        Reaction(name=name, topics=(TOPIC,), handlers={TYPE: nothing}),
        settings=settings,
        units=Units(database, outbox),
        decode=codec.decode,
    )
    await consumer.start()
    try:
        return await count.speed()
    finally:
        await consumer.stop()
        await database.close()


async def bare(prefix: str, wanted: int) -> float:
    """The same noack loop with nothing in it."""
    count = Count(wanted)
    app = faust.App(
        f"bench-{uuid.uuid4().hex[:8]}", **connection(Bus.from_environment()), consumer_auto_offset_reset="earliest",
        table_standby_replicas=0, topic_disable_leader=True, topic_allow_declare=False, web_enabled=False,
    )  # fmt: skip
    topic = app.topic(prefix + TOPIC, key_type=bytes, value_type=bytes, key_serializer="raw", value_serializer="raw")

    async def consume(stream: Any) -> None:
        async for event in stream.noack().events():
            count.another()
            event.ack()

    app.agent(topic, name="bare", concurrency=1)(consume)
    async with faust_app_running(app):
        return await count.speed()


def main() -> None:
    kind, dsn, prefix, wanted = sys.argv[1:]
    work = reaction(dsn, prefix, int(wanted)) if kind == "reaction" else bare(prefix, int(wanted))
    print(asyncio.run(work))


if __name__ == "__main__":
    main()
