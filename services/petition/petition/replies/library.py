"""The published answers as this process searches them: read again once they have changed, by whichever process.

Reading them and counting their words takes its time, so a thread does it while the answers of before are still given.
"""

import asyncio
import logging
from collections.abc import Callable, Iterator
from datetime import date
from threading import Event, Thread
from typing import TYPE_CHECKING, Any, Final

import psycopg
from chassis.infrastructure import describe
from chassis.process.health import Status
from psycopg.rows import namedtuple_row

from petition.replies.store import VERSIONS

if TYPE_CHECKING:
    from petition.replies.search import Hit
    from petition.replies.shelf import Book, Shelf

log = logging.getLogger(__name__)

POLL_S: Final = 1.0
RETRY_S: Final = 5.0
ANSWER_S: Final = 10
STOP_S: Final = 5.0
MOST: Final = 30_000_000
"""Characters that a process holds, of the newest answers: as many as 100,000 usual ones have. They take 420 MiB, and
980 MiB while they are read."""
_REVISION: Final = "SELECT revision FROM reply_library"
_BOOKS: Final = """
SELECT id, tenant, overrides, published FROM answers
WHERE published IS NOT NULL AND state NOT IN ('retiring', 'retired') ORDER BY id DESC
"""


class Stopped(Exception):
    """Nobody waits for the answers any more."""


class Library:
    """Holds what is published while it runs; a part of the process in role api."""

    name = "library"

    def __init__(self, database_url: str) -> None:
        """Connect at the start, not here."""
        self._url = database_url
        self._shelf: Shelf | None = None
        self._revision = 0  # nothing was ever published
        self._stopping = Event()
        self._thread = Thread(target=self._follow, name=self.name, daemon=True)
        self._trouble: str | None = "starting"

    async def find(
        self, question: str, *, tenant: str, on: date, admits: Callable[[str], bool], limit: int = 10
    ) -> "list[Hit]":
        """Give the answers that are nearest to a question, as ``Shelf.find`` does; none while there is nothing yet."""
        shelf = self._shelf
        if shelf is None:
            return []
        return await asyncio.to_thread(shelf.find, question, tenant=tenant, on=on, admits=admits, limit=limit)

    async def start(self) -> None:
        """Begin to hold them."""
        self._thread.start()

    async def stop(self) -> None:
        """Let go; what is being read ends with the next answer, and nobody waits long for a database that is silent."""
        self._stopping.set()
        if self._thread.is_alive():
            await asyncio.to_thread(self._thread.join, STOP_S)

    async def check(self) -> Status:
        """Say what is held; without it officers write their replies themselves."""
        held = len(self._shelf) if self._shelf is not None else 0
        return Status(ready=True, detail=self._trouble or f"{held} answers of revision {self._revision}")

    def refresh(self) -> None:
        """Read the answers if they have changed since; it blocks.

        Raises:
            psycopg.Error: The database doesn't answer; what was held is held on.
        """
        with self._connected() as connection:
            self._read(connection)

    def _follow(self) -> None:
        while not self._stopping.is_set():
            try:
                with self._connected() as connection:
                    self._keep_up(connection)
            except Stopped:
                return
            except Exception as error:  # noqa: BLE001  the next look tries again
                if self._trouble is None:
                    log.warning("the library has to wait: %s", describe(error))
                self._trouble = f"waiting: {describe(error)}"
                self._stopping.wait(RETRY_S)

    def _keep_up(self, connection: psycopg.Connection[Any]) -> None:
        stopped = False
        while not stopped:
            self._read(connection)
            self._trouble = None
            stopped = self._stopping.wait(POLL_S)

    def _connected(self) -> psycopg.Connection[Any]:
        return psycopg.connect(
            self._url,
            autocommit=True,
            connect_timeout=5,
            application_name="petition-library",
            tcp_user_timeout=ANSWER_S * 1000,
            options=f"-c statement_timeout={ANSWER_S}s",
            row_factory=namedtuple_row,
        )

    def _read(self, connection: psycopg.Connection[Any]) -> None:
        ((revision,),) = connection.execute(_REVISION).fetchall()
        if revision == self._revision:
            return
        # The revision was read first: what is committed from here on is read twice rather than never.
        from petition.replies.shelf import Shelf  # noqa: PLC0415  whoever has no library needs no such libraries

        with connection.transaction():
            self._shelf, self._revision = Shelf(self._books(connection)), revision

    def _books(self, connection: psycopg.Connection[Any]) -> "Iterator[Book]":
        from petition.replies.shelf import Book  # noqa: PLC0415  see above

        room = MOST
        with connection.cursor("library") as cursor:  # stays at the server: a page of rows at a time
            cursor.itersize = 1_000
            for row in cursor.execute(_BOOKS):
                if self._stopping.is_set():
                    raise Stopped
                version = VERSIONS.validate_json(row.published)
                room -= sum(map(len, (version.content.text, *version.content.variants)))
                if room < 0:
                    log.warning("the library is full; answers older than %s aren't found", row.id)
                    return
                yield Book(row.id, row.tenant, row.overrides, version)
