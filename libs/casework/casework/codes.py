"""The query code (查询码) that goes with the number of a case, and that nobody has to store."""

from chassis.outbox import Outbox

from casework.numbers import query_code


def code_of(case: str, outbox: Outbox) -> str:
    """Give the query code of a case; every service of the suite derives the same one from the case's id."""
    return query_code(outbox.pseudonym(case, context="query-code"))
