"""Keycloak: a real OpenID provider beside the suite, with its realm, its brute-force protection and its login pages."""

import json
import os
import secrets
import shutil
import subprocess
import urllib.error
import urllib.request
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from deploy.issuer import write_secret
from deploy.jars import DownloadError, Jars
from deploy.java import java
from deploy.realm import REALM, Filling, realm
from deploy.server import LOOPBACK, Server

ARCHIVE: Final = Jars("Keycloak", Path(__file__).resolve().parents[1] / "identity")
ADMIN: Final = "deploy"
"""Client by which the deployment makes accounts for its demonstration."""

HEAP: Final = ("-Xms64m", "-Xmx320m", "-XX:MetaspaceSize=96m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")
BUILD_WITHIN_S: Final = 240
FEATURES: Final = ("ciba", "device-flow", "impersonation", "kerberos", "organization", "par")
"""What the suite needs nothing of."""

SHARED: Final = ("bin", "conf", "lib", "providers", "themes")
"""What of an installation isn't a deployment's own."""


class Keycloak(Server):
    """One Keycloak on loopback.

    Args:
        state: Folder of its database, its realm and its secrets.
        cache: Folder of the archive, and of what was unpacked and built of it.
        port: Where people sign in.
    """

    name = "keycloak"
    ready_within = 180.0

    def __init__(self, state: Path, *, cache: Path, port: int = 8180) -> None:
        super().__init__(state)
        self.cache = cache.resolve()
        self.port = port
        self.home = self.state / "home"

    @property
    def issuer(self) -> str:
        """In whose name its tokens are."""
        return f"http://{LOOPBACK}:{self.port}/realms/{REALM}"

    @property
    def discovery_url(self) -> str:
        """Its discovery document."""
        return f"{self.issuer}/.well-known/openid-configuration"

    @property
    def jwks_url(self) -> str:
        """Its key set."""
        return f"{self.issuer}/protocol/openid-connect/certs"

    def secret(self, client: str) -> str:
        """Give the secret of a client, made when it is first asked for."""
        path = self.state / "secrets" / client
        if not path.exists():
            write_secret(path, secrets.token_urlsafe(32).encode())
        return path.read_text("utf-8")

    def install(self) -> None:
        """Fetch the archive, unpack it, and build what starts quickly from it, once.

        Raises:
            DownloadError: Maven is missing or failed, or the archive is another one, or it can't be built.
        """
        if self._built.is_dir():
            return
        ARCHIVE.install(self.cache)
        (archive,) = ARCHIVE.names
        draft = self.cache / f"unpacked-{os.getpid()}"
        shutil.rmtree(draft, ignore_errors=True)
        with zipfile.ZipFile(self.cache / archive) as zipped:
            zipped.extractall(draft)
        (unpacked,) = draft.iterdir()
        options = ["--db=dev-file", "--health-enabled=false", "--metrics-enabled=false"]
        options.append(f"--features-disabled={','.join(FEATURES)}")
        built = subprocess.run(
            [*_run(unpacked), "build", *options], capture_output=True, text=True, timeout=BUILD_WITHIN_S, check=False
        )
        if built.returncode:
            shutil.rmtree(draft)
            raise DownloadError(
                f"Keycloak 构建失败。 Keycloak can't be built:\n{(built.stdout + built.stderr)[-2000:]}"
            )
        if not self._built.is_dir():  # nobody else was faster
            unpacked.rename(self._built)
        shutil.rmtree(draft)

    def prepare(self) -> None:
        """Install, and write the realm; it is imported at the first start only."""
        self.install()
        self.home.mkdir(parents=True, exist_ok=True)
        for name in SHARED:
            if not (self.home / name).is_symlink():
                (self.home / name).symlink_to(self._built / name)
        folder = self.home / "data" / "import"
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        filling = Filling(connector_secret=self.secret("connector"), demo=True, portals=[f"http://{LOOPBACK}/*"])
        if not (file := folder / f"{REALM}-realm.json").exists():
            write_secret(file, json.dumps(realm(filling), ensure_ascii=False, indent=1).encode())

    @property
    def environment(self) -> Mapping[str, str]:
        """Give the secret of the first administrator: a program, and no person with a password."""
        return {"KC_BOOTSTRAP_ADMIN_CLIENT_ID": ADMIN, "KC_BOOTSTRAP_ADMIN_CLIENT_SECRET": self.secret(ADMIN)}

    def command(self) -> list[str]:
        """Run it in the foreground, on loopback, without a cluster."""
        address = [f"--http-host={LOOPBACK}", f"--http-port={self.port}", f"--hostname=http://{LOOPBACK}:{self.port}"]
        options = ["--http-enabled=true", "--cache=local", "--log-level=warn"]
        return [*_run(self.home), "start", "--optimized", "--import-realm", *address, *options]

    def answers(self) -> bool:
        """Ask for the realm's discovery document."""
        try:
            with urllib.request.urlopen(self.discovery_url, timeout=5) as answer:  # noqa: S310  its own address
                return bool(answer.status == 200)  # noqa: PLR2004
        except (urllib.error.URLError, OSError):
            return False

    @property
    def _built(self) -> Path:
        (digest,) = ARCHIVE.names.values()
        return self.cache / f"built-{digest[:16]}"


def _run(home: Path) -> list[str]:
    """Give what ``kc.sh`` runs, without the shell between, so that a signal reaches it."""
    properties = {
        "kc.home.dir": home,
        "jboss.server.config.dir": home / "conf",
        "java.util.logging.manager": "org.jboss.logmanager.LogManager",
        "quarkus-log-max-startup-records": 10_000,
        "file.encoding": "UTF-8",
    }
    told = [f"-D{name}={value}" for name, value in properties.items()]
    opened = [f"--add-opens=java.base/java.{name}=ALL-UNNAMED" for name in ("util", "util.concurrent", "security")]
    jar, entry = str(home / "lib" / "quarkus-run.jar"), "io.quarkus.bootstrap.runner.QuarkusEntryPoint"
    return [str(java()), *HEAP, *opened, *told, "-cp", jar, entry, "--profile=prod"]
