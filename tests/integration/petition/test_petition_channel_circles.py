"""What comes by a channel and may be a report begins out of sight; moved, erased or restored, it is known again."""

from typing import Any

import pytest
from petition.channels.feed import Feed

from tests.integration.kit.erasures import erased
from tests.integration.kit.sources import Source

from .channels import detail, feed, pulled
from .conftest import Petitions

SIGNAL = "天河路口的红绿灯坏了，请问什么时候修好"
LATER = "天河路口和体育西路口的红绿灯都坏了，请问什么时候修好"
REPORT = "举报：三号楼二楼每晚有人开设赌场聚众赌博"
MORE = "举报：三号楼二楼每晚有人开设赌场聚众赌博，今晚又在"
SEALED = {"keyid", "title", "text", "handle", "suggestion", "sender", "linked", "reply_to"}
SEALED |= {"revision_keyid", "revised_title", "revised_text", "revised_suggestion"}


async def moved(petitions: Petitions, id_: Any, to: str, kind: str, version: int, role: str = "triage") -> None:
    body = {"to": to, "kind": kind}
    answer = await petitions.post(f"/v1/petitions/{id_}/move", body, role, version=version)
    assert answer.status_code == 200, answer.text


async def edited(petitions: Petitions, source: Feed, zone: Source, text: str, revision: int) -> list[dict[str, Any]]:
    zone.post("p1", text, revision=revision, author="网友甲")
    return await pulled(petitions, source)


async def test_a_report_from_a_forum_begins_on_the_restricted_topic_and_its_edits_stay_there(
    petitions: Petitions, zone: Source
) -> None:
    source = feed(zone)
    (row,) = await edited(petitions, source, zone, REPORT, 0)
    (row,) = await edited(petitions, source, zone, MORE, 1)
    assert row["hidden"] == "crime"
    events = petitions.events()
    assert {event.type.split(".")[-3] for event in events} == {"report"}
    types = [event.type.split(".")[-2] for event in events]
    assert types == ["received", "classified", "revised", "classified", "paged"], "it goes on tonight"
    assert {event.actor for event in events} == {events[0].data["informant"]}, "not even which connector brought it"
    shown = await detail(petitions, row)
    assert (shown["text"], shown["original"]["text"]) == (MORE, REPORT)


async def test_what_is_edited_into_a_report_goes_on_out_of_sight_and_the_open_petition_stays_as_it_was(
    petitions: Petitions, zone: Source
) -> None:
    source = feed(zone)
    (before,) = await edited(petitions, source, zone, SIGNAL, 0)
    rows = await edited(petitions, source, zone, REPORT, 1)
    ordinary, report = sorted(rows, key=lambda row: row["hidden"] is not None)
    assert ordinary == before, "nothing in the open says that there is more"
    assert (report["hidden"], report["revision"]) == ("crime", 1)
    assert report["origin"] != ordinary["origin"], "nor joins the two"
    shown = await detail(petitions, report)
    assert (shown["text"], shown["linked"]) == (REPORT, str(ordinary["id"]))
    zone.log.extend(zone.log)
    assert len(await pulled(petitions, source)) == 2
    rows = await edited(petitions, source, zone, MORE, 2)
    assert [row["revision"] for row in rows if row["hidden"]] == [2]


async def test_what_staff_moved_is_still_the_same_message(petitions: Petitions, zone: Source) -> None:
    source = feed(zone)
    (row,) = await edited(petitions, source, zone, SIGNAL, 0)
    await edited(petitions, source, zone, LATER, 1)
    await moved(petitions, row["id"], "crime", "report", 4)
    rows = await edited(petitions, source, zone, LATER, 1)
    assert len(rows) == 2, "it comes again, and is known"
    ended, report = sorted(rows, key=lambda each: each["id"])
    assert (ended["origin"], ended["hidden"], report["hidden"], report["revision"]) == (None, "moved", "crime", 1)
    shown = await detail(petitions, report)
    assert (shown["text"], shown["original"]["text"]) == (LATER, SIGNAL)
    *_, (_, report) = enumerate(await edited(petitions, source, zone, f"{LATER}？", 2))
    assert report["revision"] == 2
    await moved(petitions, report["id"], "ordinary", "consult", report["sequence"])
    rows = await edited(petitions, source, zone, f"{LATER}？？", 3)
    assert [(each["hidden"], each["revision"]) for each in rows if each["origin"]] == [(None, 3)]
    assert len({event.data["origin"] for event in petitions.events() if "origin" in event.data}) == 2


async def test_of_who_was_erased_no_edit_comes_back(petitions: Petitions, zone: Source) -> None:
    source = feed(zone)
    await edited(petitions, source, zone, SIGNAL, 0)
    (row,) = await edited(petitions, source, zone, LATER, 1)
    assert (await erased(petitions, row["keyid"])).data == {"emptied": 2}
    (row,) = await edited(petitions, source, zone, f"{LATER}？", 2)
    assert {row[name] for name in SEALED} == {None}
    assert (await detail(petitions, row))["access"] == "erased"
    assert len(petitions.events(str(row["id"]))) == 4


@pytest.mark.parametrize("text", [SIGNAL, REPORT], ids=["ordinary", "report"])
async def test_a_restored_database_knows_what_came_and_takes_nothing_in_twice(
    petitions: Petitions, zone: Source, text: str
) -> None:
    source = feed(zone)
    await edited(petitions, source, zone, text, 0)
    (before,) = await edited(petitions, source, zone, f"{text}。", 1)
    shown = await detail(petitions, before)
    petitions.rows("DELETE FROM petitions RETURNING id")
    petitions.rows("DELETE FROM channel_cursors RETURNING source")
    await petitions.restored(petitions.events())
    (after,) = await pulled(petitions, source)
    unsaid = SEALED | {"posted_at"}
    assert {name: after[name] for name in after.keys() - unsaid} == {
        name: before[name] for name in before.keys() - unsaid
    }
    again = await detail(petitions, after)
    assert again | {"handle": None, "posted_at": None} == shown | {"handle": None, "posted_at": None}
    (row,) = await edited(petitions, source, zone, f"{text}。。", 2)
    assert row["revision"] == 2
