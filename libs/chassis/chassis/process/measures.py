"""What a process reports about itself: the state it is in, and its pools of database connections."""

from collections.abc import Callable, Iterable, Mapping
from enum import StrEnum

from opentelemetry.metrics import CallbackOptions, Observation
from sqlalchemy.pool import QueuePool

from chassis.database import Database
from chassis.telemetry import meter


class State(StrEnum):
    """The life of a process."""

    STARTING = "starting"
    RECOVERING = "recovering"
    READY = "ready"
    STOPPING = "stopping"


def observe_process(state: Callable[[], State], pools: Mapping[str, Database]) -> None:
    """Report state and pools whenever metrics are collected.

    Args:
        state: Gives the state now.
        pools: Databases by the name of their pool.
    """

    def states(_: CallbackOptions) -> Iterable[Observation]:
        now = state()
        return [Observation(int(each is now), {"yiwangban.state": each}) for each in State]

    def counts(_: CallbackOptions) -> Iterable[Observation]:
        for name, pool in _queue_pools(pools):
            for kind, count in (("used", pool.checkedout()), ("idle", pool.checkedin())):
                yield Observation(count, {"db.client.connection.pool.name": name, "db.client.connection.state": kind})

    def sizes(_: CallbackOptions) -> Iterable[Observation]:
        for name, pool in _queue_pools(pools):
            yield Observation(pool.size(), {"db.client.connection.pool.name": name})

    of = meter()
    of.create_observable_gauge("yiwangban.service.state", [states], "1")
    of.create_observable_gauge("db.client.connection.count", [counts], "{connection}")
    of.create_observable_gauge("db.client.connection.max", [sizes], "{connection}")


def _queue_pools(pools: Mapping[str, Database]) -> Iterable[tuple[str, QueuePool]]:
    for name, database in pools.items():
        pool = database.engine.pool
        if isinstance(pool, QueuePool):
            yield name, pool
