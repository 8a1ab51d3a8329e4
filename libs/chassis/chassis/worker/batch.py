"""Brings records to a batch: aiokafka's `getmany`, in a thread and an event loop of its own."""

import asyncio
import contextlib
import logging
import time
from collections.abc import Mapping, Sequence
from typing import Final

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.errors import KafkaError

from chassis.database import Database
from chassis.infrastructure import Patience, StoppedError, describe
from chassis.process.health import Status
from chassis.settings import Settings
from chassis.worker.batch_store import Batch, BatchStore, Part, Record
from chassis.worker.batch_thread import ConsumerThread, RebalanceListener
from chassis.worker.consumer_stop import stop_consumer
from chassis.worker.logs import BrokerUnavailableError, Log, LogDirectory, Partition, fingerprint
from chassis.worker.positions import StaleConsumerError
from chassis.worker.telemetry import BatchTelemetry
from chassis.worker.watchdog import Watchdog

__all__ = ["Batch", "BatchConsumer", "Log", "Record"]

log = logging.getLogger(__name__)

POLL_MS: Final = 200
GATHER_S: Final = 0.04
"""A batch costs the same for one record as for fifty, so they begin at least this far apart, unless there is much."""
MUCH: Final = 200
COMMIT_EVERY_S: Final = 1.0
IDLE_CHECK_S: Final = 1.0
STANDING_ALERT_S: Final = 15.0
RESTART_DELAY_S: Final = 0.5
METADATA_AGE_MS: Final = 5_000
POOL_SIZE: Final = 2


