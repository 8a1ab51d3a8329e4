"""Answers go out by the channel by which the question came: at least once, in order, and nothing that isn't for all."""

import asyncio
import json
from typing import Any

import pytest
from chassis.testing.faults import FaultInjectedError, armed
from chassis.testing.waiting import eventually
from chassis.worker.tasks import TaskRunner
from petition.bootstrap import bootstrap
from petition.outbound.delivery import id_of
from petition.outbound.sending import MOST_ATTEMPTS, Sender
from petition.outbound.store import standing

from tests.integration.kit.erasures import erased
from tests.integration.kit.sources import Source, answering

from .conftest import GUANGZHOU, Petitions
from .outbound import PAGE, REPLY, SIGNAL, answered, pauses, posted, states, told, zone_of

HANDLE, ADDRESS = "网友阿强", "zone/pm/aqiang-7781"
PERSONAL = "请联系张警官，电话13800138000。"


async def test_an_answer_stands_under_what_was_asked_in_the_open(petitions: Petitions, zone: Source) -> None:
    await answered(petitions, await posted(petitions, zone))
    await told(petitions, zone_of(zone), 2)
    receipt, answer = zone.taken.values()
    assert receipt["text"].startswith("遇危险或正在发生的犯罪请立即拨打110")
    assert (answer["in_reply_to"], answer["visibility"], "to" in answer) == ("p0", "public", False)
    assert REPLY in answer["text"]
    assert states(petitions) == [("receipt", "sent", "public"), ("reply", "sent", "public")]
    await told(petitions, zone_of(zone))
    assert len(zone.offered) == 2, "what was sent isn't sent again"


async def test_the_code_goes_to_the_author_alone_where_the_zone_can(petitions: Petitions, zone: Source) -> None:
    row = await posted(petitions, zone, author=HANDLE, reply_to=ADDRESS)
    await told(petitions, zone_of(zone, private=True))
    (receipt,) = zone.taken.values()
    assert (receipt["visibility"], receipt["to"]) == ("private", ADDRESS)
    assert row["number"] in receipt["text"]


async def test_nothing_personal_is_said_in_the_open(petitions: Petitions, zone: Source) -> None:
    row = await posted(petitions, zone, reply_to=ADDRESS)
    await answered(petitions, row, PERSONAL)
    await told(petitions, zone_of(zone), 2)
    answer = list(zone.taken.values())[-1]
    assert answer["visibility"] == "public"
    assert "13800138000" not in json.dumps(zone.taken)
    assert "凭编号和查询码" in answer["text"]


async def test_what_is_personal_goes_by_private_message_where_there_is_one(petitions: Petitions, zone: Source) -> None:
    await answered(petitions, await posted(petitions, zone, reply_to=ADDRESS), PERSONAL)
    await told(petitions, zone_of(zone, private=True), 2)
    answer = list(zone.taken.values())[-1]
    assert (answer["visibility"], answer["to"]) == ("private", ADDRESS)
    assert PERSONAL in answer["text"]


async def test_a_correction_follows_the_answer_that_it_corrects(petitions: Petitions, zone: Source) -> None:
    row = await posted(petitions, zone)
    await answered(petitions, row)
    correction = {"text": "更正：五日内修好。", "reason": "写错了"}
    path = f"/v1/petitions/{row['id']}/correct"
    corrected = await petitions.post(path, correction, "handler", department="traffic-police", version=5)
    assert corrected.status_code == 200, corrected.text
    await told(petitions, zone_of(zone), 3)
    assert [each["text"].split("】")[0] for each in list(zone.taken.values())[1:]] == [
        "【公安机关答复 · Answer",
        "【公安机关更正 · Correction",
    ]


async def test_of_a_report_nobody_is_told_where_everybody_reads_it(petitions: Petitions, zone: Source) -> None:
    row = await posted(petitions, zone, "举报：我家楼下有人聚众赌博", reply_to=ADDRESS)
    assert row["hidden"] == "crime"
    await told(petitions, zone_of(zone))
    assert (zone.offered, states(petitions)) == ([], [])


