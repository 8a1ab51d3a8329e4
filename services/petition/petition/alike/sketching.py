"""Makes sketches of what came in (类似度索引), beside the way of a request, which pays nothing for it.

It asks which petitions have none, so it makes no difference why one hasn't: it has just come, was edited, came in
before there were any, or its database was restored.
"""

from datetime import timedelta
from typing import Final

from chassis.policy import EVERYTHING
from chassis.unit import Unit
from chassis.worker.tasks import Task
from sqlmodel import col

from petition.alike import store
from petition.alike.sketch import PURPOSE, sketch, words_of
from petition.channels.versions import REVISED, as_it_reads_now
from petition.store import PETITIONS
from petition.tables import PetitionRow

EVERY_S: Final = 2.0
MOST: Final = 200
"""Of one run."""
LATELY: Final = timedelta(hours=1)
FAR_BACK: Final = timedelta(days=30)
"""How far a run looks back once in a while: for what was edited later, and for what an earlier release took in."""
SELDOM: Final = 150
"""So many runs lie between two that look far back, and clear away what is to go: five minutes."""


class Sketching:
    """Looks again and again for petitions without a sketch."""

    def __init__(self) -> None:
        """Begin by looking far back."""
        self._turn = 0

    @property
    def task(self) -> Task:
        """The periodic work."""
        return Task(name="sketch petitions", every_s=EVERY_S, run=self.run)

    async def run(self, unit: Unit) -> None:
        """Make sketches of some; where there are more, the next run looks as far back."""
        far = self._turn == 0
        made = await self.make(unit, FAR_BACK if far else LATELY)
        if far:
            await store.clear(unit.session, unit.now)
        if not (far and made == MOST):
            self._turn = (self._turn + 1) % SELDOM

    async def make(self, unit: Unit, back: timedelta = FAR_BACK) -> int:
        """Make sketches of some petitions that came in since; give of how many."""
        ids = await store.wanted(unit.session, unit.now - back, most=MOST)
        if not ids:
            return 0
        theirs = PETITIONS.within(EVERYTHING, EVERYTHING).where(col(PetitionRow.id).in_(ids))
        found = await PETITIONS.fetch(unit.session, theirs)
        contents = await PETITIONS.contents(unit, found, reader=None, only={"title", "text", *REVISED})
        secret = unit.outbox.secret_for(PURPOSE)
        for stored, (_, content) in zip(found, contents, strict=True):
            now = as_it_reads_now(content)
            made = sketch(words_of(now.get("title") or "", now.get("text") or ""), secret)
            keyid = stored.row.revision_keyid or stored.row.keyid or ""
            petition = stored.case
            await store.keep(unit.session, stored.row.id, petition.tenant, keyid, petition.revision, made)
        return len(ids)
