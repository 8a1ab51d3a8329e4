"""The reply library over HTTP, on a real database: two people behind each answer, found once it is published."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import date
from typing import Any

import pytest
from chassis.testing.waiting import eventually
from petition.replies import library as library_module
from petition.replies.library import Library

from .conftest import GUANGZHOU, PROVINCE, SHENZHEN, Petitions
from .library import (
    HOUSEHOLD,
    PASSPORT,
    content,
    done,
    drafted,
    library_of,
    published,
    revised,
    searched,
    slug,
    types_of,
)

Find = Callable[[], Awaitable[list[str]]]


async def test_two_people_stand_behind_each_version_and_each_step_is_one_event(petitions: Petitions) -> None:
    id_ = await published(petitions)
    assert types_of(petitions, id_) == ["drafted", "submitted", "published"]
    alone = await drafted(petitions)
    token = petitions.token("handler", "spokesperson", tenant=PROVINCE, sub="handler-1")
    headers = {"Authorization": f"Bearer {token}", "If-Match": '"2"', "Idempotency-Key": "own"}
    await done(petitions, f"/v1/answers/{alone}/submit", None, "handler", tenant=PROVINCE, version=1)
    own = await petitions.client.post(f"/v1/answers/{alone}/publish", headers=headers)
    assert slug(own) == (403, "same-person")
    await done(petitions, f"/v1/answers/{id_}/propose-retirement", {"reason": "收费已调整"}, "handler",
               tenant=PROVINCE, version=3)  # fmt: skip
    end = await petitions.client.post(
        f"/v1/answers/{id_}/retire", headers=headers | {"If-Match": '"4"', "Idempotency-Key": "end"}
    )
    assert slug(end) == (403, "same-person")
    await done(petitions, f"/v1/answers/{id_}/retire", None, "spokesperson", tenant=PROVINCE, version=4)
    assert types_of(petitions, id_)[3:] == ["retirement-proposed", "retired"]


async def test_nothing_personal_gets_into_the_library_by_its_text_or_by_a_reason(petitions: Petitions) -> None:
    refused = await petitions.post("/v1/answers", content("请致电 13800138000。"), "handler")
    assert (slug(refused), refused.json()["kinds"]) == ((422, "holds-personal-data"), ["telephone"])
    id_ = await drafted(petitions, GUANGZHOU)
    await done(petitions, f"/v1/answers/{id_}/submit", None, "handler", version=1)
    reason = {"reason": "请向 13800138000 核实"}
    await done(petitions, f"/v1/answers/{id_}/reject", reason, "spokesperson", version=2)
    assert "138" not in json.dumps([event.data for event in petitions.events(id_)])


async def test_a_draft_is_its_own_citys_and_what_is_the_provinces_is_everybodys(petitions: Petitions) -> None:
    provincial, own = await drafted(petitions), await drafted(petitions, GUANGZHOU)
    for tenant, seen in ((GUANGZHOU, {provincial, own}), (SHENZHEN, {provincial})):
        listed = (await petitions.get("/v1/answers", "triage", tenant=tenant)).json()["items"]
        assert {item["id"] for item in listed} == seen
    assert (await petitions.get(f"/v1/answers/{own}", "handler", tenant=SHENZHEN)).status_code == 404
    other = await petitions.post(f"/v1/answers/{provincial}/submit", None, "handler", version=1)
    assert other.status_code == 403


async def test_search_gives_what_is_published_and_follows_each_change(petitions: Petitions) -> None:
    id_ = await drafted(petitions)
    assert await searched(petitions) == []
    await done(petitions, f"/v1/answers/{id_}/submit", None, "handler", tenant=PROVINCE, version=1)
    await done(petitions, f"/v1/answers/{id_}/publish", None, "spokesperson", tenant=PROVINCE, version=2)
    other = await published(petitions, text=HOUSEHOLD, variants=["孩子怎么上户口"])
    assert (await searched(petitions))[0] == id_
    assert (await searched(petitions, "小孩上户口"))[0] == other
    await revised(petitions, id_, 3, text=HOUSEHOLD + "费用全免。", variants=["落户要钱吗"])
    assert (await searched(petitions, "落户要钱吗"))[0] == id_
    reason = {"reason": "收费已调整"}
    await done(petitions, f"/v1/answers/{id_}/propose-retirement", reason, "handler", tenant=PROVINCE, version=6)
    page = await petitions.get("/v1/answers/search?question=落户要钱吗", "triage")
    assert id_ not in [item["id"] for item in page.json()["answers"]]  # out of use at once, whatever the index says
    await done(petitions, f"/v1/answers/{id_}/keep", None, "spokesperson", tenant=PROVINCE, version=7)
    assert (await searched(petitions, "落户要钱吗"))[0] == id_


async def test_a_city_finds_and_answers_with_its_own_where_it_overrides(petitions: Petitions) -> None:
    provincial = await published(petitions)
    own = await published(petitions, GUANGZHOU, overrides=provincial)
    assert await searched(petitions) == [own]
    assert await searched(petitions, tenant=SHENZHEN) == [provincial]
    petition = (await petitions.submitted())["id"]
    body = {"answer": provincial, "answer_version": 1}
    overridden = await petitions.post(f"/v1/petitions/{petition}/answer", body, "triage", version=2)
    assert slug(overridden) == (409, "not-in-force")
    await done(petitions, f"/v1/petitions/{petition}/answer", body | {"answer": own}, "triage", version=2)
    for tenant, overrides in ((PROVINCE, provincial), (SHENZHEN, own)):
        refused = await petitions.post("/v1/answers", content(overrides=overrides), "handler", tenant=tenant)
        assert slug(refused) == (422, "not-overridable")


async def test_a_process_learns_what_another_one_has_published(petitions: Petitions) -> None:
    async with running(petitions) as find:
        assert await find() == []
        id_ = await published(petitions)
        await eventually(lambda: gives(find, [id_]), that="the library has read it")


async def test_a_process_whose_session_was_ended_begins_another(
    petitions: Petitions, monkeypatch: pytest.MonkeyPatch
) -> None:
    for pause in ("POLL_S", "RETRY_S"):
        monkeypatch.setattr(library_module, pause, 0.05)
    async with running(petitions) as find:
        first = await published(petitions)
        await eventually(lambda: gives(find, [first]), that="the library has read it")
        ended = petitions.rows(
            "SELECT pg_terminate_backend(pid) AS ended FROM pg_stat_activity "
            "WHERE application_name = 'petition-library' AND datname = current_database()"
        )
        assert ended == [{"ended": True}]
        second = await published(petitions)
        await eventually(lambda: gives(find, [second, first]), that="the library has read both")


async def test_only_what_has_changed_is_read_again(petitions: Petitions) -> None:
    await published(petitions)
    library = library_of(petitions)
    library.refresh()
    held = library._shelf
    await drafted(petitions)
    library.refresh()
    assert library._shelf is held
    await published(petitions)
    library.refresh()
    assert library._shelf is not held


async def test_a_process_holds_no_more_than_it_has_room_for(
    petitions: Petitions, monkeypatch: pytest.MonkeyPatch
) -> None:
    await published(petitions)
    newest = await published(petitions)
    monkeypatch.setattr(library_module, "MOST", len(PASSPORT) + 20)
    assert await searched(petitions) == [newest]


async def test_answers_that_end_soon_and_those_to_review_are_listed(petitions: Petitions) -> None:
    ending = await published(petitions, GUANGZHOU, effective_until="2099-12-31")
    await published(petitions, GUANGZHOU)
    waiting = await drafted(petitions, GUANGZHOU)
    await done(petitions, f"/v1/answers/{waiting}/submit", None, "handler", version=1)
    for query, listed in (
        ("last_day=2099-12-31", [ending]),
        ("last_day=2099-12-30", []),
        ("state=in-review", [waiting]),
    ):
        page = (await petitions.get(f"/v1/answers?{query}", "spokesperson")).json()
        assert [item["id"] for item in page["items"]] == listed


async def test_a_version_and_the_sight_of_it_are_kept_together(petitions: Petitions) -> None:
    id_ = await drafted(petitions)
    stale = await petitions.post(f"/v1/answers/{id_}/submit", None, "handler", tenant=PROVINCE, version=9)
    assert (stale.status_code, stale.headers["etag"]) == (412, '"1"')


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"basis": []}, "/body/basis"),
        ({"variants": []}, "/body/variants"),
        ({"effective_from": "2026-02-30"}, "/body/effective_from"),
        ({"effective_from": 0}, "/body/effective_from"),
        ({"effective_until": "9999-12-31"}, "/body/effective_until"),
        ({"text": "  "}, "/body/text"),
    ],
)
async def test_a_wrong_field_is_pointed_at(petitions: Petitions, changes: dict[str, Any], pointer: str) -> None:
    response = await petitions.post("/v1/answers", content(**changes), "handler")
    assert response.status_code == 422
    assert [error["pointer"] for error in response.json()["errors"]] == [pointer]


@asynccontextmanager
async def running(petitions: Petitions) -> AsyncIterator[Find]:
    """Let the library of another process follow the database."""
    library = Library(petitions.database_url)
    await library.start()

    async def find() -> list[str]:
        hits = await library.find("护照怎么换发", tenant=GUANGZHOU, on=date(2026, 11, 27), admits=lambda _: True)
        return [hit.id for hit in hits]

    try:
        yield find
    finally:
        await library.stop()


async def gives(find: Find, wanted: list[str]) -> bool:
    return await find() == wanted