async def test_the_sender_of_a_report_hears_by_private_message_how_far_it_is_and_nothing_else(
    petitions: Petitions, zone: Source
) -> None:
    row = await posted(petitions, zone, "举报：我家楼下有人聚众赌博", reply_to=ADDRESS)
    id_, handler = str(row["id"]), {"department": "public-order", "sub": "handler-7"}
    entrusted = {"department": "public-order", "handlers": ["handler-7"]}
    for path, body, role, who in (
        ("transfer", entrusted, "triage", {}),
        ("sign-for", None, "handler", handler),
        ("reply", {"text": "已查处三人，谢谢。"}, "handler", handler),
        ("close", {"outcome": "filed"}, "handler", handler),
    ):
        ((version,),) = (row.values() for row in petitions.rows("SELECT sequence FROM petitions"))
        done = await petitions.post(f"/v1/petitions/{id_}/{path}", body, role, version=version, **who)
        assert done.status_code == 200, done.text
    await told(petitions, zone_of(zone, private=True), 4)
    assert [(each["visibility"], each["to"]) for each in zone.taken.values()] == [("private", ADDRESS)] * 3
    said = [each["text"].splitlines()[-2] for each in zone.taken.values()]
    assert [words in text for words, text in zip(("已收到", "已移交", "已立案"), said, strict=True)] == [True] * 3
    assert "查处" not in json.dumps(zone.taken, ensure_ascii=False)
    (first,) = [event for event in petitions.events(id_of(id_, 1)) if event.type.endswith(".sent.v1")]
    assert first.type == "yiwangban.petition.delivery.sent.v1", "on a topic that is restricted as a whole"


async def test_no_address_and_no_word_lies_in_a_delivery_or_in_its_events(petitions: Petitions, zone: Source) -> None:
    await answered(petitions, await posted(petitions, zone, author=HANDLE, reply_to=ADDRESS))
    await told(petitions, zone_of(zone, private=True), 2)
    rows = petitions.rows("SELECT d.*, o.body FROM deliveries d JOIN outbox o ON o.subject = d.id::text")
    assert len(rows) == 2
    kept = json.dumps([{name: str(value) for name, value in row.items()} for row in rows], ensure_ascii=False)
    assert not [each for each in (ADDRESS, HANDLE, SIGNAL, REPLY) if each in kept]


async def test_what_a_counterpart_took_and_could_not_say_is_there_once(petitions: Petitions, zone: Source) -> None:
    await posted(petitions, zone)
    zone.instead = [(-1, {}), (201, {})]
    await told(petitions, zone_of(zone), 2)
    assert (len(zone.offered), len(zone.taken)) == (2, 1)
    assert states(petitions) == [("receipt", "sent", "public")]


async def test_whoever_dies_between_sending_and_marking_sends_it_again_under_its_name(
    petitions: Petitions, zone: Source
) -> None:
    row = await posted(petitions, zone)
    for point in ("outbound.sent", "database.before_commit"):
        with armed(point), pytest.raises(FaultInjectedError):
            await told(petitions, zone_of(zone))
        assert states(petitions) == [("receipt", "waiting", None)]
    await told(petitions, zone_of(zone))
    assert [headers["idempotency-key"] for headers, _ in zone.offered] == [id_of(str(row["id"]), 1)] * 3
    assert len(zone.taken) == 1


@pytest.mark.parametrize(
    ("answer", "least", "most"),
    [((429, {"Retry-After": "120"}), 115, 120), ((503, {}), 0, 1), ((401, {}), 0, 1), ((0, {}), 0, 1)],
)
async def test_a_counterpart_that_is_away_is_left_alone_and_nothing_is_given_up(
    petitions: Petitions, zone: Source, answer: tuple[int, dict[str, str]], least: float, most: float
) -> None:
    for _ in range(3):
        await posted(petitions, zone)
    zone.instead = [answer]
    await told(petitions, zone_of(zone))
    failures, pause = pauses(petitions)
    assert (failures, len(zone.offered)) == (1, 1), "nothing else is tried while it is away"
    assert least <= pause <= most
    async with petitions.units.begin() as unit:
        if pause > 1:
            await Sender(zone_of(zone)).run(unit)
    assert len(zone.offered) == 1
    await told(petitions, zone_of(zone))
    assert len(zone.taken) == 3
    assert pauses(petitions)[0] == 0


