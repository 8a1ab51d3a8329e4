"""``python -m benchmarks``: every comparison in one run, printed and written to ``benchmarks/results.md``."""

import argparse
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

from demo.chaos import configuration_of
from demo.target import Target
from deploy.config import DEFAULT_STATE, Configuration
from deploy.suite import Suite

from benchmarks import intake, latency, mirror, reaction, relay
from benchmarks.harness import BLOCKS, Comparison, Void
from benchmarks.latency import Latency
from benchmarks.report import report

RESULTS = Path(__file__).with_name("results.md")
PARTS = ("latency", "relay", "mirror", "reaction", "intake")
DAEMONS = ("postgres", "kafka")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--only", nargs="*", choices=PARTS, default=PARTS, help="leave the others out; writes no file")
    parser.add_argument("--blocks", type=int, default=BLOCKS, help="fewer for a try; writes no file")
    chosen = parser.parse_args()
    began = time.monotonic()
    configuration = configuration_of(DEFAULT_STATE / "bench")
    os.environ.update(_environment(configuration))
    suite = Suite(configuration)
    suite.start()
    try:
        found, delays = _measure(suite, set(chosen.only), chosen.blocks)
    except Void as error:
        print(f"void: {error}", file=sys.stderr)
        return 1
    finally:
        suite.down()
    text = report(found, delays, seconds=time.monotonic() - began)
    print(text)
    if set(chosen.only) == set(PARTS) and chosen.blocks == BLOCKS:
        RESULTS.write_text(text, "utf-8")
    return 0


def _measure(suite: Suite, only: set[str], blocks: int) -> tuple[list[Comparison], Latency | None]:
    configuration = suite.configuration
    target = Target.of(configuration)
    bootstrap, postgres = configuration.kafka().bootstrap, configuration.postgres()
    petition, sink = postgres.dsn("petition"), postgres.dsn("intel_sink")
    petition_url = f"http://127.0.0.1:{configuration.ports.services['petition']}"
    delays = latency.run(target, configuration.state) if "latency" in only else None
    for info in suite.supervisor.info():  # from here on each part runs only what it measures
        if info["name"] not in DAEMONS:
            suite.supervisor.stop(info["name"])
    found: list[Comparison] = []
    parts: dict[str, Callable[[], list[Comparison]]] = {
        "relay": lambda: relay.run(petition, bootstrap, blocks),
        "mirror": lambda: mirror.run(sink, bootstrap, blocks),
        "reaction": lambda: reaction.run(petition, bootstrap, blocks),
        "intake": lambda: _intake(suite, target, petition, petition_url, blocks),
    }
    for name, part in parts.items():
        if name in only:
            found += part()
    return found, delays


def _intake(suite: Suite, target: Target, dsn: str, url: str, blocks: int) -> list[Comparison]:
    suite.supervisor.start("petition-api")
    deadline = time.monotonic() + 60
    while "petition-api" in suite.not_ready():
        if time.monotonic() > deadline:
            raise RuntimeError("petition-api did not become ready")
        time.sleep(0.1)
    return intake.run(target, dsn, url, suite.configuration.ports.gateway + 60, blocks)


def _environment(configuration: Configuration) -> dict[str, str]:
    """What the parts that run the services' own code read from the environment."""
    return {"PSEUDONYM_SECRET_PATH": str(configuration.state / "secrets" / "pseudonym")}


if __name__ == "__main__":
    sys.exit(main())
