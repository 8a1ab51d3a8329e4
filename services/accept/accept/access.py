"""Who asks, as this service knows them."""

from casework.access import Asker, asker_of
from chassis.unit import Unit


def asker(unit: Unit) -> Asker:
    """Read who is asking; what they hand in is kept under their pseudonym as an applicant.

    Raises:
        UnknownTenant: They belong to no city of the suite.
    """
    return asker_of(unit, "applicant")
