"""Whoever answers where they were asked has sent what was asked for: once, by them, while somebody waits for it."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from chassis.testing.waiting import eventually
from petition.channels.intake import Outcome, take_in
from petition.channels.message import ChannelMessage
from petition.channels.origin import Origin
from petition.channels.pulling import speaking_for
from petition.handlers import MovePetition, move_petition
from petition.kinds import Ground, Kind
from petition.petition import Channel

from tests.integration.kit.erasures import erased
from tests.integration.kit.sources import Source

from .asking import ASKED, MORE, QUESTION, asked, supplements
from .channels import detail, feed, pulled
from .conftest import GUANGZHOU, Petitions
from .outbound import states, told, zone_of
from .test_petition_concurrency import TRIAGE, somebody_waits

AUTHOR = {"author": "网友甲"}
REPORT = "举报：三号楼二楼每晚有人开设赌场聚众赌博"
DANGER = "救命，有人正拿着刀砍我家的门"


async def waiting(petitions: Petitions, zone: Source, **more: Any) -> str:
    """Let somebody post, and a department ask them for more; give the petition's id."""
    zone.post("p1", QUESTION, **AUTHOR | more)
    (row,) = await pulled(petitions, feed(zone))
    return await asked(petitions, row)


async def answered(petitions: Petitions, zone: Source, text: str = MORE, **more: Any) -> list[dict[str, Any]]:
    """Let somebody answer in the thread; give the petitions that there are."""
    zone.post("p2", text, **AUTHOR | {"in_reply_to": "p1"} | more)
    return await pulled(petitions, feed(zone))


async def test_a_post_under_ones_own_is_what_was_asked_for_and_the_clock_runs_on(
    petitions: Petitions, zone: Source
) -> None:
    id_ = await waiting(petitions, zone)
    (row,) = await answered(petitions, zone)
    assert (row["state"], row["supplement_revision"]) == ("in-hand", 0)
    assert petitions.types(id_)[-1] == "supplemented"
    assert row["resumed_at"] - row["stopped_at"] < timedelta(minutes=1)
    kept = str(row) + str([event.data for event in petitions.events(id_)])
    assert "九十七" not in kept
    assert "网友甲" not in kept
    shown = await detail(petitions, row)
    assert (shown["text"], shown["supplement"], shown["original_supplement"]) == (QUESTION, MORE, None)
    zone.log.append(zone.log[-1])
    (again,) = await pulled(petitions, feed(zone))
    assert again == row, "seen twice, it is there once"


async def test_what_answers_a_message_of_ours_is_in_its_thread(petitions: Petitions, zone: Source) -> None:
    await waiting(petitions, zone)
    await told(petitions, zone_of(zone, private=True), 2)
    assert ("question", "sent", "public") in states(petitions)
    ours = next(key for key, sent in zone.taken.items() if ASKED["text"] in sent["text"])
    assert len(await answered(petitions, zone, in_reply_to=ours)) == 1
    assert await supplements(petitions) == [("in-hand", MORE)]


async def test_on_a_microblog_the_same_account_answers_in_the_conversation(petitions: Petitions, zone: Source) -> None:
    blog = feed(zone, channel=Channel.MICROBLOG, source="gz-weibo", mention="gz-police")
    zone.post("p1", QUESTION, mentions=["gz-police"], reply_to="pm/17", **AUTHOR)
    (row,) = await pulled(petitions, blog)
    await asked(petitions, row)
    answering = zone_of(zone, channel=Channel.MICROBLOG, source="gz-weibo", mention="gz-police", private=True)
    await told(petitions, answering, 2)
    ours = next(key for key, sent in zone.taken.items() if ASKED["text"] in sent["text"])
    zone.post("p2", "路过，同问", in_reply_to="p1", mentions=[], **AUTHOR)
    zone.post("m1", MORE, in_reply_to=ours, mentions=["gz-police"], **AUTHOR)
    assert len(await pulled(petitions, blog)) == 1, "what isn't addressed to the police stays where it is"
    assert await supplements(petitions) == [("in-hand", MORE)]


