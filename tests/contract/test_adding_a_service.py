"""docs/adding-a-service.md, followed to the letter in a copy of the repository until the new service is mirrored."""

import json
import os
import re
import secrets
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
from chassis.testing.waiting import eventually_sync
from contracts.registry import Registry
from deploy.issuer import Issuer
from deploy.kafka import Kafka
from deploy.postgres import Postgres
from deploy.provision import provision
from deploy.server import free_port
from psycopg import sql
from psycopg.rows import dict_row

from tests.integration.kit.walkthrough import Walkthrough

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "adding-a-service.md").read_text("utf-8")
FILES = Walkthrough.read("adding-a-service.md").files
TOPIC = "booking.visits.v1"


@dataclass(frozen=True)
class Copy:
    """The repository with the new service in it, installed as ``make setup`` would.

    Attributes:
        root: The folder.
        environment: Of its commands.
    """

    root: Path
    environment: dict[str, str]

    def run(self, *command: str) -> str:
        """Run a command in it; give what it prints."""
        done = subprocess.run(
            command, cwd=self.root, env=self.environment, capture_output=True, text=True, timeout=240, check=False
        )
        assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
        return done.stdout

    @contextmanager
    def serving(self, service: str, *arguments: str) -> Iterator[str]:
        """Run a service's process until it is ready, and stop it afterwards; give its address."""
        url = f"http://127.0.0.1:{(port := free_port())}"
        command = [str(self.root / ".venv" / "bin" / service), "serve", "--port", str(port), *arguments]
        with subprocess.Popen(command, cwd=self.root, env=self.environment, stdout=subprocess.DEVNULL) as process:
            try:
                eventually_sync(lambda: ready(process, url), within=60, that=f"{service} is ready")
                yield url
            finally:
                process.terminate()


def ready(process: subprocess.Popen[bytes], url: str) -> bool:
    """Ask as a supervisor does."""
    assert process.poll() is None, "it ended"
    try:
        return httpx.get(f"{url}/readyz", trust_env=False).status_code == 200
    except httpx.TransportError:
        return False


def named(root: Path) -> None:
    """Name the service where the page's last step says."""
    (row,) = re.findall(r"^ +Service\(.*\)\),?\)?,$", PAGE, re.MULTILINE)
    services = root / "deploy" / "deploy" / "services.py"
    before, end, after = services.read_text("utf-8").partition('\n)\n"""In the order')
    services.write_text(f"{before}\n{row.removeprefix('  ')}{end}{after}", "utf-8")
    (rule,) = re.findall(r"^ +(\(\"visit\",.*\),)$", PAGE, re.MULTILINE)
    policy = root / "libs" / "casework" / "casework" / "policy.py"
    policy.write_text(policy.read_text("utf-8").replace("\n)  # fmt: skip", f"\n    {rule}\n)  # fmt: skip"), "utf-8")
    erasures = root / "contracts" / "topics" / "intel.erasures.v1.yaml"
    erasures.write_text(erasures.read_text("utf-8").replace("petition, intel-sink]", "petition, booking, intel-sink]"))
    imports = root / ".importlinter"
    text = imports.read_text("utf-8")
    imports.write_text(
        text.replace("    query\n", "    query\n    booking\n", 1).replace("| query", "| query | booking")
    )


def installed(root: Path) -> dict[str, str]:
    """Make an environment in which the copy's packages come first, and their commands run."""
    binaries = root / ".venv" / "bin"
    binaries.mkdir(parents=True)
    shutil.copy(Path(sys.prefix) / "pyvenv.cfg", root / ".venv")
    (root / ".venv" / "lib").symlink_to(Path(sys.prefix) / "lib")
    for tool in (Path(sys.prefix) / "bin").iterdir():
        (binaries / tool.name).symlink_to(tool.resolve() if tool.name.startswith("python") else tool)
    packages = [page.parent for page in sorted(root.glob("*/pyproject.toml")) + sorted(root.glob("*/*/pyproject.toml"))]
    for package in packages:
        project = tomllib.loads((package / "pyproject.toml").read_text("utf-8"))["project"]
        for name, target in project.get("scripts", {}).items():
            module, function = target.split(":")
            (binaries / name).unlink(missing_ok=True)
            code = f"import sys\nfrom {module} import {function}\nsys.exit({function}())\n"
            (binaries / name).write_text(f"#!{binaries / 'python'}\n{code}", "utf-8")
            (binaries / name).chmod(0o755)
    (root / ".venv" / ".installed").touch()
    return {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, packages))}


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Copy:
    """Follow the page, up to ``make contracts``."""
    root = tmp_path_factory.mktemp("suite")
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True)
    for name in [*listed.stdout.split("\0")[:-1], *FILES]:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        if name in FILES:
            (root / name).write_text(FILES[name], "utf-8")
        elif (ROOT / name).is_file():
            shutil.copy(ROOT / name, root / name)
    named(root)
    made = Copy(root, installed(root))
    made.run("git", "init", "--quiet")
    made.run("git", "add", ".")
    made.run("make", "contracts")
    return made


