"""A real process, stopped as a supervisor stops it."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import httpx
import psycopg
from chassis.settings import Settings
from chassis.testing.waiting import eventually_sync
from deploy.server import free_port

PROGRAM = """
from pathlib import Path
from typing import Annotated
from fastapi import APIRouter, Depends
from sqlalchemy import text
from chassis.cli import service_cli
from chassis.api.route import CommandRoute, unit
from chassis.service import Service
from chassis.settings import Settings
from chassis.testing.permissions import for_roles
from chassis.unit import Unit
from pydantic_settings import SettingsConfigDict

router = APIRouter(prefix="/v1", route_class=CommandRoute, dependencies=[for_roles("writer")])

@router.post("/slow", status_code=201)
async def slow(work: Annotated[Unit, Depends(unit)]) -> dict[str, str]:
    await work.session.execute(text("SELECT pg_sleep(1.5)"))
    return {}

class ThingSettings(Settings):
    model_config = SettingsConfigDict(env_prefix="THING_")
    service: str = "petition"
    http_port: int = 1

def bootstrap():
    settings = ThingSettings()
    return Service(title="Thing", settings=settings, migrations=Path(), routers=[router])

service_cli(bootstrap)()
"""


@contextmanager
def process(tmp_path: Path, settings: Settings, port: int) -> Iterator[subprocess.Popen[str]]:
    program = tmp_path / "thing.py"
    program.write_text(PROGRAM)
    environment = os.environ | {
        "THING_DATABASE_URL": settings.database_url,
        "KAFKA_BOOTSTRAP": settings.kafka_bootstrap,
        "TOPIC_PREFIX": settings.topic_prefix,
        "PSEUDONYM_SECRET_PATH": str(settings.pseudonym_secret_path),
        "JWT_JWKS_PATH": str(settings.jwks_path),
        "JWT_ISSUER": settings.issuer,
        "JWT_AUDIENCE": settings.audience,
    }
    command = [sys.executable, str(program), "serve", "--port", str(port), "--role", "all"]
    started = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        yield started
    finally:
        if started.poll() is None:
            started.kill()
        started.wait(10)


def test_sigterm_lets_a_running_request_finish_and_then_stops_everything(
    live: Callable[..., Settings], tmp_path: Path, make_token: Callable[..., str]
) -> None:
    settings, port = live(), free_port()
    url = f"http://127.0.0.1:{port}"
    headers = {"authorization": f"Bearer {make_token()}", "idempotency-key": "slow"}
    with process(tmp_path, settings, port) as started, ThreadPoolExecutor(1) as client:

        def is_ready() -> bool:
            assert started.poll() is None, started.communicate()[0]
            return httpx.get(f"{url}/readyz", timeout=5).status_code == 200

        eventually_sync(is_ready, within=60, ignoring=(httpx.TransportError,), that="the process is ready")
        slow = client.submit(httpx.post, f"{url}/v1/slow", headers=headers, timeout=20)
        with psycopg.connect(settings.database_url, autocommit=True) as connection:
            running = "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'"
            eventually_sync(lambda: connection.execute(running).fetchone() == (1,), that="the request is running")
            started.send_signal(signal.SIGTERM)
        assert slow.result(20).status_code == 201
        output, _ = started.communicate(timeout=20)
    assert started.returncode in {0, -signal.SIGTERM}
    assert all(line.startswith("{") for line in output.splitlines()), output
    assert '"message":"stopped"' in output
    with psycopg.connect(settings.database_url) as connection:
        assert connection.execute("SELECT status FROM idempotency_keys").fetchall() == [(201,)]
