"""What verifications found, kept beside the checkpoints: the database that is verified can't be the witness of it."""

import os
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Final, Self

from pydantic import TypeAdapter, ValidationError

NAME: Final = "verified.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """The last verification, and the last one that found nothing.

    Attributes:
        findings: What the last one found; 0 when everything agreed.
        at: When it was, UTC.
        passed_ordinal: Checkpoint up to which the last one that found nothing looked; 0 when there was none.
        passed_at: When that was.
    """

    findings: int = 0
    at: datetime | None = None
    passed_ordinal: int = 0
    passed_at: datetime | None = None

    def after(self, findings: int, ordinal: int, at: datetime) -> Self:
        """Give what is known after another verification, up to a checkpoint."""
        if findings:
            return replace(self, findings=findings, at=at)
        return replace(self, findings=0, at=at, passed_ordinal=ordinal, passed_at=at)


_FORM: Final = TypeAdapter(Verified)


class VerifiedFile:
    """The file; a small JSON object, replaced whole.

    Args:
        checkpoints: The file of checkpoints, beside which it lies.
    """

    def __init__(self, checkpoints: Path) -> None:
        self.path = checkpoints.with_name(NAME)

    def read(self) -> Verified:
        """Read it; nothing known when it isn't there or isn't what it should be."""
        try:
            return _FORM.validate_json(self.path.read_bytes())
        except (OSError, ValidationError):
            return Verified()

    def add(self, findings: int, ordinal: int, at: datetime) -> None:
        """Keep what a verification found.

        Raises:
            OSError: It can't be written here, where the caller may be one who may only read.
        """
        draft = self.path.with_name(f".{NAME}.{os.getpid()}")
        draft.write_bytes(_FORM.dump_json(self.read().after(findings, ordinal, at)))
        draft.replace(self.path)
