"""The query code (查询码) that goes with the number of a case, and that nobody has to store."""

from chassis.outbox import Outbox

from casework.numbers import query_code


def code_of(number: str, outbox: Outbox) -> str:
    """Give the query code of a case; every service of the suite derives the same one from the case's number."""
    return query_code(outbox.pseudonym(number, context="query-code"))
