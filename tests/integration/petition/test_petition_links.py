"""Petitions are linked without being merged: each keeps its clock, its answer, its number, and its sender's secret."""

from typing import Any

from .conftest import SHENZHEN, Petitions
from .library import slug
from .test_petition_alike import LIGHTS, OTHER, alike, told

SEALED = {"keyid", "title", "text", "handle", "suggestion", "links", "links_keyid"}


def to(other: str, version: int, basis: str = "same-matter") -> dict[str, Any]:
    return {"other": other, "version": version, "basis": basis}


async def linked(petitions: Petitions, one: str, other: str, versions: tuple[int, int] = (2, 2), **who: Any) -> Any:
    return await petitions.post(
        f"/v1/petitions/{one}/link", to(other, versions[1], "same-sender"), "triage", version=versions[0], **who
    )


async def test_a_link_is_told_by_both_says_why_and_who_suggested_it_and_can_be_taken_back(petitions: Petitions) -> None:
    one, two, _, other = await told(petitions, *LIGHTS, OTHER)
    clocks = petitions.rows("SELECT number, due_at, state FROM petitions ORDER BY id")
    response = await linked(petitions, one, two)
    assert response.status_code == 200, response.text
    assert (response.json()["version"], response.json()["other"]["version"]) == (3, 3)
    for id_, there in ((one, two), (two, one)):
        event = petitions.events(id_)[-1]
        assert (event.type.split(".")[-2], event.data["to"]) == ("linked", there)
        assert event.data["links"].startswith("sealed:")
        (link,) = (await alike(petitions, id_))["links"]
        assert (link["id"], link["basis"], link["suggested_by"]) == (there, "same-sender", "service")
        assert link["likeness"] >= 0.2
    assert (await linked(petitions, one, other, (3, 2))).status_code == 200
    links = {each["id"]: each["suggested_by"] for each in (await alike(petitions, one))["links"]}
    assert links == {two: "service", other: "officer"}
    assert slug(await linked(petitions, two, one, (3, 4))) == (409, "linked-before")
    body = {"other": two, "version": 3}
    taken = await petitions.post(f"/v1/petitions/{one}/unlink", body, "triage", version=4)
    assert taken.status_code == 200, taken.text
    assert [each["id"] for each in (await alike(petitions, one))["links"]] == [other]
    assert (await alike(petitions, two))["links"] == []
    assert petitions.types(two)[-2:] == ["linked", "unlinked"]
    again = await petitions.post(f"/v1/petitions/{one}/unlink", body | {"version": 4}, "triage", version=5)
    assert slug(again) == (409, "not-linked")
    assert petitions.rows("SELECT number, due_at, state FROM petitions ORDER BY id") == clocks


async def test_both_versions_count_and_a_refusal_changes_neither(petitions: Petitions) -> None:
    one, two, _ = await told(petitions, *LIGHTS)
    assert (await linked(petitions, one, two, (2, 1))).status_code == 412
    assert (await linked(petitions, one, two, (1, 2))).status_code == 412
    assert slug(await linked(petitions, one, one)) == (422, "linked-to-itself")
    (elsewhere,) = await told(petitions, LIGHTS[0], tenant=SHENZHEN)
    assert (await linked(petitions, one, elsewhere)).status_code == 404
    assert slug(await linked(petitions, one, elsewhere, tenant="440000")) == (409, "other-tenants")
    assert petitions.types(one) == petitions.types(two) == petitions.types(elsewhere) == ["received", "classified"]


async def test_the_sender_sees_nothing_of_it_nor_does_who_may_not_read_the_other_one(petitions: Petitions) -> None:
    one, two, _ = await told(petitions, *LIGHTS)
    await linked(petitions, one, two)
    mine = await petitions.get(f"/v1/petitions/{one}", "citizen", sub="citizen-0")
    assert two not in mine.text
    assert "same-sender" not in mine.text
    theirs = await petitions.post(f"/v1/petitions/{one}/link", to(two, 3), "citizen", version=3, sub="citizen-0")
    assert theirs.status_code == 403
    for id_, department in ((one, "fire"), (two, "household")):
        sent = await petitions.post(f"/v1/petitions/{id_}/transfer", {"department": department}, "triage", version=3)
        assert sent.status_code == 200
    found = await alike(petitions, one, "handler", department="fire")
    assert found["links"] == []
    assert (await alike(petitions, one))["links"][0]["id"] == two


async def test_a_link_neither_reaches_into_the_small_circle_nor_out_of_it_nor_stays_to_tell_of_it(
    petitions: Petitions,
) -> None:
    one, two, _ = await told(petitions, *LIGHTS)
    report = (await petitions.submitted(title="举报诈骗", text="有人刷单骗钱"))["id"]
    assert (await linked(petitions, one, report)).status_code in {403, 404}
    assert (await linked(petitions, report, one)).status_code == 403
    await linked(petitions, one, two)
    moved = await petitions.post(f"/v1/petitions/{two}/move", {"to": "crime", "kind": "report"}, "triage", version=3)
    assert moved.status_code == 200, moved.text
    assert (await alike(petitions, one))["links"] == []
    begun = moved.json()["continued"]
    (row,) = petitions.rows(f"SELECT linked_to, links FROM petitions WHERE id = '{begun}'")
    assert row == {"linked_to": [], "links": None}
    assert begun not in str(petitions.rows(f"SELECT * FROM petitions WHERE id = '{one}'"))


async def test_linked_rows_rebuilt_from_events_are_the_rows_that_were(petitions: Petitions) -> None:
    one, two, other = await told(petitions, *LIGHTS[:2], OTHER)
    await linked(petitions, one, two)
    await linked(petitions, one, other, (3, 2))
    await petitions.post(f"/v1/petitions/{one}/unlink", {"other": other, "version": 3}, "triage", version=4)

    def rows() -> list[dict[str, Any]]:
        found = petitions.rows("SELECT * FROM petitions ORDER BY id")
        return [{name: value for name, value in row.items() if name not in SEALED} for row in found]

    before, seen = rows(), await alike(petitions, one)
    petitions.rows("DELETE FROM petitions RETURNING id")
    await petitions.restored(petitions.events())
    assert rows() == before
    assert await alike(petitions, one) == seen
