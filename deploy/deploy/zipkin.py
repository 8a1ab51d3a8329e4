"""Zipkin: the page on which traces are looked at in development. It keeps the newest in memory, and nothing else."""

import signal
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path

from deploy.jars import Jars
from deploy.java import java
from deploy.server import LOOPBACK, NotReadyError, Server

JARS = Jars("Zipkin", Path(__file__).resolve().parents[1] / "zipkin")

MOST_SPANS = 8_000
"""What is kept, about a thousand traces; the oldest make room. The heap below has space for half as many again."""

EVER_MS = 10 * 365 * 24 * 3600 * 1000
READ_WITHIN_S = 60

HEAP = "80m"


class Zipkin(Server):
    """One Zipkin on loopback. Whoever exports to it does without, while it is away.

    Args:
        state: Folder of its temporary files and its log.
        jars: Folder of its jar, filled by `install`.
        port: Port of collector, API and page.
    """

    name = "zipkin"
    stop_signal = signal.SIGKILL
    """It keeps nothing, so there is nothing to wait for."""

    def __init__(self, state: Path, *, jars: Path, port: int = 9411) -> None:
        super().__init__(state)
        self.jars = jars.resolve()
        self.port = port

    @property
    def page(self) -> str:
        """Where people look."""
        return f"http://{LOOPBACK}:{self.port}/zipkin/"

    @property
    def collector(self) -> str:
        """Where spans go (Zipkin's JSON, version 2)."""
        return f"http://{LOOPBACK}:{self.port}/api/v2/spans"

    @property
    def exporting(self) -> Mapping[str, str]:
        """The SDK's settings that send a process' traces here: soon, and without waiting long for a page that hangs."""
        return {
            "OTEL_TRACES_EXPORTER": "zipkin_json",
            "OTEL_EXPORTER_ZIPKIN_ENDPOINT": self.collector,
            "OTEL_EXPORTER_ZIPKIN_TIMEOUT": "2",
            "OTEL_BSP_SCHEDULE_DELAY": "1000",
        }

    def install(self) -> None:
        """Fetch the jar unless it lies there, with the hash that this repository names.

        Raises:
            DownloadError: Maven is missing or failed, or the jar is another one.
        """
        JARS.install(self.jars)

    def prepare(self) -> None:
        """Install, and make the folder of temporary files."""
        self.install()
        self.state.mkdir(parents=True, exist_ok=True)

    def command(self) -> list[str]:
        """Run it in the foreground, behind everything that has work to do; told all that it would ask others for."""
        (jar,) = JARS.names
        memory = [f"-Xmx{HEAP}", "-Xms32m", "-Xss256k", "-XX:MaxDirectMemorySize=24m", "-XX:+UseSerialGC"]
        memory += ["-XX:TieredStopAtLevel=1", "-XX:+ExitOnOutOfMemoryError"]
        options = {
            "armeria.ports[0].address": LOOPBACK,
            "armeria.ports[0].port": self.port,
            "armeria.ports[0].protocols[0]": "http",
            "zipkin.storage.type": "mem",
            "zipkin.storage.mem.max-spans": MOST_SPANS,
            "zipkin.query.allowed-origins": f"http://{LOOPBACK}:{self.port}",  # by default every page may read traces
        }
        arguments = [f"--{name}={value}" for name, value in options.items()]
        machine = [str(java()), *memory, f"-Djava.io.tmpdir={self.state}"]
        return ["nice", "-n", "10", *machine, "-jar", str(self.jars / jar), *arguments]

    def remembered(self) -> bytes:
        """Give every trace that it keeps, as JSON; none while it is away, because it keeps them in memory only.

        Raises:
            NotReadyError: It is there, and doesn't say.
        """
        asked = f"http://{LOOPBACK}:{self.port}/api/v2/traces?limit={MOST_SPANS}&lookback={EVER_MS}"
        try:
            with urllib.request.urlopen(asked, timeout=READ_WITHIN_S) as answer:
                return bytes(answer.read())
        except OSError as error:
            if isinstance(getattr(error, "reason", None), ConnectionRefusedError):
                return b""
            raise NotReadyError(f"Zipkin 未给出所存追踪。 Zipkin doesn't say which traces it keeps: {error}") from error

    def answers(self) -> bool:
        """Ask its own health page."""
        try:
            with urllib.request.urlopen(f"http://{LOOPBACK}:{self.port}/health", timeout=2) as answer:
                return bool(answer.status == 200)  # noqa: PLR2004
        except (urllib.error.URLError, OSError):
            return False
