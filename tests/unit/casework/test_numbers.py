"""Numbers that people read out over the telephone."""

import secrets
from datetime import UTC, datetime

import pytest
from casework.numbers import CODE_LETTERS, check_digit, human_number, is_human_number, query_code
from hypothesis import assume, given
from hypothesis import strategies as st

DIGITS = st.text("0123456789", min_size=10, max_size=26)


def test_a_number_names_city_and_day_as_shanghai_counts_them() -> None:
    late = datetime(2026, 3, 1, 16, 30, tzinfo=UTC)  # half past midnight on the 2nd in Shanghai
    number = human_number("440100", late, lambda _: 7)
    assert number.startswith("440100-20260302-000000000007-")
    assert is_human_number(number)


def test_the_check_digit_is_that_of_the_standard() -> None:
    assert check_digit("0794") == 5  # ISO/IEC 7064, MOD 11,10: the standard's own example


@given(DIGITS, st.data())
def test_any_single_wrong_digit_shows(digits: str, data: st.DataObject) -> None:
    number = f"{digits}{check_digit(digits)}"
    place = data.draw(st.integers(0, len(number) - 1))
    wrong = data.draw(st.sampled_from("0123456789"))
    assume(number[place] != wrong)
    assert not is_human_number(number[:place] + wrong + number[place + 1 :])


@pytest.mark.parametrize("text", ["", "-", "7", "440100-20260302-x", "４４０１００"])
def test_what_is_no_number_is_none(text: str) -> None:
    assert not is_human_number(text)


def test_numbers_of_one_city_and_day_do_not_follow_one_another() -> None:
    now = datetime.now(UTC)
    numbers = [human_number("440100", now, secrets.randbelow) for _ in range(1000)]
    assert len(set(numbers)) == 1000
    assert numbers != sorted(numbers)


def test_a_query_code_is_the_same_each_time_it_is_derived_and_has_no_misread_letters() -> None:
    assert query_code("p_keyed") == query_code("p_keyed")
    assert query_code("p_keyed") != query_code("p_other")
    assert set(query_code("p_keyed")) <= set(CODE_LETTERS)
    assert not set("01OILU") & set(CODE_LETTERS)
