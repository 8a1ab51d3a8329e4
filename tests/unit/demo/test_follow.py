"""What is said of steps that came live: each once, those of one subject in their order, none missing."""

import base64
from collections.abc import Mapping
from typing import Any

from demo.follow import faults, positions


def position(seen: Mapping[str, int]) -> str:
    text = ",".join(f"{subject}={last}" for subject, last in sorted(seen.items()))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def came(time: str, **seen: int) -> dict[str, Any]:
    return {"timeline": [{"time": time, "en": f"step {time}"}], "position": position(seen)}


STEPS = [came("1", case=1), came("2", case=2), came("3", case=2, review=1), came("4", case=3, review=1)]
TOLD = [step["timeline"][0] for step in STEPS]


def test_a_position_is_read_as_the_last_sequence_of_each_subject() -> None:
    assert positions(position({"a": 12, "b": 3})) == {"a": 12, "b": 3}


def test_steps_that_came_once_and_in_order_are_right() -> None:
    assert list(faults(STEPS, TOLD)) == []


def test_a_step_that_never_came_is_named() -> None:
    assert list(faults([*STEPS[:1], *STEPS[2:]], TOLD)) == ["a step never came: step 2"]


def test_a_step_that_came_twice_is_named() -> None:
    found = list(faults([*STEPS, STEPS[-1]], TOLD))
    assert found == ["a step came once too often: step 4", "a step came out of order: step 4"]


def test_a_step_that_came_too_late_is_named() -> None:
    assert "a step came out of order: step 1" in list(faults([STEPS[1], STEPS[0], *STEPS[2:]], TOLD))


def test_nothing_at_all_is_not_right() -> None:
    assert list(faults([], [])) == ["nothing is known about the matter"]
