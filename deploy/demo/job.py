"""The main job: messages in, officers at work, and a judgement of what arrived."""

import asyncio
import itertools
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from contracts.registry import Registry

from demo import history, journal
from demo.gateway import PETITIONS, Gateway, received
from demo.history import History, Log, Record, unanswered_causes
from demo.messages import Message, Unreadable
from demo.observe import CAUSES, DRAFTED, MirrorWatch, Topics, mirror_rows
from demo.officers import Officers
from demo.report import Check, Outcome
from demo.suite import Suite

WORKERS = 16
SETTLE_S = 90.0
QUIET_S = 1.5
"""Nothing new for so long: reactions to reactions have had their time."""

COMMAND_S = 300.0

CHECKS = 5
"""Topics read, mirror read, histories compared, verified, reconciled."""


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
        exclusive: Nobody else writes meanwhile, so an event that nobody asked for is a violation.
    """

    messages: Iterable[Message | Unreadable]
    journal: Path
    handle_every: int = 1
    workers: int = WORKERS
    patience_s: float = 30.0
    exclusive: bool = False


async def run(suite: Suite, plan: Plan, step: Step) -> Outcome:
    """Do the job.

    Raises:
        UnreadableTopicError: The broker doesn't deliver what it holds.
        psycopg.Error: The mirror can't be read.
    """
    topics = Topics(suite.kafka_bootstrap, sorted(Registry.load().topics))
    before = await asyncio.to_thread(topics.ends)
    watch = MirrorWatch(suite.mirror_dsn)
    watch.start()
    try:
        started = time.monotonic()
        with journal.Journal(plan.journal) as written:
            async with Gateway(suite.gateway, written, connections=plan.workers, patience_s=plan.patience_s) as gateway:
                officers = Officers(gateway, suite.token_for)
                await send(suite, plan, gateway, officers, step)
        seconds = time.monotonic() - started
        requests = journal.read(plan.journal)
        promised = sum(1 for _ in journal.promised(requests))
        settled = await asyncio.to_thread(settle, topics, watch, before, promised, step)
    finally:
        await asyncio.to_thread(watch.stop)
    outcome = Outcome(seconds, gateway.tally, officers.closed, settled)
    await asyncio.to_thread(judge, suite, plan, topics, watch, requests, before, outcome, step)
    return outcome


async def send(suite: Suite, plan: Plan, gateway: Gateway, officers: Officers, step: Step) -> None:
    """Let the workers take the messages one by one, each to its end."""
    messages = iter(plan.messages)
    accepted = itertools.count(1)
    done = itertools.count(1)

    async def work(messages: Iterator[Message | Unreadable]) -> None:
        for message in messages:
            if isinstance(message, Unreadable):
                gateway.tally.refuse(f"– {message.reason}", f"line {message.line}")
            elif (petition := await submit(suite, gateway, message)) and next(accepted) % plan.handle_every == 0:
                await officers.handle(petition, message.tenant)
            step("messages", next(done))

    async with asyncio.TaskGroup() as group:
        for _ in range(plan.workers):
            group.create_task(work(messages))


async def submit(suite: Suite, gateway: Gateway, message: Message) -> str | None:
    """Send a message in, as a citizen on the portal or as the forum's connector; give the petition's id."""
    body = {"channel": message.channel, "title": message.title, "text": message.text}
    if message.channel == "forum":
        token = suite.token_for(f"forum-{message.tenant}", message.tenant, "connector", None)
        body["author"] = message.user
        if message.posted_at is not None:
            body["posted_at"] = message.posted_at
    else:
        token = suite.token_for(message.user, message.tenant, "citizen", None)
    reply = await gateway.write("/v1/petitions", token, body, action="receive", tenant=message.tenant, promise=received)
    if not reply.accepted:
        gateway.tally.refuse(reply.reason, f"line {message.line}")
        return None
    return str(reply.body.get("id"))


def settle(topics: Topics, watch: MirrorWatch, before: Mapping[Log, int], promised: int, step: Step) -> bool:
    """Wait until the promised events are in their topic, all topics are mirrored, and nothing new comes."""
    goal = promised + sum(end for log, end in before.items() if log.topic == PETITIONS)
    deadline = time.monotonic() + SETTLE_S
    last: dict[Log, int] = {}
    quiet_since = time.monotonic()
    while time.monotonic() < deadline:
        ends = topics.ends()
        mirrored = watch.ends()
        new = sum(mirrored.get(log, 0) - before.get(log, 0) for log in ends if log.topic == PETITIONS)
        step("mirrored", new, max(promised, new))
        behind = any(mirrored.get(log, 0) < end for log, end in ends.items())
        if behind or ends != last or sum(end for log, end in ends.items() if log.topic == PETITIONS) < goal:
            quiet_since = time.monotonic()
        elif time.monotonic() - quiet_since >= QUIET_S:
            return True
        last = ends
        time.sleep(0.1)
    return False


def judge(
    suite: Suite,
    plan: Plan,
    topics: Topics,
    watch: MirrorWatch,
    requests: list[journal.Request],
    before: Mapping[Log, int],
    outcome: Outcome,
    step: Step,
) -> None:
    """Read everything back, compare it with what the client saw, and note it in the outcome."""
    step("judged", 0, CHECKS)
    records, ends = topics.read()
    step("judged", 1)
    # What came after the ends were read was not read; the mirror may have it already.
    rows = [row for row in mirror_rows(suite.mirror_dsn) if row.offset < ends.get(row.log, row.offset + 1)]
    step("judged", 2)
    outcome.verdict = history.check(History(requests, records, ends, rows, plan.exclusive))
    step("judged", 3)
    new = [record for record in records if record.offset >= before.get(record.log, 0)]
    outcome.events = Counter(record.log.topic for record in new)
    outcome.mirrored = sum(1 for row in rows if row.log in ends and row.offset >= before.get(row.log, 0))
    outcome.latencies_ms = latencies(requests, new, watch)
    outcome.alerts = sum(1 for record in new if record.type in CAUSES)
    outcome.bulletins = sum(1 for record in new if record.type == DRAFTED)
    outcome.undrafted = unanswered_causes(records, CAUSES)
    with ThreadPoolExecutor(2) as pool:
        outcome.verify, outcome.reconcile = pool.map(lambda name: command(suite, name), ("verify", "reconcile"))
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


def command(suite: Suite, name: str) -> Check:
    """Run one of intel-sink's own checks, as an operator would."""
    program = Path(sys.executable).with_name("intel-sink")
    try:
        done = subprocess.run(  # noqa: S603  the suite's own command
            [program, name], env=suite.environment, capture_output=True, text=True, timeout=COMMAND_S, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return Check(passed=False, said=str(error))
    said = (done.stdout.strip() or done.stderr.strip()).splitlines()
    return Check(passed=done.returncode == 0, said=said[-1] if said else f"exit status {done.returncode}")
