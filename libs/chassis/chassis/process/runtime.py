"""One process of a service, from its start to its graceful stop: which parts run in which role, and in what order."""

import asyncio
import logging
from collections.abc import Iterator, Sequence
from typing import Self

from contracts.codec import Codec
from contracts.registry import Registry
from sqlalchemy import text

from chassis import telemetry
from chassis.api.edge import ServiceEdge
from chassis.api.streams import Streams
from chassis.database import Database
from chassis.outbox import Outbox
from chassis.process.health import Check, Status
from chassis.process.measures import Readiness, State, observe_process
from chassis.process.part import Part
from chassis.relay.leadership import Relay
from chassis.relay.recovery import Recovery
from chassis.service import Service
from chassis.settings import Role
from chassis.unit import Units
from chassis.worker.logs import LogDirectory
from chassis.worker.tasks import FORGET_ANSWERS, TaskRunner
from chassis.worker.timers import FORGET_TIMERS, TimerRunner

log = logging.getLogger(__name__)

STOP_MARGIN_S = 2.0
"""Given to a part beyond its own limit before it is left behind."""


class DatabaseCheck:
    """The database answers."""

    name = "database"

    def __init__(self, database: Database) -> None:
        """Check this pool."""
        self._database = database

    async def check(self) -> Status:
        """Ask it something."""
        async with self._database.transaction() as session:
            await (await session.connection()).execute(text("SELECT 1"))
        return Status(ready=True)


class RelayPart:
    """The relay's thread as a part of the process."""

    name = "relay"

    def __init__(self, relay: Relay, drain_s: float) -> None:
        """Wrap a relay that hasn't started."""
        self._relay = relay
        self._drain_s = drain_s

    async def start(self) -> None:
        """Start the thread."""
        self._relay.start()

    async def stop(self) -> None:
        """Stop it once what is in flight is acknowledged."""
        if not await asyncio.to_thread(self._relay.stop, self._drain_s):
            log.error("the relay didn't stop in time")

    async def check(self) -> Status:
        """Say what keeps it from relaying, if anything does."""
        trouble = self._relay.trouble()
        return Status(ready=not trouble, detail=trouble or ("leading" if self._relay.leading else "standing by"))


