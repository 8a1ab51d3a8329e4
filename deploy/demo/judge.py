"""Reads back what a run has left behind, and judges it."""

import subprocess
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import psycopg
from contracts.registry import Registry

from demo import checker, journal, reactions
from demo.history import History, Log, Record
from demo.observe import Topics, mirror_rows, read_model
from demo.readers import Readers
from demo.report import SHOWN, Check, Outcome
from demo.target import Target
from demo.watch import MIRRORED, VISIBLE, Watch

SETTLE_S = 90.0
QUIET_S = 1.5
"""Nothing new for so long: reactions to reactions have had their time."""

LOOK_S = 0.1
COMMAND_S = 300.0

CHECKS = 3
"""Everything read, histories compared, verified and reconciled."""


class Step(Protocol):
    """Tells a progress bar how far a part is: ``messages``, ``applications``, ``mirrored`` or ``judged``."""

    def __call__(self, part: str, done: int, total: int | None = None) -> None:
        """Move the bar of the part."""


@dataclass(frozen=True, slots=True)
class Watches:
    """When which record arrived where: in the mirror, in the read model."""

    mirror: Watch
    model: Watch


@contextmanager
def watching(target: Target) -> Iterator[Watches]:
    """Watch both while the block runs."""
    watches = Watches(Watch(target.mirror, MIRRORED), Watch(target.model, VISIBLE))
    for watch in (watches.mirror, watches.model):
        watch.start()
    try:
        yield watches
    finally:
        for watch in (watches.mirror, watches.model):
            watch.stop()


def topics_of(target: Target) -> Topics:
    """Give all topics that the contracts declare."""
    return Topics(target.bus, sorted(Registry.load().topics), target.topic_prefix)


def settle(
    topics: Topics, readers: Readers, watch: Watch, goals: Mapping[str, int], step: Step, within_s: float = SETTLE_S
) -> bool:
    """Wait until the topics hold what they must, everybody has read all of it, and nothing new comes.

    Args:
        topics: Where to look.
        readers: Who has to have read everything.
        watch: How far the mirror is.
        goals: Least number of records by topic.
        step: Moves the bar of what is mirrored.
        within_s: Longest wait.
    """
    deadline = time.monotonic() + within_s
    last: dict[Log, int] = {}
    quiet_since = time.monotonic()
    while time.monotonic() < deadline:
        ends, mirrored = topics.ends(), watch.ends()
        held = records_by_topic(ends)
        step("mirrored", sum(mirrored.get(log, 0) for log in ends), sum(held.values()))
        if ends != last or any(held[topic] < least for topic, least in goals.items()) or _late(readers, ends):
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


def promised_by_topic(requests: Iterable[journal.Request]) -> Counter[str]:
    """Count the events of each topic that some 2xx has promised."""
    return Counter(event.topic for _, _, event in journal.promised(requests))


def witness(target: Target, topics: Topics, requests: Sequence[journal.Request], *, exclusive: bool = False) -> History:
    """Read everything that topics, mirror and read model hold, and put it beside what the client saw."""
    model = read_model(target.model)
    records, ends = topics.read()
    # What came after the ends were read was not read; the mirror may have it already.
    rows = [row for row in mirror_rows(target.mirror) if row.log not in ends or row.offset < ends[row.log]]
    return History(requests, records, ends, rows, exclusive, model)


def judge(
    target: Target,
    topics: Topics,
    watches: Watches,
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
        watches: What they saw of mirror and read model.
        requests: The client's journal.
        before: How far each log was before the run.
        outcome: Where the findings go.
        step: Moves the bar of the checks.
        exclusive: Nobody else has ever written, so an event that nobody asked for is a violation.
    """
    step("judged", 0, CHECKS)
    seen = witness(target, topics, requests, exclusive=exclusive)
    step("judged", 1)
    outcome.verdict = checker.check(seen)
    step("judged", 2)
    new = [record for record in seen.records if record.offset >= before.get(record.log, 0)]
    outcome.events = Counter(record.log.topic for record in new)
    outcome.mirrored = Counter(
        row.log.topic for row in seen.rows if row.log in seen.ends and row.offset >= before.get(row.log, 0)
    )
    outcome.mirrored_ms = latencies(requests, new, watches.mirror)
    outcome.visible_ms = latencies(requests, new, watches.model)
    outcome.alerts, outcome.bulletins = reactions.answered(new)
    with ThreadPoolExecutor(2) as pool:
        outcome.verify, outcome.reconcile = pool.map(lambda name: command(target, name), ("verify", "reconcile"))
    step("judged", CHECKS)


def latencies(requests: Iterable[journal.Request], records: Iterable[Record], watch: Watch) -> dict[str, list[float]]:
    """Give, for each 2xx, the milliseconds until the watch first saw the last of its events, by topic.

    The 2xx is stamped when the client has read the answer, the event when a look from outside shows that it was
    read: both by this machine's clock. A reader that was faster than the answer counts as 0.
    """
    places = {record.place: record for record in reversed([*records])}
    last: dict[str, tuple[str, int, int]] = {}
    for request, answer, event in journal.promised(requests):
        found = places.get((event.topic, event.subject, event.sequence))
        seen = watch.seen_at(found.log, found.offset) if found is not None else None
        if seen is not None:
            last[request.id] = (event.topic, answer.at, max(seen, last.get(request.id, ("", 0, 0))[2]))
    by_topic: dict[str, list[float]] = defaultdict(list)
    for topic, at, seen in last.values():
        by_topic[topic].append(max(0, seen - at) / 1e6)
    return by_topic


def command(target: Target, name: str) -> Check:
    """Run one of intel-sink's own checks, as an operator would."""
    program = Path(sys.executable).with_name("intel-sink")
    try:
        done = subprocess.run(  # noqa: S603  the suite's own command
            [program, name], env=target.environment, capture_output=True, text=True, timeout=COMMAND_S, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return Check(passed=False, said=str(error))
    said = (done.stdout.strip() or done.stderr.strip()).splitlines() or [f"exit status {done.returncode}"]
    passed = done.returncode == 0
    return Check(passed=passed, said="\n".join(said[-1:] if passed else said[-SHOWN:]))


def _late(readers: Readers, ends: Mapping[Log, int]) -> bool:
    try:
        return bool(readers.late(ends))
    except psycopg.Error:
        return True
