import pytest
from chassis import vector
from hypothesis import given
from hypothesis import strategies as st

SUBJECTS = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._:/-]{0,127}", fullmatch=True)


@given(st.dictionaries(SUBJECTS, st.integers(0, 10**18 - 1), max_size=6))
def test_what_was_written_is_read(seen: dict[str, int]) -> None:
    assert vector.from_text(vector.to_text(seen)) == seen


def test_the_order_of_subjects_makes_no_difference() -> None:
    assert vector.to_text({"a": 1, "b": 2}) == vector.to_text({"b": 2, "a": 1})


@pytest.mark.parametrize("text", ["!", "YQ", "YT0x,", "YT0tMQ", "4pyT", "YT0", "A"])
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not a vector"):
        vector.from_text(text)


def test_only_what_is_beyond_the_last_one_seen_is_newer() -> None:
    seen = {"a": 3}
    assert [vector.newer(seen, "a", sequence) for sequence in (3, 4)] == [False, True]
    assert vector.newer(seen, "b", 1)
