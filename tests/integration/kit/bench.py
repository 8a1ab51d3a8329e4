"""A service at work on real brokers: it writes, reacts to what it wrote, and keeps all of it."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial

import psycopg
from chassis.database import Database
from chassis.envelope import Envelope
from chassis.relay.leadership import Relay
from chassis.settings import Settings
from chassis.testing.events import HAPPENED, create_tables, event, units_on
from chassis.testing.outbox import insert_event
from chassis.testing.waiting import eventually
from chassis.unit import Unit
from chassis.worker.batch import Batch, BatchConsumer, Log, Record
from chassis.worker.processor import Reaction
from chassis.worker.reaction import ReactionConsumer
from contracts.bus import Bus
from contracts.codec import Codec
from contracts.registry import Registry
from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

CODEC = Codec(Registry.load())
NOTE = text("INSERT INTO effects (kind, subject) VALUES (:kind, :subject)")
TOPIC = "petition.petitions.v1"
LOOK_S, PACE_S = 0.1, 0.03


class Bench:
    """A service that writes things, one that reacts to each, and one that keeps all records."""

    def __init__(self, settings: Settings) -> None:
        self.url = settings.database_url
        self.settings = settings
        self.topics = {TOPIC: settings.physical_topic(TOPIC)}
        self.written: list[str] = []
        self.ended: list[int] = []
        """Whenever a consumer would have had the process end, for a supervisor to start it again."""
        self.relay: Relay | None = None
        self.consumers: tuple[ReactionConsumer, BatchConsumer] | None = None

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Write without a pause while the block runs; relay, react and keep."""
        database = Database(self.url, 6, 1.0)
        units = units_on(database)
        reaction = Reaction(name="note", topics=(TOPIC,), handlers={HAPPENED: self._note})
        reacting = ReactionConsumer(reaction, settings=self.settings, units=units, decode=CODEC.decode)
        keeping = BatchConsumer(Batch(name="keep", topics=lambda: [TOPIC], store=self._keep), settings=self.settings)
        relay = Relay(service="test", dsn=self.url, bus=self.settings.bus, topics=self.topics)
        async with AsyncExitStack() as stack:
            stack.push_async_callback(database.close)
            relay.start()
            stack.push_async_callback(asyncio.to_thread, relay.stop)
            for consumer in (reacting, keeping):
                vars(consumer.watchdog)["_end"] = self.ended.append  # the test's is to go on
                await consumer.start()
                stack.push_async_callback(consumer.stop)
            self.relay, self.consumers = relay, (reacting, keeping)
            writing = asyncio.create_task(self._write(database))
            yield
            writing.cancel()
            await asyncio.gather(writing, return_exceptions=True)

    async def more(self, count: int) -> None:
        """Wait until so many more things were written, and all that were written by then have had their effects."""
        enough = len(self.written) + count
        await eventually(lambda: len(self.written) >= enough, within=60, that=f"{count} more are written")
        expected = set(self.written)
        for kind in ("reaction", "batch"):
            await eventually(partial(self._done, expected, kind), within=60, that=f"{kind}: all of them")

    async def _done(self, expected: set[str], kind: str) -> bool:
        done = expected <= await asyncio.to_thread(self.effects, kind)
        await asyncio.sleep(0 if done else LOOK_S)
        return done

    async def troubles(self) -> list[str]:
        """Tell what keeps relay, reaction and batch from working, as they say it themselves."""
        assert self.relay is not None
        assert self.consumers is not None
        return [self.relay.trouble(), *[(await each.check()).detail for each in self.consumers]]

    def effects(self, kind: str) -> set[str]:
        return {subject for subject, _ in self._counted(kind)}

    def doubled(self, kind: str) -> list[str]:
        return [subject for subject, count in self._counted(kind) if count > 1]

    def _counted(self, kind: str) -> list[tuple[str, int]]:
        statement = "SELECT subject, count(*) FROM effects WHERE kind = %s GROUP BY 1"
        with psycopg.connect(self.url) as connection:
            return connection.execute(statement, (kind,)).fetchall()

    async def _write(self, database: Database) -> None:
        while True:
            subject = f"thing-{len(self.written)}"
            async with database.transaction() as session:
                await insert_event(session, TOPIC, event(subject, 1))
            self.written.append(subject)
            await asyncio.sleep(PACE_S)

    async def _note(self, envelope: Envelope, unit: Unit) -> None:
        await (await unit.session.connection()).execute(NOTE, {"kind": "reaction", "subject": envelope.subject})

    async def _keep(self, session: AsyncSession, _: Log, records: Sequence[Record]) -> None:
        values = [{"kind": "batch", "subject": CODEC.decode(record.value)["subject"]} for record in records]
        await (await session.connection()).execute(NOTE, values)


def bench_on(bus: Bus, url: str, prefix: str, *, former: Bench | None = None) -> Bench:
    """Make the tables, unless a former bench did, and a bench that is petition to the brokers."""
    if former is None:
        create_tables(url)
        with psycopg.connect(url) as connection:
            connection.execute("CREATE TABLE effects (kind text, subject text)")
    settings = Settings(
        service="petition",
        database_url=url,
        http_port=1,
        slot=prefix,  # another member of its groups than in other tests
        kafka_bootstrap=bus.bootstrap,
        kafka_user=bus.user,
        kafka_password_path=bus.password_path,
        kafka_ca_path=bus.ca_path,
        topic_prefix=prefix,
    )
    bench = Bench(settings)
    bench.written += former.written if former else []
    return bench
