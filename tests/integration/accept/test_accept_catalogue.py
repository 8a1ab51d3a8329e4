"""The catalogue over HTTP: what is offered where, and all that an application needs."""

import pytest

from .conftest import GUANGZHOU, ITEM, PROVINCE, Cases


async def test_the_catalogue_is_listed_page_by_page(cases: Cases) -> None:
    slugs, cursor = [], ""
    for _ in range(3):
        page = (await cases.get(f"/v1/service-items?limit=5{cursor}", "citizen")).json()
        slugs += [item["slug"] for item in page["items"]]
        cursor = f"&cursor={page['next']}"
    assert page["next"] is None
    assert len(slugs) == 12
    assert slugs == sorted(slugs)


@pytest.mark.parametrize(
    ("narrowed", "found"),
    [
        ("branch=traffic", {"cross-boundary-vehicle-extension"}),
        (f"tenant={PROVINCE}", {"cross-boundary-vehicle-extension", "security-system-review"}),
        (f"tenant={GUANGZHOU}&branch=exit-entry", {"hk-macao-endorsement", "hk-macao-permit"}),
        ("tenant=110100", set()),
    ],
)
async def test_the_catalogue_can_be_narrowed_to_a_branch_and_a_city(
    cases: Cases, narrowed: str, found: set[str]
) -> None:
    page = (await cases.get(f"/v1/service-items?{narrowed}", "citizen")).json()
    assert {item["slug"] for item in page["items"]} == found


async def test_an_item_tells_all_that_an_application_needs(cases: Cases) -> None:
    item = (await cases.get(f"/v1/service-items/{ITEM}", "window")).json()
    assert item["name"]["zh"] == "港澳个人旅游再次签注"
    assert item["promised"] == {"workdays": 7, "source": "本省承诺时限", "verified": False}
    assert item["form"]["properties"]["resident_id"]["title"] == "公民身份号码 · Resident identity number"
    assert item["reasons"]["duplicate"] == {"zh": "同一事项已在办理", "en": "The same matter is being handled already"}
    body = {"channel": "portal", "item": ITEM, "form": item["example"]}
    assert (await cases.post("/v1/cases", body, "citizen")).status_code == 201


async def test_an_item_that_is_not_there_is_not_found(cases: Cases) -> None:
    assert (await cases.get("/v1/service-items/no-such-item", "citizen")).status_code == 404
