"""``python -m benchmarks``: everything in one run, printed, and written to ``results.md``, ``.json`` and capacity."""

import argparse
import dataclasses
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

from demo.chaos import clear, configuration_of
from demo.target import Target
from deploy.config import DEFAULT_STATE
from deploy.programs import pseudonym_secret
from deploy.suite import Suite

from benchmarks import (
    bus,
    capacity,
    deadlines,
    intake,
    latency,
    mirror,
    progress,
    reaction,
    relay,
    replies,
    staleness,
    streams,
    timers,
)
from benchmarks.harness import BLOCKS, Comparison, Void
from benchmarks.programs import only_daemons
from benchmarks.report import Results, document, page
from deploy.gateway import Limits

RESULTS = Path(__file__).with_name("results.md")
PARTS = (
    "latency", "staleness", "streams", "intake", "progress", "timers", "relay", "mirror", "reaction", "bus", "replies",
    "deadlines",
)  # fmt: skip
WIDE_OPEN = Limits(total=100_000, client=100_000, tenant=100_000, principal=100_000)
"""One machine plays everybody here, and no limit is to be measured."""


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--only", nargs="*", choices=PARTS, default=PARTS, help="leave the others out; writes no file")
    parser.add_argument("--blocks", type=int, default=BLOCKS, help="fewer for a try; writes no file")
    chosen = parser.parse_args()
    configuration = dataclasses.replace(configuration_of(DEFAULT_STATE / "bench"), limits=WIDE_OPEN)
    os.environ["PSEUDONYM_SECRET_PATH"] = str(pseudonym_secret(configuration))  # for parts that run a service's code
    streams.allow_files()
    suite, began = Suite(configuration), time.monotonic()
    try:
        clear(suite)  # each run begins with empty tables
        suite.start()
        found = _measure(suite, set(chosen.only), chosen.blocks)
    except Void as error:
        print(f"void: {error}", file=sys.stderr)
        return 1
    finally:
        suite.down()
    found.seconds = time.monotonic() - began
    text = page(found)
    print(text)
    if set(chosen.only) == set(PARTS) and chosen.blocks == BLOCKS:
        RESULTS.write_text(text, "utf-8")
        RESULTS.with_suffix(".json").write_bytes(document(found))
        capacity.main()
    return 0


def _measure(suite: Suite, only: set[str], blocks: int) -> Results:
    configuration, found = suite.configuration, Results()
    target, brokers = Target.of(configuration), configuration.kafka().bus
    petition, sink = (configuration.postgres().dsn(name) for name in ("petition", "intel_sink"))

    parts: dict[str, Callable[[], list[Comparison]]] = {
        "intake": lambda: intake.run(suite, target, blocks),
        "progress": lambda: progress.run(suite, blocks),
        "relay": lambda: relay.run(petition, brokers, blocks),
        "mirror": lambda: mirror.run(sink, brokers, blocks),
        "reaction": lambda: reaction.run(petition, brokers, blocks),
        "bus": lambda: bus.run(suite, blocks),
        "deadlines": lambda: deadlines.run(blocks),
    }
    if "latency" in only:
        found.mirrored = latency.run(target, configuration.state)
    if "staleness" in only:
        found.visible = staleness.run(suite, target)
    only_daemons(suite)
    if "timers" in only:  # before cases are only told of: approve's worker would review them, too
        comparison, found.timers = timers.run(suite, target)
        found.comparisons.append(comparison)
    if "streams" in only:
        found.streams = streams.run(suite)
    for name, part in parts.items():
        if name in only:
            found.comparisons += part()
    if "replies" in only:
        found.replies = replies.run()
    return found


if __name__ == "__main__":
    sys.exit(main())
