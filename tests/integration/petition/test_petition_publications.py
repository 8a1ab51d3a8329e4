"""Answers in the public zone: with consent, redacted, signed, and taken back; and what is corrected keeps both."""

from typing import Any

from tests.integration.kit.erasures import ordered, reacted

from .conftest import SHENZHEN, Petitions
from .library import done, slug, types_of
from .test_petition_ratings import answered

PUBLIC = {"title": "护照怎么换", "question": "请问需要带什么", "answer": "您好，已办理。"}


async def published(petitions: Petitions, **who: Any) -> str:
    """Give a petition that everybody may read; at version 6."""
    petition = await answered(petitions, text="请问需要带什么，我的电话13800138000", **who)
    await done(petitions, f"/v1/petitions/{petition}/consent", None, "citizen", version=5, **who)
    await done(petitions, f"/v1/publications/{petition}/publish", PUBLIC, "spokesperson", version=6)
    return petition


async def zone(petitions: Petitions, query: str = "") -> list[dict[str, Any]]:
    """Read the public zone as nobody in particular."""
    page = await petitions.client.get(f"/v1/published{query}")
    assert page.status_code == 200, page.text
    items: list[dict[str, Any]] = page.json()["items"]
    return items


async def test_a_question_and_its_answer_are_public_once_its_author_agreed_and_a_spokesperson_signed(
    petitions: Petitions,
) -> None:
    petition = await answered(petitions, text="请问需要带什么，我的电话13800138000")
    path, sign = f"/v1/publications/{petition}", f"/v1/publications/{petition}/publish"
    assert (await petitions.get(path, "spokesperson")).status_code == 404
    assert (await petitions.post(sign, PUBLIC, "spokesperson", version=5)).status_code == 404
    await done(petitions, f"/v1/petitions/{petition}/consent", None, "citizen", version=5)
    assert await zone(petitions) == []
    proposal = (await petitions.get(path, "spokesperson")).json()["proposal"]
    assert proposal["question"] == "请问需要带什么，我的电话〔电话〕"
    assert (await petitions.post(sign, PUBLIC, "handler", version=6, department="traffic-police")).status_code == 403
    personal = PUBLIC | {"question": "我的电话13800138000"}
    assert slug(await petitions.post(sign, personal, "spokesperson", version=6)) == (422, "holds-personal-data")
    await done(petitions, sign, PUBLIC, "spokesperson", version=6)
    (item,) = await zone(petitions)
    assert {name: item[name] for name in PUBLIC} == PUBLIC
    assert "number" not in item
    assert (item["id"], item["correction"], item["outdated"]) == (petition, None, False)
    assert await zone(petitions, f"?tenant={SHENZHEN}") == []
    (*_, event) = petitions.events(petition)
    assert event.data["publication"].startswith("sealed:")


async def test_it_is_gone_as_soon_as_its_author_or_the_spokesperson_takes_it_back(petitions: Petitions) -> None:
    petition = await published(petitions)
    other = await published(petitions, sub="another")
    await done(petitions, f"/v1/publications/{other}/unpublish", None, "spokesperson", version=7)
    assert [item["id"] for item in await zone(petitions)] == [petition]
    await done(petitions, f"/v1/petitions/{petition}/withdraw-consent", None, "citizen", version=7)
    assert await zone(petitions) == []
    assert types_of(petitions, petition)[-2:] == ["consent-withdrawn", "unpublished"]
    assert (await petitions.get(f"/v1/publications/{petition}", "spokesperson")).status_code == 404


async def test_of_somebody_who_was_erased_nothing_is_public_any_more(petitions: Petitions) -> None:
    petition = await published(petitions)
    (row,) = petitions.rows(f"SELECT publication_keyid FROM petitions WHERE id = '{petition}'")
    await petitions.keyring.destroy(row["publication_keyid"])
    petitions.keyring.forget(row["publication_keyid"])
    assert await zone(petitions) == [], "before anything is deleted here"
    await reacted(petitions, ordered(row["publication_keyid"]))
    assert await zone(petitions) == []


async def test_a_correction_keeps_the_first_answer_and_is_public_once_it_is_signed(petitions: Petitions) -> None:
    petition = await published(petitions)
    correction = {"text": "更正：请到二楼办理。", "reason": "地点有误"}
    correct = f"/v1/petitions/{petition}/correct"
    await done(petitions, correct, correction, "handler", version=7, department="traffic-police")
    mine = (await petitions.get(f"/v1/petitions/{petition}", "citizen")).json()
    assert (mine["reply"], mine["correction"]) == ("您好，已办理。", "更正：请到二楼办理。")
    assert [item["outdated"] for item in await zone(petitions)] == [True]
    sign = f"/v1/publications/{petition}/publish"
    assert slug(await petitions.post(sign, PUBLIC, "spokesperson", version=8)) == (422, "correction-missing")
    await done(petitions, sign, PUBLIC | {"correction": correction["text"]}, "spokesperson", version=8)
    (item,) = await zone(petitions)
    assert (item["answer"], item["correction"], item["outdated"]) == (PUBLIC["answer"], correction["text"], False)


async def test_what_is_public_is_the_same_in_a_restored_database(petitions: Petitions) -> None:
    await published(petitions)
    before = await zone(petitions)
    petitions.rows("DELETE FROM petitions RETURNING 1")
    await petitions.restored(petitions.events())
    assert await zone(petitions) == before
