"""By which name a report knows whoever wrote it: another one than any of their other matters does."""

from chassis.outbox import Outbox


def informant_of(author: str, outbox: Outbox) -> str:
    """Give the pseudonym of an informant (举报人); nobody without the suite's secret can tell whose it is.

    Args:
        author: The pseudonym by which their ordinary petitions name them.
        outbox: Knows the secret.
    """
    return outbox.pseudonym(author, context="informant")
