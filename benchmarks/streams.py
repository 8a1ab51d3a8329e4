"""A thousand citizens who follow their own case live: what they cost query, and how soon each hears of a change."""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import psutil
from chassis import vector
from chassis.process import server
from demo.report import percentile
from deploy.suite import Suite

from benchmarks.events import Case, cases, of_case, record
from benchmarks.harness import Void
from benchmarks.load import documents, loaded
from benchmarks.matters import TELLING, questions, tell
from benchmarks.programs import pid_of, running, url_of

CLIENTS = 1_000
OPENING = 50
"""So many connections are opened at a time."""
WITHIN_S = 60.0
QUIET_S = 2.0
"""Watched after the last event, for one that comes twice."""
LOOK_S = 0.01
MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Streams:
    """What was found.

    Attributes:
        clients: Open streams.
        before_mib: Proportional set size of query's role api without them.
        with_mib: The same with them.
        p50_ms: From the commit of a change of every client's case until a client has its event.
        p99_ms: The same.
        last_ms: Until the last one has it.
    """

    clients: int
    before_mib: float
    with_mib: float
    p50_ms: float
    p99_ms: float
    last_ms: float

    @property
    def kib_each(self) -> float:
        """Memory of one of them."""
        return (self.with_mib - self.before_mib) * 1024 / self.clients


@dataclass(slots=True)
class Client:
    """One citizen's end of a stream, a bare connection; what it heard, by position, and when (monotonic)."""

    case: Case
    path: str
    heard: list[tuple[str, float]] = field(default_factory=list)
    open: bool = False

    async def follow(self, url: str, opening: asyncio.Semaphore) -> None:
        """Open the stream and listen until cancelled."""
        address = urlsplit(url)
        async with opening:
            reader, writer = await asyncio.open_connection(address.hostname, address.port)
            writer.write(f"GET {self.path} HTTP/1.1\r\nHost: {address.netloc}\r\n\r\n".encode())
            status = await reader.readline()
            if b" 200 " not in status:
                raise Void(f"a stream was answered {status.decode()}")
            await _line(reader, b"retry: ")
        self.open = True
        try:
            while True:
                position = await _line(reader, b"id: ")
                self.heard.append((position, time.monotonic()))
        finally:
            writer.close()


def run(suite: Suite) -> Streams:
    """Open the streams, have something happen in every case at once, and listen.

    Raises:
        Void: A client didn't hear of its own case, exactly once.
    """
    found = cases(CLIENTS)
    with running(suite, *TELLING, "query-api"):
        tell(suite, found, {"accept": [of_case(case, "submitted", 1) for case in found]})
        return asyncio.run(_followed(suite, found))


async def _followed(suite: Suite, found: Sequence[Case]) -> Streams:
    url, pid = url_of(suite, "query"), pid_of(suite, "query-api")
    told = {seen["id"]: seen for seen in documents(await loaded(url, iter(questions(suite, found)), bodies=True))}
    places = [(told[case.id]["ticket"], told[case.id]["position"]) for case in found]
    clients = [
        Client(case, f"/v1/progress/events?ticket={ticket}&after={position}")
        for case, (ticket, position) in zip(found, places, strict=True)
    ]
    before = _memory_of(pid)
    opening = asyncio.Semaphore(OPENING)
    listening = [asyncio.create_task(client.follow(url, opening)) for client in clients]
    try:
        await _until("a stream", lambda: [client.open for client in clients], listening)
        with_them = _memory_of(pid)
        happened = [of_case(case, "accepted", 2) for case in found]
        await asyncio.to_thread(record, suite.configuration.postgres().dsn("accept"), happened)
        committed = time.monotonic()
        await _until("a change", lambda: [bool(client.heard) for client in clients], listening)
        await asyncio.sleep(QUIET_S)
    finally:
        for task in listening:
            task.cancel()
        await asyncio.gather(*listening, return_exceptions=True)
    for client in clients:
        if [position for position, _ in client.heard] != [vector.to_text({client.case.id: 2})]:
            raise Void(f"a client heard {len(client.heard)} events, or another's")
    delays = [max(0.0, client.heard[0][1] - committed) * 1e3 for client in clients]
    marks = percentile(delays, 0.5), percentile(delays, 0.99), max(delays)
    result = Streams(CLIENTS, before, with_them, *marks)
    print(f"  streams: {result}", flush=True)
    return result


async def _line(reader: asyncio.StreamReader, name: bytes) -> str:
    """Give the rest of the next line that begins like this; between them are other fields, and the chunks' sizes."""
    while line := await reader.readline():
        if line.startswith(name):
            return line[len(name) :].strip().decode()
    raise Void("a stream ended")


async def _until(what: str, there: Callable[[], list[bool]], listening: Sequence["asyncio.Task[None]"]) -> None:
    """Wait until everybody has it.

    Raises:
        Void: Somebody's stream failed, or it takes too long.
    """
    deadline = time.monotonic() + WITHIN_S
    while not all(have := there()):
        failed = [str(task.exception()) for task in listening if task.done() and not task.cancelled()]
        if failed or time.monotonic() > deadline:
            raise Void(failed[0] if failed else f"{sum(have)} of {CLIENTS} clients have {what}")
        await asyncio.sleep(LOOK_S)


def _memory_of(pid: int) -> float:
    return float(psutil.Process(pid).memory_full_info().pss) / MIB


def allow_files() -> None:
    """Let this process, and those that it starts, hold a connection for each client.

    Raises:
        RuntimeError: The machine doesn't.
    """
    if not server.allow_files(CLIENTS):
        raise RuntimeError(f"this machine allows too few open files for {CLIENTS} streams (ulimit -Hn)")
