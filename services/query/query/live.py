"""Matters as they change: what somebody hasn't seen yet, then whatever comes."""

from collections.abc import Awaitable, Callable
from functools import partial

from chassis import vector
from chassis.api.streams import Event
from chassis.policy import Reach
from chassis.vector import Vector

from query.domain import Step
from query.feed import LetGo, Watch
from query.store import History
from query.views import ChangesView
from query.wording import Wording


class Live:
    """One client's way through one matter's life."""

    def __init__(self, history: History, seen: Vector, watch: Watch, reach: Reach, wording: Wording) -> None:
        """Begin where the client is.

        Args:
            history: Of the matter, read after the watch had begun.
            seen: How far the client has seen.
            watch: Takes what comes.
            reach: What the client may follow; a matter that leaves it is followed no further.
            wording: For people.
        """
        self._seen = dict(seen)
        self._matter = history.matter
        self._missed = [step for step in history.steps if vector.newer(seen, step.subject, step.sequence)]
        self._watch = watch
        self._reach = reach
        self._wording = wording

    async def next(self) -> ChangesView:
        """Give the next step that isn't hidden, waiting for it if need be. Cancelled while waiting, it loses nothing.

        Raises:
            LetGo: The client has to come again.
        """
        while True:
            if self._missed:
                matter, step = self._matter, self._missed.pop(0)
            else:
                change = await self._watch.next()
                matter, step = change.matter, change.step
                if not self._reach.admits(partial(getattr, matter)):
                    raise LetGo
            if not vector.newer(self._seen, step.subject, step.sequence):
                continue
            self._see(step)
            view = ChangesView.of(matter, (step,), self._seen, self._wording)
            if view.timeline:
                return view

    def missed(self) -> ChangesView | None:
        """Give everything that the client has missed, at once; None if it has missed nothing."""
        missed, self._missed = tuple(self._missed), []
        for step in missed:
            self._see(step)
        view = ChangesView.of(self._matter, missed, self._seen, self._wording)
        return view if view.timeline else None

    def nothing(self) -> ChangesView:
        """Say where the client is, with nothing new."""
        return ChangesView.of(self._matter, (), self._seen, self._wording)

    def events(self) -> Callable[[], Awaitable[Event | None]]:
        """Give a source of server-sent events."""

        async def source() -> Event | None:
            try:
                view = await self.next()
            except LetGo:
                return None
            return Event(view.position, "step", view.model_dump_json().encode())

        return source

    def _see(self, step: Step) -> None:
        self._seen[step.subject] = max(step.sequence, self._seen.get(step.subject, 0))
