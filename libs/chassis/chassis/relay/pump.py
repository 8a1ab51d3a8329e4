"""One term of leadership: move rows from the outbox to their topics until told to stop or the database is lost.

Three batches are in flight, and a clerk fetches and marks meanwhile. Every future is checked. After any error the
producer is thrown away, what was acknowledged is marked, and everything else stays pending and is sent again by a new
producer: a repeated record has no effect, a lost one would.
"""

import logging
import time
from collections import deque
from collections.abc import Callable, Sequence
from itertools import takewhile
from threading import Event
from typing import Final
from uuid import UUID

from contracts.refusal import NotLetInError
from kafka.errors import KafkaError, KafkaTimeoutError

from chassis.relay.clerk import Clerk, Wanted
from chassis.relay.outgoing import Outgoing, Place, Row
from chassis.relay.publisher import RECORD_ERRORS, TOPIC_ERRORS, Batch, Publisher
from chassis.relay.telemetry import RelayTelemetry
from chassis.testing.faults import fault_point

log = logging.getLogger(__name__)

POLL_S: Final = 0.025
BEAT_S: Final = 1.0
HOLD_S: Final = 5.0
DEPTH: Final = 3
MAX_FETCH_BYTES: Final = 1024 * 1024
FIRST_PAUSE_S: Final = 0.1
LONGEST_PAUSE_S: Final = 1.0


class NewProducerNeededError(Exception):
    """The broker answers, but this producer's run is over: a topic changed, or a record or topic was refused."""


