"""An embedded Kafka: KRaft nodes on loopback, from jars that Maven fetches and this repository names by hash."""

import base64
import shutil
import subprocess
import uuid
from collections.abc import Sequence
from pathlib import Path

from kafka import KafkaAdminClient
from kafka.errors import KafkaError

from deploy.jars import Jars
from deploy.java import java
from deploy.server import LOOPBACK, NotReadyError, Server, listens

HOME = Path(__file__).resolve().parents[1] / "broker"
JARS = Jars("Kafka", HOME)
LOGGING = HOME / "log4j2.properties"

STEP = 10
"""From one broker's ports to the next one's."""

HEAP, HEAP_OF_EACH = "384m", "256m"
"""Heap of a lone broker, and of each one of several. Its page cache, which does the work, is the kernel's."""

PROPERTIES = """\
process.roles=broker,controller
node.id={node}
{quorum}
controller.listener.names=CONTROLLER
listeners=PLAINTEXT://{host}:{port},CONTROLLER://{host}:{controller}
advertised.listeners=PLAINTEXT://{host}:{port},CONTROLLER://{host}:{controller}
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
log.dirs={data}

# Topics come from contracts/topics by provisioning, never by a typing error.
auto.create.topics.enable=false
message.max.bytes=1048588

# The broker's own topics: on every node, and an acknowledged record is on all but one of them.
offsets.topic.replication.factor={replicas}
offsets.topic.num.partitions=4
transaction.state.log.replication.factor={replicas}
transaction.state.log.min.isr={in_sync}
share.coordinator.state.topic.replication.factor={replicas}
share.coordinator.state.topic.min.isr={in_sync}
default.replication.factor={replicas}
min.insync.replicas={in_sync}

# A small machine: no waiting for a group to gather, little memory for the cleaner of offsets.
group.initial.rebalance.delay.ms=0
log.cleaner.dedupe.buffer.size=4194304
log.cleaner.threads=1
num.network.threads=2
num.io.threads=4

# After a crash the controller waits for the former registration of its only broker to lapse (9 s by default).
broker.session.timeout.ms=3000
broker.heartbeat.interval.ms=500
"""


class Kafka(Server):
    """One broker and controller in one process: alone, or one node of a cluster.

    Args:
        state: Folder of its data, settings and log.
        jars: Folder of the jars, shared between brokers; filled by `install`.
        port: Port for clients.
        controller_port: Port of the controller.
        node: Its number in the cluster, from 1.
        controllers: The controllers' ports, by node, in order; by default its own alone.
        cluster: Id of the cluster, 22 characters of base64url; by default a new one.
    """

    def __init__(
        self,
        state: Path,
        *,
        jars: Path,
        port: int = 9092,
        controller_port: int = 9093,
        node: int = 1,
        controllers: Sequence[int] = (),
        cluster: str = "",
    ) -> None:
        super().__init__(state)
        self.jars = jars.resolve()
        self.port = port
        self.controller_port = controller_port
        self.node = node
        self.controllers = tuple(controllers) or (controller_port,)
        self.name = "kafka" if len(self.controllers) == 1 else f"kafka-{node}"
        self.data = self.state / "data"
        self.properties = self.state / "server.properties"
        self._cluster = cluster

    @property
    def bootstrap(self) -> str:
        """Address that clients start from."""
        return f"{LOOPBACK}:{self.port}"

    def install(self) -> None:
        """Fetch the jars unless all of them lie there, each with the hash that this repository names.

        Raises:
            DownloadError: Maven is missing or failed, or a jar is another one.
        """
        JARS.install(self.jars)

    def format(self) -> None:
        """Make an empty log folder with a new cluster id, unless one is there.

        Raises:
            NotReadyError: The folder can't be formatted.
        """
        self.state.mkdir(parents=True, exist_ok=True)
        size = len(self.controllers)
        values = {"host": LOOPBACK, "port": self.port, "controller": self.controller_port, "data": self.data}
        values |= {"node": self.node, "quorum": self._quorum(), "replicas": size, "in_sync": in_sync(size)}
        self.properties.write_text(PROPERTIES.format(**values), "utf-8")
        if (self.data / "meta.properties").exists():
            return
        tool = [*self._java(), "kafka.tools.StorageTool", "format", "--ignore-formatted"]
        tool += ["--standalone"] if size == 1 else []
        cluster = self._cluster or new_cluster_id()
        made = subprocess.run(
            [*tool, f"--cluster-id={cluster}", "--config", self.properties], check=False, capture_output=True, text=True
        )
        if made.returncode:
            raise NotReadyError(f"Kafka 格式化失败。 Kafka could not be formatted:\n{made.stdout}{made.stderr}"[:2000])

    def wipe(self) -> None:
        """Lose everything that the broker kept, as a broken disk would. Only while it is stopped."""
        shutil.rmtree(self.data, ignore_errors=True)

    def prepare(self) -> None:
        """Install and format."""
        self.install()
        self.format()

    def command(self) -> list[str]:
        """Run the broker in the foreground."""
        return [*self._java(), "kafka.Kafka", str(self.properties)]

    def answers(self) -> bool:
        """Ask for the cluster's metadata; a broker that isn't registered yet doesn't count."""
        if not listens(self.port):
            return False
        try:
            with KafkaAdminClient(bootstrap_servers=self.bootstrap, bootstrap_timeout_ms=10_000) as admin:
                return bool(admin.describe_cluster()["brokers"])
        except (KafkaError, OSError):
            return False

    def _quorum(self) -> str:
        """Say which controllers there are: a lone one may be joined later, those of a cluster are named."""
        if len(self.controllers) == 1:
            return f"controller.quorum.bootstrap.servers={LOOPBACK}:{self.controller_port}"
        voters = (f"{node}@{LOOPBACK}:{port}" for node, port in enumerate(self.controllers, 1))
        return f"controller.quorum.voters={','.join(voters)}"

    def _java(self) -> list[str]:
        heap = HEAP if len(self.controllers) == 1 else HEAP_OF_EACH
        memory = [f"-Xmx{heap}", "-Xms64m", "-XX:+UseSerialGC", "-XX:+ExitOnOutOfMemoryError"]
        return [str(java()), *memory, f"-Dlog4j2.configurationFile={LOGGING}", "-cp", f"{self.jars}/*"]


class Cluster:
    """The brokers of one deployment: one, or three of which one may be lost.

    Args:
        state: Folder of all of them; a lone broker's own.
        jars: Folder of the jars.
        port: Port of the first one for clients; the others follow in steps of ten.
        controller_port: Port of the first one's controller; the others follow in steps of ten.
        size: How many.
    """

    def __init__(self, state: Path, *, jars: Path, port: int, controller_port: int, size: int) -> None:
        self.state = state.resolve()
        self.jars = jars
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
            )
            for place in range(size)
        )

    @property
    def bootstrap(self) -> str:
        """Addresses that clients start from."""
        return ",".join(broker.bootstrap for broker in self.brokers)

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

    def _cluster_id(self) -> str:
        """Give the id that all nodes are formatted with; made once, kept beside them."""
        path = self.state / "cluster-id"
        if not path.exists():
            self.state.mkdir(parents=True, exist_ok=True)
            path.write_text(new_cluster_id(), "ascii")
        return path.read_text("ascii")


def in_sync(size: int) -> int:
    """Give how many of so many replicas must have a record before it counts: all but one."""
    return max(1, size - 1)


def new_cluster_id() -> str:
    """Make the id of a new cluster."""
    return base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
