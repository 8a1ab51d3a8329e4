"""The page of capacity is arithmetic over a run's results, and the committed page is what it gives."""

import re
from typing import Any

import orjson
import pytest

from benchmarks.capacity import (
    LIFE,
    LOADS,
    PAGE,
    RESULTS,
    SENT,
    WRITES,
    Load,
    Part,
    event_bytes,
    page,
    parts,
    rate,
    stored,
)


def comparison(name: str, ours: float, unit: str = "requests/s") -> dict[str, Any]:
    return {"name": f"{name} ÷ something bare", "ours": ours, "theirs": 2 * ours, "unit": unit, "ratio": 0.5}


@pytest.fixture
def results() -> dict[str, Any]:
    return {
        "date": "2026-11-27",
        "machine": {"cores": 2, "memory_gib": 24},
        "comparisons": [
            comparison("accept: intake", 400),
            comparison("accept: intake through Envoy", 300),
            comparison("query: progress by number and code", 900),
            comparison("relay", 4_000, "records/s"),
            comparison("mirror", 20_000, "records/s"),
            comparison("reaction", 300, "records/s"),
        ],
        "streams": {"clients": 1_000, "before_mib": 100.0, "with_mib": 150.0},
        "timers": {"timers": 100_000, "seconds": 100.0},
    }


def test_the_planned_loads_are_those_that_the_suite_is_built_for() -> None:
    expected, large = LOADS
    assert round(expected.mean, 1) == 1.4
    assert (round(large.peak), round(large.peak * len(LIFE), -2)) == (285, 2_300)
    assert sum(SENT.values()) == len(LIFE)


def test_a_use_is_some_kilobytes_in_the_mirror() -> None:
    (year,) = (size for place, size in stored(LOADS[-1]) if place == "mirror")
    assert 4e12 < year < 5.5e12
    assert 600 < event_bytes() < 1_200


def test_processes_are_planned_with_room_to_spare_and_a_relay_has_to_fit_into_one() -> None:
    load = Load("a hundred a second at the peak", 5 * 365 * 86_400)
    part = Part("role", 3, "events", measured=250)
    assert part.need(load) == pytest.approx(300)
    assert (part.processes(load), part.shown(load)) == (2, "2")
    assert Part("relay", 3, "events", measured=1_000, alone=True).shown(load) == "1, 30% full"
    assert Part("relay", 3, "events", measured=400, alone=True).shown(load) == "1, 75% full ✗"


def test_what_one_process_does_comes_from_the_run(results: dict[str, Any]) -> None:
    assert rate(results, "accept: intake") == 400
    by_name = {part.name: part for part in parts(results)}
    assert by_name["accept, role api"].measured == 400
    assert by_name["intel-sink, role worker: mirror"].measured == 20_000
    results["comparisons"].pop(0)
    with pytest.raises(KeyError, match="make bench"):
        parts(results)


def test_the_page_says_what_was_computed(results: dict[str, Any]) -> None:
    text = page(results)
    peak = LOADS[-1].peak
    assert f"| × 10 | 450 M | 14.3 | {peak:,.0f} | {peak * 8:,.0f} |" in text
    need = WRITES["accept"] * peak
    assert re.search(rf"\| accept, role api \| 2 writes \| 400 \| {need:,.0f} \| 1 \| 3 \|", text)
    assert "(51 KiB a stream, measured)" in text
    assert "3,600,000 end at one midnight × 10. One worker had 1,000 a second take effect:\n  60 minutes alone" in text


def test_the_committed_page_is_what_the_last_whole_run_gives() -> None:
    if not RESULTS.exists():
        pytest.skip("no whole run was made yet: make bench")
    assert PAGE.read_text("utf-8") == page(orjson.loads(RESULTS.read_bytes()))
