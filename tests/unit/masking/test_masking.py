"""Masking reveals nothing, changes nothing twice, and takes no longer than its text is long."""

import re
from datetime import date
from itertools import pairwise
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st
from masking.kinds import Kind
from masking.text import find, mask
from stdnum import luhn
from stdnum.cn import ric

LONG: Final = 200_000
PUBLIC: Final = 20_000
"""The longest text that the contracts let into public."""
GAPS = st.sampled_from(["", " ", "-", "　", "－", "·", "."])
WORDS = st.sampled_from(["请联系", "，", "。", "电话", "身份证：", "卡号", "我的", "（", "）", "\n", "and ", ""])
DIGITS = "0123456789"


@st.composite
def mobiles(draw: st.DrawFn) -> str:
    """A mobile telephone as people write it: in groups, in one of the usual alphabets."""
    number = "1" + draw(st.sampled_from("3456789")) + draw(st.text(DIGITS, min_size=9, max_size=9))
    gap = draw(GAPS)
    grouped = gap.join((number[:3], number[3:7], number[7:]))
    written = draw(st.sampled_from([DIGITS, "０１２３４５６７８９", "〇一二三四五六七八九"]))
    return draw(st.sampled_from(["", "+86", "0086 "])) + grouped.translate(str.maketrans(DIGITS, written))


@st.composite
def identity_cards(draw: st.DrawFn) -> str:
    born = draw(st.dates(min_value=date(1930, 1, 1), max_value=date(2026, 1, 1)))
    number = f"{draw(st.sampled_from(['440106', '110101', '820000']))}{born:%Y%m%d}{draw(st.integers(0, 999)):03}"
    return number + ric.calc_check_digit(number + "0")


@st.composite
def bank_cards(draw: st.DrawFn) -> str:
    number = "62" + draw(st.text(DIGITS, min_size=13, max_size=16))
    return number + luhn.calc_check_digit(number)


FRAGMENTS = st.one_of(
    mobiles(), identity_cards(), bank_cards(), WORDS, st.text(max_size=8),
    st.sampled_from(["H12345678", "粤A12345", "a@b.cn", "@小李", "E12345678", "+852 9123 4567", "QQ12345", "0"]),
)  # fmt: skip
TEXTS = st.lists(FRAGMENTS, max_size=8).map("".join)


@given(TEXTS)
def test_nothing_is_found_in_what_is_masked_and_masking_it_again_changes_nothing(text: str) -> None:
    masked = mask(text)
    assert find(masked) == ()
    assert mask(masked) == masked


@given(WORDS, mobiles() | identity_cards() | bank_cards(), WORDS)
def test_no_part_of_a_number_is_left(before: str, number: str, behind: str) -> None:
    assert not re.search(r"[\d一二三四五六七八九〇]{2}", mask(before + number + behind))


@given(st.text())
def test_a_text_with_nothing_personal_stays_as_it_is(text: str) -> None:
    if not find(text):
        assert mask(text) == text


@given(TEXTS)
def test_findings_come_in_order_and_never_overlap(text: str) -> None:
    found = find(text)
    assert all(each.start < each.end for each in found)
    assert all(one.end <= other.start for one, other in pairwise(found))


@pytest.mark.parametrize("kind", Kind)
def test_a_mask_names_what_it_hides_and_is_nothing_personal(kind: Kind) -> None:
    assert find(kind.mask * 3 + "：83112345，" + kind.mask) == ()


def test_a_check_digit_tells_a_card_from_another_number() -> None:
    assert mask("6222023602123456782") == "〔银行卡〕"
    assert mask("6222023602123456781") == "6222023602123456781"
    assert mask("号44010619900101123X") == "号44010619900101123X"


def test_a_wrong_check_digit_hides_nobody_who_says_that_it_is_a_card() -> None:
    assert mask("身份证440106199001011999") == "身份证〔身份证〕"


def test_a_mask_may_uncover_its_neighbour_which_is_then_masked_too() -> None:
    assert mask("13800138000H12345678") == "〔电话〕〔通行证〕"


def test_a_text_that_uncovers_more_with_every_mask_is_hidden_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("masking.text._MOST_PASSES", 1)
    assert mask("13800138000H12345678") == "〔全文已隐去〕"


@pytest.mark.timeout(60)
@pytest.mark.parametrize("unit", ["1", "a", "a.", "a@", "a@a.", "@", "-", " ", "微信a", "+86("])
def test_a_text_of_runs_without_end_takes_no_time_that_grows_with_their_square(unit: str) -> None:
    assert find(unit * (LONG // len(unit))) is not None


@pytest.mark.timeout(60)
@pytest.mark.parametrize(
    "unit", ["1 ", "13 8 ", "6222 ", "4 4 0 1 ", "京A1", "一 ", "440106199001011 ", "H1234567", "电话2345678、"]
)
def test_a_text_of_beginnings_that_come_to_nothing_takes_no_time_that_grows_with_their_square(unit: str) -> None:
    assert find(unit * (PUBLIC // len(unit))) is not None