async def test_a_day_without_an_answer_loses_nothing_and_holds_up_nobody_else(
    petitions: Petitions, zone: Source
) -> None:
    for _ in range(2):
        await posted(petitions, zone)
    zone.instead = [(0, {})] * 20
    await told(petitions, zone_of(zone), 20)
    petitions.rows("UPDATE deliveries SET since = since - interval '1 day' RETURNING id")
    failures, pause = pauses(petitions)
    assert failures == 20
    assert 295 < pause <= 600
    with answering() as other:
        row = (await _elsewhere(petitions, other))["id"]
        await told(petitions, zone_of(other, source="sz-zone"))
        assert list(other.taken) == [id_of(str(row), 1)]
    assert zone.taken == {}
    await told(petitions, zone_of(zone))
    assert len(zone.taken) == 2


async def test_one_that_is_never_taken_is_parked_and_what_is_behind_it_waits_with_it(
    petitions: Petitions, zone: Source
) -> None:
    refused, fine = await posted(petitions, zone), await posted(petitions, zone, f"{SIGNAL}？")
    await answered(petitions, refused)
    zone.instead = [(410, {})]
    await told(petitions, zone_of(zone), 2)
    assert list(zone.taken) == [id_of(str(fine["id"]), 1)]
    first, second, third = states(petitions)
    assert (first, second) == (("receipt", "parked", "status-410"), ("reply", "parked", "behind"))
    assert third == ("receipt", "sent", "public")

    async with petitions.units.begin() as unit:
        waiting, _, parked = await standing(unit, zone_of(zone))
    assert (waiting, parked) == (0, 2)

    page, following = await _parked(petitions)
    (listed,) = (each for each in page if each["what"] == "receipt")
    assert (len(page), listed["number"], following) == (2, refused["number"], None)
    shown = await petitions.get(f"/v1/deliveries/{listed['id']}", "triage")
    assert (shown.json(), shown.headers["etag"]) == (listed, f'"{listed["version"]}"')
    path = f"/v1/deliveries/{listed['id']}/resend"
    assert (await petitions.post(path, None, "triage", version=7)).status_code == 412
    resent = await petitions.post(path, None, "triage", version=listed["version"])
    assert (resent.status_code, resent.json()["resumed"]) == (200, 2)
    assert (await petitions.post(path, None, "triage", version=listed["version"] + 1)).status_code == 409
    await told(petitions, zone_of(zone), 2)
    assert list(zone.taken)[1:] == [id_of(str(refused["id"]), 1), id_of(str(refused["id"]), 5)], "in their order"
    assert (await _parked(petitions))[0] == []


async def test_one_that_fails_again_and_again_is_parked_in_the_end_and_keeps_nobody_waiting(
    petitions: Petitions, zone: Source
) -> None:
    for _ in range(2):
        await posted(petitions, zone)
    zone.instead = [(500, {}), (201, {}), *[(500, {})] * (MOST_ATTEMPTS - 1)]
    await told(petitions, zone_of(zone))
    assert len(zone.taken) == 1
    (row,) = petitions.rows("SELECT attempts, next_at > now() + interval '50 s' AS waits FROM deliveries "
                            "WHERE state = 'waiting'")  # fmt: skip
    assert row == {"attempts": 1, "waits": True}
    await told(petitions, zone_of(zone), MOST_ATTEMPTS - 1)
    assert ("receipt", "parked", "status-500") in states(petitions)


async def test_what_has_waited_for_days_is_left_to_a_person(petitions: Petitions, zone: Source) -> None:
    await posted(petitions, zone)
    petitions.rows("UPDATE deliveries SET since = since - interval '73 hours' RETURNING id")
    await told(petitions, zone_of(zone))
    assert (zone.offered, states(petitions)) == ([], [("receipt", "parked", "too-late")])
    ((listed,), _) = await _parked(petitions)
    await petitions.post(f"/v1/deliveries/{listed['id']}/resend", None, "triage", version=1)
    await told(petitions, zone_of(zone))
    assert len(zone.taken) == 1


