"""What goes wrong for everybody: no broker is left for a while; a database is lost, and an old copy is all there is."""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import psycopg
from deploy.suite import Suite, ask

from demo.havoc import NotBackError, Probe, goes_on, until
from demo.readers import Readers
from demo.schedule import BROKERS, Act, Fault

LOOK_S = 0.05
RECOVERING = "recovering"
RECOVERED_WITHIN_S = 300.0
LONGEST_SILENCE_S = 10.0
IMPORTED = "SELECT count(*) FROM outbox WHERE status = 'imported'"


@dataclass(slots=True)
class Outage:
    """What happened while no broker was there.

    Attributes:
        accepted: Writes that were accepted meanwhile.
        silence_s: The longest time without one.
        seconds: From the brokers' return until consumption went on.
    """

    accepted: int = 0
    silence_s: float = 0.0
    seconds: float = 0.0


@dataclass(slots=True)
class Restoration:
    """What a service did on an old copy of its database.

    Attributes:
        age_s: Of the copy, when it was put back.
        recovering: It said that it knew less than its topics.
        imported: Events that it took back from them.
        seconds: From the start of its processes until all of them were ready.
    """

    age_s: float = 0.0
    recovering: bool = False
    imported: int = 0
    seconds: float = 0.0


class Disasters:
    """Carries them out.

    Args:
        suite: Of this run.
        readers: Look into the databases.
        accepted: How many writes were accepted so far.
        probe: Sees whether brokers are at work again.
        note: Told of each.
    """

    def __init__(
        self,
        suite: Suite,
        readers: Readers,
        accepted: Callable[[], int],
        probe: Probe,
        note: Callable[[str], None],
    ) -> None:
        self._suite = suite
        self._readers = readers
        self._accepted = accepted
        self._probe = probe
        self._note = note
        self._copied_at = 0.0
        self.outages: list[Outage] = []
        self.restorations: list[Restoration] = []

    def by_act(self) -> Mapping[Act, Callable[[Fault], Awaitable[None]]]:
        """Give what carries out each of them."""
        return {Act.OUTAGE: self.outage, Act.COPY: self.copy, Act.RESTORE: self.restore}

    async def outage(self, fault: Fault) -> None:
        """Stop every broker, let writes go on without any, and start them again.

        Raises:
            NotBackError: Consumption didn't go on.
        """
        names = [broker.name for broker in self._suite.configuration.kafka().brokers]
        await asyncio.to_thread(_each, self._suite.supervisor.stop, names)
        outage, before = Outage(), self._accepted()
        self.outages.append(outage)
        last, since = before, time.monotonic()
        ends = since + fault.seconds
        while time.monotonic() < ends:
            await asyncio.sleep(LOOK_S)
            if self._accepted() > last:
                last, since = self._accepted(), time.monotonic()
            outage.silence_s = max(outage.silence_s, time.monotonic() - since)
        outage.accepted = self._accepted() - before
        await asyncio.to_thread(_each, self._suite.supervisor.start, names)
        began = time.monotonic()
        await goes_on(self._probe, BROKERS, str(fault))
        outage.seconds = time.monotonic() - began
        self._note(f"{fault}: {outage.accepted:,} writes accepted; went on after {outage.seconds:.1f} s")

    async def copy(self, fault: Fault) -> None:
        """Copy the database of a service that is at work.

        Raises:
            BackupError: It failed.
        """
        self._copied_at = time.monotonic()
        await asyncio.to_thread(self._suite.back_up, fault.target, self._copy_of(fault.target))
        self._note(f"{fault}: took {time.monotonic() - self._copied_at:.1f} s")

    async def restore(self, fault: Fault) -> None:
        """Put the copy in the database's place as soon as it is old enough, and wait until the service is ready.

        Writes go on until the service is stopped, and are refused until it is ready. What lies in the outbox alone
        can't survive the loss of the database, so the relay gets the moment that it needs.

        Raises:
            BackupError: The copy couldn't be put back.
            NotBackError: The outbox didn't become empty, or the service not ready.
        """
        service, supervisor = fault.target, self._suite.supervisor
        await asyncio.sleep(self._copied_at + fault.seconds - time.monotonic())
        await asyncio.to_thread(_each, supervisor.stop, [f"{service}-api", f"{service}-worker"])
        await until(lambda: self._sent(service), f"the outbox of {service} did not become empty")
        restoration = Restoration(age_s=time.monotonic() - self._copied_at)
        self.restorations.append(restoration)
        await asyncio.to_thread(self._suite.restore, service, self._copy_of(service))
        began = time.monotonic()
        urls = [program.ready_url for program in self._suite.processes_of(service)]
        while states := [_state(said) for url in urls if (said := await asyncio.to_thread(ask, url)) is not None]:
            restoration.recovering |= RECOVERING in states
            if time.monotonic() > began + RECOVERED_WITHIN_S:
                raise NotBackError(f"{service} did not recover: {states}")
            await asyncio.sleep(LOOK_S)
        restoration.seconds = time.monotonic() - began
        restoration.imported = int(self._readers.fetch(service, IMPORTED)[0][0])
        self._note(
            f"{fault}: {restoration.age_s:.0f} s old, {restoration.imported:,} events imported,"
            f" ready after {restoration.seconds:.1f} s"
        )

    def _copy_of(self, service: str) -> Path:
        return self._suite.configuration.state / "copies" / f"{service}.dump"

    def _sent(self, service: str) -> bool:
        try:
            return not self._readers.pending(service)
        except psycopg.Error:
            return False


def _each(act: Callable[[str], None], names: Sequence[str]) -> None:
    """Do it to all of them at once: a broker that waits for the others would wait for long."""
    with ThreadPoolExecutor() as pool:
        list(pool.map(act, names))


def _state(said: str) -> str:
    """Read out of a readiness page how far the start has come."""
    try:
        checks = json.loads(said)["checks"]
    except (ValueError, KeyError, TypeError):
        return said
    return next((str(check["detail"]) for check in checks if check["name"] == "start"), said)
