"""Files come with petitions through a bucket as through a folder."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from chassis.files import SHELVES, store_at
from deploy.issuer import Issuer
from petition.attachments.clearing import Clearing
from petition.bootstrap import bootstrap

from tests.integration.kit.attached import png
from tests.integration.kit.s3 import BUCKET, S3Proxy

from .conftest import Petitions

PLACE = f"s3://{BUCKET}/petitions"
MARKED = png(b"a-mark-that-nothing-else-has")


@pytest.fixture
async def petitions(
    petition_environment: Issuer, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Petitions]:
    """The service, with a bucket."""
    server = S3Proxy(tmp_path / "s3")
    server.state.mkdir()
    server.start()
    for name, value in {**server.access, "PETITION_ATTACHMENTS": PLACE}.items():
        monkeypatch.setenv(name, value)
    async with Petitions.on(bootstrap, database_url, petition_environment) as service:
        yield service
    server.stop()


async def test_a_file_comes_back_from_the_bucket_and_one_that_nobody_needs_is_cleared(petitions: Petitions) -> None:
    needed, unneeded = await petitions.uploaded(MARKED), await petitions.uploaded(png(b"another"))
    id_ = (await petitions.submitted_with({needed: "照片.png"}))["id"]
    petitions.rows(f"DELETE FROM uploads WHERE id = '{unneeded}' RETURNING id")
    store = store_at(PLACE)
    async with petitions.units.begin() as unit:
        soon = unit.now + timedelta(days=1)
        kept = [address for shelf in range(SHELVES) for address in await store.older_than(soon, shelf)]
        assert len(kept) == 2
        unit.now = soon
        for shelf in {int(address[:2], 16) for address in kept}:
            await Clearing(store).clear(shelf, unit)
        left = [address for shelf in range(SHELVES) for address in await store.older_than(soon, shelf)]
    assert len(left) == 1
    answer = await petitions.get(f"/v1/attachments/{id_}/1", "triage")
    assert (answer.status_code, answer.content) == (200, MARKED)
