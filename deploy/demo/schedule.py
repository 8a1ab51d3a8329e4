"""What chaos does, and when: decided by a seed before anything starts, so that a run can be repeated."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

FIRST, LAST = 0.03, 0.95
"""Between these shares of the writes the faults are spread."""

SHORTEST_STOP_S, LONGEST_STOP_S = 2.0, 8.0


class Signal(StrEnum):
    """What is done to a process."""

    KILL = "SIGKILL"
    STOP = "SIGSTOP"


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that goes wrong.

    Attributes:
        after: So many writes were accepted before it.
        target: Name of the program.
        seconds: Until SIGCONT; 0 for a kill.
    """

    after: int
    signal: Signal
    target: str
    seconds: float = 0.0

    def __str__(self) -> str:
        pause = f" for {self.seconds:.1f} s" if self.signal is Signal.STOP else ""
        return f"after {self.after:6,} writes: {self.signal.value} {self.target}{pause}"


def schedule(seed: int, *, writes: int, kills: int, stops: int, targets: Sequence[str]) -> list[Fault]:
    """Spread the faults over the writes; every target has its turn before any has another.

    Args:
        seed: The same seed and numbers give the same schedule, on any machine.
        writes: So many writes there will be at least.
        kills: Number of SIGKILLs.
        stops: Number of SIGSTOPs, each of 2 to 8 s.
        targets: Names of the programs.
    """
    chance = random.Random(seed)
    order = sorted(targets)
    signals = [Signal.KILL] * kills + [Signal.STOP] * stops
    chance.shuffle(signals)
    hit: dict[Signal, list[str]] = {signal: _turns(chance, order, signals.count(signal)) for signal in Signal}
    moments = sorted(chance.uniform(FIRST, LAST) for _ in signals)
    return [
        Fault(
            after=int(moment * writes),
            signal=signal,
            target=hit[signal].pop(),
            seconds=round(chance.uniform(SHORTEST_STOP_S, LONGEST_STOP_S), 1) if signal is Signal.STOP else 0.0,
        )
        for moment, signal in zip(moments, signals, strict=True)
    ]


def _turns(chance: random.Random, targets: Sequence[str], number: int) -> list[str]:
    turns: list[str] = []
    while len(turns) < number:
        turns += chance.sample(targets, len(targets))
    return turns[:number]
