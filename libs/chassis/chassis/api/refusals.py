"""Refusals from inside, as problem documents: a service lists its own once, and its endpoints run ``with`` the list."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from chassis.api.errors import Problem

Reading = Callable[[Any], Problem]


class Refusals(dict[type[Exception], Reading]):
    """How each refusal reads; a mapping from its class to what makes the problem of it."""

    def __init__(self, *tables: Mapping[type[Exception], Reading]) -> None:
        """Join the tables; the last word on a class counts."""
        super().__init__()
        for table in tables:
            self.update(table)

    @contextmanager
    def readable(self) -> Iterator[None]:
        """Turn a refusal that is in the list into its problem document; anything else passes as it is.

        Raises:
            Problem: As the list says.
        """
        try:
            yield
        except tuple(self) as refused:
            reading = next(self[class_] for class_ in type(refused).__mro__ if class_ in self)
            raise reading(refused) from refused
