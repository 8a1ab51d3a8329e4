"""The approve service's HTTP side on a real database, without broker; what the worker does is called by the tests."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from approve.bootstrap import bootstrap
from approve.handlers import REACTIONS
from chassis.envelope import Envelope, format_sequence, format_time, new_id
from chassis.sealing import seal
from contracts.registry import Registry
from deploy.issuer import Issuer

from tests.integration.kit.in_process import GUANGZHOU, PROVINCE, SHENZHEN, InProcess, environment

__all__ = ["FORM", "GUANGZHOU", "PROVINCE", "SHENZHEN", "Reviews"]

FORM = {"name": "陈小明", "destination": "hong-kong", "mobile": "13800000000"}
HANDLERS = REACTIONS[0].handlers
EXAMINED = {"recommendation": "approve", "opinion": "材料齐全，符合条件。"}
DENIED = {"reasons": ["permit-expired"], "notice": "通行证已过期；可在六十日内申请复议。"}


class Reviews(InProcess):
    """The service under test, with what its tests do again and again."""

    async def accepted(
        self,
        *,
        applicant: str = "citizen-1",
        tenant: str = GUANGZHOU,
        at: datetime | None = None,
        workdays: int = 7,
        case: str | None = None,
        sequence: int = 2,
    ) -> Envelope:
        """Make the event by which a window says that it accepted a case, sealed as accept seals it."""
        example: dict[str, Any] = json.loads(Registry.load().example("endorsement-accepted.json"))
        case, person = case or str(uuid4()), self.units.outbox.pseudonym(applicant, context="applicant")
        keyid = await self.keyring.create(person)
        key = (await self.keyring.get_many([keyid]))[keyid]
        assert key is not None
        sealed = seal(
            json.dumps(FORM), key, type=example["type"], subject=case, sequence=sequence, field="form", keyid=keyid
        )
        at = at or datetime.now(UTC)
        data = {"applicant": person, "accepted_at": format_time(at), "workdays": workdays, "form": sealed}
        changed = {"id": new_id(), "subject": case, "tenant": tenant, "keyid": keyid, "correlationid": new_id()}
        changed["sequence"] = format_sequence(sequence)
        return Envelope.from_cloudevent(example | changed | {"data": example["data"] | data})

    async def withdrawn(self, case: str, *, sequence: int = 3) -> None:
        """Let the applicant's withdrawal reach the service."""
        example: dict[str, Any] = json.loads(Registry.load().example("endorsement-withdrawn.json"))
        changed = {"id": new_id(), "subject": case, "sequence": format_sequence(sequence)}
        await self.reacted(Envelope.from_cloudevent(example | changed))

    async def reacted(self, event: Envelope) -> None:
        """Let an event of accept's reach the service, as the worker would."""
        async with self.units.begin(cause=event) as unit:
            await HANDLERS[event.type](event, unit)

    async def started(self, **accepted: Any) -> str:
        """Have a case accepted; give the id of its review."""
        event = await self.accepted(**accepted)
        await self.reacted(event)
        (row,) = self.rows(f"SELECT id FROM reviews WHERE \"case\" = '{event.subject}'")
        return str(row["id"])

    async def examined(self, id_: str, *, by: str = "examiner-1", **who: Any) -> None:
        """Have an examiner take it on and complete the examination."""
        for action, body in (("claim", None), ("complete", EXAMINED)):
            response = await self.act(id_, action, "examiner", body, sub=by, **who)
            assert response.status_code == 200, response.text

    async def decided(self, id_: str, decision: str = "approve", *, by: str = "approver-1") -> None:
        """Have an approver take it on and decide."""
        for action, body in (("claim", None), (decision, DENIED if decision == "deny" else None)):
            response = await self.act(id_, action, "approver", body, sub=by)
            assert response.status_code == 200, response.text

    async def act(self, id_: str, action: str, role: str, body: Any = None, **who: Any) -> Any:
        """Change a review as it is now; give the answer."""
        (row,) = self.rows(f"SELECT sequence FROM reviews WHERE id = '{id_}'")
        return await self.post(f"/v1/reviews/{id_}/{action}", body, role, version=row["sequence"], **who)


def ago(**period: float) -> datetime:
    """Give a moment in the past."""
    return datetime.now(UTC) - timedelta(**period)


@pytest.fixture(scope="session")
def database_migrations(pytestconfig: pytest.Config) -> Path:
    """The service's own."""
    return pytestconfig.rootpath / "services" / "approve" / "migrations"


@pytest.fixture
def approve_environment(database_url: str, keyring_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Issuer:
    """Settings of a service of its own."""
    return environment("APPROVE", database_url, keyring_url, tmp_path, monkeypatch)


@pytest.fixture
async def reviews(approve_environment: Issuer, database_url: str) -> AsyncIterator[Reviews]:
    """The service on a migrated database."""
    async with Reviews.on(bootstrap, database_url, approve_environment) as service:
        yield service