class Runtime:
    """A running process; an asynchronous context.

    Order of the start: database, then recovery, and only after it relay, consumers and periodic work. The API answers
    reads from the first moment, and writes once recovery is over. The stop goes the other way round, after the server
    has stopped taking requests and has answered those it had: periodic work, consumers, relay, database, telemetry.
    """

    def __init__(self, service: Service) -> None:
        """Wire the parts; nothing is connected yet.

        Raises:
            OSError: The pseudonym secret or the keyring's key can't be read.
            ValueError: It would read a restricted topic whose page doesn't name it among the readers.
        """
        settings = service.settings
        self._settings = settings
        self._telemetry = telemetry.configure(settings)
        registry = Registry.load()
        codec = Codec(registry)
        if refused := registry.refused_to(service.name, _consumed(service)):
            raise ValueError(f"{service.name} must not read {', '.join(refused)}: restricted, and it is no reader")
        written = registry.written_by(service.name)
        self._keyring = settings.open_keyring()
        outbox = Outbox(
            service=service.name,
            registry=registry,
            codec=codec,
            keyring=self._keyring,
            pseudonym_secret=settings.pseudonym_secret(),
        )
        api, worker = (
            Database(settings.database_url, size, settings.pool_wait_s, application=f"{service.name}-{role}", pool=role)
            for role, size in ((Role.API, settings.api_pool), (Role.WORKER, settings.worker_pool))
        )
        self._databases = {"api": api, "worker": worker}
        timed = None
        if service.fire is not None and settings.has(Role.WORKER):
            # One connection of their own: thousands of timers that come due at once keep nothing else waiting.
            timed = Database(
                settings.database_url, 1, settings.pool_wait_s, application=f"{service.name}-timers", pool="timers"
            )
            self._databases["timers"] = timed
        topics = {topic.name: settings.physical_topic(topic.name) for topic in written}
        relay = Relay(
            service=service.name,
            dsn=api.sync_dsn,
            bus=settings.bus,
            topics=topics,
            retention_days=settings.outbox_retention_days,
        )
        wake = relay.wake if settings.has(Role.RELAY) else _nobody
        work = Units(worker, outbox, wake)
        self._directory = LogDirectory(settings.bus, client_id=f"{service.name}-recovery")
        self._recovery = Recovery(
            units=work,
            codec=codec,
            bus=settings.bus,
            topics=topics,
            directory=self._directory,
            restore=service.restore,
        )
        self.edge = ServiceEdge(
            Units(api, outbox, wake),
            max_body_bytes=settings.max_body_bytes,
            recovering=True,
            streams=Streams(most=settings.max_streams, lifetime_s=settings.stream_s),
        )
        self._groups = _parts_of(service, relay, work, codec, writes=bool(topics))
        if service.fire is not None and timed is not None:
            self._groups.append(
                [TimerRunner(service.fire, Units(timed, outbox, wake)), TaskRunner(FORGET_TIMERS, work)]
            )
        self._running = False
        self._stopping = False
        self._opening: asyncio.Task[None] | None = None
        self._opened: list[Sequence[Part]] = []
        # The worker's pool answers for the database: that the API's is busy is no reason to take the process out.
        self.checks: Sequence[Check] = [
            DatabaseCheck(worker),
            self,
            *(part for group in self._groups for part in group),
        ]
        self._readiness = Readiness(self.checks)
        observe_process(lambda: self.state, self._databases)

    name = "start"

    @property
    def state(self) -> State:
        """Where in its life the process is."""
        if self._stopping:
            return State.STOPPING
        return State.READY if self._running else State(self._recovery.state)

    async def check(self) -> Status:
        """Say how far the start has come, and what it waits for."""
        opening = self._opening
        if opening is not None and opening.done() and not opening.cancelled() and (error := opening.exception()):
            return Status(ready=False, detail=f"failed: {type(error).__name__}")
        return Status(ready=self._running, detail=self._recovery.trouble or self.state)

    async def __aenter__(self) -> Self:
        """Begin to start, in the background: liveness and reads don't wait for the broker."""
        self._opening = asyncio.create_task(self._open(), name="start")
        self._readiness.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop everything that was started, each part within its time."""
        self._stopping, self._running = True, False
        await self._readiness.stop()
        self.edge.streams.stop()
        if self._opening is not None:
            self._opening.cancel()
            await asyncio.gather(self._opening, return_exceptions=True)
        for group in reversed(self._opened):
            await asyncio.gather(*(self._stop(part) for part in group))
        for database in self._databases.values():
            await database.close()
        if self._keyring is not None:
            await self._keyring.close()
        await asyncio.to_thread(self._telemetry.flush)
        log.info("stopped")

    async def _open(self) -> None:
        try:
            try:
                await self._recovery.run()
            finally:
                await asyncio.to_thread(self._directory.close)
            self.edge.recovering = False
            for group in self._groups:
                self._opened.append(group)
                await asyncio.gather(*(part.start() for part in group))
            self._running = True
        except Exception:
            log.critical("the start failed", exc_info=True)
            raise

    async def _stop(self, part: Part) -> None:
        try:
            async with asyncio.timeout(self._settings.drain_s + STOP_MARGIN_S):
                await part.stop()
        except TimeoutError:
            log.error("%s didn't stop in time", part.name)  # noqa: TRY400  a timeout has no interesting traceback
        except Exception:
            log.exception("%s failed to stop", part.name)


def _consumed(service: Service) -> Iterator[str]:
    for reaction in service.reactions:
        yield from reaction.topics
    for batch in service.batches:
        yield from batch.topics()


def _nobody() -> None:
    """Wake nobody: the relay is another process, which looks into the outbox by itself."""


def _parts_of(service: Service, relay: Relay, work: Units, codec: Codec, *, writes: bool) -> list[Sequence[Part]]:
    """Give the parts of this process' roles, in groups; each group is started before the next, and stopped after it."""
    settings = service.settings
    groups: list[Sequence[Part]] = []
    if settings.has(Role.RELAY) and writes:
        groups.append([RelayPart(relay, settings.drain_s)])
    if settings.has(Role.WORKER):
        # Imported by whoever needs them: they bring a second of libraries, and a killed process has to be back soon.
        from chassis.worker.batch import BatchConsumer  # noqa: PLC0415
        from chassis.worker.reaction import ReactionConsumer  # noqa: PLC0415
        from chassis.worker.telemetry import observe_consumers  # noqa: PLC0415

        consumers: list[ReactionConsumer | BatchConsumer] = [
            ReactionConsumer(reaction, settings=settings, units=work, decode=codec.decode)
            for reaction in service.reactions
        ]
        consumers += [BatchConsumer(batch, settings=settings) for batch in service.batches]
        observe_consumers(consumers, settings.topic_prefix)
        groups.append(consumers)
        groups.append([TaskRunner(task, work) for task in (*service.tasks, FORGET_ANSWERS)])
    if settings.has(Role.API):
        groups.append(service.parts)
    return groups
