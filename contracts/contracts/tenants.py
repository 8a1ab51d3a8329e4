"""The tenants: the province and its 21 cities, by GB/T 2260 code."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from contracts.reference import rows_of
from contracts.registry import BrokenContracts

TABLE = "tenants.csv"
PROVINCE = "440000"


@dataclass(frozen=True, slots=True)
class Tenant:
    """A city, or the province itself.

    Attributes:
        code: GB/T 2260, six digits.
        name_zh: Chinese name.
        name_en: English name.
    """

    code: str
    name_zh: str
    name_en: str


def load_tenants(directory: Path | None = None) -> Mapping[str, Tenant]:
    """Read ``reference/tenants.csv``: tenants by code, in the order of the codes.

    Args:
        directory: The folder of contracts; the same default as :meth:`contracts.registry.Registry.load`.

    Raises:
        BrokenContracts: The file is missing, or a code isn't six digits or comes twice.
    """
    tenants: dict[str, Tenant] = {}
    for row in rows_of(TABLE, directory):
        try:
            tenant = Tenant(code=row["code"], name_zh=row["name_zh"], name_en=row["name_en"])
        except KeyError as error:
            raise BrokenContracts(f"{TABLE}: {error}") from error
        if not (tenant.code.isascii() and tenant.code.isdigit() and len(tenant.code) == len(PROVINCE)):
            raise BrokenContracts(f"{TABLE}: {tenant.code!r} isn't a code of six digits")
        if tenant.code in tenants:
            raise BrokenContracts(f"{TABLE}: {tenant.code} comes twice")
        tenants[tenant.code] = tenant
    return MappingProxyType(dict(sorted(tenants.items())))


def span(code: str) -> tuple[str, str]:
    """Give the first and the last code of a tenant and all below it: province, city and district are two digits each.

    Args:
        code: GB/T 2260, six digits.
    """
    pairs = [code[:2], code[2:4], code[4:]]
    while pairs and pairs[-1] == "00":
        pairs.pop()
    return code, "".join(pairs).ljust(len(code), "9")


def superior(code: str) -> str | None:
    """Give the tier above: of a district its city, of a city the province; None for the province itself.

    Args:
        code: GB/T 2260, six digits.
    """
    city = f"{code[:4]}00"
    if city != code:
        return city
    return None if code == PROVINCE else PROVINCE