@pytest.mark.slow
def test_each_file_is_as_style_and_structure_want_it(copy: Copy) -> None:
    assert len(FILES) > 15
    ours = ("services/booking", "tests/unit/booking")
    copy.run(".venv/bin/ruff", "check", *ours)
    copy.run(".venv/bin/ruff", "format", "--check", *ours)
    copy.run(".venv/bin/python", "-m", "pytest", "-q", "tests/architecture", "tests/unit/booking")
    paths = json.loads((copy.root / "contracts" / "openapi" / "suite.json").read_text("utf-8"))["paths"]
    assert "/v1/visits" in paths


@pytest.mark.slow
def test_what_it_accepts_is_mirrored_without_a_change_of_the_mirror(
    copy: Copy, kafka: Kafka, postgres: Postgres, keyring_url: str, tmp_path: Path, topic_prefix: str
) -> None:
    issuer = Issuer(tmp_path / "issuer")
    (tmp_path / "issuer").mkdir()
    issuer.prepare()
    (tmp_path / "pseudonym").write_text(secrets.token_hex(32))
    copy.environment.update(
        {
            "BOOKING_DATABASE_URL": postgres.dsn(database_on(postgres)),
            "INTEL_SINK_DATABASE_URL": postgres.dsn(mirror := database_on(postgres)),
            "INTEL_SINK_SIGNING_KEY": str(tmp_path / "checkpoints.pem"),
            "INTEL_SINK_CHECKPOINT_FILE": str(tmp_path / "checkpoints.jsonl"),
            "KAFKA_BOOTSTRAP": kafka.bootstrap,
            "TOPIC_PREFIX": topic_prefix,
            "JWT_JWKS_PATH": str(issuer.jwks),
            "KEYRING_DATABASE_URL": keyring_url,
            "KEYRING_KEK_PATH": str(tmp_path / "kek"),
            "PSEUDONYM_SECRET_PATH": str(tmp_path / "pseudonym"),
        }
    )
    provision(kafka.bus, tuple(Registry.load(copy.root / "contracts").topics.values()), prefix=topic_prefix)
    for service in ("booking", "intel-sink"):
        copy.run(f".venv/bin/{service}", "migrate")
    with copy.serving("booking") as url, copy.serving("intel-sink", "--role", "worker"):
        token = issuer.token(sub="citizen-1", tenant="440100", roles=["citizen"])
        tomorrow = (datetime.now(UTC) + timedelta(days=2)).date().isoformat()
        booked = book(url, token, tomorrow)
        assert booked.status_code == 201, booked.text
        late = book(url, token, "2026-01-05")
        assert (late.status_code, late.json()["type"]) == (422, "urn:yiwangban:problem:too-late")
        (record,) = eventually_sync(lambda: mirrored(postgres.dsn(mirror)), within=30)
    event = json.loads(bytes(record["value"]))
    assert (record["status"], event["type"]) == ("ok", "yiwangban.booking.visit.booked.v1")
    assert (event["subject"], event["data"]["day"]) == (booked.json()["id"], tomorrow)
    assert event["data"]["purpose"].startswith("sealed:v1:")


def database_on(postgres: Postgres) -> str:
    """Make an empty database; the server goes with the run."""
    name = f"t{secrets.token_hex(6)}"
    with psycopg.connect(postgres.dsn("postgres"), autocommit=True) as admin:
        admin.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    return name


def book(url: str, token: str, day: str) -> httpx.Response:
    """Ask for a visit."""
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": secrets.token_hex(8)}
    return httpx.post(f"{url}/v1/visits", json={"day": day, "purpose": "换领身份证"}, headers=headers, trust_env=False)


def mirrored(url: str) -> list[dict[str, Any]]:
    """Give what the mirror holds of the topic."""
    query = "SELECT r.status, r.value FROM mirror_records r JOIN mirror_logs USING (log) WHERE topic = %s"
    with psycopg.connect(url, row_factory=dict_row) as connection:
        return connection.execute(query, [TOPIC]).fetchall()
