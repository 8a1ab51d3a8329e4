"""A server process of this machine: how any of them is started, asked, stopped and killed."""

import os
import signal
import socket
import subprocess
import time
from abc import ABC, abstractmethod
from collections.abc import Mapping
from pathlib import Path

POLL_S = 0.05
"""How often a server that is starting is asked whether it answers yet."""

LOOPBACK = "127.0.0.1"


class NotReadyError(RuntimeError):
    """A server ended, or didn't answer in time. The message holds the end of its log."""


class Server(ABC):
    """One server, on loopback, whose whole state lies in one folder.

    The supervisor runs `command` with `environment`; tests and provisioning start and stop it directly.

    Attributes:
        name: The program's name, also that of its log.
        state: The folder of everything it keeps.
    """

    name: str
    stop_signal = signal.SIGTERM
    stop_within = 20.0
    """Seconds of a graceful stop, after which the process is killed."""
    ready_within = 120.0
    """Seconds until it must answer; a second or two is usual, a busy machine needs longer."""

    def __init__(self, state: Path) -> None:
        self.state = state.resolve()
        self._process: subprocess.Popen[bytes] | None = None

    @abstractmethod
    def prepare(self) -> None:
        """Make everything that the command needs, once; a second call changes nothing."""

    @abstractmethod
    def command(self) -> list[str]:
        """Give the command line that runs the server in the foreground."""

    @abstractmethod
    def answers(self) -> bool:
        """Ask the server something real, over its own protocol."""

    @property
    def environment(self) -> Mapping[str, str]:
        """Environment variables that the command needs besides the caller's."""
        return {}

    @property
    def log_path(self) -> Path:
        """Where `start` writes what the server prints."""
        return self.state / f"{self.name}.log"

    @property
    def pid(self) -> int | None:
        """Process id, while the process that `start` made is alive."""
        return self._process.pid if self._process is not None and self._process.poll() is None else None

    def start(self) -> None:
        """Prepare, start and wait until it answers. A running server is left as it is.

        Raises:
            NotReadyError: It ended or didn't answer in time; nothing is left running.
        """
        if self.pid is not None:
            return
        self.prepare()
        with self.log_path.open("ab") as log:
            self._process = subprocess.Popen(
                self.command(),
                env={**os.environ, **self.environment},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        try:
            self.wait_ready()
        except BaseException:
            self.kill()
            raise

    def wait_ready(self, within: float | None = None) -> None:
        """Wait until the server answers, whoever started it.

        Raises:
            NotReadyError: The process that `start` made ended, or the time ran out.
        """
        patience = self.ready_within if within is None else within
        deadline = time.monotonic() + patience
        while not self.answers():
            if self._process is not None and (status := self._process.poll()) is not None:
                raise NotReadyError(f"{self.name} ended with status {status}\n{self._log_tail()}")
            if time.monotonic() > deadline:
                raise NotReadyError(f"{self.name} did not answer within {patience:g} s\n{self._log_tail()}")
            time.sleep(POLL_S)

    def stop(self) -> None:
        """Stop gracefully; kill what doesn't end in time. Does nothing when it isn't running."""
        if self._process is None:
            return
        if self._process.poll() is None:
            self._process.send_signal(self.stop_signal)
            try:
                self._process.wait(self.stop_within)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        self._process = None

    def kill(self) -> None:
        """Kill the process without warning (SIGKILL), as a crash would."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def _log_tail(self, characters: int = 2000) -> str:
        return self.log_path.read_text("utf-8", "replace")[-characters:] if self.log_path.exists() else ""


def listens(port: int) -> bool:
    """Tell whether something on loopback accepts connections at the port."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex((LOOPBACK, port)) == 0


def free_port() -> int:
    """Find a port of loopback that nothing listens at (another process may still take it first)."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])
