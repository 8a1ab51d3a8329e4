"""Leaves, attributes, bursts and checkpoint bodies, by themselves."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from intel_sink import domain
from intel_sink.domain import BurstRule, Head, Malformed

UUID_ = UUID("01a199d2-ee20-7ac0-8833-4cbdd748ee3c")
GOOD = {
    "id": str(UUID_),
    "type": "yiwangban.test.thing.happened.v1",
    "subject": "s",
    "sequence": "00000000000000000001",
    "tenant": "440100",
    "time": "2026-01-05T01:00:00Z",
}
DAY = timedelta(hours=24)
START = datetime(2026, 1, 5, tzinfo=UTC)

parts = st.none() | st.binary(max_size=6)
headers = st.lists(st.tuples(st.text(max_size=3), parts), max_size=3)
record = st.tuples(
    st.sampled_from(["a", "ab"]),
    st.integers(0, 3),
    st.integers(0, 2**63 - 1),
    st.integers(-1, 2**63 - 1),
    parts,
    headers,
    parts,
)


Content = tuple[str, int, int, int, bytes | None, list[tuple[str, bytes | None]], bytes | None]


def leaf(content: Content) -> bytes:
    topic, partition, offset, timestamp, key, headers, value = content
    prefix = domain.leaf_prefix(topic, UUID_, partition)
    content_ = domain.leaf_content(key, domain.encode_headers(headers), value)
    return domain.leaf_hash(prefix, offset, timestamp, content_)


@given(record, record)
def test_two_records_share_a_leaf_only_if_they_are_the_same_in_the_same_place(one: Content, other: Content) -> None:
    assert (leaf(one) == leaf(other)) == (one == other)


def test_attributes_of_a_whole_envelope_are_read() -> None:
    attributes = domain.attributes_of(GOOD)
    assert (attributes.event_id, attributes.sequence, attributes.tenant) == (UUID_, 1, "440100")
    assert attributes.time == datetime(2026, 1, 5, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    "change",
    [
        {"id": None}, {"id": "x"}, {"id": 7}, {"sequence": "x"}, {"sequence": "0"}, {"sequence": "-1"},
        {"sequence": "9" * 20}, {"sequence": None}, {"time": "yesterday"}, {"time": 5}, {"time": "2026-01-05T01:00:00"},
        {"subject": "a\0b"}, {"subject": 5}, {"type": None}, {"tenant": ["440100"]},
    ],
    ids=str,
)  # fmt: skip
def test_attributes_that_are_not_as_they_should_be_are_refused_without_quoting_them(change: dict[str, object]) -> None:
    with pytest.raises(Malformed, match=r"^envelope: ") as refused:
        domain.attributes_of(GOOD | change)
    assert "yesterday" not in str(refused.value)


def test_missing_attributes_are_refused() -> None:
    for name in GOOD:
        with pytest.raises(Malformed):
            domain.attributes_of({key: value for key, value in GOOD.items() if key != name})


@pytest.mark.parametrize(
    ("moment", "day", "because"),
    [
        ("2026-01-05T15:59:59Z", date(2026, 1, 5), "one second before midnight in Beijing"),
        ("2026-01-05T16:00:00Z", date(2026, 1, 6), "midnight in Beijing"),
    ],
)
def test_a_day_is_a_day_in_beijing(moment: str, day: date, because: str) -> None:
    assert domain.day_of(datetime.fromisoformat(moment)) == day, because


def at(*hours: float) -> list[datetime]:
    return [START + timedelta(hours=hour) for hour in hours]


@pytest.mark.parametrize(
    ("times", "new", "found", "because"),
    [
        ([0, 1, 2], 2, (0, 3), "three within a day"),
        ([0, 1], 1, None, "one too few"),
        ([0, 12, 24], 24, None, "the window's end is not part of it"),
        ([0, 12, 23.999], 23.999, (0, 3), "just within"),
        ([0, 13, 25, 30], 30, (1, 4), "the earliest window that holds the new one and is full"),
        ([0, 5, 10], 0, (0, 3), "the new event is the earliest: it came late"),
        ([0, 5, 10], 5, (0, 3), "the new event is in the middle"),
        ([0, 1, 2, 40], 40, None, "a full window without the new event is no news"),
    ],
)
def test_a_burst_is_a_window_that_the_new_event_fills(
    times: list[float], new: float, found: tuple[int, int] | None, because: str
) -> None:
    assert domain.find_burst(at(*times), *at(new), threshold=3, window=DAY) == found, because


@given(st.lists(st.integers(0, 60), min_size=1, max_size=12).map(sorted), st.data())
def test_bursts_are_found_exactly_where_counting_every_window_finds_them(hours: list[int], data: st.DataObject) -> None:
    new = data.draw(st.sampled_from(hours))
    windows = [[hour for hour in hours if start <= hour < start + 24] for start in hours if start <= new < start + 24]
    full = [window for window in windows if len(window) >= 3]
    found = domain.find_burst(at(*hours), *at(new), threshold=3, window=DAY)
    assert (found is not None) == bool(full)
    if found is not None:
        assert hours[slice(*found)] == full[0]


@pytest.mark.parametrize(("threshold", "hours"), [(1, 24), (0, 24), (5, 0)])
def test_a_rule_that_would_ring_at_every_event_is_refused(threshold: int, hours: int) -> None:
    with pytest.raises(ValueError, match="burst"):
        BurstRule(name="r", threshold=threshold, hours=hours)


def test_a_rule_without_kind_or_matter_concerns_any() -> None:
    assert BurstRule(name="r", threshold=2, hours=1).concerns("help", "fire")
    assert BurstRule(name="r", matter="fire", threshold=2, hours=1).concerns("help", "fire")
    assert not BurstRule(name="r", kind="report", matter="fire", threshold=2, hours=1).concerns("help", "fire")


def test_a_checkpoints_body_is_the_same_whatever_the_order_of_heads() -> None:
    one, two = Head("a", str(UUID_), 0, 1, "00"), Head("a", str(UUID_), 1, 1, "00")
    assert domain.checkpoint_body(1, [one, two], domain.FIRST) == domain.checkpoint_body(1, [two, one], domain.FIRST)
    assert domain.checkpoint_body(1, [one], domain.FIRST).startswith(b'{"heads":[{"partition":0,"root":"00",')


def test_only_news_other_than_checkpoints_is_worth_signing() -> None:
    data = Head("petition.petitions.v1", str(UUID_), 0, 1, "00")
    own = Head("intel.checkpoints.v1", str(UUID_), 0, 1, "00")
    grown = Head("intel.checkpoints.v1", str(UUID_), 0, 2, "11")
    assert domain.worth_signing([data], [], "intel.checkpoints.v1")
    assert not domain.worth_signing([data, grown], [data, own], "intel.checkpoints.v1")
    assert not domain.worth_signing([], [], "intel.checkpoints.v1")
    assert domain.worth_signing([Head("petition.petitions.v1", str(UUID_), 0, 2, "22")], [data], "intel.checkpoints.v1")
