"""An envelope survives the wire, and says when it can't."""

import time
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from chassis.envelope import Envelope, format_sequence, format_time, new_id

BEIJING = timezone(timedelta(hours=8))


def envelope(**changes: Any) -> Envelope:
    values: dict[str, Any] = {
        "id": new_id(), "source": "/billing", "type": "t.v1", "subject": "s", "dataschema": "urn:x", "sequence": 3,
        "time": datetime(2026, 2, 9, 2, tzinfo=UTC), "tenant": "440100", "actor": "p_1", "correlationid": "c",
        "data": {"a": "问"},
    }  # fmt: skip
    return Envelope(**values | changes)


@pytest.mark.parametrize("more", [{}, {"causationid": "e", "traceparent": "00-a-b-01", "keyid": "k"}])
def test_an_envelope_reads_back_as_it_was_written(more: dict[str, str]) -> None:
    original = envelope(**more)
    assert Envelope.from_cloudevent(original.to_cloudevent()) == original


def test_absent_attributes_are_left_out() -> None:
    assert not {"causationid", "traceparent", "keyid"} & envelope().to_cloudevent().keys()


def test_a_sequence_is_a_text_that_sorts_as_its_number() -> None:
    assert format_sequence(3) == "00000000000000000003"
    assert sorted(map(format_sequence, [10, 9, 100])) == [format_sequence(number) for number in (9, 10, 100)]
    with pytest.raises(ValueError, match="starts at 1"):
        format_sequence(0)


def test_time_is_utc_on_the_wire_and_never_guessed() -> None:
    assert format_time(datetime(2026, 2, 9, 10, tzinfo=BEIJING)) == "2026-02-09T02:00:00.000000Z"
    with pytest.raises(ValueError, match="without a time zone"):
        format_time(datetime(2026, 2, 9, 10))  # noqa: DTZ001


def test_ids_sort_by_the_time_at_which_they_were_made() -> None:
    first = new_id()
    time.sleep(0.002)
    assert new_id() > first
