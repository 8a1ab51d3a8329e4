"""Load and faults at once, then wiped brokers; and what is left is judged."""

import asyncio
import itertools
import random
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from deploy.suite import Suite

from demo import journal, messages
from demo.applications import applications, read_catalogue
from demo.disasters import LONGEST_SILENCE_S, Disasters, Outage, Restoration
from demo.havoc import Havoc, NotBackError, Strike
from demo.job import Crew, Plan, apply, send
from demo.journal import Journal
from demo.judge import judge, promised_by_topic, settle, topics_of, watching
from demo.messages import Message
from demo.probes import Probes
from demo.readers import Readers
from demo.report import Outcome, percentile
from demo.schedule import Act, Fault
from demo.target import Target

BROKER = "kafka"
SERVICES_WITHIN_S, BROKER_WITHIN_S = 5.0, 20.0
SETTLED_WITHIN_S = 600.0
PATIENCE_S = 60.0
LAST_WORDS = 8
"""Lines."""


@dataclass(slots=True)
class Findings:
    """What chaos showed.

    Attributes:
        outcome: As of the main job.
        recoveries: Seconds from each kill until consumption went on, by target.
        outages: What happened without any broker.
        restorations: What happened on old copies of databases.
    """

    outcome: Outcome
    recoveries: dict[str, list[float]] = field(default_factory=dict)
    outages: list[Outage] = field(default_factory=list)
    restorations: list[Restoration] = field(default_factory=list)

    @property
    def broken(self) -> list[str]:
        """Say which promise was broken, of those that the history doesn't tell."""
        groups = {
            f"services, p95 ≤ {SERVICES_WITHIN_S:.0f} s": (self.of_services(), SERVICES_WITHIN_S),
            f"brokers, p95 ≤ {BROKER_WITHIN_S:.0f} s": (self.of_brokers(), BROKER_WITHIN_S),
        }
        found = [name for name, (times, limit) in groups.items() if times and percentile(times, 0.95) > limit]
        if any(outage.silence_s > LONGEST_SILENCE_S for outage in self.outages):
            found.append("writes go on without a broker")
        if not all(restoration.recovering and restoration.imported for restoration in self.restorations):
            found.append("a restored database takes back what its topics know")
        return found

    def of_services(self) -> list[float]:
        """Give the recoveries of the services' processes."""
        others = (BROKER, "postgres")
        return [each for target, times in self.recoveries.items() if not target.startswith(others) for each in times]

    def of_brokers(self) -> list[float]:
        """Give those of the brokers."""
        return [each for target, times in self.recoveries.items() if target.startswith(BROKER) for each in times]


@dataclass(frozen=True, slots=True)
class Storm:
    """What to do.

    Attributes:
        writes: So many writes are accepted at least.
        faults: In order.
        rate: At most so many writes a second.
        seed: Of everything that is left to chance.
    """

    writes: int
    faults: Sequence[Fault]
    journal: Path
    rate: float
    workers: int
    seed: int


async def run(suite: Suite, storm: Storm, note: Callable[[str], None]) -> Findings:
    """Let it blow over a suite that nobody else uses, and judge what is left.

    Raises:
        BackupError: A database couldn't be copied or restored.
        NotBackError: A program didn't come back, or consumption stood still.
        UnreadableTopicError: The broker doesn't deliver what it holds.
    """
    target = Target.of(suite.configuration)
    plan = Plan([], storm.journal, workers=storm.workers, patience_s=PATIENCE_S, rate=storm.rate)
    with Readers(target.databases) as readers, watching(target) as watches, Journal(storm.journal) as written:
        async with plan.gateway(target.gateway, written) as gateway:
            crew = Crew.of(target, gateway)
            findings = await _blow(suite, storm, crew, readers, note)
            outcome = findings.outcome
            requests = journal.read(storm.journal)
            goals = promised_by_topic(requests)
            note(f"{outcome.tally.accepted:,} writes accepted, {goals.total():,} events promised; settling")

            def settled(goals: Mapping[str, int]) -> bool:
                return settle(topics, readers, watches.mirror, goals, silent, SETTLED_WITHIN_S)

            with topics_of(target) as topics:
                outcome.settled = await asyncio.to_thread(settled, goals)
                records, _ = await asyncio.to_thread(topics.read)
            note("wiping the brokers' disks, provisioning, feeding again")
            await asyncio.to_thread(suite.wipe_broker)
            with topics_of(target) as topics:
                # What was repeated in the old logs is there once in the new ones.
                goals = Counter(topic for topic, _ in {(record.log.topic, record.digest) for record in records})
                outcome.settled &= await asyncio.to_thread(settled, goals)
                await crew.look_up(outcome)
                await asyncio.to_thread(judge, target, topics, watches, requests, {}, outcome, silent, exclusive=True)
    outcome.mirrored_ms = outcome.visible_ms = {}  # those of an undisturbed run are the main job's to tell
    return findings


