"""The accept service's HTTP side on a real database, without broker."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from accept.bootstrap import bootstrap
from accept.catalogue import catalogue
from accept.handlers import conclude_case
from chassis.envelope import Envelope, new_id
from contracts.registry import Registry
from deploy.issuer import Issuer

from tests.integration.kit.in_process import GUANGZHOU, PROVINCE, SHENZHEN, InProcess, environment

__all__ = ["FORM", "GUANGZHOU", "ITEM", "PROVINCE", "SHENZHEN", "Cases", "review"]

ITEM = "hk-macao-endorsement"
FORM = catalogue()[ITEM].example


def review(case: str, decided: str) -> dict[str, Any]:
    """Make the event by which a review says how it decided: ``approved`` or ``denied``."""
    example: dict[str, Any] = json.loads(Registry.load().example(f"endorsement-{decided}.json"))
    return example | {"id": new_id(), "subject": new_id(), "data": example["data"] | {"case": case}}


class Cases(InProcess):
    """The service under test, with what its tests do again and again."""

    async def submitted(
        self, *, channel: str = "portal", item: str = ITEM, form: dict[str, Any] | None = None, **who: Any
    ) -> dict[str, Any]:
        """Submit on a portal, or at the window; give the receipt."""
        body = {"channel": channel, "item": item, "form": form or catalogue()[item].example}
        response = await self.post("/v1/cases", body, "citizen" if channel == "portal" else "window", **who)
        assert response.status_code == 201, response.text
        receipt: dict[str, Any] = response.json()
        return receipt

    async def accepted(self, id_: str, **who: Any) -> None:
        """Have the window accept it."""
        response = await self.post(f"/v1/cases/{id_}/accept", None, "window", version=1, **who)
        assert response.status_code == 200, response.text

    async def refused(self, id_: str, notice: str = "请补齐材料后再来。") -> None:
        """Have the window refuse it."""
        body = {"reasons": ["materials-incomplete"], "notice": notice}
        response = await self.post(f"/v1/cases/{id_}/refuse", body, "window", version=1)
        assert response.status_code == 200, response.text

    async def withdrawn(self, id_: str) -> None:
        """Have the applicant take it back."""
        response = await self.post(f"/v1/cases/{id_}/withdraw", None, "citizen")
        assert response.status_code == 200, response.text

    async def decided(self, id_: str, decided: str) -> None:
        """Let a review's decision reach it, as the worker would."""
        event = Envelope.from_cloudevent(review(id_, decided))
        async with self.units.begin(cause=event) as unit:
            await conclude_case(event, unit)


@pytest.fixture(scope="session")
def database_migrations(pytestconfig: pytest.Config) -> Path:
    """The service's own."""
    return pytestconfig.rootpath / "services" / "accept" / "migrations"


@pytest.fixture
def accept_environment(database_url: str, keyring_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Issuer:
    """Settings of a service of its own."""
    return environment("ACCEPT", database_url, keyring_url, tmp_path, monkeypatch)


@pytest.fixture
async def cases(accept_environment: Issuer, database_url: str) -> AsyncIterator[Cases]:
    """The service on a migrated database."""
    async with Cases.on(bootstrap, database_url, accept_environment) as service:
        yield service
