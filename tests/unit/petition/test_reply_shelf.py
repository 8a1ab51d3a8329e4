"""What is found for which city on which day; and how a draft differs from what was published."""

from collections.abc import Callable
from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from petition.replies.answer import Content, Version
from petition.replies.difference import MOST, Change, Part, difference
from petition.replies.shelf import Book, Shelf

PROVINCE, GUANGZHOU, SHENZHEN = "440000", "440100", "440300"
TODAY = date(2026, 11, 27)
QUESTION = "护照快到期了怎么换"


def book(
    tenant: str = PROVINCE,
    *,
    overrides: UUID | None = None,
    since: date = TODAY,
    until: date | None = None,
    text: str = "请携带护照到大厅换发。",
    variants: tuple[str, ...] = ("护照怎么换",),
) -> Book:
    content = Content(variants=variants, text=text, basis=(), effective_from=since, effective_until=until)
    return Book(uuid4(), tenant, overrides, Version(number=1, content=content, makers=frozenset()))


def found(
    *books: Book, tenant: str = GUANGZHOU, on: date = TODAY, admits: Callable[[str], bool] | None = None
) -> set[str]:
    mine = admits or (lambda whose: whose in {PROVINCE, tenant})
    return {hit.id for hit in Shelf(books).find(QUESTION, tenant=tenant, on=on, admits=mine, limit=20)}


def ids(*books: Book) -> set[str]:
    return {str(each.id) for each in books}


def test_a_city_finds_the_provinces_answers_and_its_own_but_no_other_citys() -> None:
    provincial, own, anothers = book(), book(GUANGZHOU), book(SHENZHEN)
    assert found(provincial, own, anothers) == ids(provincial, own)
    assert found(provincial, own, anothers, admits=lambda _: True) == ids(provincial, own, anothers)


@pytest.mark.parametrize("own_first", [True, False])
def test_what_a_city_overrides_is_found_everywhere_else(*, own_first: bool) -> None:
    provincial = book()
    own = book(GUANGZHOU, overrides=provincial.id)
    books = [own, provincial] if own_first else [provincial, own]
    assert found(*books) == ids(own)
    assert found(*books, tenant=SHENZHEN) == ids(provincial)
    assert found(*books, tenant=PROVINCE) == ids(provincial)


def test_what_a_city_overrides_is_back_while_its_own_is_not_in_force() -> None:
    provincial = book()
    own = book(GUANGZHOU, overrides=provincial.id, until=TODAY)
    assert found(provincial, own, on=TODAY + timedelta(days=1)) == ids(provincial)


def test_an_answer_that_overrides_what_is_out_of_use_is_found() -> None:
    own = book(GUANGZHOU, overrides=uuid4())
    assert found(book(SHENZHEN), own) == ids(own)


@settings(max_examples=40)
@given(st.integers(-3, 3), st.none() | st.integers(-3, 3), st.integers(-3, 3))
def test_an_answer_is_found_exactly_on_the_days_on_which_it_is_in_force(
    since: int, until: int | None, day: int
) -> None:
    first, on = (TODAY + timedelta(days=days) for days in (since, day))
    last = None if until is None else TODAY + timedelta(days=until)
    answer = book(since=first, until=last)
    assert bool(found(answer, on=on)) is answer.version.content.covers(on)


def test_a_way_of_asking_finds_an_answer_that_shares_no_word_with_it() -> None:
    answer = book(text="请携带证件到大厅。", variants=("旅行证件换发", QUESTION))
    assert found(book(text="今日天气晴。", variants=("天气",)), answer) == ids(answer)


def test_an_empty_shelf_finds_nothing() -> None:
    assert found() == set()


SENTENCES = st.lists(st.sampled_from(["请带护照。", "请带照片；", "收费120元。", "谢谢！", "没有标点"]), max_size=8)


@given(SENTENCES, SENTENCES)
def test_the_parts_of_a_difference_give_both_texts_back(before: list[str], after: list[str]) -> None:
    parts = difference("".join(before), "".join(after))
    assert "".join(part.text for part in parts if part.change is not Change.ADDED) == "".join(before)
    assert "".join(part.text for part in parts if part.change is not Change.REMOVED) == "".join(after)


def test_only_the_sentence_that_was_changed_is_shown_as_changed() -> None:
    assert difference("请带护照。收费120元。谢谢。", "请带护照。收费140元。谢谢。") == (
        Part(Change.KEPT, "请带护照。"),
        Part(Change.REMOVED, "收费120元。"),
        Part(Change.ADDED, "收费140元。"),
        Part(Change.KEPT, "谢谢。"),
    )


def test_a_text_of_more_sentences_than_are_compared_counts_as_replaced() -> None:
    long = "。" * (MOST + 1)
    assert [part.change for part in difference(long, long + "谢谢。")] == [Change.REMOVED, Change.ADDED]
