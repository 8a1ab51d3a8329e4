"""A forum's zone and a microblog are pulled: whatever they repeat, re-order or refuse, nothing is lost or doubled."""

import asyncio
import json
from collections.abc import Sequence

import pytest
from chassis.testing.faults import FaultInjectedError, armed
from chassis.testing.waiting import eventually
from chassis.worker.tasks import TaskRunner
from petition.bootstrap import bootstrap
from petition.channels.pulling import pull
from petition.petition import Channel

from tests.integration.kit.sources import Answer, Source

from .channels import detail, feed, pulled
from .conftest import GUANGZHOU, Petitions

SIGNAL = "天河路口的红绿灯坏了，请问什么时候修好"
LATER = "天河路口和体育西路口的红绿灯都坏了，请问什么时候修好"
PAUSE = "SELECT failures, extract(epoch FROM next_at - now())::float AS pause FROM channel_cursors"
HANDLE, ADDRESS = "网友阿强", "zone/pm/aqiang-7781"


async def test_each_post_of_each_page_is_one_petition_and_what_was_read_is_not_asked_for_again(
    petitions: Petitions, zone: Source
) -> None:
    zone.page = 2
    for number in range(5):
        zone.post(f"p{number}", f"{SIGNAL}？{number}", author=HANDLE, title="红绿灯")
    source = feed(zone)
    assert len(await pulled(petitions, source, 3)) == 5
    (cursor,) = petitions.rows("SELECT cursor, failures, next_at > now() AS waits FROM channel_cursors")
    assert (cursor["cursor"], cursor["failures"], cursor["waits"]) == ("5", 0, True)
    assert len(await pulled(petitions, source, 2)) == 5
    assert zone.asked[-1][1]["if-none-match"], "it may say that nothing is new"
    row = petitions.rows("SELECT * FROM petitions ORDER BY id")[0]
    shown = await detail(petitions, row)
    assert (shown["channel"], shown["tenant"], shown["handle"]) == ("forum", GUANGZHOU, HANDLE)
    assert (shown["title"], shown["reply_to"]["message"], shown["original"]) == ("红绿灯", "p0", None)
    told = [event for event in petitions.events() if event.type.endswith(".petition.received.v1")]
    assert len({event.correlationid for event in told}) == 5, "one page doesn't join what is in it"


