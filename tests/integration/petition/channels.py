"""What tests of channels do again and again: a worker looks, and staff see what came."""

from typing import Any

from petition.channels.config import FeedSettings
from petition.channels.connector import PullConnector
from petition.channels.feed import Feed
from petition.channels.pulling import pull
from petition.petition import Channel

from tests.integration.kit.sources import Source

from .conftest import GUANGZHOU, Petitions


def feed(zone: Source, **settings: Any) -> Feed:
    known = {"channel": Channel.FORUM, "source": "gz-zone", "tenant": GUANGZHOU, "url": zone.url}
    return Feed(FeedSettings(**known | settings))


async def pulled(petitions: Petitions, source: PullConnector, pages: int = 1) -> list[dict[str, Any]]:
    """Let a worker look some times, as if each time had come; give the petitions that there are."""
    for _ in range(pages):
        petitions.rows("UPDATE channel_cursors SET next_at = now() RETURNING source")
        async with petitions.units.begin() as unit:
            await pull(source, unit)
    return petitions.rows("SELECT * FROM petitions ORDER BY id")


async def detail(petitions: Petitions, row: dict[str, Any], role: str = "triage", **who: Any) -> dict[str, Any]:
    shown = await petitions.get(f"/v1/petitions/{row['id']}", role, **who)
    assert shown.status_code == 200, shown.text
    found: dict[str, Any] = shown.json()
    return found
