import json
from pathlib import Path

from demo.messages import OWN, Message, Unreadable, for_load, read, tenants
from petition.kinds import Kind, Matter
from petition.suggesting import classify


def test_there_are_twenty_two_tenants_and_the_province_is_first() -> None:
    codes = tenants()
    assert len(set(codes)) == 22
    assert codes[0] == "440000"


def test_our_own_messages_reach_all_tenants_on_both_channels() -> None:
    found = [message for message in read(OWN, tenants()) if isinstance(message, Message)]
    assert len(found) >= 200
    assert {message.tenant for message in found} >= set(tenants())
    assert {message.channel for message in found} == {"portal", "forum"}
    assert len({message.title for message in found if isinstance(message.title, str)}) > 100


def test_a_line_that_cannot_be_read_is_named_and_does_not_end_the_reading(tmp_path: Path) -> None:
    path = tmp_path / "messages.jsonl"
    whole = json.dumps({"title": "t", "body": "b", "user": "u", "time": "2020-01-02 03:04:05"}).encode()
    path.write_bytes(b"\n".join([whole, b"{", b"[1]", b"", b"\xff\xfe", b"[" * 100_000, whole]))
    found = list(read(path, tenants()))
    assert [message.line for message in found if isinstance(message, Message)] == [1, 7]
    assert [message.line for message in found if isinstance(message, Unreadable)] == [2, 3, 5, 6]


def test_a_huge_line_is_passed_over_without_being_kept(tmp_path: Path) -> None:
    path = tmp_path / "messages.jsonl"
    path.write_bytes(b'"' + b"x" * 9_000_000 + b'"\n{"title": "t"}\n')
    huge, after = read(path, tenants())
    assert huge == Unreadable(1, "the line is too long")
    assert isinstance(after, Message)
    assert after.line == 2


def test_one_user_stays_in_one_city_and_messages_take_the_channels_in_turn(tmp_path: Path) -> None:
    path = tmp_path / "messages.jsonl"
    path.write_text('{"user": "甲"}\n{"user": "甲"}\n', "utf-8")
    first, second = read(path, tenants())
    assert isinstance(first, Message)
    assert isinstance(second, Message)
    assert first.tenant == second.tenant
    assert {first.channel, second.channel} == {"portal", "forum"}


def test_a_time_is_china_time_and_a_broken_one_is_left_out(tmp_path: Path) -> None:
    path = tmp_path / "messages.jsonl"
    path.write_text('{"time": "2017-06-08 17:31:20"}\n{"time": 5}\n', "utf-8")
    first, second = read(path, tenants())
    assert isinstance(first, Message)
    assert isinstance(second, Message)
    assert first.posted_at == "2017-06-08T17:31:20+08:00"
    assert second.posted_at is None


def test_no_message_of_the_load_is_taken_for_a_report_of_fraud() -> None:
    """Alerts then come when a run provokes them, and in that city for the first time."""
    sorted_ = [classify(each.title, each.text, received_by=each.tenant) for each in for_load(tenants())]
    assert len(sorted_) > 100
    assert (Kind.REPORT, Matter.FRAUD) not in {(each.kind, each.matter) for each in sorted_}
