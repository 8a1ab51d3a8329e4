"""Progress by number and query code (query, one process, role api) against one SELECT by primary key."""

import asyncio
import itertools
import time
from collections.abc import Iterator, Sequence

from deploy.suite import Suite

from benchmarks.events import Case, cases, of_case, of_review
from benchmarks.harness import Comparison, Side, Void, compare
from benchmarks.load import SECONDS, Call, documents, for_seconds, loaded
from benchmarks.matters import TELLING, questions, tell
from benchmarks.programs import bare, running, url_of

CASES = 1_000
STEPS = 5
"""What a citizen reads of each case: submitted, accepted, its review begun and decided, concluded."""


def run(suite: Suite, blocks: int) -> list[Comparison]:
    """Compare; only what is measured may run meanwhile. One client for both sides, in this process."""
    found = cases(CASES)
    with running(suite, *TELLING):
        tell(
            suite,
            found,
            {
                "accept": [
                    of_case(case, name, at)
                    for case in found
                    for at, name in enumerate(("submitted", "accepted", "concluded"), 1)
                ],
                "approve": [
                    of_review(case, name, at) for case in found for at, name in enumerate(("started", "approved"), 1)
                ],
            },
        )
    ask = itertools.cycle(questions(suite, found))
    select = itertools.cycle([Call("GET", f"/v1/matters/{case.id}") for case in found])
    with running(suite, "query-api"), bare(suite, "progress", "query") as url:
        ours = Side("query: progress by number and code", lambda: _speed(url_of(suite, "query"), ask, found, STEPS))
        theirs = Side("bare FastAPI + SELECT by key", lambda: _speed(url, select, found, 0))
        ours.measure(), theirs.measure()
        return [compare("progress", ours, theirs, unit="requests/s", aim=0.8, blocks=blocks)]


def _speed(url: str, calls: Iterator[Call], found: Sequence[Case], steps: int) -> float:
    """Ask for some seconds, and see that each answer is about the case that comes next, and whole."""
    started = time.monotonic()
    answers = asyncio.run(loaded(url, calls, for_seconds(SECONDS), bodies=True))
    seconds = time.monotonic() - started
    numbers = {case.id: case.number for case in found}
    for document in documents(answers):
        if numbers.get(document["id"]) != document["number"] or len(document.get("timeline", ())) != steps:
            raise Void(f"{url} gave a wrong answer")
    return len(answers) / seconds
