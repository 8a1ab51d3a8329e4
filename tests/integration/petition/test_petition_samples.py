"""Volunteer supervisors read what was drawn for them: once a day, the same for all, and nobody's in particular."""

import asyncio
import json
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any

import pytest
from petition.config import PetitionSettings
from petition.samples.drawing import Drawing
from petition.samples.facts import FEWEST
from psycopg.errors import UniqueViolation

from tests.integration.kit.erasures import erased

from .conftest import GUANGZHOU, SHENZHEN, Petitions
from .library import done
from .test_petition_ratings import answered, rated

NEVER = ("number", "author", "handler", "department", "channel", "tenant", "received_at", "petition")
WEDNESDAY, SATURDAY, SUNDAY = (datetime(2026, 11, day, 4, tzinfo=UTC) for day in (4, 7, 8))


async def settled(petitions: Petitions, people: int = FEWEST, **who: Any) -> list[str]:
    """Have petitions of several people answered; they agree to nothing."""
    return [await answered(petitions, sub=f"person-{place}", **who) for place in range(people)]


async def agreed(petitions: Petitions, petition: str, sub: str = "person-0") -> None:
    await done(petitions, f"/v1/petitions/{petition}/consent", None, "citizen", version=5, sub=sub)


async def drawn(petitions: Petitions, at: datetime = WEDNESDAY, size: int = 20) -> None:
    """Let the worker draw, at some time of a day on which the petitions were answered."""
    petitions.rows(f"UPDATE petitions SET done_on = '{at.date()}' WHERE done_on IS NOT NULL RETURNING 1")
    async with petitions.units.begin() as unit:
        unit.now = at
        await Drawing(size).run(unit)


async def looked(petitions: Petitions, role: str = "volunteer-supervisor", **who: Any) -> dict[str, Any]:
    seen = await petitions.get("/v1/samples", role, **{"purpose": "supervision", **who})
    assert seen.status_code == 200, seen.text
    body: dict[str, Any] = seen.json()
    return body


def texts(seen: dict[str, Any]) -> list[dict[str, Any]]:
    return [item["text"] for item in seen["items"] if item["text"] is not None]


def draws(petitions: Petitions) -> Sequence[dict[str, Any]]:
    return petitions.rows("SELECT * FROM sample_draws ORDER BY id")


async def test_a_days_draw_is_the_same_for_all_who_look_and_of_nobody_in_particular(petitions: Petitions) -> None:
    ids = await settled(petitions, FEWEST + 1)
    await rated(petitions, ids[1], sub="person-1")
    await agreed(petitions, ids[0])
    assert await looked(petitions) == {"day": None, "pool": 0, "items": [], "next": None}
    await drawn(petitions)
    seen = await looked(petitions)
    assert (seen["day"], seen["pool"], len(seen["items"])) == ("2026-11-04", FEWEST + 1, FEWEST + 1)
    assert texts(seen) == [
        {"title": "请问护照怎么办", "question": "急用", "answer": "您好，已办理。", "correction": None}
    ]
    for item in seen["items"]:
        assert (item["kind"], item["in_time"], item["outcome"], item["transfers"]) == ("consult", True, "answered", 1)
        assert item["satisfaction"] is None, "one of six was rated"
    told = json.dumps(seen, ensure_ascii=False)
    rows = petitions.rows("SELECT id, number, author FROM petitions")
    assert not any(str(value) in told for row in rows for value in row.values())
    assert not set(NEVER) & set(seen["items"][0])
    page = (await petitions.get("/v1/samples?limit=4", "volunteer-supervisor")).json()
    more = await petitions.get(f"/v1/samples?limit=4&cursor={page['next']}", "volunteer-supervisor")
    assert (page["items"] + more.json()["items"], more.json()["next"]) == (seen["items"], None)
    await drawn(petitions)
    assert [await looked(petitions, sub="another"), await looked(petitions, "auditor")] == [seen, seen]
    assert (await looked(petitions, tenant=SHENZHEN))["items"] == []
    assert (await petitions.get("/v1/samples", "handler", department="traffic-police")).status_code == 403


async def test_the_event_and_the_row_name_no_petition_in_the_clear_and_the_row_is_rebuilt_from_it(
    petitions: Petitions,
) -> None:
    ids = await settled(petitions)
    await drawn(petitions)
    before, seen = draws(petitions), await looked(petitions)
    (event,) = (each for each in petitions.events() if each.type.endswith("sample.drawn.v1"))
    written = json.dumps(event.to_cloudevent()) + str(before)
    assert not any(id_ in written for id_ in ids)
    assert not any(item["id"] in written for item in seen["items"])
    assert (event.data["pool"], event.data["drawn"]) == (FEWEST, FEWEST)
    petitions.rows("DELETE FROM sample_draws RETURNING 1")
    await petitions.restored(petitions.events())
    sealed = {"samples": None, "keyid": None}
    assert [row | sealed for row in draws(petitions)] == [row | sealed for row in before]
    assert await looked(petitions) == seen
    await drawn(petitions)
    assert len(draws(petitions)) == 1, "the day isn't drawn anew"


async def test_reading_a_text_is_on_record_with_role_and_purpose_and_needs_one(petitions: Petitions) -> None:
    ids = await settled(petitions)
    await agreed(petitions, ids[0])
    await drawn(petitions)
    without = await petitions.get("/v1/samples", "volunteer-supervisor", purpose=None)
    assert (without.status_code, without.json()["type"]) == (400, "urn:yiwangban:problem:purpose-missing")
    assert petitions.reads() == []
    await looked(petitions)
    (read,) = petitions.reads()
    assert (read.data["resource"], read.data["purpose"]) == ("sample", "supervision")
    assert (read.data["roles"], read.data["subjects"]) == (["volunteer-supervisor"], [ids[0]])


