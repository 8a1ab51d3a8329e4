"""The petition service's HTTP side on a real database, without broker."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from deploy.issuer import Issuer
from petition.bootstrap import bootstrap

from tests.integration.kit.in_process import GUANGZHOU, PROVINCE, SHENZHEN, InProcess, environment
from tests.integration.kit.sources import Source, answering

__all__ = ["GUANGZHOU", "PROVINCE", "SHENZHEN", "Petitions"]


class Petitions(InProcess):
    """The service under test, with what its tests do again and again."""

    async def submitted(self, *, title: str = "请问护照怎么办", text: str = "急用", **who: Any) -> dict[str, Any]:
        """Submit as a citizen; give the receipt."""
        response = await self.post(
            "/v1/petitions", {"channel": "portal", "title": title, "text": text}, "citizen", **who
        )
        assert response.status_code == 201, response.text
        receipt: dict[str, Any] = response.json()
        return receipt

    async def transferred(self, id_: str, to: str = "traffic-police", **who: Any) -> None:
        """Have triage transfer it."""
        response = await self.post(f"/v1/petitions/{id_}/transfer", {"department": to}, "triage", version=2, **who)
        assert response.status_code == 200, response.text

    async def replied(self, id_: str, by: str = "traffic-police", text: str = "您好，已办理。") -> None:
        """Have the department reply."""
        response = await self.post(f"/v1/petitions/{id_}/reply", {"text": text}, "handler", department=by, version=3)
        assert response.status_code == 200, response.text


@pytest.fixture(scope="session")
def migrations(pytestconfig: pytest.Config) -> Path:
    """The service's own."""
    return pytestconfig.rootpath / "services" / "petition" / "migrations"


@pytest.fixture
def petition_environment(
    database_url: str, keyring_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Issuer:
    """Settings of a service of its own."""
    return environment("PETITION", database_url, keyring_url, tmp_path, monkeypatch)


@pytest.fixture
async def petitions(petition_environment: Issuer, database_url: str) -> AsyncIterator[Petitions]:
    """The service on a migrated database."""
    async with Petitions.on(bootstrap, database_url, petition_environment) as service:
        yield service


@pytest.fixture
def zone() -> Iterator[Source]:
    """A forum's zone, or a microblog."""
    with answering() as source:
        yield source
