"""By when a review may be asked for, and by when it is decided: the days of ``rules.yaml`` (信访). Pure."""

from datetime import datetime
from typing import Final

from petition.handling.clock import Limit, limit_from
from petition.review.review import CLOCKS, Rung

KIND: Final = "letters-and-visits"
WINDOWS: Final = {Rung.FIRST: (KIND, "review-request"), Rung.FINAL: (KIND, "final-review-request")}
"""How long after the answer it may be asked for."""


def window(rung: Rung, now: datetime) -> datetime:
    """Give the end of the days within which a review may be asked for, of an answer that is given now."""
    return limit_from(WINDOWS[rung], now).due_at


def limit(rung: Rung, now: datetime) -> Limit:
    """Give the time limit of a review that is asked for now."""
    return limit_from(CLOCKS[rung], now)