@pytest.mark.parametrize(
    "other",
    [
        {"author": "网友乙"},
        {"author": None},
        {"in_reply_to": "p7"},
        {"in_reply_to": None},
        {"in_reply_to": "00000000-0000-7000-8000-000000000000"},
    ],
    ids=lambda other: str(other)[:30],
)
async def test_whoever_else_writes_or_elsewhere_writes_in_for_themselves(
    petitions: Petitions, zone: Source, other: dict[str, Any]
) -> None:
    await waiting(petitions, zone)
    assert len(await answered(petitions, zone, **other)) == 2
    assert await supplements(petitions) == [("supplementing", None), ("classified", None)]


async def test_one_who_has_that_name_in_another_zone_is_somebody_else(petitions: Petitions, zone: Source) -> None:
    await waiting(petitions, zone)
    await told(petitions, zone_of(zone), 2)
    for number, key in enumerate(("p1", *zone.taken)):
        zone.post(f"q{number}", MORE, in_reply_to=key, **AUTHOR)
    rows = await pulled(petitions, feed(zone, source="sz-zone"))
    assert {row["state"] for row in rows} == {"supplementing", "classified"}
    assert (await supplements(petitions))[0] == ("supplementing", None)


async def test_what_comes_when_nobody_waits_any_more_is_a_petition_and_an_edit_is_its_own(
    petitions: Petitions, zone: Source
) -> None:
    await waiting(petitions, zone)
    petitions.rows("UPDATE timers SET next_at = now() WHERE clock = 'supplement' RETURNING id")
    await petitions.timers_run()
    assert len(await answered(petitions, zone)) == 2
    rows = await answered(petitions, zone, f"{MORE}。", revision=1)
    assert [row["revision"] for row in rows] == [0, 1]
    assert await supplements(petitions) == [("in-hand", None), ("classified", None)]


async def test_an_edit_of_what_was_sent_is_a_new_version_of_it_beside_the_first(
    petitions: Petitions, zone: Source
) -> None:
    id_ = await waiting(petitions, zone)
    await answered(petitions, zone)
    later = f"{MORE}更正：是九十九号。"
    (row,) = await answered(petitions, zone, later, revision=3)
    assert (row["state"], row["revision"], row["supplement_revision"]) == ("in-hand", 0, 3)
    for revision in (2, 3):
        (again,) = await answered(petitions, zone, "旧的一版", revision=revision)
        assert again == row, "an older version changes nothing"
    assert petitions.types(id_)[-2:] == ["supplemented", "supplement-revised"]
    shown = await detail(petitions, row)
    assert (shown["supplement"], shown["original_supplement"]) == (later, MORE)


async def test_what_may_be_a_report_begins_out_of_sight_and_the_petition_waits_as_before(
    petitions: Petitions, zone: Source
) -> None:
    id_ = await waiting(petitions, zone)
    (before,) = petitions.rows("SELECT * FROM petitions")
    rows = await answered(petitions, zone, REPORT)
    ordinary, report = sorted(rows, key=lambda row: row["hidden"] is not None)
    assert ordinary == before, "nothing in the open says that there is more"
    assert (report["hidden"], report["state"]) == ("crime", "classified")
    shown = await detail(petitions, report)
    assert (shown["text"], shown["linked"]) == (REPORT, id_)
    zone.log.append(zone.log[-1])
    assert len(await pulled(petitions, feed(zone))) == 2
    zone.post("p3", MORE, in_reply_to="p1", **AUTHOR)
    assert len(await pulled(petitions, feed(zone))) == 2
    (supplemented,) = petitions.rows("SELECT state FROM petitions WHERE hidden IS NULL")
    assert supplemented["state"] == "in-hand", "and what was asked for may still come"


async def test_what_was_sent_and_is_edited_into_a_report_goes_on_as_one(petitions: Petitions, zone: Source) -> None:
    id_ = await waiting(petitions, zone)
    (before,) = await answered(petitions, zone)
    for revision in (1, 1, 2):
        rows = await answered(petitions, zone, REPORT, revision=revision)
    ordinary, report = sorted(rows, key=lambda row: row["hidden"] is not None)
    assert ordinary == before
    assert (report["hidden"], report["revision"], report["tenant"]) == ("crime", 2, GUANGZHOU)
    assert (await detail(petitions, report))["linked"] == id_


