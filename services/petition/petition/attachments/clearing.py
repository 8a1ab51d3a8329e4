"""Clears the store of what nobody needs (清理): uploads that never became a petition's, and files of who was erased.

It goes through the store shelf by shelf and asks the tables which files are needed. So it makes no difference why one
isn't: a request that was cut off, a process that was killed, an upload that waited in vain, a key that was destroyed.
It runs once what a restored database lacks has been imported, never before.
"""

from datetime import timedelta
from typing import Final

from chassis.database import driver_of
from chassis.files import SHELVES, FileStore
from chassis.unit import Unit
from chassis.worker.tasks import Task

from petition.attachments import uploads
from petition.attachments.attachment import names_of_file

REST: Final = timedelta(hours=1)
"""A younger file may belong to a request that hasn't committed yet."""
EVERY_S: Final = 10.0
"""A shelf each time: the whole store in three quarters of an hour."""
MOST_ASKED: Final = 500

# In one statement, and so of one moment: an upload becomes a petition's file in one commit, and never is neither.
_NEEDED: Final = """
SELECT file FROM uploads WHERE file = ANY(%(names)s)
UNION ALL
SELECT unnest(files) FROM petitions WHERE files && %(names)s AND keyid IS NOT NULL
"""


class Clearing:
    """Goes through a store, shelf by shelf."""

    def __init__(self, store: FileStore) -> None:
        """Begin with the first shelf."""
        self._store = store
        self._shelf = 0

    @property
    def task(self) -> Task:
        """The periodic work."""
        return Task(name="clear attachments", every_s=EVERY_S, run=self.run, timeout_s=60.0)

    async def run(self, unit: Unit) -> None:
        """Clear the next shelf."""
        await uploads.expire(unit.session, unit.now)
        await self.clear(self._shelf, unit)
        self._shelf = (self._shelf + 1) % SHELVES

    async def clear(self, shelf: int, unit: Unit) -> None:
        """Delete what lies on a shelf and isn't needed."""
        addresses = await self._store.older_than(unit.now - REST, shelf)
        for first in range(0, len(addresses), MOST_ASKED):
            some = addresses[first : first + MOST_ASKED]
            names = {address: names_of_file(address, unit.outbox.pseudonym) for address in some}
            asked = [name for both in names.values() for name in both]
            found = await (await driver_of(unit.session).execute(_NEEDED, {"names": asked})).fetchall()
            needed = {name for (name,) in found}
            for address, both in names.items():
                if needed.isdisjoint(both):
                    await self._store.delete(address)
