"""Tests run several at a time; those of a file one after the other, in one worker."""

import pytest

seen: list[int] = []


@pytest.mark.parametrize("turn", range(8))
def test_a_file_stays_with_one_worker(turn: int) -> None:
    seen.append(turn)
    assert seen == list(range(turn + 1))
