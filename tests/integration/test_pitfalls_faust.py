"""What faust-streaming 0.15 really does, where the chassis works around it.

Each test shows the library's behaviour, not ours. When one fails after an upgrade, the library has changed: read the
named workaround again, it may have become needless, or insufficient.
"""

import asyncio
import importlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import faust
import pytest
from chassis.testing.topics import create_topics, publish
from chassis.testing.waiting import eventually
from chassis.worker.faust_app import PurePythonFaustError, require_cython
from chassis.worker.logs import LogDirectory
from deploy.kafka import Kafka
from faust.contrib.asgi import LoopMismatch, bind_to_running_loop
from kafka import KafkaProducer

Agent = Callable[[Any], Awaitable[None]]


class Probe:
    """A topic of one partition, and faust apps that read it."""

    def __init__(self, kafka: Kafka, prefix: str) -> None:
        self.bootstrap = kafka.bootstrap
        self.topic = f"{prefix}probe"
        self.group = f"{prefix}group"
        self.directory = LogDirectory(kafka.bus, client_id="probe")
        create_topics(kafka.bootstrap, [self.topic], partitions=1)

    def publish(self, *values: bytes) -> None:
        publish(self.bootstrap, self.topic, [(b"k", value) for value in values])

    def app(self, agent: Agent, *, serializer: str = "raw") -> faust.App:
        app = faust.App(
            self.group,
            broker=f"kafka://{self.bootstrap}",
            broker_commit_interval=0.2,
            consumer_auto_offset_reset="earliest",
            web_enabled=False,
            table_standby_replicas=0,
            topic_disable_leader=True,
            topic_allow_declare=False,
        )
        topic = app.topic(
            self.topic, key_serializer="raw", key_type=bytes, value_serializer=serializer,
            value_type=bytes if serializer == "raw" else None,
        )  # fmt: skip
        app.agent(topic, concurrency=1)(agent)
        return app

    @asynccontextmanager
    async def running(self, agent: Agent, **options: str) -> AsyncIterator[faust.App]:
        app = self.app(agent, **options)
        bind_to_running_loop(app)
        app.finalize()
        await app.start()
        try:
            yield app
        finally:
            app.consumer.unacked.clear()  # else the stop waits for ever: see below
            await asyncio.wait_for(app.stop(), 20)

    async def committed(self) -> int | None:
        found = await asyncio.to_thread(self.directory.committed, self.group)
        return found.get((self.topic, 0))

    async def commits(self, offset: int) -> None:
        async def reached() -> bool:
            return await self.committed() == offset

        await eventually(reached, within=20, that=f"offset {offset} is committed")


@pytest.fixture
def probe(kafka: Kafka, topic_prefix: str) -> Probe:
    return Probe(kafka, topic_prefix)


async def test_an_exception_that_leaves_an_agent_acknowledges_the_event(probe: Probe) -> None:
    """Workaround: no exception leaves ReactionConsumer._consume."""
    probe.publish(b"0")

    async def agent(stream: faust.Stream[bytes]) -> None:
        async for _ in stream:
            raise ValueError

    async with probe.running(agent):
        await probe.commits(1)


async def test_a_cancelled_agent_acknowledges_the_event_in_hand(probe: Probe) -> None:
    """Workaround: noack, and an ack after the commit."""
    probe.publish(b"0")
    entered = asyncio.Event()

    async def agent(stream: faust.Stream[bytes]) -> None:
        async for _ in stream:
            entered.set()
            await asyncio.Event().wait()

    async with probe.running(agent) as app:
        await asyncio.wait_for(entered.wait(), 20)
        await app.agents.stop()
        await app.consumer.commit()
        await probe.commits(1)


async def test_without_automatic_acknowledgement_a_cancelled_agent_acknowledges_nothing(probe: Probe) -> None:
    """Relied upon: a stop in the middle of a handler loses nothing."""
    probe.publish(b"0")
    entered = asyncio.Event()

    async def agent(stream: faust.Stream[bytes]) -> None:
        async for _ in stream.noack().events():
            entered.set()
            await asyncio.Event().wait()

    async with probe.running(agent) as app:
        await asyncio.wait_for(entered.wait(), 20)
        await app.agents.stop()
        await app.consumer.commit()
        assert await probe.committed() is None


