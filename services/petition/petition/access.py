"""Who asks, as this service knows them."""

from dataclasses import replace

from casework.access import Asker, asker_of
from casework.informants import informant_of
from chassis.unit import Unit


def asker(unit: Unit) -> Asker:
    """Read who is asking; what they write is kept under their pseudonym as an author, or as an informant.

    Raises:
        UnknownTenant: They belong to no city of the suite.
    """
    found = asker_of(unit, "author")
    return replace(found, owners=(found.owner, informant_of(found.owner, unit.outbox)))
