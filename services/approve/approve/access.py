"""Who asks, as this service knows them."""

from casework.access import Asker, asker_of
from chassis.unit import Unit


def asker(unit: Unit) -> Asker:
    """Read who is asking; whoever works on a review may be an applicant, too, and is then known by that pseudonym.

    Raises:
        UnknownTenant: They belong to no city of the suite.
    """
    return asker_of(unit, "applicant")
