"""Applications hand over what their users send by Open311 GeoReport v2, and ask how far it is."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import httpx
import orjson
import pytest
from deploy.issuer import Issuer
from petition.bootstrap import bootstrap

from .channels import detail
from .conftest import GUANGZHOU, Petitions

KEY = "a-key-that-only-the-application-has"
BASE = "/v1/open311/gz-app"
SIGNAL = {
    "service_code": "traffic.signals",
    "description": "天河路口的红绿灯坏了，请问什么时候修好",
    "lat": "23.1291",
    "long": "113.2644",
    "address_string": "天河路 1 号",
    "email": "wang@mail.example",
    "last_name": "王",
    "first_name": "小明",
    "jurisdiction_id": "gz.example",
}


@pytest.fixture
async def app(
    petition_environment: Issuer, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Petitions]:
    """The service, with an application."""
    (tmp_path / "key").write_text(KEY)
    its = {"source": "gz-app", "tenant": GUANGZHOU, "secret_path": str(tmp_path / "key")}
    monkeypatch.setenv("PETITION_APPS", orjson.dumps([its]).decode())
    async with Petitions.on(bootstrap, database_url, petition_environment) as service:
        yield service


async def sent(app: Petitions, form: str = "json", base: str = BASE, **fields: str) -> httpx.Response:
    return await app.client.post(f"{base}/requests.{form}", data={"api_key": KEY} | SIGNAL | fields)


async def taken(app: Petitions, **fields: str) -> str:
    answer = await sent(app, **fields)
    assert answer.status_code == 200, answer.text
    ((request,),) = (answer.json(),)
    assert request["service_notice"].startswith("遇危险")
    return str(request["service_request_id"])


async def told(app: Petitions, id_: str) -> dict[str, Any]:
    ((status,),) = ((await app.client.get(f"{BASE}/requests/{id_}.json")).json(),)
    return dict(status)


async def test_what_may_be_asked_for_are_the_topics_of_police_work_in_json_and_xml(app: Petitions) -> None:
    services = (await app.client.get(f"{BASE}/services.json")).json()
    assert {"service_code": "traffic.signals", "service_name": "信号灯与标线", "metadata": False}.items() <= next(
        each for each in services if each["service_code"] == "traffic.signals"
    ).items()
    assert not [each for each in services if each["service_code"].startswith("elsewhere")]
    answer = await app.client.get(f"{BASE}/services.xml")
    assert answer.headers["content-type"] == "application/xml"
    root = ET.fromstring(answer.content)  # noqa: S314  our own
    assert [each.findtext("service_code") for each in root.iter("service")] == [
        each["service_code"] for each in services
    ]


async def test_a_request_is_a_petition_and_its_id_tells_how_far_it_is_and_nothing_of_what_it_says(
    app: Petitions,
) -> None:
    id_ = await taken(app)
    (row,) = app.rows("SELECT * FROM petitions")
    shown = await detail(app, row)
    assert (shown["channel"], shown["tenant"]) == ("open311", GUANGZHOU)
    assert shown["text"].splitlines() == [
        SIGNAL["description"], "地点 Place：天河路 1 号", "坐标 Position：23.129100, 113.264400"
    ]  # fmt: skip
    assert shown["reply_to"]["address"] == "王小明, wang@mail.example"
    assert (await told(app, id_))["status"] == "open"
    await app.transferred(str(row["id"]))
    await app.replied(str(row["id"]))
    await app.post(
        f"/v1/petitions/{row['id']}/close", {"outcome": "answered"}, "handler", department="traffic-police", version=5
    )
    status = await told(app, id_)
    assert (status["status"], status["agency_responsible"]) == ("closed", "交通警察支队")
    assert not [value for value in SIGNAL.values() if value in orjson.dumps(status).decode()]
    assert (await app.client.get(f"{BASE}/tokens/{id_}.json")).json() == [{"token": id_, "service_request_id": id_}]


async def test_some_are_asked_about_at_once_and_nobodys_are_listed(app: Petitions) -> None:
    ids = [await taken(app), await taken(app, description="请问护照怎么换")]
    answer = await app.client.get(f"{BASE}/requests.json", params={"service_request_id": ",".join(ids)})
    assert [each["service_request_id"] for each in answer.json()] == ids
    answer = await app.client.get(f"{BASE}/requests.xml", params={"service_request_id": ids[0]})
    assert ET.fromstring(answer.content).findtext("request/status") == "open"  # noqa: S314  our own
    assert (await app.client.get(f"{BASE}/requests.json")).status_code == 422


async def test_a_request_that_is_repeated_is_one_and_another_one_is_another(app: Petitions) -> None:
    assert await taken(app) == await taken(app)
    assert await taken(app, description="天河路口的红绿灯又坏了") != await taken(app)
    assert len(app.rows("SELECT id FROM petitions")) == 2


@pytest.mark.parametrize("service", ["clue.gambling", "conduct.attitude"])
async def test_a_clue_begins_out_of_sight_whatever_it_says_and_shows_that_it_is_open_and_no_more(
    app: Petitions, service: str
) -> None:
    id_ = await taken(app, service_code=service, description="三号楼二楼")
    (row,) = app.rows("SELECT id, hidden FROM petitions")
    assert row["hidden"] == {"clue.gambling": "crime", "conduct.attitude": "police"}[service]
    before = await told(app, id_)
    if row["hidden"] == "crime":
        to = {"department": "criminal", "handlers": ["detective"]}
        handed = await app.post(f"/v1/petitions/{row['id']}/transfer", to, "triage", version=2)
        assert handed.status_code == 200, handed.text
    assert await told(app, id_) == before
    assert (before["status"], before["agency_responsible"]) == ("open", "")


@pytest.mark.parametrize("fields", [{"api_key": "another"}, {"api_key": ""}, {"api_key": "钥匙"}])
async def test_without_its_key_nothing_is_taken(app: Petitions, fields: dict[str, str]) -> None:
    assert (await sent(app, **fields)).status_code == 401
    assert (await sent(app, base="/v1/open311/another")).status_code == 401
    assert app.rows("SELECT id FROM petitions") == []


@pytest.mark.parametrize(
    "fields",
    [{"service_code": "potholes"}, {"description": " "}, {"lat": "91"}, {"long": "nan"}, {"email": "x" * 300}],
)
async def test_what_the_protocol_does_not_have_is_refused(app: Petitions, fields: dict[str, str]) -> None:
    assert (await sent(app, **fields)).status_code == 422
    assert app.rows("SELECT id FROM petitions") == []


async def test_what_is_no_form_is_refused(app: Petitions) -> None:
    for content, kind, status in (
        (b"{}", "application/json", 415),
        (b"api_key=%00", "application/x-www-form-urlencoded", 401),
        (b"x" * 300_000, "application/x-www-form-urlencoded", 413),
    ):
        answer = await app.client.post(f"{BASE}/requests.json", content=content, headers={"content-type": kind})
        assert answer.status_code == status


async def test_an_id_whose_code_does_not_hold_and_one_that_is_not_there_look_alike(app: Petitions) -> None:
    id_ = await taken(app)
    wrong = [id_[:-1] + ("2" if id_[-1] != "2" else "3"), id_.rpartition("-")[0], "x", id_.lower()]
    answers = [await app.client.get(f"{BASE}/requests/{each}.json") for each in wrong]
    app.rows("DELETE FROM petitions RETURNING id")
    answers.append(await app.client.get(f"{BASE}/requests/{id_}.json"))
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.json()["type"] for answer in answers}) == 1
