"""Who asks, as this service knows them."""

from dataclasses import replace

from casework.access import Asker, asker_of
from casework.informants import informant_of
from chassis.unit import Unit

OWNERS = ("applicant", "author")
"""The contexts of owners' pseudonyms, accept's and petition's. They meet here alone, for whoever signs in."""

OFFICERS = "actor.petition"
"""The context in which petition's events name officers: whoever is complained about is recognised by it."""


def asker(unit: Unit) -> Asker:
    """Read who is asking.

    Raises:
        UnknownTenant: They belong to no city of the suite.
    """
    found = asker_of(unit, *OWNERS, acting=OFFICERS)
    _, author = found.owners
    return replace(found, owners=(*found.owners, informant_of(author, unit.outbox)))
