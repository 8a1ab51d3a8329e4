"""The generated types and the JSON of ``data``, there and back."""

from dataclasses import FrozenInstanceError
from datetime import UTC, datetime, timedelta, timezone
from enum import StrEnum

import pytest

from contracts.events import AlertRaised, Evidence, PetitionClosed, PetitionReceived

SHANGHAI = timezone(timedelta(hours=8))


class Channel(StrEnum):
    PORTAL = "portal"


def received(at: datetime, channel: str = "portal") -> PetitionReceived:
    return PetitionReceived(number="YWB1234", channel=channel, received_at=at, author="p_1", title="标题", text="正文")


def test_a_moment_is_written_in_utc_with_microseconds() -> None:
    data = received(datetime(2026, 2, 9, 8, 0, 0, 5, tzinfo=SHANGHAI)).to_data()
    assert data["received_at"] == "2026-02-09T00:00:00.000005Z"


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        received(datetime(2026, 2, 9, 8, 0)).to_data()  # noqa: DTZ001


def test_a_moment_comes_back_as_the_same_moment() -> None:
    event = received(datetime(2026, 2, 9, 8, 0, 0, 5, tzinfo=SHANGHAI))
    back = PetitionReceived.from_data(event.to_data())
    assert back == event
    assert back.received_at.tzinfo is UTC


def test_a_moment_with_another_offset_is_read_as_utc() -> None:
    data = received(datetime(2026, 2, 9, tzinfo=UTC)).to_data() | {"received_at": "2026-02-09T08:00:00+08:00"}
    read = PetitionReceived.from_data(data).received_at
    assert read.isoformat() == "2026-02-09T00:00:00+00:00"


def test_an_enumeration_of_the_writer_is_written_as_its_text() -> None:
    assert type(received(datetime.now(UTC), Channel.PORTAL).to_data()["channel"]) is str


def test_nested_objects_come_back_as_their_types_and_absent_fields_stay_absent() -> None:
    evidence = Evidence(topic="t", partition=0, offset=7, id="e")
    now = datetime(2026, 2, 9, tzinfo=UTC)
    alert = AlertRaised(
        rule="burst",
        kind="report",
        matter="fraud",
        window_start=now,
        window_end=now,
        count=1,
        threshold=1,
        evidence=(evidence,),
    )
    data = alert.to_data()
    assert data["evidence"] == [{"topic": "t", "partition": 0, "offset": 7, "id": "e"}]
    assert AlertRaised.from_data(data) == alert


def test_fields_of_a_later_revision_are_left_out() -> None:
    closed = PetitionClosed.from_data({"by": "p_1", "outcome": "answered", "mood": "good"})
    assert closed == PetitionClosed(by="p_1", outcome="answered")


def test_a_missing_field_is_named() -> None:
    with pytest.raises(KeyError, match="outcome"):
        PetitionClosed.from_data({"by": "p_1"})


def test_an_event_never_changes() -> None:
    closed = PetitionClosed(by="p_1", outcome="answered")
    with pytest.raises(FrozenInstanceError):
        closed.by = "p_2"  # type: ignore[misc]