async def test_danger_in_what_was_sent_is_paged_about_at_once(petitions: Petitions, zone: Source) -> None:
    id_ = await waiting(petitions, zone)
    await answered(petitions, zone, DANGER)
    assert petitions.types(id_)[-2:] == ["supplemented", "paged"]


async def test_of_who_was_erased_nothing_comes_back(petitions: Petitions, zone: Source) -> None:
    await waiting(petitions, zone)
    (row,) = await answered(petitions, zone)
    await erased(petitions, row["keyid"])
    (gone,) = petitions.rows("SELECT * FROM petitions")
    sealed = ("supplement", "supplement_keyid", "supplement_request", "revised_supplement")
    assert {gone[name] for name in sealed} == {None}
    assert await answered(petitions, zone, f"{MORE}。", revision=1) == [gone]


async def test_to_who_was_erased_while_they_were_asked_nothing_is_added(petitions: Petitions, zone: Source) -> None:
    await waiting(petitions, zone)
    (row,) = petitions.rows("SELECT keyid FROM petitions")
    await erased(petitions, row["keyid"])
    assert [row["state"] for row in await answered(petitions, zone)] == ["supplementing", "classified"]


async def test_a_restored_database_has_what_was_sent_and_knows_it_again(petitions: Petitions, zone: Source) -> None:
    await waiting(petitions, zone)
    await answered(petitions, zone)
    (before,) = await answered(petitions, zone, f"{MORE}。", revision=2)
    shown = await detail(petitions, before)
    petitions.rows("DELETE FROM petitions RETURNING id")
    await petitions.restored(petitions.events())
    (after,) = await answered(petitions, zone, f"{MORE}。", revision=2)
    sealed = {name for name, value in before.items() if str(value).startswith("sealed:")}
    unsaid = sealed | {"posted_at"} | {name for name in before if name.endswith("keyid")}
    rest = before.keys() - unsaid
    assert {name: after[name] for name in rest} == {name: before[name] for name in rest}
    again = await detail(petitions, after)
    assert again | {"handle": None, "posted_at": None} == shown | {"handle": None, "posted_at": None}
    assert again["original_supplement"] == MORE


def message(id_: str, text: str = MORE) -> ChannelMessage:
    origin = Origin(channel=Channel.FORUM, source="gz-zone", message=id_)
    return ChannelMessage(origin=origin, title="补充", text=text, author=AUTHOR["author"], answers=("p1",))


async def came(petitions: Petitions, zone: Source, id_: str) -> Outcome:
    async with petitions.units.begin() as unit:
        outcome, _ = await take_in(message(id_), speaking_for(unit, feed(zone)))
    return outcome


async def test_of_two_answers_at_once_one_is_what_was_asked_for_and_the_other_a_petition(
    petitions: Petitions, zone: Source
) -> None:
    await waiting(petitions, zone)
    outcomes = await asyncio.gather(*(came(petitions, zone, f"a{number}") for number in range(3)))
    assert sorted(outcomes) == [Outcome.NEW, Outcome.NEW, Outcome.SUPPLEMENT]
    assert sorted(state for state, _ in await supplements(petitions)) == ["classified", "classified", "in-hand"]


async def test_what_comes_while_the_desk_moves_the_petition_is_never_lost(petitions: Petitions, zone: Source) -> None:
    id_ = UUID(await waiting(petitions, zone))
    async with petitions.units.begin(principal=TRIAGE) as unit:
        await move_petition(MovePetition(id_, 5, Ground.CRIME, Kind.REPORT), unit)
        late = asyncio.create_task(came(petitions, zone, "a1"))
        await eventually(lambda: asyncio.to_thread(somebody_waits, petitions), that="the answer waits for the row")
    assert await late is Outcome.NEW
    rows = petitions.rows("SELECT state, supplement FROM petitions ORDER BY id")
    assert [tuple(row.values()) for row in rows] == [("closed", None), ("classified", None), ("classified", None)]
