"""Applications for the catalogue's service items: who applies where for what, and what is to become of it."""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from contracts.tenants import PROVINCE

from demo.forms import fill
from demo.gateway import Gateway
from demo.target import TokenFor

PAGE = 100


class CatalogueError(RuntimeError):
    """The catalogue can't be read."""


class Fate(StrEnum):
    """What is to become of an application; the values are the stages in which it ends."""

    APPROVED = "approved"
    DENIED = "denied"
    REFUSED = "not-accepted"
    """At the door, by the window."""
    WITHDRAWN = "withdrawn"
    """Before anybody has looked at it."""
    TAKEN_BACK = "taken-back"
    """While it is under review; whether that comes first is for the suite to say."""


@dataclass(frozen=True, slots=True)
class Item:
    """A service item as the catalogue has it.

    Attributes:
        form: JSON Schema.
        example: A form as filled in.
        reasons: Codes of what may be wrong with an application.
    """

    slug: str
    offered_in: Sequence[str]
    form: Mapping[str, Any]
    example: Mapping[str, Any]
    reasons: Sequence[str]


@dataclass(frozen=True, slots=True)
class Application:
    """One application.

    Attributes:
        number: Its place in the series; it decides everything else.
        applicant: Who applies, as their token says.
        walk_in: At the window, without an account.
    """

    number: int
    applicant: str
    tenant: str
    item: Item
    walk_in: bool
    fate: Fate

    @property
    def form(self) -> dict[str, Any]:
        """The form, filled in."""
        return fill(self.item.form, self.item.example, self.number)

    @property
    def reason(self) -> str:
        """Why it is refused or denied, if it is."""
        return self.item.reasons[self.number % len(self.item.reasons)]


async def read_catalogue(gateway: Gateway, token_for: TokenFor) -> list[Item]:
    """Read every service item.

    Raises:
        CatalogueError: It can't be read.
    """
    token = token_for("reader", PROVINCE, "citizen", None)
    page = await gateway.read(f"/v1/service-items?limit={PAGE}", token)
    slugs = [str(item["slug"]) for item in page.body.get("items", [])]
    found = [await gateway.read(f"/v1/service-items/{slug}", token) for slug in slugs]
    if not found or not all(each.accepted for each in found):
        raise CatalogueError(f"事项目录无法读取。 The catalogue can't be read: {page.reason}")
    return [
        Item(slug, body["offered_in"], body["form"], body["example"], list(body["reasons"]))
        for slug, body in zip(slugs, (each.body for each in found), strict=True)
    ]


def applications(items: Sequence[Item], first: int = 0) -> Iterator[Application]:
    """Give applications without end, by their numbers: all items in turn, and each item's cities in turn."""
    for number in itertools.count(first):
        turn, place = divmod(number, len(items))
        item, fate = items[place], fate_of(number)
        tenant = item.offered_in[(turn + place) % len(item.offered_in)]
        walk_in = number % 4 == 0 and fate not in {Fate.WITHDRAWN, Fate.TAKEN_BACK}
        yield Application(number, f"applicant-{number}", tenant, item, walk_in, fate)


def fate_of(number: int) -> Fate:
    """Deny one in eight, refuse one in twenty; one in twenty is withdrawn, half of them while under review."""
    if number % 8 == 3:  # noqa: PLR2004  see above
        return Fate.DENIED
    if number % 20 == 6:  # noqa: PLR2004  see above
        return Fate.REFUSED
    if number % 20 == 10:  # noqa: PLR2004  see above
        return Fate.WITHDRAWN if number % 40 == 10 else Fate.TAKEN_BACK  # noqa: PLR2004  see above
    return Fate.APPROVED
