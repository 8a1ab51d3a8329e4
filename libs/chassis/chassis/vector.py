"""How far somebody has seen: the last sequence of each subject (a version vector), as a short opaque text.

Sequences have no gaps and each subject keeps its order, so this says exactly which events were seen, whatever way and
in whatever order between subjects they came.
"""

import base64
import binascii
import re
from collections.abc import Mapping
from typing import Final

Vector = Mapping[str, int]
"""Last sequence by subject."""

PATTERN: Final = "^[A-Za-z0-9_-]{0,1200}$"
"""What such a text looks like from outside."""

_ENTRY: Final = re.compile(r"([A-Za-z0-9][A-Za-z0-9._:/-]{0,127})=([0-9]{1,18})")


def to_text(vector: Vector) -> str:
    """Write the vector in base64url; the same vector gives the same text."""
    entries = ",".join(f"{subject}={sequence}" for subject, sequence in sorted(vector.items()))
    return base64.urlsafe_b64encode(entries.encode()).decode().rstrip("=")


def from_text(text: str) -> dict[str, int]:
    """Read what ``to_text`` wrote.

    Raises:
        ValueError: It didn't write this.
    """
    try:
        entries = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True).decode("ascii")
    except (binascii.Error, UnicodeDecodeError) as error:
        raise ValueError("not a vector") from error
    found = [_ENTRY.fullmatch(entry) for entry in entries.split(",")] if entries else []
    if not all(found):
        raise ValueError("not a vector")
    return {entry[1]: int(entry[2]) for entry in found if entry}


def newer(vector: Vector, subject: str, sequence: int) -> bool:
    """Tell whether an event is beyond what was seen."""
    return sequence > vector.get(subject, 0)
