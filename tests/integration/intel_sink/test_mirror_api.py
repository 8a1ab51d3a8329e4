"""Who sees what of the intelligence store, over HTTP."""

import base64
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from chassis.api.edge import ServiceEdge
from chassis.api.web import http_application
from chassis.testing.events import event
from deploy.issuer import Issuer
from intel_sink.bootstrap import bootstrap

from .conftest import MirrorKit, classified, records

PATHS = ("/v1/intel/status", "/v1/intel/counts", "/v1/intel/records?subject=a", "/v1/intel/alerts", "/v1/intel/invalid")


@dataclass
class Api:
    """The service's HTTP side."""

    client: httpx.AsyncClient
    issuer: Issuer

    async def get(self, path: str, role: str = "analyst", tenant: str = "440000") -> httpx.Response:
        """Ask as somebody in this role, of this tenant."""
        token = self.issuer.token(sub=f"{role}-1", tenant=tenant, roles=[role])
        return await self.client.get(path, headers={"Authorization": f"Bearer {token}"})

    async def items(self, path: str, role: str = "analyst", tenant: str = "440000") -> list[dict[str, Any]]:
        """Read all pages of a list."""
        found, cursor = [], ""
        while True:
            response = await self.get(path + cursor, role, tenant)
            assert response.status_code == 200, response.text
            found += response.json()["items"]
            following = response.json()["next"]
            if following is None:
                return found
            cursor = f"{'&' if '?' in path else '?'}cursor={following}"


@pytest.fixture
async def api(kit: MirrorKit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Api]:
    """A mirror of two cities' petitions, three of them a burst, and some rubbish."""
    (tmp_path / "issuer").mkdir()
    issuer = Issuer(tmp_path / "issuer")
    issuer.prepare()
    monkeypatch.setenv("JWT_JWKS_PATH", str(issuer.jwks))
    monkeypatch.setenv("INTEL_SINK_DATABASE_URL", kit.url)
    await kit.store(
        records(
            [
                *(classified(name) for name in "abc"),
                classified("a", sequence=2),
                classified("d", kind="consult", tenant="440300"),
                event("bad", 1, type_="yiwangban.petition.petition.classified.v1", tenant="440300"),
                event("worse", 1) | {"id": "?"},
            ]
        )
    )
    await kit.sign()
    await kit.follow()
    app = http_application(bootstrap())
    app.state.edge = ServiceEdge(kit.units, max_body_bytes=1_000)
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://intel-sink") as client:
        yield Api(client, issuer)


@pytest.mark.parametrize("path", PATHS)
async def test_nobody_reads_without_a_token_or_in_another_role(api: Api, path: str) -> None:
    assert (await api.client.get(path)).status_code == 401
    for role in ("citizen", "connector", "triage", "handler"):
        assert (await api.get(path, role)).status_code == 403
    for role in ("analyst", "auditor", "administrator"):
        assert (await api.get(path, role)).status_code == 200


async def test_the_province_sees_every_city_and_a_city_only_itself(api: Api) -> None:
    assert {item["tenant"] for item in await api.items("/v1/intel/counts")} == {"440100", "440300"}
    assert {item["tenant"] for item in await api.items("/v1/intel/counts", tenant="440300")} == {"440300"}
    assert await api.items("/v1/intel/counts?tenant=440100", tenant="440300") == []
    assert await api.items("/v1/intel/records?subject=a", tenant="440300") == []
    assert len(await api.items("/v1/intel/alerts", tenant="440100")) == 1
    assert await api.items("/v1/intel/alerts", tenant="440300") == []
    assert len(await api.items("/v1/intel/invalid")) == 2
    assert [item["offset"] for item in await api.items("/v1/intel/invalid", tenant="440300")] == [5]
    assert await api.items("/v1/intel/invalid", tenant="440100") == []


async def test_counts_are_filtered(api: Api) -> None:
    assert [(item["kind"], item["total"]) for item in await api.items("/v1/intel/counts?tenant=440100")] == [
        ("report", 3)
    ]
    assert [item["tenant"] for item in await api.items("/v1/intel/counts?kind=consult")] == ["440300"]
    assert await api.items("/v1/intel/counts?day=2020-01-01") == []


async def test_records_are_found_by_subject_and_by_id_and_only_auditors_get_the_bytes(api: Api, kit: MirrorKit) -> None:
    found = await api.items("/v1/intel/records?subject=a")
    assert [(item["sequence"], item["offset"], item["raw"]) for item in found] == [(1, 0, None), (2, 3, None)]
    stored = kit.rows('SELECT value, leaf_hash FROM mirror_records WHERE "offset" = 3')[0]
    (by_id,) = await api.items(f"/v1/intel/records?id={found[1]['event_id']}", role="auditor")
    assert base64.b64decode(by_id["raw"]) == bytes(stored["value"])
    assert by_id["leaf_hash"] == bytes(stored["leaf_hash"]).hex()


async def test_lists_come_in_pages(api: Api) -> None:
    for path in ("/v1/intel/counts", "/v1/intel/records?subject=a", "/v1/intel/alerts", "/v1/intel/invalid"):
        whole = await api.items(path)
        separator = "&" if "?" in path else "?"
        assert await api.items(f"{path}{separator}limit=1") == whole
        assert (await api.get(f"{path}{separator}limit=0")).status_code == 422


@pytest.mark.parametrize(
    "cursor", ["x", "W10", "bnVsbA", "WyJhIiwiYiIsImMiXQ", "%00", "é", "WzEsMiwzLDRd", "W1tdLFtdXQ"]
)
async def test_a_made_up_cursor_is_refused(api: Api, cursor: str) -> None:
    for path in ("/v1/intel/counts?", "/v1/intel/records?subject=a&", "/v1/intel/alerts?", "/v1/intel/invalid?"):
        response = await api.get(f"{path}cursor={cursor}")
        assert response.status_code in {400, 422}, path
        assert response.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("query", ["", "?subject=", "?id=x", f"?subject={'x' * 200}", "?subject=a&limit=1000"])
async def test_a_search_for_nothing_or_everything_is_refused(api: Api, query: str) -> None:
    response = await api.get(f"/v1/intel/records{query}")
    assert response.status_code == 422
    assert response.json()["title"]


async def test_the_status_tells_positions_roots_and_the_last_checkpoint_and_nothing_personal(
    api: Api, kit: MirrorKit
) -> None:
    status = (await api.get("/v1/intel/status", tenant="440300")).json()
    assert (status["records"], status["invalid"], status["projections_behind"]) == (7, 2, 0)
    (log,) = status["logs"]
    assert (log["topic"], log["partition"], log["next_offset"]) == (kit.log.topic, 0, 7)
    last = kit.outside.last()
    assert last is not None
    assert log["root"] == last.heads[0].root
    assert (status["last_checkpoint"]["ordinal"], status["last_checkpoint"]["digest"]) == (1, last.digest)


async def test_an_alert_says_where_its_evidence_lies(api: Api, kit: MirrorKit) -> None:
    (alert,) = await api.items("/v1/intel/alerts")
    assert (alert["rule"], alert["count"], alert["threshold"]) == ("fraud-reports", 3, 3)
    assert [place["offset"] for place in alert["evidence"]] == [0, 1, 2]
    assert {place["topic_uuid"] for place in alert["evidence"]} == {str(kit.log.topic_uuid)}
