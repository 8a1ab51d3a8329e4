"""An embedded Kafka: one KRaft node on loopback, from jars that Maven fetches and this repository names by hash."""

import base64
import hashlib
import os
import shutil
import subprocess
import uuid
from pathlib import Path

from kafka import KafkaAdminClient
from kafka.errors import KafkaError

from deploy.java import java
from deploy.server import LOOPBACK, NotReadyError, Server, listens

HOME = Path(__file__).resolve().parents[1] / "broker"
POM = HOME / "pom.xml"
SUMS = HOME / "jars.sha256"
LOGGING = HOME / "log4j2.properties"

HEAP = "384m"
"""Heap of the broker. Its page cache, which does the work, is the kernel's."""

PROPERTIES = """\
process.roles=broker,controller
node.id=1
controller.quorum.bootstrap.servers={host}:{controller}
controller.listener.names=CONTROLLER
listeners=PLAINTEXT://{host}:{port},CONTROLLER://{host}:{controller}
advertised.listeners=PLAINTEXT://{host}:{port},CONTROLLER://{host}:{controller}
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
log.dirs={data}

# Topics come from contracts/topics by provisioning, never by a typing error.
auto.create.topics.enable=false
message.max.bytes=1048588

# One node: its own topics can have one replica only.
offsets.topic.replication.factor=1
offsets.topic.num.partitions=4
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1

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


class DownloadError(RuntimeError):
    """Maven didn't deliver the jars, or not the ones that this repository names."""


class Kafka(Server):
    """One broker and controller in one process.

    Args:
        state: Folder of its data, settings and log.
        jars: Folder of the jars, shared between brokers; filled by `install`.
        port: Port for clients.
        controller_port: Port of the controller.
    """

    name = "kafka"

    def __init__(self, state: Path, *, jars: Path, port: int = 9092, controller_port: int = 9093) -> None:
        super().__init__(state)
        self.jars = jars.resolve()
        self.port = port
        self.controller_port = controller_port
        self.data = self.state / "data"
        self.properties = self.state / "server.properties"

    @property
    def bootstrap(self) -> str:
        """Address that clients start from."""
        return f"{LOOPBACK}:{self.port}"

    def install(self) -> None:
        """Fetch the jars unless all of them lie there, each with the hash that this repository names.

        Raises:
            DownloadError: Maven is missing or failed, or a jar is another one.
        """
        if not wrong_jars(self.jars):
            return
        if (maven := shutil.which("mvn")) is None:
            raise DownloadError(
                "缺少 Maven，无法获取 Kafka：请安装（Debian/Ubuntu:apt-get install maven）。"
                " Maven is missing, so Kafka can't be fetched: install it (Debian, Ubuntu: apt-get install maven)."
            )
        arriving = self.jars.with_name(f"{self.jars.name}.arriving-{os.getpid()}")
        shutil.rmtree(arriving, ignore_errors=True)
        arriving.mkdir(parents=True)
        maven_cache = arriving.with_name(f"{arriving.name}-maven")
        goal = ["dependency:copy-dependencies", "-DincludeScope=runtime", f"-DoutputDirectory={arriving}"]
        goal.append(f"-Dmaven.repo.local={maven_cache}")  # nothing of the suite outside its state folder
        try:
            fetched = subprocess.run(
                [maven, "--quiet", "--batch-mode", "--file", POM, *goal],
                capture_output=True,
                text=True,
                check=False,
            )
            if fetched.returncode:
                said = fetched.stdout + fetched.stderr
                raise DownloadError(f"Maven 未能获取 Kafka。 Maven could not fetch Kafka:\n{said[-2000:]}")
            if wrong := wrong_jars(arriving):
                raise DownloadError(
                    f"下载的文件与仓库记录的哈希不符。 Other jars than {SUMS.name} names: {', '.join(sorted(wrong))}"
                )
            if wrong_jars(self.jars):  # nobody else was faster
                shutil.rmtree(self.jars, ignore_errors=True)
                arriving.rename(self.jars)
        finally:
            shutil.rmtree(arriving, ignore_errors=True)
            shutil.rmtree(maven_cache, ignore_errors=True)

    def format(self) -> None:
        """Make an empty log folder with a new cluster id, unless one is there.

        Raises:
            NotReadyError: The folder can't be formatted.
        """
        self.state.mkdir(parents=True, exist_ok=True)
        self.properties.write_text(
            PROPERTIES.format(host=LOOPBACK, port=self.port, controller=self.controller_port, data=self.data), "utf-8"
        )
        if (self.data / "meta.properties").exists():
            return
        tool = [*self._java(), "kafka.tools.StorageTool", "format", "--standalone", "--ignore-formatted"]
        cluster = base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
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

    def _java(self) -> list[str]:
        memory = [f"-Xmx{HEAP}", "-Xms64m", "-XX:+UseSerialGC", "-XX:+ExitOnOutOfMemoryError"]
        return [str(java()), *memory, f"-Dlog4j2.configurationFile={LOGGING}", "-cp", f"{self.jars}/*"]


def wrong_jars(folder: Path) -> set[str]:
    """Name the jars that are missing, changed or unknown in a folder."""
    named = {name: digest for digest, name in map(str.split, SUMS.read_text("utf-8").splitlines())}
    found = {jar.name: hashlib.sha256(jar.read_bytes()).hexdigest() for jar in folder.glob("*.jar")}
    return {name for name in named.keys() | found.keys() if named.get(name) != found.get(name)}