async def _blow(suite: Suite, storm: Storm, crew: Crew, readers: Readers, note: Callable[[str], None]) -> Findings:
    """Load and faults at once; the load ends when both are done, and everything that was begun is decided."""
    done = asyncio.Event()
    chance = random.Random(storm.seed)
    cities = messages.tenants()
    probes = Probes(crew, readers, iter(chance.sample(cities, len(cities))))
    disasters = Disasters(suite, readers, lambda: crew.gateway.tally.accepted, probes, note)
    havoc = Havoc(suite.supervisor, lambda: crew.gateway.tally.accepted, probes, disasters.by_act(), note)

    async def faults() -> None:
        try:
            await havoc.carry_out(storm.faults)
        except NotBackError:
            note(f"not ready: {await asyncio.to_thread(suite.not_ready)}")
            note(await asyncio.to_thread(_last_words, suite.configuration.logs))
            raise
        await havoc.reach(storm.writes)
        done.set()

    started = time.monotonic()
    items = await read_catalogue(crew.gateway, crew.target.token_for)
    plan = Plan(_endless(cities, done.is_set), storm.journal, workers=storm.workers)
    due = itertools.takewhile(lambda _: not done.is_set(), applications(items))
    async with asyncio.TaskGroup() as beside:
        reviewing = beside.create_task(crew.reviewers.work())
        await probes.prepare(items)
        async with asyncio.TaskGroup() as group:
            group.create_task(faults())
            group.create_task(send(crew, plan, silent))
            group.create_task(apply(crew, due, silent))
        seconds = time.monotonic() - started
        await crew.decided(silent)
        reviewing.cancel()
    outcome = Outcome(seconds, crew.gateway.tally, crew.officers.closed, settled=False)
    return Findings(outcome, recoveries(havoc.strikes), disasters.outages, disasters.restorations)


def _last_words(logs: Path) -> str:
    """Give how each program's log ends: a run that stood still may leave nothing else."""
    told = ((log, log.read_text("utf-8", errors="replace").splitlines()) for log in sorted(logs.glob("*.log")))
    return "\n".join(f"{log.name}: {line}" for log, lines in told for line in lines[-LAST_WORDS:])


def recoveries(strikes: Sequence[Strike]) -> dict[str, list[float]]:
    """Give, for each kill, the seconds until consumption went on, by target.

    It went on when something that was sent after the kill, and accepted, was seen to have arrived: in the mirror; for
    query in the read model; for a worker with reactions, when its consumers had read on.
    """
    found: dict[str, list[float]] = {}
    for strike in strikes:
        if strike.fault.act is Act.KILL:
            found.setdefault(strike.fault.target, []).append(strike.seconds)
    return found


def silent(part: str, done: int, total: int | None = None) -> None:
    """Move no bar: chaos prints lines."""


def _endless(cities: Sequence[str], enough: Callable[[], bool]) -> Iterator[Message]:
    """Repeat our own messages; reports of fraud stay out, so that alerts come when the run provokes them."""
    return itertools.takewhile(lambda _: not enough(), itertools.cycle(messages.for_load(cities)))