class Pump:
    """Moves rows. One thread only.

    Attributes:
        trouble: Why the broker takes nothing; empty while it does.
        missing: Topics that aren't there, or refuse us.
    """

    def __init__(
        self,
        outgoing: Outgoing,
        publisher: Publisher,
        telemetry: RelayTelemetry,
        *,
        topics: Sequence[str],
        stopping: Event,
        wake: Event,
        on_beat: Callable[[], None],
        batch: int = 500,
    ) -> None:
        """Prepare.

        Args:
            outgoing: On the leader's session: when the session is gone, nothing can be marked any more.
            publisher: Not opened yet.
            telemetry: Spans and metrics.
            topics: All topics of the service.
            stopping: Set to end the term.
            wake: Set when rows were committed.
            on_beat: Called about once a second; keeps the session from being idle.
            batch: Most rows in one batch.
        """
        self.trouble = ""
        self.missing: frozenset[str] = frozenset()
        self._outgoing = outgoing
        self._clerk = Clerk(outgoing)
        self._publisher = publisher
        self._telemetry = telemetry
        self._topics = tuple(topics)
        self._stopping = stopping
        self._wake = wake
        self._on_beat = on_beat
        self._limit = batch
        self._identities: dict[str, UUID] = {}
        self._in_flight: deque[Batch] = deque()
        self._suspects: set[int] = set()
        self._held: dict[str, float] = {}
        self._next_beat = 0.0

    def run(self) -> None:
        """Move rows until told to stop.

        Raises:
            psycopg.Error: The session is lost, and with it the leadership.
        """
        pause = FIRST_PAUSE_S
        try:
            while not self._stopping.is_set():
                try:
                    self._publisher.open()
                    self._on_beat()
                    self._recognise(self._publisher.identities())
                    self._note_broker(None)
                    pause = FIRST_PAUSE_S
                    self._move()
                except NewProducerNeededError:
                    self._give_up_batches()
                except (KafkaError, NotLetInError) as error:
                    self._note_broker(error)
                    self._give_up_batches()
                    self._rest(pause)
                    pause = min(pause * 2, LONGEST_PAUSE_S)
        finally:
            self._publisher.abandon()
            self._clerk.close()

    def _move(self) -> None:
        while not self._stopping.is_set() or self._in_flight:
            self._beat()
            more = not self._stopping.is_set() and self._send_next()
            if self._in_flight and (not more or len(self._in_flight) == DEPTH):
                self._settle(self._in_flight[0])
            elif not more:
                self._wake.wait(POLL_S)
                self._wake.clear()
        self._clerk.settle()

    def _send_next(self) -> bool:
        """Hand the next rows to the producer; False when there are none, or when they have to wait for an answer."""
        if any(batch.trial for batch in self._in_flight):
            return False
        rows = self._clerk.fetch(**self._wanted())
        if not rows:
            return False
        full = len(rows) == self._limit  # else there was no more; a look ahead would be one for nothing
        # A row that was refused is tried with nothing beside it: the broker may have meant another one of its batch.
        trial = rows[0].id in self._suspects
        if trial and self._in_flight:
            return False
        rows = rows[:1] if trial else list(takewhile(lambda row: row.id not in self._suspects, rows))
        fault_point("relay.before_send")
        batch = Batch(rows, trial)
        self._in_flight.append(batch)
        if full:
            self._clerk.fetch_ahead(**self._wanted())
        for place, row in enumerate(rows):
            if (span := self._telemetry.start_send(row)) is not None:
                batch.spans[place] = span
            try:
                batch.futures.append(self._publisher.send(row))
            except RECORD_ERRORS + TOPIC_ERRORS as error:
                batch.futures.append(error)
                del rows[place + 1 :]  # the rest stays pending: it may be of the same subject or topic
                break
        return True

    def _wanted(self) -> Wanted:
        """Say which rows come next."""
        now = time.monotonic()
        self._held = {topic: until for topic, until in self._held.items() if until > now}
        return Wanted(
            topics=[topic for topic in self._identities if topic not in self._held],
            limit=self._limit,
            max_bytes=MAX_FETCH_BYTES,
            in_flight=[row.id for batch in self._in_flight for row in batch.rows],
        )

    def _settle(self, batch: Batch) -> None:
        """Wait until the broker has answered for every row, mark what it took, deal with what it refused."""
        for future in batch.futures:
            while not isinstance(future, KafkaError) and not future.is_done:
                self._beat()
                if batch.overdue or (self._stopping.is_set() and self.trouble):
                    raise KafkaTimeoutError("no answer, and no time to wait for it")
                try:
                    future.get(timeout=BEAT_S / 2)
                except KafkaError:
                    continue  # not done yet, or failed: seen below
        fault_point("relay.after_send")
        self._mark(batch)
        self._in_flight.remove(batch)
        failures = list(batch.failures())
        if not failures:
            return
        self._clerk.settle()
        transient = None
        for row, error in failures:
            self._telemetry.failed(row, error)
            if isinstance(error, RECORD_ERRORS):
                self._refused(row, error, trial=batch.trial)
            elif isinstance(error, TOPIC_ERRORS):
                self._hold(row.topic, error)
            else:
                transient = error
        raise transient or NewProducerNeededError

    def _mark(self, batch: Batch) -> None:
        """Have marked what was acknowledged, as sent to the incarnation that its topic was when it was sent.

        If the topic was made anew in between, that incarnation is lost, and the row becomes pending again with it.
        """
        answers = list(batch.answers())
        for place, span in batch.spans.items():
            self._telemetry.end_send(span, answers[place][1])
        places = [
            Place(row, self._identities[row.topic], answer.partition, answer.offset)
            for row, answer in answers
            if answer is not None
        ]
        self._suspects.difference_update(place.row.id for place in places)
        self._clerk.mark(places, self._telemetry.sent)

    def _give_up_batches(self) -> None:
        """Let go of the producer and mark what it had brought home by then."""
        self._publisher.abandon()
        while self._in_flight:
            self._mark(self._in_flight.popleft())
        self._clerk.settle()

    def _refused(self, row: Row, error: KafkaError, *, trial: bool) -> None:
        if not trial:
            self._suspects.add(row.id)
            return
        self._suspects.discard(row.id)
        self._outgoing.quarantine(row, type(error).__name__)
        log.error(
            "the broker refuses this event for good; its subject waits for a person",
            extra={
                "event.name": "outbox.quarantined",
                "yiwangban.topic": row.topic,
                "yiwangban.subject": row.subject,
                "yiwangban.event.sequence": row.sequence,
                "error.type": type(error).__name__,
            },
        )

    def _hold(self, topic: str, error: KafkaError) -> None:
        if topic not in self._held:
            log.error(
                "the topic refuses us; its events wait",
                extra={
                    "event.name": "relay.topic_refused",
                    "yiwangban.topic": topic,
                    "error.type": type(error).__name__,
                },
            )
        self._held[topic] = time.monotonic() + HOLD_S

    def _beat(self) -> None:
        """About once a second: keep the session awake, and see whether the topics are still the same."""
        if time.monotonic() < self._next_beat:
            return
        self._on_beat()
        try:
            identities = self._publisher.identities()
        except (KafkaError, NotLetInError) as error:
            self._note_broker(error)
        else:
            self._note_broker(None)
            if identities != self._identities:
                raise NewProducerNeededError
        finally:
            self._next_beat = time.monotonic() + BEAT_S

    def _recognise(self, identities: dict[str, UUID]) -> None:
        """Learn the topics' identities; have a topic that was made anew sent again, all of it, in order."""
        for topic in self._outgoing.lost_incarnations(identities):
            log.error(
                "another topic bears this name now: everything is sent again",
                extra={"event.name": "relay.topic_lost", "yiwangban.topic": topic},
            )
            rows = 0
            for again in self._outgoing.reset(topic, identities[topic]):
                rows += again
                if self._stopping.is_set():
                    return  # positions still name the old incarnation, so the next term begins again
            log.warning("%d events are to be sent again", rows, extra={"event.name": "relay.topic_reset"})
        missing = frozenset(self._topics) - identities.keys()
        if missing - self.missing:
            log.error("no such topic: %s", ", ".join(sorted(missing)), extra={"event.name": "relay.topics_missing"})
        self.missing = missing
        self._identities = identities
        self._next_beat = time.monotonic() + BEAT_S

    def _rest(self, seconds: float) -> None:
        self._on_beat()
        self._stopping.wait(seconds)

    def _note_broker(self, error: KafkaError | NotLetInError | None) -> None:
        before, self.trouble = self.trouble, ""
        if error is not None:
            self.trouble = str(error) if isinstance(error, NotLetInError) else "the broker doesn't answer"
        if self.trouble and self.trouble != before:
            told = {"event.name": "relay.broker_failed", "error.type": type(error).__name__}
            log.warning("%s; events wait", self.trouble, extra=told)
        elif before and not self.trouble:
            log.info("the broker answers again", extra={"event.name": "relay.broker_back"})
