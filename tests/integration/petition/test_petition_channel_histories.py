"""Whatever a channel repeats, re-orders and edits, whenever a worker dies: each message once, in its last version."""

import itertools
from collections.abc import Sequence
from contextlib import nullcontext, suppress

from chassis.testing.faults import FaultInjectedError, armed
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from petition.channels.connector import Page, Position
from petition.channels.message import ChannelMessage
from petition.channels.origin import Origin
from petition.channels.pulling import pull
from petition.petition import Channel

from .channels import detail
from .conftest import GUANGZHOU, Petitions

Version = tuple[str, int]
"""A message's id, and how often it has been edited."""
DIES = (None, "channels.before_commit", "database.before_commit", "database.after_commit")
VERSIONS = st.tuples(st.sampled_from("abc"), st.integers(0, 3))
PAGES = st.lists(st.tuples(st.lists(VERSIONS, max_size=4), st.sampled_from(DIES)), min_size=1, max_size=4)
_numbers = itertools.count()


def said(version: Version) -> str:
    return f"请问{version[0]}路口的红绿灯什么时候修好，第{version[1]}版"


class Channelled:
    """A source of which every page is given."""

    channel, tenant, every_s = Channel.FORUM, GUANGZHOU, 0.0

    def __init__(self, pages: Sequence[Sequence[Version]]) -> None:
        self.source = f"zone-{next(_numbers)}"
        self._pages = pages

    async def pull(self, position: Position) -> Page:
        if (at := int(position.cursor or 0)) == len(self._pages):
            return Page(messages=(), position=position)
        return Page(messages=[self._message(each) for each in self._pages[at]], position=Position(str(at + 1)))

    def _message(self, version: Version) -> ChannelMessage:
        origin = Origin(channel=self.channel, source=self.source, message=version[0])
        return ChannelMessage(origin=origin, revision=version[1], title="红绿灯", text=said(version))


async def looked(petitions: Petitions, source: Channelled) -> None:
    async with petitions.units.begin() as unit:
        await pull(source, unit)


@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(history=PAGES)
async def test_each_message_is_one_petition_that_shows_its_last_version(
    petitions: Petitions, history: list[tuple[list[Version], str | None]]
) -> None:
    petitions.rows("DELETE FROM petitions RETURNING id")
    source = Channelled([page for page, _ in history])
    for _, dies in history:
        with suppress(FaultInjectedError), armed(dies) if dies else nullcontext():
            await looked(petitions, source)
    for _ in history:  # whatever died, the next worker goes on
        await looked(petitions, source)
    came = [version for page, _ in history for version in page]
    shown = [await detail(petitions, row) for row in petitions.rows("SELECT id FROM petitions")]
    assert sorted(each["text"] for each in shown) == sorted(
        said(max(version for version in came if version[0] == id_)) for id_ in {version[0] for version in came}
    )
    for each in shown:
        first = next(said(version) for version in came if version[0] == each["reply_to"]["message"])
        assert (each["original"] or {"text": each["text"]})["text"] == first
        assert [event.sequence for event in petitions.events(each["id"])] == list(range(1, each["version"] + 1))