async def test_a_text_shows_nothing_personal_and_once_it_is_public_only_what_everybody_reads(
    petitions: Petitions,
) -> None:
    mine = await answered(petitions, sub="person-0", text="我是张三，电话13800138000")
    await settled(petitions)
    await agreed(petitions, mine)
    await drawn(petitions)
    (text,) = texts(await looked(petitions))
    assert text["question"] == "我是张三，电话〔电话〕"
    public = {"title": "护照", "question": "请问需要带什么", "answer": "您好，已办理。"}
    await done(petitions, f"/v1/publications/{mine}/publish", public, "spokesperson", version=6)
    assert texts(await looked(petitions)) == [public | {"correction": None}]


@pytest.mark.parametrize("ends", ["withdrawn", "erased", "reopened", "hidden"])
async def test_a_text_is_gone_as_soon_as_its_author_takes_it_back_and_nothing_says_why(
    petitions: Petitions, ends: str
) -> None:
    ids = await settled(petitions)
    await agreed(petitions, ids[0])
    await drawn(petitions)
    seen = await looked(petitions)
    assert len(texts(seen)) == 1
    match ends:
        case "withdrawn":
            await done(
                petitions, f"/v1/petitions/{ids[0]}/withdraw-consent", None, "citizen", version=6, sub="person-0"
            )
        case "erased":
            (row,) = petitions.rows(f"SELECT keyid FROM petitions WHERE id = '{ids[0]}'")
            await erased(petitions, row["keyid"])
        case "reopened":
            body = {"objection": "仍未解决"}
            await done(petitions, f"/v1/petitions/{ids[0]}/reopen", body, "citizen", version=6, sub="person-0")
        case "hidden":
            petitions.rows(f"UPDATE petitions SET hidden = 'moved' WHERE id = '{ids[0]}' RETURNING 1")
    assert await looked(petitions) == seen | {
        "items": [item | {"access": "withheld", "text": None} for item in seen["items"]]
    }


async def test_nothing_of_a_small_circle_nothing_that_accuses_anybody_and_nothing_unanswered_is_drawn(
    petitions: Petitions,
) -> None:
    ids = await settled(petitions, FEWEST + 6)
    changed = (
        "hidden = 'crime'", "hidden = 'police'", "hidden = 'moved', outcome = 'moved'", "kind = 'report'",
        "accused = '{fire}'", "named = '{p_somebody}'",
    )  # fmt: skip
    for id_, change in zip(ids, changed, strict=False):
        petitions.rows(f"UPDATE petitions SET {change} WHERE id = '{id_}' RETURNING 1")
    await petitions.submitted(sub="waiting")
    await drawn(petitions)
    assert (await looked(petitions))["pool"] == FEWEST


async def test_where_too_few_people_were_answered_nothing_is_drawn_until_there_are_more(petitions: Petitions) -> None:
    await settled(petitions, FEWEST - 1)
    for _ in range(3):
        await answered(petitions, sub="person-0")
    await drawn(petitions)
    assert draws(petitions) == []
    await answered(petitions, sub="one-more")
    await drawn(petitions)
    assert len(draws(petitions)) == 1


async def test_nothing_is_drawn_anew_on_a_day_off_nor_at_all_where_it_is_switched_off(petitions: Petitions) -> None:
    await settled(petitions)
    await drawn(petitions, size=0)
    assert draws(petitions) == []
    for day_off in (SATURDAY, SUNDAY):
        await drawn(petitions, day_off)
    assert [str(row["day"]) for row in draws(petitions)] == ["2026-11-06"], "the Friday's"
    settings = petitions.service.settings
    assert isinstance(settings, PetitionSettings)
    assert settings.samples == 20


async def test_two_who_draw_at_once_make_one_draw(petitions: Petitions) -> None:
    await settled(petitions)
    petitions.rows("UPDATE petitions SET done_on = '2026-11-04' RETURNING 1")
    met = asyncio.Barrier(2)

    async def at_once() -> None:
        async with petitions.units.begin() as unit:
            unit.now = WEDNESDAY
            await unit.session.connection()
            await met.wait()
            await Drawing(3).run(unit)

    came = await asyncio.gather(at_once(), at_once(), return_exceptions=True)
    assert {type(each) for each in came} <= {type(None), UniqueViolation}
    (row,) = draws(petitions)
    assert (row["tenant"], row["day"], row["drawn"]) == (GUANGZHOU, date(2026, 11, 4), 3)
    assert len([each for each in petitions.events() if each.type.endswith("sample.drawn.v1")]) == 1


async def test_a_draw_that_is_cut_off_leaves_nothing_behind_and_comes_later(petitions: Petitions) -> None:
    await settled(petitions)
    petitions.rows("UPDATE petitions SET done_on = '2026-11-04' RETURNING 1")

    async def killed() -> None:
        async with petitions.units.begin() as unit:
            unit.now = WEDNESDAY
            await Drawing(20).run(unit)
            raise RuntimeError("killed")

    with pytest.raises(RuntimeError):
        await killed()
    assert draws(petitions) == []
    await drawn(petitions)
    assert len(draws(petitions)) == 1


async def test_the_next_working_day_is_drawn_anew_under_other_ids(petitions: Petitions) -> None:
    await settled(petitions)
    await drawn(petitions)
    first = await looked(petitions)
    async with petitions.units.begin() as unit:
        unit.now = datetime(2026, 11, 5, 4, tzinfo=UTC)
        await Drawing(20).run(unit)
    second = await looked(petitions)
    assert (first["day"], second["day"]) == ("2026-11-04", "2026-11-05")
    assert not {item["id"] for item in first["items"]} & {item["id"] for item in second["items"]}
