"""Whatever comes over a wire, what becomes of it can be a petition, or is none."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from petition.channels.config import ChannelSettings, FeedSettings, RelaySettings
from petition.channels.message import MOST_TEXT, MOST_TITLE, headline, message_of, moment
from petition.petition import Channel
from pydantic import ValidationError

TEXT = st.text(st.characters(), max_size=300)  # halves of characters, too
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=5,
)
FIELDS = ("id", "revision", "author", "title", "text", "posted_at", "reply_to", "mentions")
RAW = JSON | st.fixed_dictionaries(
    {"id": TEXT | JSON, "text": TEXT | JSON}, optional=dict.fromkeys(FIELDS[1:4] + FIELDS[5:], JSON)
)
ZONE: dict[str, Any] = {
    "channel": Channel.FORUM,
    "source": "gz",
    "tenant": "440100",
    "url": "https://forum.example/feed",
}


@given(RAW)
def test_any_message_is_none_or_one_that_the_schema_takes(raw: object) -> None:
    found = message_of(raw, Channel.FORUM, "gz")
    if found is None:
        return
    assert 0 < len(found.title) <= MOST_TITLE
    assert 0 < len(found.text) <= MOST_TEXT
    assert 0 <= found.revision < 2**53
    for text in (found.title, found.text, found.author, found.origin.message, found.origin.address):
        if text is not None:
            assert text.strip()
            assert "\0" not in text
            text.encode()
    assert found.posted_at is None or found.posted_at.tzinfo is not None


@pytest.mark.parametrize(
    "raw",
    [
        {"text": "x"},
        {"id": "", "text": "x"},
        {"id": "x" * 201, "text": "x"},
        {"id": "1", "text": "\u3000\n", "title": ""},
        {"id": "1", "text": "x", "revision": "1"},
        {"id": "1", "text": "x", "revision": 2**53},
    ],
)
def test_what_has_no_id_no_words_or_no_version_is_none(raw: object) -> None:
    assert message_of(raw, Channel.FORUM, "gz") is None


def test_a_text_without_a_title_is_titled_by_how_it_begins() -> None:
    assert headline("红绿灯坏了\n什么时候修好") == "红绿灯坏了"
    assert headline("长" * 100) == "长" * 39 + "…"
    found = message_of({"id": "1", "title": "只有标题"}, Channel.FORUM, "gz")
    assert found is not None
    assert (found.title, found.text) == ("只有标题", "只有标题")


def test_two_sources_that_show_two_people_by_one_name_do_not_make_them_one() -> None:
    one, other = (message_of({"id": "1", "text": "x", "author": "阿强"}, Channel.FORUM, name) for name in ("gz", "sz"))
    assert one is not None
    assert other is not None
    assert one.account != other.account


@pytest.mark.parametrize(
    "value", ["2026-11-04T20:00:00", "now", "1970-01-01T00:00:00Z", "0001-01-01T00:00:00+08:00", 7]
)
def test_a_time_that_says_nothing_is_none(value: object) -> None:
    assert moment(value) is None


@pytest.mark.parametrize(
    "wrong",
    [
        {"channel": Channel.MICROBLOG},
        {"channel": Channel.PORTAL},
        {"tenant": "000000"},
        {"source": "GZ zone"},
        {"url": "http://forum.example/feed"},
        {"url": "file:///etc/passwd"},
        {"every_s": 0},
        {"bulletins": True},
    ],
    ids=str,
)
def test_a_source_that_is_not_told_in_full_is_refused_at_start(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        FeedSettings(**ZONE | wrong)


def test_nothing_is_pulled_and_nobody_hands_over_anything_unless_it_is_set_up(monkeypatch: pytest.MonkeyPatch) -> None:
    nothing = ChannelSettings()
    assert (nothing.feeds, nothing.relays) == ((), ())
    monkeypatch.setenv("PETITION_FEEDS", json.dumps([ZONE, ZONE]))
    with pytest.raises(ValidationError):
        ChannelSettings()
    monkeypatch.setenv("PETITION_FEEDS", json.dumps([ZONE, ZONE | {"source": "sz"}]))
    monkeypatch.setenv("PETITION_RELAYS", json.dumps([{"source": "g", "tenant": "440100", "secret_path": "/s"}]))
    assert [each.source for each in ChannelSettings().feeds] == ["gz", "sz"]
    assert [type(each) for each in ChannelSettings().relays] == [RelaySettings]
