"""A part of a table opens in a spreadsheet as what it is, whatever stands in it."""

import csv
import io
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from casework.export import BYTE_ORDER_MARK, part
from hypothesis import given
from hypothesis import strategies as st

COLUMNS = {"word": "词 word", "moment": "时间 moment"}


@dataclass
class Row:
    word: object
    moment: datetime | None = None


def read(body: bytes | memoryview) -> list[list[str]]:
    text = bytes(body).decode()
    assert text.startswith(BYTE_ORDER_MARK)
    return list(csv.reader(io.StringIO(text.removeprefix(BYTE_ORDER_MARK), newline="")))


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]))))
def test_what_is_written_is_read_back_and_no_cell_begins_a_formula(words: list[str]) -> None:
    heads, *rows = read(part("words", COLUMNS, map(Row, words), None).body)
    assert heads == list(COLUMNS.values())
    assert [word.removeprefix("'") for word, _ in rows] == [word.removeprefix("'") for word in words]
    assert not [word for word, _ in rows if word.startswith(("=", "+", "-", "@", "\t", "\r", "\n"))]


@pytest.mark.parametrize(("value", "shown"), [(None, ""), (True, "true"), (20, "20"), ("=1+1", "'=1+1")])
def test_each_kind_of_value_has_one_form(value: object, shown: str) -> None:
    assert read(part("words", COLUMNS, [Row(value)], None).body)[1] == [shown, ""]


def test_moments_are_shown_in_chinas_time() -> None:
    row = Row("", datetime(2026, 3, 1, 16, 30, 59, 999_999, tzinfo=UTC))
    assert read(part("words", COLUMNS, [row], None).body)[1] == ["", "2026-03-02T00:30:59+08:00"]


def test_a_part_names_its_file_and_the_next_part() -> None:
    first, last = part("words", COLUMNS, [], "AAAAAAAAAAAAAAAAAAAAAA"), part("words", COLUMNS, [], None)
    assert first.headers["content-disposition"] == 'attachment; filename="words.csv"'
    assert first.headers["content-type"] == "text/csv; charset=utf-8"
    assert first.headers["link"] == '<export?cursor=AAAAAAAAAAAAAAAAAAAAAA>; rel="next"'
    assert "link" not in last.headers
