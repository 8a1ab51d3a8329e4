"""The HTTP server of a process: uvicorn, which ends streams before it waits for them to end."""

import logging
import resource
import socket
from collections.abc import Callable
from typing import Final

import uvicorn

log = logging.getLogger(__name__)

SPARE_FILES: Final = 500
"""For everything but streams: other connections of clients, pools, the broker, logs."""

UNREAD_MS: Final = 30_000
"""A connection whose other end has taken nothing for so long is given up by the kernel, whatever is buffered for it."""


class Server(uvicorn.Server):
    """Drains in the right order: uvicorn tells the application that it stops only when all answers are out."""

    def __init__(self, config: uvicorn.Config, *, stop_streams: Callable[[], None]) -> None:
        """Prepare.

        Args:
            config: Uvicorn's own.
            stop_streams: Ends what would otherwise go on for minutes.
        """
        super().__init__(config)
        self._stop_streams = stop_streams

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen; connections inherit the listener's time-outs."""
        await super().startup(sockets)
        for listener in (each for server in self.servers for each in server.sockets):
            if hasattr(socket, "TCP_USER_TIMEOUT"):  # Linux
                listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, UNREAD_MS)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End the streams, then let uvicorn wait for everything that is in hand."""
        self._stop_streams()
        await super().shutdown(sockets)


def allow_files(streams: int) -> bool:
    """Let the process and its children open as many files as streams may need: a shell's usual limit is 1,024.

    Args:
        streams: Most of them.

    Returns:
        Whether the machine allows so many; if not, as many as it does are allowed now, and a warning says so.
    """
    needed = streams + SPARE_FILES
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    allowed = needed if hard == resource.RLIM_INFINITY else min(needed, hard)
    if soft != resource.RLIM_INFINITY and soft < allowed:
        resource.setrlimit(resource.RLIMIT_NOFILE, (allowed, hard))
    if allowed < needed:
        log.warning("%d open files are allowed, and %d streams may need %d", allowed, streams, needed)
    return allowed == needed
