"""Looks after what a reaction has parked: applies records whose turn has come, and watches the age of gaps."""

import logging
from typing import Final

from chassis.database import Database
from chassis.infrastructure import Patience, StoppedError, is_infrastructure
from chassis.worker import inbox
from chassis.worker.failures import TooManyFailuresError
from chassis.worker.inbox import Reason
from chassis.worker.processor import Processor

log = logging.getLogger(__name__)

EVERY_S: Final = 5.0
GAP_ALERT_S: Final = 60.0


class Sweep:
    """A reaction's sweep.

    A record's turn may come without any other record's arrival: after a replay was asked for, and after a process died
    between applying a record and its parked successor.

    Attributes:
        oldest_gap_s: For how long the record that has waited longest has missed its predecessor.
    """

    def __init__(self, processor: Processor, database: Database, patience: Patience) -> None:
        """Sweep for this processor, while the process lives."""
        self._processor = processor
        self._database = database
        self._patience = patience
        self._name = processor.reaction.name
        self.oldest_gap_s = 0.0

    async def run(self) -> None:
        """Sweep every 5 s until the process stops.

        Raises:
            TooManyFailuresError: Too many of the parked records failed.
        """
        try:
            while True:
                await self._patience.pause(EVERY_S)
                await self._patience.until_done(f"{self._name} sweep", self._once_safely)
        except StoppedError:
            return

    async def once(self) -> None:
        """Apply what can be applied, then count what remains.

        Raises:
            TooManyFailuresError: Too many of the parked records failed.
            StoppedError: The process stops.
        """
        async with self._database.transaction() as session:
            waiting = await inbox.settleable(session, consumer=self._name)
        for topic, subject in waiting:
            await self._processor.settle(topic, subject)
        async with self._database.transaction() as session:
            standing = await inbox.standing(session, consumer=self._name)
        self._processor.telemetry.standing(standing)
        gap = standing[Reason.GAP]
        self.oldest_gap_s = gap.oldest_s
        if gap.oldest_s > GAP_ALERT_S:
            log.error(
                "%s: %d records wait for a predecessor, the first for %.0f s", self._name, gap.records, gap.oldest_s
            )

    async def _once_safely(self) -> None:
        """Sweep once; what nobody foresaw is logged, and tried again at the next sweep."""
        try:
            await self.once()
        except (StoppedError, TooManyFailuresError):
            raise
        except Exception as error:
            if is_infrastructure(error):
                raise
            log.exception("%s: the sweep failed", self._name)
