"""Answers questions about matters."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from uuid import UUID

from casework.codes import Tries, is_right
from chassis import vector
from chassis.api.consistency import written_before
from chassis.api.errors import NOT_FOUND, Problem
from chassis.api.pages import cut
from chassis.api.streams import Place, Reader, Streams
from chassis.policy import EVERYTHING, Reach
from chassis.signing import ExpiredError, ForgedError
from chassis.unit import Unit
from chassis.vector import Vector

from query import store
from query.access import asker
from query.feed import Feed, LetGo, Watch
from query.live import Live
from query.problems import POSITION, TICKET
from query.store import History
from query.views import ChangesView, MatterDetail, MatterPage, MatterSummary, Progress
from query.wording import Wording

WRITTEN_S: Final = 2.0
"""Longest wait for one's own write to become visible."""
POLL_S: Final = 25.0
"""Longest long poll: shorter than what proxies on the way allow."""
TICKETS: Final = "progress-ticket"


@dataclass(frozen=True, slots=True, kw_only=True)
class Lookup:
    """Somebody asks by number and code.

    Attributes:
        number: 办件编号.
        code: 查询码.
        client: Where they are; empty if that isn't known.
    """

    number: str
    code: str
    client: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """What answers need beside the database.

    Attributes:
        feed: Tells of changes.
        wording: For people.
        tries: Wrong codes.
        ticket_for: How long tickets are good for.
    """

    feed: Feed
    wording: Wording
    tries: Tries
    ticket_for: timedelta

    async def progress(self, lookup: Lookup, unit: Unit) -> Progress:
        """Tell how far a matter has come.

        Raises:
            Problem: 404; 429 after too many wrong codes.
        """
        self.tries.check(lookup.number, lookup.client)
        right = is_right(lookup.number, lookup.code, unit.outbox)
        history = await store.find_by_number(unit.session, lookup.number) if right else None
        if history is None:
            self.tries.was_wrong(lookup.number, lookup.client)
            raise Problem(NOT_FOUND)
        until = unit.now + self.ticket_for
        ticket = unit.outbox.signer(TICKETS).sign(history.matter.id, until=until)
        return Progress.with_ticket(history, self.wording, ticket, until)

    async def mine(self, after: UUID | None, limit: int, unit: Unit) -> MatterPage:
        """List the asker's own matters, newest first."""
        found = await store.page(unit.session, asker(unit).reach("matter", "list"), after=after, limit=limit + 1)
        shown, following = cut(found, limit, lambda matter: matter.id)
        return MatterPage(items=tuple(MatterSummary.of(matter, self.wording) for matter in shown), next=following)

    async def show(self, matter: UUID, token: str | None, reader: Reader, streams: Streams) -> MatterDetail:
        """Show a matter, with what the asker has just written if that becomes visible in time.

        Raises:
            Problem: 404, also for what isn't the asker's to see; 422 for a token that isn't ours.
        """
        async with reader.unit() as unit:
            wanted = written_before(token, unit)
            if await store.is_visible(unit.session, wanted):
                return await self._detail(matter, unit, stale=False)
        await streams.wait(self._visible(wanted, reader), within=WRITTEN_S)
        async with reader.unit() as unit:
            return await self._detail(matter, unit, stale=not await store.is_visible(unit.session, wanted))

    async def follow(self, matter: UUID, position: str | None, reader: Reader, place: Place) -> Live:
        """Begin to follow a matter; what the asker hasn't seen comes first.

        Raises:
            Problem: 404; 422 for a position that isn't one.
        """
        seen = _position(position)
        watch = place.keep(self.feed.watch(str(matter)))
        async with reader.unit() as unit:
            reach = asker(unit).reach("matter", "stream")
            history = await store.find(unit.session, matter, reach)
        return self._live(history, seen, watch, reach)

    async def follow_by_ticket(self, ticket: str, position: str | None, reader: Reader, place: Place) -> Live:
        """Begin to follow the matter that a ticket is for.

        Raises:
            Problem: 404 for a ticket that isn't valid; 422 for a position that isn't one.
        """
        seen = _position(position)
        async with reader.unit() as unit:
            try:
                matter = unit.outbox.signer(TICKETS).read(ticket, now=unit.now)
            except (ForgedError, ExpiredError):
                raise Problem(TICKET, pointer="/query/ticket") from None
            watch = place.keep(self.feed.watch(matter))
            history = await store.find(unit.session, matter, EVERYTHING)
        return self._live(history, seen, watch, EVERYTHING)

    async def changes(self, live: Live, place: Place) -> ChangesView:
        """Give what is new; wait for it, for a while."""
        missed = live.missed()
        if missed is not None:
            return missed
        try:
            return await place.streams.wait(live.next(), within=POLL_S) or live.nothing()
        except LetGo:
            return live.nothing()

    def _live(self, history: History | None, seen: Vector, watch: Watch, reach: Reach) -> Live:
        if history is None:
            raise Problem(NOT_FOUND)
        return Live(history, seen, watch, reach, self.wording)

    async def _detail(self, matter: UUID, unit: Unit, *, stale: bool) -> MatterDetail:
        history = await store.find(unit.session, matter, asker(unit).reach("matter", "read"))
        if history is None:
            raise Problem(NOT_FOUND, extensions={"stale": True} if stale else None)
        return MatterDetail.of_history(history, self.wording, stale=stale)

    async def _visible(self, wanted: Vector, reader: Reader) -> None:
        """Return when everything wanted can be seen."""
        with self.feed.watch(*wanted) as watch:
            async with reader.unit() as unit:
                if await store.is_visible(unit.session, wanted):
                    return
            missing = dict(wanted)
            try:
                while missing:
                    step = (await watch.next()).step
                    if step.sequence >= missing.get(step.subject, step.sequence + 1):
                        del missing[step.subject]
            except LetGo:
                return


def _position(text: str | None) -> Vector:
    try:
        return vector.from_text(text or "")
    except ValueError:
        raise Problem(POSITION) from None
