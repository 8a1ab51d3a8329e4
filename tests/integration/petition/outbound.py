"""What tests of deliveries do again and again: time passes, and a worker sends what waits."""

from typing import Any

from petition.channels.config import FeedSettings, RelaySettings
from petition.channels.connector import SendConnector
from petition.outbound.posting import Group, Zone
from petition.outbound.sending import Sender
from petition.petition import Channel

from tests.integration.kit.sources import Source

from .channels import feed, pulled
from .conftest import GUANGZHOU, Petitions

PAGE = "https://petition.example/v1/codes"
SIGNAL = "天河路口的红绿灯坏了，请问什么时候修好"
REPLY = "您好，已报修，三日内修好。"


def zone_of(zone: Source, **settings: Any) -> Zone:
    known = {"channel": Channel.FORUM, "source": "gz-zone", "tenant": GUANGZHOU, "url": zone.url}
    made = FeedSettings(**known | {"answers": zone.url} | settings)
    assert made.answers
    return Zone(made, made.answers)


def group_of(source: Source, **settings: Any) -> Group:
    made = RelaySettings(source="gz-fans", tenant=GUANGZHOU, answers=source.url, **settings)
    assert made.answers
    return Group(made, made.answers)


async def told(petitions: Petitions, connector: SendConnector, times: int = 1, page: str | None = PAGE) -> None:
    """Let a worker look some times, as if each time had come."""
    for _ in range(times):
        petitions.rows("UPDATE channel_cursors SET next_at = now() WHERE direction = 'out' RETURNING source")
        petitions.rows("UPDATE deliveries SET next_at = NULL RETURNING id")
        async with petitions.units.begin() as unit:
            await Sender(connector, page).run(unit)


async def posted(petitions: Petitions, source: Source, text: str = SIGNAL, **more: Any) -> dict[str, Any]:
    """Let somebody post, and a worker take it in; give its row."""
    source.post(f"p{len(source.log)}", text, **more)
    return (await pulled(petitions, feed(source)))[-1]


async def answered(petitions: Petitions, row: dict[str, Any], text: str = REPLY) -> None:
    await petitions.transferred(str(row["id"]))
    await petitions.replied(str(row["id"]), text=text)


def states(petitions: Petitions) -> list[tuple[str, str, str | None]]:
    """Give what there is to tell, in the order in which it happened: what, state, way or reason."""
    rows = petitions.rows("SELECT what, state, coalesce(way, reason) AS more FROM deliveries ORDER BY petition, told")
    return [(row["what"], row["state"], row["more"]) for row in rows]


def pauses(petitions: Petitions) -> tuple[int, float]:
    """Give how often a counterpart was away, and for how long it is left alone."""
    (row,) = petitions.rows(
        "SELECT failures, extract(epoch FROM next_at - now())::float AS pause FROM channel_cursors "
        "WHERE direction = 'out'"
    )
    return row["failures"], row["pause"]
