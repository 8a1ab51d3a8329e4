"""Runs a reaction: a faust agent in the service's own event loop, restarted when it crashes.

Faust delivers, and does nothing else. It hands over raw bytes; an event is acknowledged only after its transaction
is committed; no exception leaves the agent, because faust would acknowledge the event on its way out. Where to read on
is a row in the database, moved by the same transaction; what is committed to Kafka is only for lag tools. So a database
that was restored to an older state is given again what has come since.
"""

import asyncio
import logging
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from typing import Any, Final, cast
from uuid import UUID

import faust
from faust.types import TP, Message

from chassis.infrastructure import Patience, StoppedError, describe
from chassis.process.health import Status
from chassis.settings import Settings
from chassis.unit import Units
from chassis.worker import positions
from chassis.worker.failures import TooManyFailuresError
from chassis.worker.faust_app import build_app, require_cython
from chassis.worker.inbox import Delivery
from chassis.worker.logs import BrokerUnavailableError, Incarnation, Log, LogDirectory, Partition, fingerprint
from chassis.worker.positions import StaleConsumerError
from chassis.worker.processor import Handler, Processor, Reaction
from chassis.worker.sweep import GAP_ALERT_S, Sweep
from chassis.worker.watchdog import Observation, Watchdog

__all__ = ["Handler", "Reaction", "ReactionConsumer"]

log = logging.getLogger(__name__)

STANDING_ALERT_S: Final = 15.0
RESTART_DELAY_S: Final = 0.5


