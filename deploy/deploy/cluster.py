"""The brokers of a deployment on this machine, as one."""

import time
from pathlib import Path

from contracts.bus import Bus
from kafka import KafkaAdminClient

from deploy.credentials import ADMIN, Credentials
from deploy.kafka import Kafka, new_cluster_id
from deploy.server import POLL_S, NotReadyError

STEP = 10
"""From one broker's ports to the next one's."""


class Cluster:
    """The brokers of one deployment: one, or three of which one may be lost.

    Args:
        state: Folder of all of them; a lone broker's own.
        jars: Folder of the jars.
        port: Port of the first one for clients; the others follow in steps of ten.
        controller_port: Port of the first one's controller; the others follow in steps of ten.
        size: How many.
        credentials: By which everybody says who they are; without them the brokers speak plaintext.
    """

    def __init__(
        self,
        state: Path,
        *,
        jars: Path,
        port: int,
        controller_port: int,
        size: int,
        credentials: Credentials | None = None,
    ) -> None:
        self.state = state.resolve()
        self.jars = jars
        self.credentials = credentials
        controllers = [controller_port + STEP * place for place in range(size)]
        self.brokers = tuple(
            Kafka(
                self.state if size == 1 else self.state / str(place + 1),
                jars=jars,
                port=port + STEP * place,
                controller_port=controllers[place],
                node=place + 1,
                controllers=controllers,
                cluster=self._cluster_id() if size > 1 else "",
                credentials=credentials,
            )
            for place in range(size)
        )

    @property
    def bootstrap(self) -> str:
        """Addresses that clients start from."""
        return ",".join(broker.bootstrap for broker in self.brokers)

    @property
    def bus(self) -> Bus:
        """The brokers, as whoever runs them sees them."""
        return self.bus_of(ADMIN)

    def bus_of(self, principal: str) -> Bus:
        """Give the brokers as one of their principals sees them."""
        return self.credentials.bus(self.bootstrap, principal) if self.credentials else Bus(self.bootstrap)

    def install(self) -> None:
        """Fetch the jars; see `Kafka.install`."""
        self.brokers[0].install()

    def prepare(self) -> None:
        """Install and format every broker."""
        for broker in self.brokers:
            broker.prepare()

    def wipe(self) -> None:
        """Lose everything that the brokers kept. Only while they are stopped."""
        for broker in self.brokers:
            broker.wipe()

    def wait_ready(self) -> None:
        """Wait until every broker answers.

        Raises:
            NotReadyError: One didn't in time.
        """
        for broker in self.brokers:
            broker.wait_ready()

    def wait_in_sync(self, within: float = 60.0) -> None:
        """Wait until every broker has all that it is to have, so that another one may be stopped.

        Raises:
            NotReadyError: One hadn't in time.
        """
        deadline = time.monotonic() + within
        with KafkaAdminClient(**self.bus.client(), bootstrap_timeout_ms=10_000) as admin:
            while any(
                len(partition["isr_nodes"]) < len(partition["replica_nodes"])
                for topic in admin.describe_topics()
                for partition in topic["partitions"]
            ):
                if time.monotonic() > deadline:
                    raise NotReadyError(f"Kafka 副本未能同步。 Replicas are not in sync after {within:g} s.")
                time.sleep(POLL_S)

    def _cluster_id(self) -> str:
        """Give the id that all nodes are formatted with; made once, kept beside them."""
        path = self.state / "cluster-id"
        if not path.exists():
            self.state.mkdir(parents=True, exist_ok=True)
            path.write_text(new_cluster_id(), "ascii")
        return path.read_text("ascii")
