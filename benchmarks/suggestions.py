"""``python -m benchmarks.suggestions``: how long suggestions for one message take, and what the model costs in memory.

No server is needed. The messages are those of the corpus that comes with the service, and long ones made of them.
"""

import statistics
import sys
import time
from typing import TYPE_CHECKING

import psutil
from petition.bootstrap import bootstrap
from petition.sorting import MODELS

from benchmarks.harness import Aim

if TYPE_CHECKING:
    from petition.sorting.suggest import Sorter
    from petition.sorting.text import Message

AIM_MS = Aim(30, at_most=True)
ROUNDS = 20
LONGEST = 20_000
"""Characters of the longest message that the API takes."""


def main() -> int:
    assert callable(bootstrap)  # so that a service is loaded
    process = psutil.Process()
    before = process.memory_info().rss
    # What it costs to load these beside a service is measured.
    from petition.sorting.labelled import corpus  # noqa: PLC0415
    from petition.sorting.model_file import Models  # noqa: PLC0415
    from petition.sorting.rules import shipped  # noqa: PLC0415
    from petition.sorting.suggest import Sorter  # noqa: PLC0415
    from petition.sorting.text import Message  # noqa: PLC0415

    messages = [each.message for each in (*corpus("development"), *corpus("held_out"))]
    sorter = Sorter(shipped(), Models(MODELS).current())
    sorter.suggest(messages[0])  # dictionaries are read at the first message
    cost = (process.memory_info().rss - before) / 2**20
    whole = "".join(each.text for each in messages)
    long = [Message(each.title, (whole[at * 50 :] + whole)[:LONGEST]) for at, each in enumerate(messages[:100])]
    for name, asked, rounds in (("as in the corpus", messages, ROUNDS), (f"{LONGEST:,} characters", long, 2)):
        times = [_ms(sorter, message) for _ in range(rounds) for message in asked]
        cuts = statistics.quantiles(times, n=100)
        print(f"{name}: p50 {cuts[49]:.2f} ms, p99 {cuts[98]:.2f} ms (aim: {AIM_MS.judge(cuts[98])}), {len(times):,} ×")
    print(f"rules, model, libraries: {cost:.0f} MiB in a process that has loaded a service")
    return 0


def _ms(sorter: "Sorter", message: "Message") -> float:
    began = time.perf_counter()
    sorter.suggest(message)
    return (time.perf_counter() - began) * 1000


if __name__ == "__main__":
    sys.exit(main())
