"""Both sides run early and late in each block, and people and programs read the same figures."""

import json

import pytest

from benchmarks.harness import Aim, Comparison, Side, compare
from benchmarks.latency import Latency
from benchmarks.replies import Search
from benchmarks.report import Results, document, page
from benchmarks.streams import Streams
from benchmarks.timers import Drain

FOUND = Results(
    [
        Comparison(
            "mirror ÷ raw COPY", "records/s", Aim(0.5), [10.0, 30.0, 20.0], [40.0, 40.0, 40.0], [0.25, 0.75, 0.5]
        ),
        Comparison("p99, draining ÷ without", "ms", Aim(2, at_most=True), [30.0], [10.0, 12.0], [2.5], digits=1),
    ],
    mirrored=Latency(300.0, 150.0, 40.0, 260.0, 2250),
    streams=Streams(1_000, 90.0, 140.0, 120.0, 310.0, 330.0),
    timers=Drain(100_000, 200.0, 80.0),
    replies=Search(100_000, 90.0, 200.0, 600.0, 3.0, 21.0, 9.0, 0.9),
    seconds=540.0,
)


def test_each_side_runs_early_and_late_in_each_block() -> None:
    turns: list[str] = []

    def side(name: str, *speeds: float) -> Side:
        given = iter(speeds)

        def measure() -> float:
            turns.append(name)
            return next(given)

        return Side(name, measure)

    found = compare("x", side("ours", 10, 30, 5, 15), side("theirs", 30, 50, 20, 20), unit="1/s", aim=0.5, blocks=2)
    assert turns == ["ours", "theirs", "theirs", "ours"] * 2
    assert (found.ours, found.theirs, found.ratios) == ([20, 10], [40, 20], [0.5, 0.5])
    assert found.name == "ours ÷ theirs"


@pytest.mark.parametrize(
    ("aim", "figure", "judged"),
    [(Aim(0.5), 0.5, "≥ 0.5 ✓"), (Aim(0.5), 0.49, "≥ 0.5 ✗"), (Aim(2, at_most=True), 2.1, "≤ 2 ✗")],
)
def test_an_aim_is_a_least_or_a_greatest_value(aim: Aim, figure: float, judged: str) -> None:
    assert aim.judge(figure) == judged


def test_people_read_medians_ranges_and_whether_aims_are_met() -> None:
    text = page(FOUND)
    assert "| mirror ÷ raw COPY | 0.50 (0.25 – 0.75) | ≥ 0.5 ✓ | 20 (10 – 30) | 40 (40 – 40) | records/s |" in text
    assert "| 2.50 (2.50 – 2.50) | ≤ 2 ✗ | 30.0 (30.0 – 30.0) | 11.0 (10.0 – 12.0) | ms |" in text
    assert "p99 **260 ms** (aim: ≤ 250 ✗)" in text
    assert "51 KiB each" in text
    assert "(500 a second)" in text
    assert "p99 **21.0 ms** (aim: ≤ 20 ✗), 9.0 ms of it work" in text
    assert "visible in query" not in text


def test_programs_read_the_same() -> None:
    whole = json.loads(document(FOUND))
    assert whole["comparisons"][0] == {
        "name": "mirror ÷ raw COPY", "ratio": 0.5, "ratio_range": [0.25, 0.75], "ours": 20.0, "theirs": 40.0,
        "unit": "records/s", "aim": {"at_least": 0.5},
    }  # fmt: skip
    assert whole["comparisons"][1]["aim"] == {"at_most": 2}
    assert whole["latency"] == {
        "mirrored": {"peak": 300.0, "rate": 150.0, "p50_ms": 40.0, "p99_ms": 260.0, "writes": 2250}
    }
    assert whole["streams"]["clients"] == 1_000
    assert whole["timers"] == {"timers": 100_000, "seconds": 200.0, "rate": 80.0}
    assert whole["replies"]["index_mib"] == 200.0
    assert whole["minutes"] == 9.0
    assert whole["machine"]["cores"] >= 1