async def test_a_counterpart_that_hangs_is_not_waited_for(
    petitions: Petitions, zone: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    await posted(petitions, zone)
    zone.slow_s = 1.0
    with monkeypatch.context() as patch:
        patch.setattr("petition.outbound.sending.ANSWER_S", 0.3)
        await told(petitions, zone_of(zone))
    assert (states(petitions), pauses(petitions)[0]) == ([("receipt", "waiting", None)], 1)
    zone.slow_s = 0.0
    await told(petitions, zone_of(zone))
    assert len(zone.taken) == 1


async def test_nothing_is_sent_of_who_was_erased_meanwhile(petitions: Petitions, zone: Source) -> None:
    row = await posted(petitions, zone, reply_to=ADDRESS)
    await answered(petitions, row)
    (sealed,) = petitions.rows("SELECT keyid FROM petitions")
    await erased(petitions, sealed["keyid"])
    await told(petitions, zone_of(zone, private=True), 2)
    assert (zone.offered, states(petitions)) == ([], [])


async def test_what_was_moved_into_a_small_circle_meanwhile_is_told_there_alone(
    petitions: Petitions, zone: Source
) -> None:
    row = await posted(petitions, zone, reply_to=ADDRESS)
    move = {"to": "crime", "kind": "report"}
    moved = await petitions.post(f"/v1/petitions/{row['id']}/move", move, "triage", version=2)
    assert moved.status_code == 200, moved.text
    await told(petitions, zone_of(zone, private=True))
    ((key, receipt),) = zone.taken.items()
    assert (key, receipt["visibility"]) == (id_of(moved.json()["continued"], 1), "private")


async def test_a_restored_database_does_not_send_again_what_was_sent(petitions: Petitions, zone: Source) -> None:
    await answered(petitions, await posted(petitions, zone))
    await told(petitions, zone_of(zone))
    before, events = states(petitions), petitions.events()
    assert [state for _, state, _ in before] == ["sent", "waiting"]
    for order in (events, [*events[-1:], *events[:-1]]):  # the topics come in any order
        petitions.rows("DELETE FROM deliveries RETURNING id")
        petitions.rows("DELETE FROM petitions RETURNING id")
        await petitions.restored(order)
        assert states(petitions) == before
    await told(petitions, zone_of(zone))
    assert len(zone.offered) == len(zone.taken) == 2


async def test_of_two_workers_one_sends(petitions: Petitions, zone: Source) -> None:
    await told(petitions, zone_of(zone))
    await posted(petitions, zone)
    petitions.rows("UPDATE channel_cursors SET next_at = now() RETURNING source")
    async with petitions.units.begin() as one, petitions.units.begin() as other:
        await Sender(zone_of(zone), PAGE).run(one)
        await asyncio.wait_for(Sender(zone_of(zone), PAGE).run(other), 5)
    assert len(zone.offered) == len(zone.taken) == 1


async def test_a_worker_sends_what_is_set_up_until_it_is_stopped(
    petitions: Petitions, zone: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    await posted(petitions, zone)
    settings = {"channel": "forum", "source": "gz-zone", "tenant": GUANGZHOU, "url": zone.url, "answers": zone.url}
    monkeypatch.setenv("PETITION_FEEDS", json.dumps([settings]))
    monkeypatch.setenv("PETITION_CODE_PAGE", "https://petition.example/v1/codes")
    tasks = {each.name: each for each in bootstrap().tasks}
    async with petitions.units.begin() as unit:
        await tasks["measure deliveries"].run(unit)
    worker = TaskRunner(tasks["deliver forum/gz-zone"], petitions.units)
    await worker.start()
    await eventually(lambda: zone.taken, within=20)
    await asyncio.wait_for(worker.stop(), 10)
    assert len(zone.offered) == 1


async def _elsewhere(petitions: Petitions, other: Source) -> dict[str, Any]:
    from .channels import feed, pulled  # noqa: PLC0415

    other.post("q1", SIGNAL)
    return (await pulled(petitions, feed(other, source="sz-zone")))[-1]


async def _parked(petitions: Petitions) -> tuple[list[dict[str, Any]], str | None]:
    answer = await petitions.get("/v1/deliveries", "triage")
    assert answer.status_code == 200, answer.text
    page = answer.json()
    return page["items"], page["next"]
