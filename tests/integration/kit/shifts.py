"""Shifts, as whoever keeps a roster sends them: one after the other, so that none overlaps another."""

import itertools
from datetime import UTC, datetime, timedelta
from typing import Any

_TOMORROW = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) + timedelta(days=1)
_hours = itertools.count()


def next_shift() -> dict[str, Any]:
    """Give a shift of an hour that begins when the last one that was given ends."""
    starts_at = _TOMORROW + timedelta(hours=next(_hours))
    return {
        "post": "duty",
        "starts_at": starts_at.isoformat(),
        "ends_at": (starts_at + timedelta(hours=1)).isoformat(),
        "officer": "duty-officer-1",
        "deputy": "duty-officer-2",
    }
