"""The query code (查询码) that goes with the number of a case, and that nobody has to store."""

import hmac
from dataclasses import dataclass
from typing import Annotated

from chassis.api.attempts import Attempts
from chassis.api.models import Body
from chassis.outbox import Outbox
from pydantic import Field

from casework.numbers import query_code


class CodeBody(Body):
    """What somebody holds who isn't signed in."""

    number: Annotated[
        str,
        Field(min_length=8, max_length=40, pattern="^[A-Za-z0-9-]+$", description="办件编号 · Number of the matter"),
    ]
    query_code: Annotated[
        str, Field(min_length=6, max_length=20, pattern="^[A-Za-z0-9]+$", description="查询码 · Query code")
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tries:
    """Wrong codes, so that nobody can try them for long; of a right one nothing is counted.

    Attributes:
        by_number: For one number, whoever tries.
        by_client: By one client, whatever the number; of one that isn't known nothing is counted.
    """

    by_number: Attempts
    by_client: Attempts

    def check(self, number: str, client: str) -> None:
        """Let somebody try.

        Raises:
            Problem: 429 after too many wrong codes.
        """
        self.by_number.check(number)
        self.by_client.check(client)

    def was_wrong(self, number: str, client: str) -> None:
        """Count a wrong code."""
        self.by_number.was_wrong(number)
        if client:
            self.by_client.was_wrong(client)


def code_of(number: str, outbox: Outbox) -> str:
    """Give the query code of a case; every service of the suite derives the same one from the case's number."""
    return query_code(outbox.pseudonym(number, context="query-code"))


def is_right(number: str, code: str, outbox: Outbox) -> bool:
    """Tell whether a code is that of a number.

    It follows from the number by a secret, so a wrong one is known without asking whether there is such a number: that
    can't be told from the answer, nor from the time that it takes.
    """
    return hmac.compare_digest(code_of(number, outbox).encode(), code.encode())