async def test_an_event_left_out_is_passed_over_by_the_next_commit(probe: Probe) -> None:
    """Workaround: concurrency 1, and never past an event that isn't acknowledged."""
    probe.publish(*(b"%d" % n for n in range(3)))

    async def agent(stream: faust.Stream[bytes]) -> None:
        async for event in stream.noack().events():
            if event.message.offset == 0 and await probe.committed() is None:
                event.ack()
                await probe.commits(1)
            elif event.message.offset == 2:
                event.ack()  # offset 1 is not

    async with probe.running(agent):
        await probe.commits(3)


async def test_a_stop_waits_for_ever_for_an_event_in_hand_and_ignores_its_cancellation(probe: Probe) -> None:
    """Workaround: ReactionConsumer._let_go, and no time-out around app.stop()."""
    probe.publish(b"0")
    entered = asyncio.Event()
    held: list[object] = []

    async def agent(stream: faust.Stream[bytes]) -> None:
        async for event in stream.noack().events():
            held.append(event)
            entered.set()
            await asyncio.Event().wait()

    app = probe.app(agent)
    bind_to_running_loop(app)
    app.finalize()
    await app.start()
    await asyncio.wait_for(entered.wait(), 20)
    stopping = asyncio.create_task(app.stop())
    done, _ = await asyncio.wait((stopping,), timeout=3)
    assert not done
    stopping.cancel()
    done, _ = await asyncio.wait((stopping,), timeout=3)
    assert not done
    app.consumer.unacked.clear()
    await asyncio.wait((stopping,), timeout=20)
    assert stopping.done()


async def test_a_record_that_does_not_decode_is_acknowledged_unseen(probe: Probe) -> None:
    """Workaround: raw bytes, decoded inside the handler's own try."""
    probe.publish(b"{", b'"good"')
    seen: list[object] = []

    async def agent(stream: faust.Stream[bytes]) -> None:
        seen.extend([value async for value in stream])

    async with probe.running(agent, serializer="json"):
        await probe.commits(2)
    assert b"{" not in seen


async def test_headers_are_a_mapping_in_which_the_last_repeat_wins(probe: Probe) -> None:
    """Workaround: read event.message.headers, where the order and the repeats are."""
    producer = KafkaProducer(bootstrap_servers=probe.bootstrap)
    producer.send(probe.topic, value=b"0", headers=[("h", b"first"), ("h", b"second")]).get(timeout=10)
    producer.close()
    seen: asyncio.Future[tuple[object, object]] = asyncio.get_running_loop().create_future()

    async def agent(stream: faust.Stream[bytes]) -> None:
        async for event in stream.noack().events():
            seen.set_result((dict(event.headers), list(event.message.headers)))

    async with probe.running(agent):
        mapping, pairs = await asyncio.wait_for(seen, 20)
    assert mapping == {"h": b"second"}
    assert pairs == [("h", b"first"), ("h", b"second")]


async def test_an_app_that_was_bound_to_another_loop_refuses_this_one() -> None:
    """Workaround: the app is built inside the running loop, and nothing of it lies at module scope."""
    app = faust.App("elsewhere", broker="kafka://127.0.0.1:1")
    other = asyncio.new_event_loop()
    app.loop = other
    with pytest.raises(LoopMismatch):
        bind_to_running_loop(app)
    other.close()


def test_the_default_session_takes_a_minute_to_notice_a_kill() -> None:
    """Workaround: static membership, session 10 s, heartbeat 2.5 s."""
    defaults: Any = faust.App("defaults", broker="kafka://127.0.0.1:1").conf
    assert defaults.broker_session_timeout == 60.0
    assert defaults.consumer_group_instance_id is None
    assert defaults.table_standby_replicas == 1


def test_the_extension_is_there_and_its_absence_would_be_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its pure-Python twin acknowledges events of past generations."""
    require_cython()
    monkeypatch.setattr("faust.streams._CStreamIterator", None)
    with pytest.raises(PurePythonFaustError, match="NO_CYTHON"):
        require_cython()

    def missing(name: str) -> object:
        raise ImportError(name)

    monkeypatch.setattr(importlib, "import_module", missing)
    with pytest.raises(PurePythonFaustError, match="binary wheel"):
        require_cython()
