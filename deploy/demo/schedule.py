"""What chaos does, and when: decided by a seed before anything starts, so that a run can be repeated."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

FIRST, LAST = 0.03, 0.95
"""Between these shares of the writes processes are killed and stopped."""

COPIED, SILENT, RESTORED = 0.02, 0.4, 0.75
"""After these shares a database is copied, the brokers are gone, and the database becomes the copy again."""

SHORTEST_STOP_S, LONGEST_STOP_S = 2.0, 8.0
BROKERS = "brokers"


class Act(StrEnum):
    """What is done."""

    KILL = "SIGKILL"
    STOP = "SIGSTOP"
    OUTAGE = "no more"
    COPY = "a copy of"
    RESTORE = "the copy in place of"


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that goes wrong.

    Attributes:
        after: So many writes were accepted before it.
        target: Name of the program; of the service whose database it is; or all brokers.
        seconds: How long a program is stopped, the brokers are gone, or at least the age of a copy that is put back.
    """

    after: int
    act: Act
    target: str
    seconds: float = 0.0

    def __str__(self) -> str:
        words = {Act.STOP: "for", Act.OUTAGE: "for", Act.RESTORE: "which is then as old as"}
        pause = f" {words[self.act]} {self.seconds:.1f} s" if self.act in words else ""
        return f"after {self.after:6,} writes: {self.act.value} {self.target}{pause}"


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
    acts = [Act.KILL] * kills + [Act.STOP] * stops
    chance.shuffle(acts)
    hit: dict[Act, list[str]] = {act: _turns(chance, order, acts.count(act)) for act in (Act.KILL, Act.STOP)}
    moments = sorted(chance.uniform(FIRST, LAST) for _ in acts)
    return [
        Fault(
            after=int(moment * writes),
            act=act,
            target=hit[act].pop(),
            seconds=round(chance.uniform(SHORTEST_STOP_S, LONGEST_STOP_S), 1) if act is Act.STOP else 0.0,
        )
        for moment, act in zip(moments, acts, strict=True)
    ]


def with_disasters(
    faults: Sequence[Fault], *, writes: int, outage_s: float, restored: str, age_s: float
) -> list[Fault]:
    """Put in what happens once: all brokers are gone for a while, and a database is lost and restored.

    Args:
        faults: In order.
        writes: As in `schedule`.
        outage_s: How long the brokers are gone.
        restored: The service whose database it is.
        age_s: Least age of the copy when it is put back.
    """
    disasters = [
        Fault(int(COPIED * writes), Act.COPY, restored),
        Fault(int(SILENT * writes), Act.OUTAGE, BROKERS, outage_s),
        Fault(int(RESTORED * writes), Act.RESTORE, restored, age_s),
    ]
    return sorted([*faults, *disasters], key=lambda fault: fault.after)


def _turns(chance: random.Random, targets: Sequence[str], number: int) -> list[str]:
    turns: list[str] = []
    while len(turns) < number:
        turns += chance.sample(targets, len(targets))
    return turns[:number]