async def test_a_worker_pulls_what_is_set_up_until_it_is_stopped(
    petitions: Petitions, zone: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    zone.post("p1", SIGNAL)
    settings = {"channel": "forum", "source": "gz-zone", "tenant": GUANGZHOU, "url": zone.url}
    monkeypatch.setenv("PETITION_FEEDS", json.dumps([settings]))
    (task,) = (each for each in bootstrap().tasks if each.name.startswith("pull"))
    worker = TaskRunner(task, petitions.units)
    await worker.start()
    await eventually(lambda: petitions.rows("SELECT id FROM petitions"), within=20)
    await asyncio.wait_for(worker.stop(), 10)
    assert len(zone.asked) == 1


async def test_an_edit_is_a_new_version_and_the_original_stays_apart(petitions: Petitions, zone: Source) -> None:
    zone.post("p1", SIGNAL)
    source = feed(zone)
    await pulled(petitions, source)
    zone.post("p1", LATER, revision=1)
    (row,) = await pulled(petitions, source)
    shown = await detail(petitions, row)
    assert (shown["text"], shown["revision"], shown["version"]) == (LATER, 1, 4)
    assert shown["original"]["text"] == SIGNAL
    types = [event.type.split(".")[-2] for event in petitions.events(str(row["id"]))]
    assert types == ["received", "classified", "revised", "classified"]
    (listed,) = (await petitions.get("/v1/petitions", "triage")).json()["items"]
    assert listed["title"] == shown["title"] != shown["original"]["title"]


async def test_what_was_handed_out_already_stays_with_its_department_when_it_is_edited(
    petitions: Petitions, zone: Source
) -> None:
    zone.post("p1", SIGNAL)
    source = feed(zone)
    (row,) = await pulled(petitions, source)
    await petitions.transferred(str(row["id"]))
    zone.post("p1", LATER, revision=1)
    (row,) = await pulled(petitions, source)
    assert (row["state"], row["department"], row["sequence"]) == ("transferred", "traffic-police", 4)
    shown = await detail(petitions, row, "handler", department="traffic-police")
    assert shown["text"] == LATER


async def test_an_older_version_that_comes_late_changes_nothing(petitions: Petitions, zone: Source) -> None:
    zone.page = 1
    for text, revision in ((LATER, 2), (SIGNAL, 0), (SIGNAL, 1), (LATER, 2)):
        zone.post("p1", text, revision=revision)
    (row,) = await pulled(petitions, feed(zone), 4)
    assert (row["sequence"], row["revision"]) == (2, 2)
    assert (await detail(petitions, row))["text"] == LATER


async def test_a_source_that_repeats_and_re_orders_doubles_nothing(petitions: Petitions, zone: Source) -> None:
    zone.page, zone.sloppy = 3, True
    for number in range(9):
        zone.post(f"p{number % 4}", f"{SIGNAL} {number}", revision=number)
    rows = await pulled(petitions, feed(zone), 3)
    texts = [(await detail(petitions, row))["text"] for row in rows]
    assert sorted(text[-1] for text in texts) == ["5", "6", "7", "8"]


async def test_of_a_microblog_only_what_mentions_the_account_comes_in(petitions: Petitions, zone: Source) -> None:
    zone.post("m1", f"@广州公安 {SIGNAL}", mentions=["gz-police", "somebody"])
    zone.post("m2", "今天天气真好", mentions=[])
    zone.post("m3", "谁知道", mentions=["gz-police-fans"])
    zone.post("m4", "谁知道")
    source = feed(zone, channel=Channel.MICROBLOG, source="gz-weibo", mention="gz-police")
    (row,) = await pulled(petitions, source)
    assert row["channel"] == "microblog"
    assert zone.asked[0][0]["mention"] == "gz-police"


async def test_a_crash_before_the_commit_loses_and_doubles_nothing(petitions: Petitions, zone: Source) -> None:
    zone.post("p1", SIGNAL)
    source = feed(zone)
    for point in ("channels.before_commit", "database.before_commit"):
        with armed(point), pytest.raises(FaultInjectedError):
            await pulled(petitions, source)
        assert petitions.rows("SELECT id FROM petitions") == petitions.rows("SELECT id FROM outbox") == []
    with armed("database.after_commit"), pytest.raises(FaultInjectedError):
        await pulled(petitions, source)
    assert len(await pulled(petitions, source)) == 1


async def test_of_two_workers_one_asks(petitions: Petitions, zone: Source) -> None:
    zone.post("p1", SIGNAL)
    source = feed(zone)
    await pulled(petitions, source)
    petitions.rows("UPDATE channel_cursors SET next_at = now(), cursor = NULL RETURNING source")
    async with petitions.units.begin() as one, petitions.units.begin() as other:
        await pull(source, one)
        await asyncio.wait_for(pull(source, other), 5)
    assert len(zone.asked) == 2
    assert len(petitions.rows("SELECT id FROM petitions")) == 1


UNUSUAL: Sequence[tuple[Answer, float, float]] = (
    ((429, {"Retry-After": "120"}, b""), 118, 120),
    ((503, {"Retry-After": "99999999999999999999"}, b""), 3598, 3600),
    ((429, {"Retry-After": "soon"}, b""), 0, 1),
    ((0, {}, b""), 0, 1),
    ((302, {"Location": "http://127.0.0.1:1/"}, b""), 0, 1),
    ((200, {}, b"{"), 0, 1),
    ((200, {}, b'{"messages": {}, "next": "1"}'), 0, 1),
    ((200, {}, b'{"messages": []}'), 0, 1),
    ((200, {}, b"[" * 100_000), 0, 1),
    ((200, {"Content-Encoding": "gzip"}, b"\x1f\x8b"), 0, 1),
    ((200, {}, b'{"messages": [' + b"0," * 300 + b'0], "next": "1"}'), 0, 1),
    ((200, {}, b" " * (8 * 1024 * 1024 + 1)), 0, 1),
)
"""What a source may answer, and for how many seconds it is left alone after it."""


async def test_a_source_that_does_not_answer_as_it_should_is_asked_again_later(
    petitions: Petitions, zone: Source
) -> None:
    zone.post("p1", SIGNAL)
    for number, (answer, at_least, at_most) in enumerate(UNUSUAL):
        zone.answers, source = [answer], feed(zone, source=f"zone-{number}")
        assert len(await pulled(petitions, source)) == number
        (cursor,) = petitions.rows(f"{PAUSE} WHERE source = 'zone-{number}'")
        assert cursor["failures"] == 1, answer[:2]
        assert at_least - 1 <= cursor["pause"] <= at_most, answer[:2]
        assert len(await pulled(petitions, source)) == number + 1


async def test_a_source_that_wants_to_be_left_alone_is(petitions: Petitions, zone: Source) -> None:
    zone.post("p1", SIGNAL)
    zone.answers, source = [(429, {"Retry-After": "120"}, b"")], feed(zone)
    for _ in range(2):
        async with petitions.units.begin() as unit:
            await pull(source, unit)
    assert len(zone.asked) == 1


async def test_a_source_that_is_away_for_a_day_delays_and_no_more(petitions: Petitions, zone: Source) -> None:
    zone.post("p1", SIGNAL)
    zone.answers = [(503, {}, b"")] * 30
    source = feed(zone)
    await pulled(petitions, source, 30)
    (cursor,) = petitions.rows(PAUSE)
    assert cursor["failures"] == 30
    assert 290 <= cursor["pause"] <= 600, "less and less often, but not never"
    assert len(await pulled(petitions, source)) == 1
    assert petitions.rows("SELECT failures FROM channel_cursors") == [{"failures": 0}]


async def test_a_cursor_that_the_source_has_forgotten_begins_anew_and_doubles_nothing(
    petitions: Petitions, zone: Source
) -> None:
    zone.post("p1", SIGNAL)
    source = feed(zone)
    await pulled(petitions, source)
    zone.answers = [(410, {}, b"")]
    assert len(await pulled(petitions, source, 2)) == 1
    assert zone.asked[-1][0].get("cursor") is None


async def test_what_cannot_be_a_petition_holds_up_nothing_behind_it(petitions: Petitions, zone: Source) -> None:
    zone.log = [
        None, 7, [], {}, {"id": 4, "text": "x"}, {"id": "e", "text": " \n"}, {"id": "n\0", "text": "x"},
        {"id": "r", "text": "x", "revision": -1}, {"id": "b", "text": "x", "revision": True},
        {"id": "half", "text": "\ud800" + SIGNAL, "author": "\udfff", "title": "\0"},
        {"id": "huge", "text": "长" * 30_000, "posted_at": "9999-12-31T23:59:59+00:00"},
        {"id": "emoji", "text": "🚦🚦🚦", "posted_at": "yesterday", "author": "n" * 999, "reply_to": 5},
        {"id": "rtl", "text": "\u202eمرحبا =cmd|' /C calc'!A0 <script>alert(1)</script>"},
    ]  # fmt: skip
    rows = await pulled(petitions, feed(zone))
    shown = {each["reply_to"]["message"]: each for each in [await detail(petitions, row) for row in rows]}
    assert shown.keys() == {"half", "huge", "emoji", "rtl"}
    assert shown["half"]["text"] == f"?{SIGNAL}"
    assert len(shown["huge"]["text"]) == 20_000
    assert "原文过长" in shown["huge"]["text"]
    assert shown["huge"]["posted_at"] is None, "nothing is written in the future"
    assert (shown["emoji"]["text"], shown["emoji"]["handle"]) == ("🚦🚦🚦", None)


async def test_neither_rows_nor_events_hold_a_handle_or_an_address_in_clear(petitions: Petitions, zone: Source) -> None:
    zone.post("secret-post-id", SIGNAL, author=HANDLE, reply_to=ADDRESS)
    source = feed(zone)
    await pulled(petitions, source)
    zone.post("secret-post-id", LATER, author=HANDLE, reply_to=ADDRESS, revision=1)
    (row,) = await pulled(petitions, source)
    assert (await detail(petitions, row))["reply_to"] == {
        "source": "gz-zone", "message": "secret-post-id", "address": ADDRESS,
    }  # fmt: skip
    everything = json.dumps([row, petitions.rows("SELECT convert_from(body, 'UTF8') AS b FROM outbox")], default=str)
    for secret in (HANDLE, ADDRESS, "secret-post-id", SIGNAL, LATER):
        assert secret not in everything
        assert json.dumps(secret)[1:-1] not in everything
