"""The main job: messages in, officers at work, and a judgement of what arrived."""

import asyncio
import itertools
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from contracts.registry import Registry

from demo import history, journal
from demo.gateway import PETITIONS, Gateway, received
from demo.history import History, Log, Record, unanswered_causes
from demo.journal import Journal
from demo.messages import Message, Unreadable
from demo.observe import CAUSES, DRAFTED, MirrorWatch, Topics, mirror_rows
from demo.officers import Officers
from demo.report import Check, Outcome
from demo.target import Target

WORKERS = 16
SETTLE_S = 90.0
QUIET_S = 1.5
"""Nothing new for so long: reactions to reactions have had their time."""

LOOK_S = 0.1
COMMAND_S = 300.0

CHECKS = 3
"""Everything read, histories compared, verified and reconciled."""


class Step(Protocol):
    """Tells a progress bar how far a part of the job is: ``messages``, ``mirrored`` or ``judged``."""

    def __call__(self, part: str, done: int, total: int | None = None) -> None:
        """Move the bar of the part."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What to do.

    Attributes:
        handle_every: The officers take every so-manieth accepted petition.
        workers: So many petitions are in somebody's hands at once.
        patience_s: How long a request is retried.
        rate: At most so many writes a second.
    """

    messages: Iterable[Message | Unreadable]
    journal: Path
    handle_every: int = 1
    workers: int = WORKERS
    patience_s: float = 30.0
    rate: float | None = None

    def gateway(self, url: str, written: Journal) -> Gateway:
        """Give the client that the plan asks for."""
        return Gateway(url, written, connections=self.workers, patience_s=self.patience_s, rate=self.rate)


async def run(target: Target, plan: Plan, step: Step) -> Outcome:
    """Do the job.

    Raises:
        UnreadableTopicError: The broker doesn't deliver what it holds.
        psycopg.Error: The mirror can't be read.
    """
    with topics_of(target) as topics:
        before = await asyncio.to_thread(topics.ends)
        watch = MirrorWatch(target.mirror_dsn, target.topic_prefix)
        watch.start()
        try:
            started = time.monotonic()
            with Journal(plan.journal) as written:
                async with plan.gateway(target.gateway, written) as gateway:
                    officers = Officers(gateway, target.token_for)
                    await send(target, plan, gateway, officers, step)
            seconds = time.monotonic() - started
            requests = journal.read(plan.journal)
            goals = {PETITIONS: records_by_topic(before)[PETITIONS] + sum(1 for _ in journal.promised(requests))}
            settled = await asyncio.to_thread(settle, topics, watch, goals, step)
        finally:
            await asyncio.to_thread(watch.stop)
        outcome = Outcome(seconds, gateway.tally, officers.closed, settled)
        await asyncio.to_thread(judge, target, topics, watch, requests, before, outcome, step)
    return outcome


async def send(target: Target, plan: Plan, gateway: Gateway, officers: Officers, step: Step) -> None:
    """Let the workers take the messages one by one, each to its end."""
    messages = iter(plan.messages)
    accepted = itertools.count(1)
    done = itertools.count(1)

    async def work(messages: Iterator[Message | Unreadable]) -> None:
        for message in messages:
            if isinstance(message, Unreadable):
                gateway.tally.refuse(f"– {message.reason}", f"line {message.line}")
            elif (petition := await submit(target, gateway, message)) and next(accepted) % plan.handle_every == 0:
                await officers.handle(petition, message.tenant)
            step("messages", next(done))

    async with asyncio.TaskGroup() as group:
        for _ in range(plan.workers):
            group.create_task(work(messages))


async def submit(target: Target, gateway: Gateway, message: Message) -> str | None:
    """Send a message in, as a citizen on the portal or as the forum's connector; give the petition's id."""
    body = {"channel": message.channel, "title": message.title, "text": message.text}
    if message.channel == "forum":
        token = target.token_for(f"forum-{message.tenant}", message.tenant, "connector", None)
        body["author"] = message.user
        if message.posted_at is not None:
            body["posted_at"] = message.posted_at
    else:
        token = target.token_for(message.user, message.tenant, "citizen", None)
    reply = await gateway.write("/v1/petitions", token, body, action="receive", tenant=message.tenant, promise=received)
    if not reply.accepted:
        gateway.tally.refuse(reply.reason, f"line {message.line}")
        return None
    return str(reply.body.get("id"))


def topics_of(target: Target) -> Topics:
    """Give all topics that the contracts declare."""
    return Topics(target.kafka_bootstrap, sorted(Registry.load().topics), target.topic_prefix)


