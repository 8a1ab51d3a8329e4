"""What follows when a person's key was destroyed (抹除): what it had sealed is deleted, and that is acknowledged.

The key is gone already, so nothing opens any more; what is deleted here is ciphertext that would be kept for nothing.
Cases stay, with what happened to them: figures, deadlines and trees still agree.
"""

from typing import Any

from chassis.envelope import Envelope
from chassis.unit import Unit
from chassis.worker.processor import Reaction
from contracts.event import ContractEvent
from sqlalchemy import update

from casework.repository import Repository
from contracts.events import ErasureOrdered


class Erasures:
    """Erasures in one service."""

    def __init__(self, repository: Repository[Any, Any], acknowledged: type[ContractEvent]) -> None:
        """Say where, and how it is acknowledged.

        Args:
            repository: The cases of the service.
            acknowledged: Its own event, on a topic of its own; it tells how many texts were deleted.
        """
        self._repository = repository
        self._acknowledged = acknowledged
        self.reaction = Reaction(
            name="erasures", topics=(ErasureOrdered.TOPIC,), handlers={ErasureOrdered.TYPE: self.erase}
        )

    async def erase(self, event: Envelope, unit: Unit) -> None:
        """Delete what the destroyed key had sealed, and acknowledge, also that there was nothing."""
        emptied = await self.forget(unit, event.subject)
        await unit.append(
            topic=self._acknowledged.TOPIC,
            subject=event.subject,
            tenant=event.tenant,
            first_sequence=1,
            events=[self._acknowledged.from_data({"emptied": emptied})],
        )

    async def restore(self, unit: Unit, event: Envelope) -> None:
        """Apply an own event to a restored database: an acknowledgement deletes again, any other tells of a case.

        Raises:
            OutOfOrderError: Its predecessor is missing; it has to come again after that one.
            UnrecoverableError: This release doesn't know the type.
            UnsealableError: A sealed field was changed or moved.
        """
        if event.type == self._acknowledged.TYPE:
            await self.forget(unit, event.subject)
        else:
            await self._repository.restore(unit, event)

    async def forget(self, unit: Unit, keyid: str) -> int:
        """Delete what is sealed under a key, and leave the cases; give how often the key was named."""
        unit.outbox.keyring.forget(keyid)
        connection, row, emptied = await unit.session.connection(), self._repository.row, 0
        for column, sealed in self._repository.content.sealed.items():
            nothing = dict.fromkeys((column, *sealed))
            statement = update(row).where(getattr(row, column) == keyid).values(nothing)
            emptied += (await connection.execute(statement)).rowcount
        return emptied
