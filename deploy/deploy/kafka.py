"""An embedded Kafka: KRaft nodes on loopback, from jars that Maven fetches and this repository names by hash."""

import base64
import shutil
import subprocess
import uuid
from collections.abc import Sequence
from pathlib import Path

from contracts.bus import Bus
from contracts.refusal import NotLetInError, explained
from kafka import KafkaAdminClient
from kafka.errors import KafkaError

from deploy.credentials import ADMIN, Credentials
from deploy.jars import Jars
from deploy.java import java
from deploy.private_files import replace_secret
from deploy.server import LOOPBACK, NotReadyError, Server, listens

HOME = Path(__file__).resolve().parents[1] / "broker"
JARS = Jars("Kafka", HOME)
LOGGING = HOME / "log4j2.properties"

HEAP, HEAP_OF_EACH = "384m", "256m"
"""Heap of a lone broker, and of each one of several. Its page cache, which does the work, is the kernel's."""

PROPERTIES = """\
process.roles=broker,controller
node.id={node}
{quorum}
controller.listener.names=CONTROLLER
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
"""

SMALL = """
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

ASKED_FOR_MS = 10_000
"""How long a broker is asked before it counts as not answering, or as refusing whoever runs it."""

PLAINTEXT = """\
listeners=PLAINTEXT://{host}:{port},CONTROLLER://{host}:{controller}
advertised.listeners=PLAINTEXT://{host}:{port},CONTROLLER://{host}:{controller}
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
"""
"""Everybody may do everything: for measuring what the rest costs, and for tests of something else."""


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
        credentials: By which everybody says who they are; without them the broker speaks plaintext.
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
        credentials: Credentials | None = None,
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
        self.credentials = credentials
        self._cluster = cluster

    @property
    def bootstrap(self) -> str:
        """Address that clients start from."""
        return f"{LOOPBACK}:{self.port}"

    @property
    def bus(self) -> Bus:
        """The broker, as whoever runs it sees it."""
        return self.credentials.bus(self.bootstrap, ADMIN) if self.credentials else Bus(self.bootstrap)

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
        properties = basics(self.node, self._quorum(), size, self.data) + SMALL + self._listeners()
        replace_secret(self.properties, properties.encode())
        if (self.data / "meta.properties").exists():
            return
        tool = [*self._java(), "kafka.tools.StorageTool", "format", "--ignore-formatted"]
        tool += ["--standalone"] if size == 1 else []
        tool += [f"@{self.credentials.first_users()}"] if self.credentials else []
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
        """Install, make what secures it, and format."""
        self.install()
        if self.credentials:
            self.credentials.prepare()
            self.credentials.certify(self.name)
        self.format()

    def command(self) -> list[str]:
        """Run the broker in the foreground."""
        return [*self._java(), "kafka.Kafka", str(self.properties)]

    def answers(self) -> bool:
        """Ask for the cluster's metadata; a broker that isn't registered yet doesn't count.

        Raises:
            NotReadyError: It refused whoever runs it all that time; more of it won't help.
        """
        if not listens(self.port):
            return False
        try:
            with explained(self.bus), KafkaAdminClient(**self.bus.client(), bootstrap_timeout_ms=ASKED_FOR_MS) as admin:
                return bool(admin.describe_cluster()["brokers"])
        except NotLetInError as error:
            raise NotReadyError(str(error)) from error
        except (KafkaError, OSError):
            return False

    def _quorum(self) -> str:
        """Say which controllers there are: a lone one may be joined later, those of a cluster are named."""
        if len(self.controllers) == 1:
            return f"controller.quorum.bootstrap.servers={LOOPBACK}:{self.controller_port}"
        return voters([f"{LOOPBACK}:{port}" for port in self.controllers])

    def _listeners(self) -> str:
        if self.credentials:
            return self.credentials.properties(self.name, LOOPBACK, self.port, self.controller_port)
        return PLAINTEXT.format(host=LOOPBACK, port=self.port, controller=self.controller_port)

    def _java(self) -> list[str]:
        heap = HEAP if len(self.controllers) == 1 else HEAP_OF_EACH
        memory = [f"-Xmx{heap}", "-Xms64m", "-XX:+UseSerialGC", "-XX:+ExitOnOutOfMemoryError"]
        return [str(java()), *memory, f"-Dlog4j2.configurationFile={LOGGING}", "-cp", f"{self.jars}/*"]


def basics(node: int, quorum: str, size: int, data: Path) -> str:
    """Give the settings of a broker that are the same wherever it runs.

    Args:
        node: Its number in the cluster, from 1.
        quorum: The line that says which controllers there are.
        size: How many brokers there are.
        data: Its log folder, as it sees it.
    """
    return PROPERTIES.format(node=node, quorum=quorum, data=data, replicas=size, in_sync=in_sync(size))


def voters(controllers: Sequence[str]) -> str:
    """Give the line that names the controllers, ``host:port``, in the order of their nodes."""
    return f"controller.quorum.voters={','.join(f'{node}@{at}' for node, at in enumerate(controllers, 1))}"


def in_sync(size: int) -> int:
    """Give how many of so many replicas must have a record before it counts: all but one."""
    return max(1, size - 1)


def new_cluster_id() -> str:
    """Make the id of a new cluster."""
    return base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
