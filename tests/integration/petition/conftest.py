"""The petition service's HTTP side on a real database, without broker."""

import os
import secrets
from collections.abc import AsyncIterator, Iterator, Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest
from chassis.files import SHELVES, Folder
from deploy.issuer import Issuer
from deploy.server import LOOPBACK
from petition.alike.sketching import Sketching
from petition.attachments.clearing import Clearing
from petition.attachments.uploads import expire
from petition.bootstrap import bootstrap
from petition.channels.config import MailSettings
from petition.channels.mailbox import Mailbox
from petition.config import PetitionSettings

from tests.integration.kit.attached import PNG
from tests.integration.kit.in_process import GUANGZHOU, PROVINCE, SHENZHEN, InProcess, environment
from tests.integration.kit.mails import PASSWORD, USER, GreenMail
from tests.integration.kit.sources import Source, answering

__all__ = ["GUANGZHOU", "PROVINCE", "SHENZHEN", "Petitions"]


class Petitions(InProcess):
    """The service under test, with what its tests do again and again."""

    async def submitted(self, *, title: str = "请问护照怎么办", text: str = "急用", **who: Any) -> dict[str, Any]:
        """Submit as a citizen; give the receipt."""
        return await self.submitted_with({}, title=title, text=text, **who)

    async def submitted_with(
        self, files: Mapping[str, str], *, title: str = "请问护照怎么办", text: str = "急用", **who: Any
    ) -> dict[str, Any]:
        """Submit with files that were uploaded: what each is called, by the id of its upload."""
        attachments = [{"upload": upload, "name": name} for upload, name in files.items()]
        body = {"channel": "portal", "title": title, "text": text, "attachments": attachments}
        response = await self.post("/v1/petitions", body, "citizen", **who)
        assert response.status_code == 201, response.text
        receipt: dict[str, Any] = response.json()
        return receipt

    async def transferred(self, id_: str, to: str = "traffic-police", **who: Any) -> None:
        """Have triage transfer it."""
        response = await self.post(f"/v1/petitions/{id_}/transfer", {"department": to}, "triage", version=2, **who)
        assert response.status_code == 200, response.text

    async def signed_for(self, id_: str, by: str = "traffic-police", **who: Any) -> None:
        """Have the department take on what it has just got."""
        path = f"/v1/petitions/{id_}/sign-for"
        response = await self.post(path, None, "handler", department=by, version=3, **who)
        assert response.status_code == 200, response.text

    async def in_hand(self, id_: str, of: str = "traffic-police") -> None:
        """Have triage transfer it, and the department take it on."""
        await self.transferred(id_, of)
        await self.signed_for(id_, of)

    async def uploaded(self, content: bytes = PNG, role: str = "citizen", **who: Any) -> str:
        """Upload a file; give its id."""
        response = await self.upload(content, role, **who)
        assert response.status_code == 201, response.text
        return str(response.json()["id"])

    async def upload(
        self, content: bytes | AsyncIterator[bytes], role: str = "citizen", *, key: str | None = None, **who: Any
    ) -> httpx.Response:
        """Try to upload a file."""
        headers = {"Authorization": f"Bearer {self.token(role, **who)}", "Idempotency-Key": key or secrets.token_hex(8)}
        return await self.client.post("/v1/attachments", content=content, headers=headers)

    @property
    def store(self) -> Folder:
        """Where files are kept."""
        return Folder(self._folder)

    def kept(self) -> list[Path]:
        """Give the files of the store, also half ones."""
        return [path for path in self._folder.rglob("*") if path.is_file()]

    async def cleared(self) -> list[Path]:
        """Let the store be cleared once all that it has is an hour old; give what is left."""
        for path in self.kept():
            os.utime(path, (0, 0))
        clearing = Clearing(self.store)
        async with self.units.begin() as unit:
            await expire(unit.session, unit.now)
            for shelf in range(SHELVES):
                await clearing.clear(shelf, unit)
        return self.kept()

    @property
    def _folder(self) -> Path:
        settings = self.service.settings
        assert isinstance(settings, PetitionSettings)
        return Path(settings.attachments)

    async def sketched(self) -> None:
        """Let all that came in be compared, as the worker does within seconds."""
        async with self.units.begin() as unit:
            await Sketching().run(unit)

    async def replied(self, id_: str, by: str = "traffic-police", text: str = "您好，已办理。") -> None:
        """Have the department take on what it has just got, and reply."""
        await self.signed_for(id_, by)
        response = await self.post(f"/v1/petitions/{id_}/reply", {"text": text}, "handler", department=by, version=4)
        assert response.status_code == 200, response.text


@pytest.fixture(scope="session")
def database_migrations(pytestconfig: pytest.Config) -> Path:
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


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GreenMail]:
    """A mail server. A test may stop and start it, and leaves it running."""
    greenmail = GreenMail(tmp_path_factory.mktemp("greenmail"))
    greenmail.start()
    yield greenmail
    greenmail.stop()


@pytest.fixture
def mailbox(petitions: Petitions, server: GreenMail, tmp_path: Path) -> Mailbox:
    """The office's mailbox there, empty."""
    (tmp_path / "password").write_text(PASSWORD)
    server.empty()
    settings = {"source": "gz-mail", "tenant": GUANGZHOU, "host": LOOPBACK, "port": server.port, "tls": False}
    return Mailbox(MailSettings(**settings, user=USER, password_path=tmp_path / "password"), petitions.store)
