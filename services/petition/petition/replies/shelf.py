"""What is in force of the library at one moment, searchable, for each city and day."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from petition.replies.answer import Version
from petition.replies.search import Entry, Hit, Index


@dataclass(frozen=True, slots=True)
class Book:
    """A published answer.

    Attributes:
        id: Of the answer.
        tenant: Whose.
        overrides: Id of the province's answer in whose place it is given.
        version: The one that is in force from its first day to its last.
    """

    id: UUID
    tenant: str
    overrides: UUID | None
    version: Version


class Shelf:
    """Published answers with what decides who may be given them. It never changes."""

    def __init__(self, books: Iterable[Book]) -> None:
        """Read each answer once; none is kept but in the index."""
        self._tenants: list[str] = []
        self._whose: list[int] = []
        self._days: list[tuple[int, int]] = []
        self._overriding: list[tuple[int, UUID]] = []
        self._index = Index(self._entries(books))
        self._tenant = np.array(self._whose, np.int32)
        self._first, self._last = np.array(self._days, np.int32).reshape(-1, 2).T
        places = {id_: place for place, id_ in enumerate(self._index.ids)}
        pairs = ((own, places.get(str(overridden), -1)) for own, overridden in self._overriding)
        self._pairs = np.array([pair for pair in pairs if pair[1] >= 0], np.int32).reshape(-1, 2)

    def __len__(self) -> int:
        return len(self._index.ids)

    def find(self, question: str, *, tenant: str, on: date, admits: Callable[[str], bool], limit: int) -> list[Hit]:
        """Give the answers in force that are nearest to a question.

        Args:
            question: Title and text of a message, or words.
            tenant: For which city: what it answers itself stands in the place of what it overrides.
            on: The day in China.
            admits: Whose answers may be found.
            limit: At most so many.
        """
        return self._index.find(question, limit=limit, among=self._offered(tenant, on, admits))

    def _offered(self, tenant: str, on: date, admits: Callable[[str], bool]) -> NDArray[np.bool_]:
        day = on.toordinal()
        in_force = (self._first <= day) & (day <= self._last)
        offered: NDArray[np.bool_] = in_force & np.array([admits(each) for each in self._tenants], bool)[self._tenant]
        if tenant in self._tenants:
            own, overridden = self._pairs.T
            counts = in_force[own] & (self._tenant[own] == self._tenants.index(tenant))
            offered[overridden[counts]] = False
        return offered

    def _entries(self, books: Iterable[Book]) -> Iterator[Entry]:
        for place, book in enumerate(books):
            if book.tenant not in self._tenants:
                self._tenants.append(book.tenant)
            content = book.version.content
            self._whose.append(self._tenants.index(book.tenant))
            self._days.append((content.effective_from.toordinal(), (content.effective_until or date.max).toordinal()))
            if book.overrides:
                self._overriding.append((place, book.overrides))
            yield Entry(id=str(book.id), answer=content.text, variants=content.variants)
