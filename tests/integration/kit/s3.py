"""A server that speaks S3 and keeps objects in a folder: S3Proxy, a real one, fetched once by hash."""

import socket
from pathlib import Path
from typing import Final

from deploy.jars import Jars
from deploy.java import java
from deploy.server import LOOPBACK, Server, free_port

from tests.conftest import CACHE

JARS: Final = Jars("S3Proxy", Path(__file__).resolve().parents[3] / "deploy" / "s3")
KEY, SECRET = "a-key-of-the-test", "a-secret-of-the-test"
BUCKET: Final = "attachments"


class S3Proxy(Server):
    """A server with one bucket, which asks for signatures."""

    name = "s3proxy"

    def __init__(self, state: Path) -> None:
        super().__init__(state)
        self.port = free_port()

    @property
    def access(self) -> dict[str, str]:
        """Variables by which a client finds it and is known."""
        return {
            "AWS_ENDPOINT_URL": f"http://{LOOPBACK}:{self.port}",
            "AWS_REGION": "us-east-1",
            "AWS_ACCESS_KEY_ID": KEY,
            "AWS_SECRET_ACCESS_KEY": SECRET,
        }

    def prepare(self) -> None:
        """Fetch it, make the bucket, and write what it is told."""
        JARS.install(CACHE / "s3proxy")
        (self.state / "buckets" / BUCKET).mkdir(parents=True, exist_ok=True)
        told = {
            "s3proxy.endpoint": f"http://{LOOPBACK}:{self.port}",
            "s3proxy.authorization": "aws-v4",
            "s3proxy.identity": KEY,
            "s3proxy.credential": SECRET,
            "jclouds.provider": "filesystem-nio2",
            "jclouds.identity": "nobody",
            "jclouds.credential": "nothing",
            "jclouds.filesystem.basedir": self.state / "buckets",
        }
        self._settings.write_text("".join(f"{name}={value}\n" for name, value in told.items()), "utf-8")
        self._logging.write_text('<configuration><root level="WARN"/></configuration>', "utf-8")

    def command(self) -> list[str]:
        """Serve."""
        memory = ("-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", f"-Djava.io.tmpdir={self.state}")
        quiet = f"-Dlogback.configurationFile={self._logging}"
        entry = ("org.gaul.s3proxy.Main", "--properties", str(self._settings))
        return [str(java()), *memory, quiet, "-cp", f"{CACHE / 's3proxy'}/*", *entry]

    def answers(self) -> bool:
        """Connect; it listens when it is ready."""
        try:
            with socket.create_connection((LOOPBACK, self.port), timeout=2):
                return True
        except OSError:
            return False

    @property
    def _settings(self) -> Path:
        return self.state / "s3proxy.properties"

    @property
    def _logging(self) -> Path:
        return self.state / "logback.xml"

    def objects(self) -> list[str]:
        """Name what the bucket holds, past the protocol."""
        root = self.state / "buckets" / BUCKET
        return sorted(str(path.relative_to(root)) for path in root.rglob("*") if path.is_file())
