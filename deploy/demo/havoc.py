"""Carries out a schedule: signals to processes that the supervisor of this run started, and to no others."""

import asyncio
import contextlib
import os
import signal
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import psutil
from deploy.supervisor import Supervisor

from demo.schedule import Act, Fault

LOOK_S = 0.05
UP_WITHIN_S = 120.0
"""A program that the supervisor doesn't bring back within this time fails the run."""


class NotBackError(RuntimeError):
    """A program didn't come back, or nothing was mirrored any more."""


Sign = Callable[[], bool]
"""Tells whether consumption has gone on."""

Probe = Callable[[str], Awaitable[Sign]]
"""Gives a target something to do and, once that was accepted, the sign that it was done."""


@dataclass(frozen=True, slots=True)
class Strike:
    """A fault as it happened.

    Attributes:
        seconds: From the signal (of a stop: from its end) until consumption went on.
    """

    fault: Fault
    seconds: float


@dataclass(slots=True)
class Havoc:
    """Strikes when so many writes were accepted, one fault after the other has been got over.

    What is accepted while a fault is got over moves the later ones on: they come as far apart as they were meant to.

    Attributes:
        supervisor: Of this run.
        accepted: How many writes were accepted so far.
        probe: Sees whether a target is at work again.
        disasters: What is done besides signals.
        note: Told of every strike.
        strikes: What was done so far.
    """

    supervisor: Supervisor
    accepted: Callable[[], int]
    probe: Probe
    disasters: Mapping[Act, Callable[[Fault], Awaitable[None]]]
    note: Callable[[str], None]
    strikes: list[Strike] = field(default_factory=list)

    async def carry_out(self, faults: Sequence[Fault]) -> None:
        """Do it.

        Raises:
            NotBackError: A program didn't come back, or consumption didn't go on.
        """
        moved = 0
        for fault in faults:
            await self.reach(fault.after + moved)
            if (disaster := self.disasters.get(fault.act)) is not None:
                await disaster(fault)
            else:
                await self._strike(fault)
            moved = self.accepted() - fault.after

    async def reach(self, writes: int) -> None:
        """Wait until so many writes were accepted."""
        await until(lambda: self.accepted() >= writes, None)

    async def _strike(self, fault: Fault) -> None:
        pid = await self._pid(fault.target)
        if fault.act is Act.STOP:
            await _stop(pid, fault.seconds)
        else:
            os.kill(pid, signal.SIGKILL)
        began = time.monotonic()
        await goes_on(self.probe, fault.target, str(fault))
        strike = Strike(fault, time.monotonic() - began)
        self.strikes.append(strike)
        self.note(f"{fault} (pid {pid}): went on after {strike.seconds:.1f} s")

    async def _pid(self, target: str) -> int:
        await until(lambda: self._info(target)["statename"] == "RUNNING", f"{target} does not run")
        return int(self._info(target)["pid"])

    def _info(self, target: str) -> dict[str, Any]:
        return next(info for info in self.supervisor.info() if info["name"] == target)


async def goes_on(probe: Probe, target: str, after: str) -> None:
    """Wait until a target is seen at work again.

    Raises:
        NotBackError: It isn't, after its time.
    """
    try:
        async with asyncio.timeout(UP_WITHIN_S):
            sign = await probe(target)
    except TimeoutError:
        raise NotBackError(f"nothing was accepted: {after}") from None
    await until(sign, f"consumption did not go on: {after}")


async def until(condition: Callable[[], bool], otherwise: str | None) -> None:
    """Wait for the condition, bounded unless there is nothing to say otherwise (the load has a bound of its own).

    Raises:
        NotBackError: It isn't fulfilled in time.
    """
    deadline = time.monotonic() + UP_WITHIN_S
    while not await asyncio.to_thread(condition):
        if otherwise is not None and time.monotonic() > deadline:
            raise NotBackError(otherwise)
        await asyncio.sleep(LOOK_S)


async def _stop(pid: int, seconds: float) -> None:
    """Stop the process with its children, and let all of them go on."""
    stopped: list[psutil.Process] = []
    with contextlib.suppress(psutil.NoSuchProcess):
        process = psutil.Process(pid)
        stopped = [process, *process.children(recursive=True)]
    try:
        for each in stopped:
            with contextlib.suppress(psutil.NoSuchProcess):
                each.suspend()
        await asyncio.sleep(seconds)
    finally:
        for each in stopped:
            with contextlib.suppress(psutil.NoSuchProcess):
                each.resume()
