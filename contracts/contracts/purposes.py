"""For which purposes (用途) another person's data may be read: a closed list, as data."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from contracts.reference import rows_of
from contracts.registry import BrokenContracts

TABLE = "purposes.csv"
_CODE = re.compile("[a-z]+(-[a-z]+)*")


@dataclass(frozen=True, slots=True)
class Purpose:
    """One purpose.

    Attributes:
        code: As requests and records name it.
        name_zh: Chinese name.
        name_en: English name.
    """

    code: str
    name_zh: str
    name_en: str


def load_purposes(directory: Path | None = None) -> Mapping[str, Purpose]:
    """Read ``reference/purposes.csv``: purposes by code, in the order in which people are offered them.

    Args:
        directory: The folder of contracts; the same default as :meth:`contracts.registry.Registry.load`.

    Raises:
        BrokenContracts: The file is missing, or a code isn't lower-case words or comes twice.
    """
    purposes: dict[str, Purpose] = {}
    for row in rows_of(TABLE, directory):
        try:
            purpose = Purpose(**row)
        except TypeError as error:
            raise BrokenContracts(f"{TABLE}: {error}") from error
        if _CODE.fullmatch(purpose.code) is None or purpose.code in purposes:
            raise BrokenContracts(f"{TABLE}: {purpose.code!r} isn't a code, or comes twice")
        purposes[purpose.code] = purpose
    return MappingProxyType(purposes)
