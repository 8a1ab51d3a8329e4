"""Reads the tables that people keep beside the contracts: ``reference/*.csv``, a heading line first."""

import csv
from collections.abc import Iterator, Mapping
from pathlib import Path

from contracts.registry import BrokenContracts, default_directory


def rows_of(name: str, directory: Path | None = None) -> Iterator[Mapping[str, str]]:
    """Read the rows of a table, by its headings.

    Args:
        name: Of the file.
        directory: The folder of contracts; the same default as :meth:`contracts.registry.Registry.load`.

    Raises:
        BrokenContracts: The file is missing or isn't UTF-8, or a row has more or fewer fields than the heading.
    """
    path = (directory or default_directory()) / "reference" / name
    try:
        with path.open(encoding="utf-8", newline="") as lines:
            for row in csv.DictReader(lines):
                if None in row or None in row.values():
                    raise BrokenContracts(f"{name}: {row} doesn't fit the heading")
                yield row
    except (OSError, UnicodeDecodeError) as error:
        raise BrokenContracts(f"{name}: {error}") from error