class BatchConsumer:
    """Consumes a batch's topics until it is stopped."""

    def __init__(self, batch: Batch, *, settings: Settings) -> None:
        """Set up, and do nothing before `start`.

        Args:
            batch: What to store.
            settings: Of the service: broker, topic prefix, worker slot, database.
        """
        self.name = f"batch {batch.name}"
        self.group = f"{settings.service}.{batch.name}"
        self.topics: tuple[str, ...] = ()
        self.patience = Patience()
        self._batch = batch
        self._settings = settings
        self._instance = f"{settings.service}-{batch.name}-{settings.slot}"
        self._directory = LogDirectory(settings.bus, client_id=self._instance)
        watching = LogDirectory(settings.bus, client_id=f"{self._instance}-watchdog")
        self.watchdog = Watchdog(self, watching)
        self._telemetry = BatchTelemetry(batch.name, self.group)
        self._thread: ConsumerThread | None = None
        self._trouble: str | None = "starting"
        self._resting = False
        self._logical: dict[str, str] = {}
        # Replaced, never changed in place: health and watchdog read them from other threads.
        self._at: Mapping[TopicPartition, tuple[Log, int]] = {}
        self._stuck: Mapping[TopicPartition, tuple[Log, str]] = {}

    async def start(self) -> None:
        """Start consuming in a thread. Doesn't wait for the broker or the database."""
        self.watchdog.start()
        self._thread = ConsumerThread(self, self._settings.drain_s)
        await self._thread.start()

    async def stop(self) -> None:
        """Stop after the batch in hand is committed or rolled back."""
        self.watchdog.stop()
        if self._thread is not None:
            await self._thread.stop()

    async def check(self) -> Status:
        """Tell whether all assigned logs are being stored."""
        if self._resting and self.patience.waiting_for is None:
            return Status(ready=True, detail="resting")
        trouble = self._find_trouble()
        if trouble is not None:
            return Status(ready=False, detail=trouble)
        behind = sum(self.watchdog.observation.lag.values())
        return Status(ready=True, detail=f"{len(self._at)} partitions, {behind} records behind")

    def _find_trouble(self) -> str | None:
        seen = self.watchdog.observation
        missing = sorted(set(self.topics) - seen.incarnations.keys()) if seen.incarnations else []
        if self._trouble is not None:
            return self._trouble
        if self.patience.waiting_for is not None:
            return f"waiting: {self.patience.waiting_for}"
        if self._stuck:
            return "; ".join(f"{log_}: {why}" for log_, why in self._stuck.values())
        if missing:
            return f"missing topics: {', '.join(missing)}"
        if not self._at:
            return "no partitions assigned"
        return f"standing still for {seen.standing_s:.0f} s" if seen.standing_s > STANDING_ALERT_S else None

    def assigned(self) -> frozenset[Partition]:
        """Give the partitions that this consumer is storing now."""
        return frozenset((at.topic, at.partition) for at in self._at)

    def excuse(self) -> str | None:
        """Say why standing still is right: it waits for the database, or all it has is stuck and reported."""
        if self._stuck and not self._at:
            return "stuck"
        return self.patience.waiting_for

    # In the thread

    def forget(self) -> None:
        """Forget where the logs stand; they are opened again before anything more is read."""
        self._at, self._stuck = {}, {}

    async def run(self) -> None:
        """Consume until stopped; join the group anew after each trouble."""
        database = Database(
            self._settings.database_url, POOL_SIZE, self._settings.pool_wait_s, application=self._instance
        )
        store = BatchStore(self._batch, database, self.patience)
        try:
            while not self.patience.stopping:
                try:
                    self._resting = not await store.wanted()
                    if self._resting:
                        self._rest()
                    else:
                        await self._consume(store)
                except StoppedError:
                    break
                except StaleConsumerError as error:
                    log.warning("%s; it joins its group anew", error)
                    self._telemetry.fenced()
                    self._trouble = "another process has taken over"
                except BrokerUnavailableError as error:
                    self._trouble = f"broker: {error}"
                except (KafkaError, OSError) as error:
                    self._trouble = f"broker: {describe(error)}"
                except Exception as error:
                    log.exception("%s crashed; it joins its group anew", self.name)
                    self._trouble = f"crashed: {describe(error)}"
                with contextlib.suppress(StoppedError):
                    await self.patience.pause(RESTART_DELAY_S)
        finally:
            self._directory.close()
            await database.close()

    def _rest(self) -> None:
        self.topics, self._trouble = (), None

    async def _consume(self, store: BatchStore) -> None:
        settings = self._settings
        self._logical = {settings.physical_topic(topic): topic for topic in self._batch.topics()}
        self.topics = tuple(self._logical)
        self._at, self._stuck = {}, {}
        # A static member that comes back gets the assignment it had, even if there are other topics now (KIP-814):
        # so with other topics it comes back as another member.
        found = await asyncio.to_thread(self._directory.incarnations, self.topics)
        consumer = AIOKafkaConsumer(
            **settings.bus.client(),
            client_id=self._instance,
            group_id=self.group,
            group_instance_id=f"{self._instance}-{fingerprint(found)}",
            session_timeout_ms=settings.session_timeout_ms,
            heartbeat_interval_ms=settings.heartbeat_ms,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            metadata_max_age_ms=METADATA_AGE_MS,
        )
        consumer.subscribe(self.topics, listener=RebalanceListener(self.forget))
        try:
            await consumer.start()
            self._trouble = None
            await self._read_on(consumer, store)
        finally:
            self._at = {}
            await stop_consumer(consumer, settings.drain_s)

    async def _read_on(self, consumer: AIOKafkaConsumer, store: BatchStore) -> None:
        committed = looked = time.monotonic()
        while not self.patience.stopping:
            await self._follow_assignment(consumer, store)
            # Without any log, ask for one that can't be: getmany also raises what the group's coordinator died of.
            wanted = list(self._at) or [TopicPartition(self.topics[0], -1)]
            fetched = await consumer.getmany(*wanted, timeout_ms=POLL_MS, max_records=self._batch.max_records)
            began = time.monotonic()
            if fetched:
                await self._store(store, fetched)
            now = time.monotonic()
            if now - looked > IDLE_CHECK_S:
                looked = now
                await self._forget_past_incarnations()
                if not await store.wanted():
                    break
            if now - committed > COMMIT_EVERY_S:
                committed = now
                await self._commit(consumer)
            if fetched and sum(map(len, fetched.values())) < MUCH:
                with contextlib.suppress(StoppedError):
                    await self.patience.pause(began + GATHER_S - now)
        await self._commit(consumer)

    async def _follow_assignment(self, consumer: AIOKafkaConsumer, store: BatchStore) -> None:
        """Open the logs that were assigned anew at their stored position; forget those that were taken away."""
        assigned = consumer.assignment()
        self._at = {at: known for at, known in self._at.items() if at in assigned}
        self._stuck = {at: known for at, known in self._stuck.items() if at in assigned}
        fresh = sorted(assigned - self._at.keys() - self._stuck.keys())
        if not fresh:
            return
        logs = await asyncio.to_thread(self._identify, fresh)
        extents = await asyncio.to_thread(self._directory.extents, [tuple(at) for at in logs])
        found, wrong = await store.begin(
            {logs[at]: extents[at.topic, at.partition] for at in logs if tuple(at) in extents}
        )
        at_of = {log_: at for at, log_ in logs.items()}
        for log_, position in found.items():
            consumer.seek(at_of[log_], position)
        self._at = {**self._at, **{at_of[log_]: (log_, position) for log_, position in found.items()}}
        self._halt({at_of[log_]: (log_, why) for log_, why in wrong.items()})

    async def _store(
        self, store: BatchStore, fetched: Mapping[TopicPartition, Sequence[ConsumerRecord[bytes, bytes]]]
    ) -> None:
        # Asked after the records came and before they are committed: they belong to the incarnation that we know.
        await self._forget_past_incarnations()
        parts = {}
        for at, records in fetched.items():
            known = self._at.get(at)
            if known is None:
                continue
            log_, position = known
            following = [Record.of(record) for record in records if record.offset >= position]
            if following:
                parts[at] = Part(log_, position, following)
        if not parts:
            return
        with self._telemetry.storing(list(parts.values())):
            stuck = await store.store(list(parts.values()))
        still = {at: part for at, part in parts.items() if at in self._at}  # unless a rebalance came between
        self._at = {**self._at, **{at: (part.log, part.new) for at, part in still.items() if part.log not in stuck}}
        self._halt({at: (part.log, stuck[part.log]) for at, part in still.items() if part.log in stuck})

    async def _forget_past_incarnations(self) -> None:
        """Forget logs whose topic is another one now; they are opened again, at the new one's position."""
        known = {**self._at, **self._stuck}
        found = await asyncio.to_thread(self._directory.incarnations, {at.topic for at in known})
        past = {at for at, (log_, _) in known.items() if at.topic in found and found[at.topic].uuid != log_.topic_uuid}
        if past:
            log.warning("%s: a new incarnation of %s", self.name, ", ".join(sorted({at.topic for at in past})))
            self._at = {at: value for at, value in self._at.items() if at not in past}
            self._stuck = {at: value for at, value in self._stuck.items() if at not in past}

    def _identify(self, assigned: Sequence[TopicPartition]) -> dict[TopicPartition, Log]:
        found = self._directory.incarnations({at.topic for at in assigned})
        return {
            at: Log(self._logical[at.topic], found[at.topic].uuid, at.partition) for at in assigned if at.topic in found
        }

    def _halt(self, wrong: Mapping[TopicPartition, tuple[Log, str]]) -> None:
        for log_, why in wrong.values():
            log.critical("%s stops reading %s: %s", self.name, log_, why)
        self._stuck = {**self._stuck, **wrong}
        self._at = {at: value for at, value in self._at.items() if at not in wrong}

    async def _commit(self, consumer: AIOKafkaConsumer) -> None:
        """Tell Kafka how far we are; only lag tools and the watchdog read it."""
        assigned = consumer.assignment()
        offsets = {at: position for at, (_, position) in self._at.items() if at in assigned}
        for log_, position in self._at.values():
            self._telemetry.standing(log_, position=position)
        if offsets:
            with contextlib.suppress(KafkaError):
                await consumer.commit(offsets)