def settle(topics: Topics, watch: MirrorWatch, goals: Mapping[str, int], step: Step) -> bool:
    """Wait until the topics hold what they must, everything in them is mirrored, and nothing new comes.

    Args:
        topics: Where to look.
        watch: How far the mirror is.
        goals: Least number of records by topic.
        step: Moves the bar of what is mirrored.
    """
    deadline = time.monotonic() + SETTLE_S
    last: dict[Log, int] = {}
    quiet_since = time.monotonic()
    while time.monotonic() < deadline:
        ends, mirrored = topics.ends(), watch.ends()
        held = records_by_topic(ends)
        step("mirrored", sum(mirrored.get(log, 0) for log in ends), sum(held.values()))
        behind = any(mirrored.get(log, 0) < end for log, end in ends.items())
        if behind or ends != last or any(held[topic] < least for topic, least in goals.items()):
            quiet_since = time.monotonic()
        elif time.monotonic() - quiet_since >= QUIET_S:
            return True
        last = ends
        time.sleep(LOOK_S)
    return False


def records_by_topic(ends: Mapping[Log, int]) -> Counter[str]:
    """Add up the logs of each topic."""
    held: Counter[str] = Counter()
    for log, end in ends.items():
        held[log.topic] += end
    return held


def witness(target: Target, topics: Topics, requests: Sequence[journal.Request], *, exclusive: bool = False) -> History:
    """Read everything that topics and mirror hold, and put it beside what the client saw."""
    records, ends = topics.read()
    # What came after the ends were read was not read; the mirror may have it already.
    mirrored = mirror_rows(target.mirror_dsn, target.topic_prefix)
    rows = [row for row in mirrored if row.log not in ends or row.offset < ends[row.log]]
    return History(requests, records, ends, rows, exclusive)


def judge(
    target: Target,
    topics: Topics,
    watch: MirrorWatch,
    requests: Sequence[journal.Request],
    before: Mapping[Log, int],
    outcome: Outcome,
    step: Step,
    *,
    exclusive: bool = False,
) -> None:
    """Read everything back, compare it with what the client saw, and note it in the outcome.

    Args:
        target: The suite.
        topics: Present incarnations.
        watch: What it saw of the mirror.
        requests: The client's journal.
        before: How far each log was before the run.
        outcome: Where the findings go.
        step: Moves the bar of the checks.
        exclusive: Nobody else has ever written, so an event that nobody asked for is a violation.
    """
    step("judged", 0, CHECKS)
    seen = witness(target, topics, requests, exclusive=exclusive)
    step("judged", 1)
    outcome.verdict = history.check(seen)
    step("judged", 2)
    records, ends = seen.records, seen.ends
    new = [record for record in records if record.offset >= before.get(record.log, 0)]
    outcome.events = Counter(record.log.topic for record in new)
    outcome.mirrored = sum(1 for row in seen.rows if row.log in ends and row.offset >= before.get(row.log, 0))
    outcome.latencies_ms = latencies(requests, new, watch)
    outcome.alerts = sum(1 for record in new if record.type in CAUSES)
    outcome.bulletins = sum(1 for record in new if record.type == DRAFTED)
    outcome.undrafted = unanswered_causes(records, CAUSES)
    with ThreadPoolExecutor(2) as pool:
        outcome.verify, outcome.reconcile = pool.map(lambda name: command(target, name), ("verify", "reconcile"))
    step("judged", CHECKS)


def latencies(requests: Iterable[journal.Request], records: Iterable[Record], watch: MirrorWatch) -> list[float]:
    """Give, for each 2xx, the milliseconds until the watch first saw the last of its events in the mirror.

    The 2xx is stamped when the client has read the answer, the mirror when a look from outside shows the
    row: both by this machine's clock. A mirror that was faster than the answer counts as 0.
    """
    places: dict[tuple[str, str, int], Record] = {}
    for record in records:
        places.setdefault((record.log.topic, record.subject, record.sequence), record)
    last: dict[str, tuple[int, int]] = {}
    for request, answer, event in journal.promised(requests):
        found = places.get((event.topic, event.subject, event.sequence))
        seen = watch.seen_at(found.log, found.offset) if found is not None else None
        if seen is not None:
            last[request.id] = (answer.at, max(seen, last.get(request.id, (0, 0))[1]))
    return [max(0, seen - at) / 1e6 for at, seen in last.values()]


def command(target: Target, name: str) -> Check:
    """Run one of intel-sink's own checks, as an operator would."""
    program = Path(sys.executable).with_name("intel-sink")
    try:
        done = subprocess.run(  # noqa: S603  the suite's own command
            [program, name], env=target.environment, capture_output=True, text=True, timeout=COMMAND_S, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return Check(passed=False, said=str(error))
    said = (done.stdout.strip() or done.stderr.strip()).splitlines()
    return Check(passed=done.returncode == 0, said=said[-1] if said else f"exit status {done.returncode}")
