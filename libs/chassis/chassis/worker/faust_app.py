"""A faust app as a reaction needs it: it delivers raw records from where the database says, and decides nothing."""

import functools
import importlib
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from typing import Any, Final

import faust
from contracts.bus import Bus
from faust.contrib.asgi import bind_to_running_loop
from faust.tables.manager import TableManager
from faust.transport.drivers.aiokafka import Consumer
from faust.types import TP

from chassis.settings import Settings

COMMIT_EVERY_S: Final = 0.5
_CYTHON: Final = ("faust._cython.streams", "faust.transport._cython.conductor")

Begin = Callable[[Collection[TP]], Awaitable[Mapping[TP, int]]]
"""Gives the offset from which to read each of the partitions that were assigned."""


class PurePythonFaustError(RuntimeError):
    """Faust runs without its Cython extension, whose pure-Python twin acknowledges events of past generations."""


def require_cython() -> None:
    """Check that faust's extension is there.

    Raises:
        PurePythonFaustError: It isn't, or the environment variable NO_CYTHON switches it off.
    """
    try:
        for module in _CYTHON:
            importlib.import_module(module)
    except ImportError as error:
        raise PurePythonFaustError("install faust-streaming from a binary wheel") from error
    if getattr(faust.streams, "_CStreamIterator", None) is None:
        raise PurePythonFaustError("unset NO_CYTHON")


class PositionedConsumer(Consumer):
    """Begins where it is told instead of at what its group has committed, which a restored database knows nothing of.

    Faust calls this after each rebalance, before it lets records flow.
    """

    def __init__(self, *arguments: Any, begin: Begin, **options: Any) -> None:
        """Ask ``begin`` for the offsets."""
        self._begin = begin
        super().__init__(*arguments, **options)

    async def commit(self, *arguments: Any, **options: Any) -> bool:
        """Commit, unless the app has crashed: the thread that would do it ends at that, and may never answer.

        Without this an app's stop fails or hangs on its way, and its agents go on, whoever cancels them.
        """
        if self.crashed:
            return False
        return await super().commit(*arguments, **options)

    async def seek_to_committed(self) -> Mapping[TP, int]:
        """Seek all partitions to the offsets that ``begin`` gives."""
        offsets = await self._begin(self.assignment())
        await self.seek_wait(offsets)
        return offsets


class NoTables(TableManager):
    """Faust's own waits a second for tables to be declared before anything is read; a reaction has none."""

    async def on_start(self) -> None:
        """Go on at once."""
        await self._update_channels()
        await self.recovery.start()


def build_app(
    group: str,
    *,
    topics: Sequence[str],
    agent: Callable[[Any], Awaitable[None]],
    begin: Begin,
    instance: str,
    settings: Settings,
) -> faust.App:
    """Make an app in the running loop; it isn't started.

    Args:
        group: Consumer group.
        topics: As the broker names them.
        agent: Gets the stream of records.
        begin: Gives the offsets to begin at.
        instance: Id of the static member, and of the client.
        settings: Of the service.
    """
    app = faust.App(
        group,
        **connection(settings.bus),
        consumer_group_instance_id=instance,
        broker_client_id=instance,
        broker_session_timeout=settings.session_timeout_ms / 1000,
        broker_heartbeat_interval=settings.heartbeat_ms / 1000,
        broker_commit_interval=COMMIT_EVERY_S,
        consumer_auto_offset_reset="earliest",
        stream_wait_empty=True,
        table_standby_replicas=0,
        TableManager=NoTables,
        topic_disable_leader=True,
        topic_allow_declare=False,
        web_enabled=False,
    )
    topic = app.topic(*topics, key_type=bytes, value_type=bytes, key_serializer="raw", value_serializer="raw")
    app.agent(topic, name=group, concurrency=1)(agent)
    bind_to_running_loop(app)
    app.finalize()
    vars(app.transport)["Consumer"] = functools.partial(PositionedConsumer, begin=begin)  # instead of its class' own
    return app


def connection(bus: Bus) -> dict[str, Any]:
    """Give the arguments of an app that say where the brokers are and who is asking. They hold the password."""
    told = bus.client()
    servers = {"broker": ";".join(f"kafka://{server}" for server in told["bootstrap_servers"])}
    if "sasl_mechanism" not in told:
        return servers
    credentials = faust.SASLCredentials(
        username=told["sasl_plain_username"],
        password=told["sasl_plain_password"],
        ssl_context=told["ssl_context"],
        mechanism=told["sasl_mechanism"],
    )
    return servers | {"broker_credentials": credentials}
