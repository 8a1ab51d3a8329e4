"""The supervisor: supervisord with a configuration of its own, asked over its socket. It restarts what dies."""

import contextlib
import hashlib
import os
import re
import shlex
import subprocess
import sys
import tempfile
import time
import xmlrpc.client
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
from supervisor.xmlrpc import Faults, SupervisorTransport

from deploy.programs import MARK, Program
from deploy.server import POLL_S

LONGEST_SOCKET = 100
"""A Unix socket's path may have 107 bytes; the supervisor adds a few while it binds."""

LAUNCHED_WITHIN_S = 15.0
STOPPED_WITHIN_S = 90.0
DIED = re.compile(r"^(\S+ \S+?),\d+ \w+ exited: (\S+) \((.*); not expected\)")


class SupervisorError(RuntimeError):
    """The supervisor didn't start, didn't end, or runs with other settings."""


@dataclass(frozen=True, slots=True)
class Death:
    """A program that ended although nobody had asked it to; the supervisor started it again.

    Attributes:
        at: Local time, as the supervisor wrote it.
        program: Its name.
        how: For example ``terminated by SIGKILL``.
    """

    at: str
    program: str
    how: str


class Supervisor:
    """One supervisord.

    Args:
        state: Folder of the deployment.
        logs: Folder of the programs' logs.
    """

    def __init__(self, state: Path, logs: Path) -> None:
        self.state = state
        self.logs = logs
        self.configuration = state / "supervisord.conf"
        self.log = logs / "supervisord.log"
        self.socket = _socket(state)

    @property
    def running(self) -> bool:
        """Whether it answers."""
        try:
            return bool(self._rpc.getState()["statecode"] == 1)
        except (OSError, xmlrpc.client.Error):
            return False

    def launch(self, programs: Sequence[Program]) -> None:
        """Start the supervisor, with none of the programs started yet; one that runs with the same settings stays.

        Raises:
            SupervisorError: It runs with other settings, or didn't come up.
        """
        text = render(programs, self)
        if self.running:
            if self.configuration.read_text("utf-8") != text:
                raise SupervisorError(
                    "系统正以其他设置运行，请先执行 make down。 The suite runs with other settings: make down first."
                )
            return
        self.logs.mkdir(parents=True, exist_ok=True)
        self.configuration.unlink(missing_ok=True)
        with os.fdopen(os.open(self.configuration, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(text)
        with (self.logs / "supervisord.out").open("ab") as out:
            daemon = subprocess.Popen(
                [sys.executable, "-m", "deploy.prompt_supervisord", "-c", self.configuration],
                env={**os.environ, MARK: str(self.state)},
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        deadline = time.monotonic() + LAUNCHED_WITHIN_S
        while not self.running:
            if daemon.poll() is not None or time.monotonic() > deadline:
                raise SupervisorError(
                    f"supervisord 未能启动。 supervisord did not start: see {self.logs}/supervisord.out"
                )
            time.sleep(POLL_S)

    def start(self, program: str) -> None:
        """Start a program unless it runs; don't wait for it."""
        with _ignoring(Faults.ALREADY_STARTED):
            self._rpc.startProcess(program, False)  # noqa: FBT003  XML-RPC has no keywords: don't wait

    def stop(self, program: str) -> None:
        """Stop a program and wait for its end."""
        with _ignoring(Faults.NOT_RUNNING):
            self._rpc.stopProcess(program, True)  # noqa: FBT003  XML-RPC has no keywords: wait

    def info(self) -> list[dict[str, Any]]:
        """Tell about each program, in no order: name, statename, pid, start, now, spawnerr (times in Unix seconds)."""
        found: list[dict[str, Any]] = self._rpc.getAllProcessInfo()
        return found

    def deaths(self) -> list[Death]:
        """List what died and was started again since the log began, oldest first."""
        lines = self.log.read_text("utf-8", "replace").splitlines() if self.log.exists() else []
        return [Death(*died.groups()) for line in lines if (died := DIED.match(line))]

    def shutdown(self) -> None:
        """Stop all programs, the latest first, then the supervisor; end what a killed supervisor left behind.

        Raises:
            SupervisorError: Something doesn't end.
        """
        if self.running:
            daemon = psutil.Process(self._rpc.getPID())
            self._rpc.shutdown()
            try:
                daemon.wait(STOPPED_WITHIN_S)
            except psutil.TimeoutExpired:
                raise SupervisorError(f"supervisord 未能停止。 supervisord did not stop: see {self.log}") from None
        left = list(leftovers(self.state))
        for process in left:
            with contextlib.suppress(psutil.Error):
                process.terminate()
        _, stubborn = psutil.wait_procs(left, timeout=10)
        for process in stubborn:
            with contextlib.suppress(psutil.Error):
                process.kill()
        psutil.wait_procs(stubborn, timeout=5)

    @property
    def _rpc(self) -> Any:
        transport = SupervisorTransport(None, None, f"unix://{self.socket}")
        return xmlrpc.client.ServerProxy("http://127.0.0.1", transport=transport).supervisor


def leftovers(state: Path) -> Iterator[psutil.Process]:
    """Find the processes of this deployment that still run, whoever their parent is now."""
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            if process.pid != os.getpid() and process.environ().get(MARK) == str(state):
                yield process


def render(programs: Sequence[Program], supervisor: Supervisor) -> str:
    """Write the supervisor's configuration. It holds passwords: mode 0600."""
    head = f"""\
; Written by `deploy start`. Changes here are lost.
[unix_http_server]
file={_text(supervisor.socket)}
chmod=0700

[rpcinterface:supervisor]
supervisor.rpcinterface_factory=supervisor.rpcinterface:make_main_rpcinterface

[supervisord]
nodaemon=true
silent=true
directory={_text(supervisor.state)}
pidfile={_text(supervisor.state / "supervisord.pid")}
logfile={_text(supervisor.log)}
logfile_maxbytes=5MB
logfile_backups=2
{"user=root" if os.geteuid() == 0 else ""}
"""
    return head + "".join(_section(program, supervisor.logs) for program in programs)


def _section(program: Program, logs: Path) -> str:
    # A program that ends at once again and again is tried at growing intervals, but never given up:
    # a database whose disk was full comes back by itself when there is room.
    return f"""
[program:{program.name}]
command={_text(shlex.join(program.command))}
environment={",".join(f"{name}={_quoted(value)}" for name, value in sorted(program.environment.items()))}
priority={program.order}
autostart=false
autorestart=true
startsecs=1
startretries=1000000
stopsignal={program.stop_signal}
stopwaitsecs={program.stop_within}
redirect_stderr=true
stdout_logfile={_text(logs / program.name)}.log
stdout_logfile_maxbytes=10MB
stdout_logfile_backups=2
"""


def _text(value: object) -> str:
    return str(value).replace("%", "%%")


def _quoted(value: str) -> str:
    if "'" in value or "\n" in value:
        raise SupervisorError(f"设置中不能有引号或换行。 A setting holds a quote or a line break: {value!r}")
    return f"'{_text(value)}'"


def _socket(state: Path) -> Path:
    """Put the socket into the state folder, unless that makes its path too long for the kernel."""
    usual = state / "supervisor.sock"
    if len(os.fsencode(usual)) <= LONGEST_SOCKET:
        return usual
    digest = hashlib.sha256(os.fsencode(state)).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"yiwangban-{os.getuid()}-{digest}.sock"


@contextlib.contextmanager
def _ignoring(fault: int) -> Iterator[None]:
    try:
        yield
    except xmlrpc.client.Fault as error:
        if error.faultCode != fault:
            raise