class ReactionConsumer:
    """Consumes a reaction's topics until it is stopped."""

    def __init__(
        self,
        reaction: Reaction,
        *,
        settings: Settings,
        units: Units,
        decode: Callable[[bytes | None], dict[str, Any]],
    ) -> None:
        """Set up, and do nothing before `start`.

        Args:
            reaction: What to do about which events.
            settings: Of the service: broker, topic prefix, worker slot.
            units: Opens units of work on the worker's pool.
            decode: The codec's tolerant side.
        """
        self.name = f"reaction {reaction.name}"
        self.group: str | None = None
        self.topics = tuple(settings.physical_topic(topic) for topic in reaction.topics)
        self._reaction = reaction
        self._settings = settings
        self._logical = dict(zip(self.topics, reaction.topics, strict=True))
        self._patience = Patience()
        self._database = units.database
        self._processor = Processor(reaction, units=units, decode=decode, patience=self._patience)
        self._sweep = Sweep(self._processor, units.database, self._patience)
        client = f"{settings.service}-{reaction.name}-{settings.slot}"
        self._instance = client
        self._directory = LogDirectory(settings.bus, client_id=client)
        self.watchdog = Watchdog(self, self._directory, seen=self._observe)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._app: faust.App | None = None
        self._uuids: dict[str, UUID] = {}
        self._at: dict[TP, int] = {}
        self._end_of_app = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self._halted: str | None = None
        self._trouble: str | None = "starting"

    async def start(self) -> None:
        """Start consuming in the background. Doesn't wait for the broker.

        Raises:
            PurePythonFaustError: Faust's extension is missing.
        """
        require_cython()
        self._loop = asyncio.get_running_loop()
        self.watchdog.start()
        self._tasks = [
            asyncio.create_task(self._keep_running(), name=self.name),
            asyncio.create_task(self._look_after_parked(), name=f"{self.name} sweep"),
        ]

    async def stop(self) -> None:
        """Stop: the record in hand is finished or left to be delivered again. Takes some seconds at most."""
        self._patience.stop()
        self.watchdog.stop()
        self._end_of_app.set()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def check(self) -> Status:
        """Tell whether records are consumed: not crashed, not halted, assigned, and not standing still."""
        trouble = self._find_trouble()
        if trouble is not None:
            return Status(ready=False, detail=trouble)
        if self._sweep.oldest_gap_s > GAP_ALERT_S:
            return Status(ready=True, detail=f"a predecessor has been missing for {self._sweep.oldest_gap_s:.0f} s")
        return Status(ready=True, detail=f"{len(self.assigned())} partitions")

    def _find_trouble(self) -> str | None:
        standing = self.watchdog.observation.standing_s
        if self._halted is not None:
            return f"stopped: {self._halted}"
        if self._app is None or self._trouble is not None:
            return self._trouble or "starting"
        if self._app.crashed:
            return "crashed"
        if self._patience.waiting_for is not None:
            return f"waiting: {self._patience.waiting_for}"
        if not self.assigned():
            return "no partitions assigned"
        return f"standing still for {standing:.0f} s" if standing > STANDING_ALERT_S else None

    def assigned(self) -> frozenset[Partition]:
        """Give the partitions that are this consumer's now."""
        app = self._app
        if app is None or not app.started:
            return frozenset()
        try:
            return frozenset((tp.topic, tp.partition) for tp in app.consumer.assignment())
        except (AssertionError, AttributeError):  # between faust's start and its consumer's
            return frozenset()

    def excuse(self) -> str | None:
        """Say why standing still is right: stopped on purpose, or waiting for the infrastructure."""
        return self._halted or self._patience.waiting_for

    # Running

    async def _keep_running(self) -> None:
        """Run one faust app after the other: a new one when it crashed, and when a topic is a new incarnation."""
        while not self._patience.stopping and self._halted is None:
            self._end_of_app.clear()
            try:
                found = await asyncio.to_thread(self._directory.incarnations, self.topics)
                missing = sorted(set(self.topics) - found.keys())
                if missing:
                    self._trouble = f"missing topics: {', '.join(missing)}"
                else:
                    await self._run(found)
            except BrokerUnavailableError as error:
                self._trouble = str(error)
            except Exception as error:
                log.exception("%s crashed; it is started again", self.name)
                self._trouble = f"crashed: {describe(error)}"
            with suppress(StoppedError):
                await self._patience.pause(RESTART_DELAY_S)

    async def _run(self, found: Mapping[str, Incarnation]) -> None:
        self._uuids = {topic: incarnation.uuid for topic, incarnation in found.items()}
        # A position means nothing in another incarnation of a topic, which is read from its beginning; the inbox
        # recognises what was applied before. Its group is another one, too, so that lag tools aren't deceived.
        self.group = f"{self._settings.service}.{self._reaction.name}.{fingerprint(found)}"
        self._processor.telemetry.group = self.group
        self._at = {}
        app = build_app(
            self.group,
            topics=self.topics,
            agent=self._consume,
            begin=self._begin,
            instance=self._instance,
            settings=self._settings,
        )
        try:
            self._app = app
            await app.start()
            self._trouble = None
            log.info("%s runs as group %s", self.name, self.group)
            crash = asyncio.ensure_future(app.wait_until_stopped())
            end = asyncio.ensure_future(self._end_of_app.wait())
            await asyncio.wait((crash, end), return_when=asyncio.FIRST_COMPLETED)
            crash.cancel()
            end.cancel()
        finally:
            self._trouble = "stopping"
            await self._stop_app(app)
            self._app = None
        if app.crash_reason is not None:
            raise app.crash_reason

    async def _stop_app(self, app: faust.App) -> None:
        # Not by a time-out around it: faust swallows the cancellation and goes on waiting.
        stopping = asyncio.ensure_future(app.stop())
        done, _ = await asyncio.wait((stopping,), timeout=self._settings.drain_s)
        if (failed := stopping.exception() if done else TimeoutError()) is None:
            return
        log.critical("%s didn't stop: %s", self.name, describe(failed))
        if not self._patience.stopping:
            self.watchdog.end()  # two apps of one reaction can't live in one process
        app.consumer.unacked.clear()  # what it waits for
        await asyncio.wait((stopping,), timeout=self._settings.drain_s)

    async def _begin(self, assigned: Collection[TP]) -> Mapping[TP, int]:
        """Give the stored position of each partition.

        Raises:
            BrokerUnavailableError: The broker doesn't tell where the logs begin and end.
            StaleConsumerError: A position is behind what this process has done.
            StoppedError: The process stops.
        """
        places = {(tp.topic, tp.partition): tp for tp in assigned}
        extents = await asyncio.to_thread(self._directory.extents, list(places))
        if len(extents) != len(places):
            raise BrokerUnavailableError("topics are being made or deleted")
        logs = {Log(self._logical[topic], self._uuids[topic], at): (topic, at) for topic, at in places}

        async def read() -> dict[TP, int]:
            async with self._database.transaction() as session:
                firsts = {log_: extents[place].begin for log_, place in logs.items()}
                found = await positions.begin(session, self._reaction.name, firsts)
                for log_, position in found.items():
                    if position > extents[logs[log_]].end:
                        log.error("%s reads %s from its beginning: the broker has lost its end", self.name, log_)
                        found[log_] = firsts[log_]
                        await positions.put_back(session, self._reaction.name, log_, to=firsts[log_])
                return {places[logs[log_]]: position for log_, position in found.items()}

        stored = await self._patience.until_done(self.name, read)
        if any(stored[tp] < at for tp, at in self._at.items() if tp in stored):
            raise StaleConsumerError(f"{self.name}: the database knows less than this process has done")
        self._at = stored
        return stored

    async def _consume(self, stream: faust.StreamT[Any]) -> None:
        async for event in cast("faust.Stream[bytes]", stream).noack().events():
            try:
                await self._process(event.message)
            except TooManyFailuresError as error:
                self._halt(str(error))  # the record itself is safely parked
            except StoppedError:
                self._let_go(event)
                break
            except StaleConsumerError as error:
                log.warning("%s; it joins its group anew", error)
                self._let_go(event)
                self._end_of_app.set()
                break
            except Exception:  # one that left the agent would acknowledge the event
                log.exception("%s failed at %s/%d offset %d", self.name, *event.message.tp, event.message.offset)
                self._let_go(event)
                self._end_of_app.set()  # the next app tries the same record again
                break
            event.ack()
            if self._halted is not None or self._patience.stopping:
                break
        await asyncio.get_running_loop().create_future()  # until faust cancels: an agent that ends is started again

    async def _process(self, message: Message) -> None:
        at = self._at[message.tp]
        delivery = Delivery(
            topic=self._logical[message.topic],
            topic_uuid=self._uuids[message.topic],
            partition=message.partition,
            offset=message.offset,
            key=message.key,
            value=message.value,
            follows=at if message.offset >= at else None,  # the broker may deliver again what came before
        )
        await self._processor.process(delivery)
        self._at[message.tp] = max(at, message.offset + 1)

    def _let_go(self, event: faust.EventT[Any]) -> None:
        """Leave an event unacknowledged, without faust's waiting for its acknowledgement when it stops."""
        if self._app is not None:
            self._app.consumer.unacked.discard(event.message)

    def _halt(self, reason: str) -> None:
        log.critical("%s stops: %s", self.name, reason)
        self._halted = reason
        self._end_of_app.set()

    # Beside the records

    def _observe(self, seen: Observation) -> None:
        """End the app when a topic has become another one. Called in the watchdog's thread."""
        changed = [
            topic for topic, found in seen.incarnations.items() if self._uuids.get(topic, found.uuid) != found.uuid
        ]
        if changed and self._app is not None and self._loop is not None:
            log.warning("%s reads from the beginning: %s is a new incarnation", self.name, ", ".join(changed))
            self._loop.call_soon_threadsafe(self._end_of_app.set)

    async def _look_after_parked(self) -> None:
        try:
            await self._sweep.run()
        except TooManyFailuresError as error:
            self._halt(str(error))
