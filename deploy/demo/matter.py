"""A petition as officers see it when they take it up. Pure."""

from dataclasses import dataclass
from typing import Final

from demo.wording import REPLIES

OTHERWISE: Final = "liaison-12345"
DEPARTMENTS: Final = {
    "fraud": "anti-fraud",
    "traffic": "traffic-police",
    "exit-entry": "exit-entry",
    "household": "household",
    "public-order": "public-order",
    "fire": "fire",
    "network": "network-police",
}
CITIES: Final = ("440300", "440100")


@dataclass(frozen=True, slots=True, kw_only=True)
class Matter:
    """A petition as its desk sees it when it takes it up.

    Attributes:
        id: Of the petition.
        tenant: Whose desk it is.
        state: Where it stands.
        sender: Account of whoever wrote it, if they have one here.
        held: Number and query code, if whoever wrote it asks with them.
        kind: What it is said to be.
        topic: What it is said to be about.
        hidden: Why only a small circle may know of it.
        urgent: It can't wait.
        department: Who ought to answer.
        answer: Id and version of the library's answer that it has, or that is nearest; None: none is near.
    """

    id: str
    tenant: str
    state: str
    sender: str | None = None
    held: tuple[str, str] | None = None
    kind: str | None = None
    topic: str | None = None
    hidden: str | None = None
    urgent: bool = False
    department: str = OTHERWISE
    answer: tuple[str, int] | None = None

    @property
    def astray(self) -> str:
        """Name a department that it isn't for."""
        return next(each for each in REPLIES if each not in {self.department, OTHERWISE})

    @property
    def helper(self) -> str:
        """Name the department that is asked for its opinion (协办), of another city and of the province."""
        return next(each for each in REPLIES if each not in {self.department, self.astray})

    @property
    def neighbour(self) -> str:
        """Name another city."""
        return next(each for each in CITIES if each != self.tenant)

    def handler_of(self, department: str, tenant: str | None = None) -> str:
        """Name the handler's account of a department, here or elsewhere."""
        return f"handler-{department}-{tenant or self.tenant}"
