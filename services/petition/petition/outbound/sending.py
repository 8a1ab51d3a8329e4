"""Sends what waits (发送): each source for itself, so that one that is away keeps no other waiting.

A delivery is sent, and marked in the transaction that holds it. Whoever dies in between sends it again, with the same
key. A source that is away is asked less and less often, and loses nothing; a message that it will never take, or that
is no news any more, is left to a person, with what is behind it.
"""

import asyncio
import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Final
from uuid import UUID

from casework.codes import code_of
from chassis.envelope import new_id
from chassis.infrastructure import describe
from chassis.policy import EVERYTHING
from chassis.sealing import UnsealableError
from chassis.testing.faults import fault_point
from chassis.unit import Unit
from chassis.worker.tasks import Task
from sqlmodel import col
from workdays.counting import day_of

from petition.bulletins.store import BULLETINS
from petition.bulletins.tables import BulletinRow
from petition.bulletins.wording import published, withdrawn
from petition.channels import cursors
from petition.channels.connector import AwayError, Outgoing, RefusedError, SendConnector, SendError
from petition.channels.cursors import Direction
from petition.channels.origin import Origin
from petition.kinds import in_confidence
from petition.outbound import domain, store
from petition.outbound.codes import token_of
from petition.outbound.delivery import OF_BULLETINS, Delivery, Way, What, id_at
from petition.outbound.marks import mark_of
from petition.outbound.store import DELIVERIES, StoredDelivery
from petition.outbound.telemetry import telemetry
from petition.outbound.wording import Facts, Told, told
from petition.store import PETITIONS
from petition.tables import PetitionRow

log = logging.getLogger(__name__)

LOOK_EVERY_S: Final = 1.0
MEASURE_EVERY_S: Final = 10.0
ANSWER_S: Final = 5.0
"""Longest wait for a counterpart; half of what the database lets a transaction idle."""
RUN_S: Final = 3.0
"""After so long a run begins nothing more, so that what it has sent is marked soon."""
TASK_S: Final = 25.0
MOST: Final = 50
LONGEST: Final = timedelta(days=3)
"""What has waited longer is sent by nobody but a person, who knows whether it is still wanted."""
MOST_ATTEMPTS: Final = 8
FIRST_PAUSE_S, LONGEST_PAUSE_S = 60.0, 3600.0
CODE_FOR: Final = timedelta(days=30)
"""How long a one-time link is good."""
CONTENT: Final = frozenset(
    {"title", "reply_to", "reply", "correction", "supplement_request", "review_reasons", "review_reply"}
)
WORDS_OF_PEOPLE: Final = frozenset({What.QUESTION, What.REPLY, What.CORRECTION, What.REVIEW_DECIDED})


@dataclass(frozen=True, slots=True)
class Sender:
    """Sends what is for one source.

    Attributes:
        connector: Reaches it.
        code_page: Where one-time links lead; None: there are none.
    """

    connector: SendConnector
    code_page: str | None = None

    async def run(self, unit: Unit) -> None:
        """Send what is due, if it is time.

        Args:
            unit: Of the run; it commits what became of each.
        """
        cursor = await cursors.take(unit.session, self.connector, Direction.OUT)
        if cursor is None:
            return
        began, taken = time.monotonic(), False
        for each in await store.due(unit, self.connector, MOST):
            if time.monotonic() - began > RUN_S:
                break
            try:
                taken |= await self._deliver(each, unit.resuming(new_id()))
            except AwayError as error:
                await self._put_off(error, unit, first=not cursor.failures)
                return
        if taken and cursor.failures:
            await cursors.go_on(unit.session, self.connector)

    async def _deliver(self, waiting: StoredDelivery, unit: Unit) -> bool:
        """Bring one delivery further; say whether the counterpart has taken it.

        Raises:
            AwayError: The counterpart takes nothing now.
        """
        delivery, row = waiting.case, waiting.row
        late = row.since is not None and unit.now - row.since > LONGEST
        if row.behind or late:  # type: ignore[attr-defined]
            await self._park(delivery, "too-late" if late else "behind", unit)
            return False
        try:
            compose = self._announce if delivery.what in OF_BULLETINS else self._compose
            composed = None if row.outdated else await compose(delivery, unit)  # type: ignore[attr-defined]
            if composed is None:
                await store.drop(unit, delivery)
                self._count("dropped", unit)
                return False
            outgoing, words = composed
            await self._send(outgoing)
        except AwayError:
            raise
        except (RefusedError, UnsealableError) as error:
            await self._park(delivery, error.reason if isinstance(error, SendError) else "unreadable", unit)
        except SendError as error:
            await self._try_later(waiting, error, unit)
        else:
            fault_point("outbound.sent")
            code_until = unit.now + CODE_FOR if words.links else None
            await DELIVERIES.save(unit, domain.sent(delivery, words.way, code_until=code_until))
            self._count("sent", unit)
            return True
        return False

    async def _compose(self, delivery: Delivery, unit: Unit) -> tuple[Outgoing, Told] | None:
        """Say what goes out; None if nothing does, also because its reader was erased meanwhile.

        Raises:
            UnsealableError: What was written was changed or moved.
        """
        wanted = PETITIONS.within(EVERYTHING, EVERYTHING).where(col(PetitionRow.id) == UUID(delivery.petition))
        (stored,) = await PETITIONS.fetch(unit.session, wanted)
        ((_, content),) = await PETITIONS.contents(unit, [stored], reader=None, only=CONTENT)
        petition = stored.case
        if "reply_to" not in content:
            return None
        origin = Origin.read(delivery.channel, content["reply_to"])
        page = self.code_page
        facts = Facts(
            code=code_of(petition.number, unit.outbox),
            link=None if page is None else f"{page}#{token_of(delivery.id, unit.outbox)}",
            question=content.get("supplement_request"),
            reply=content.get("reply"),
            correction=content.get("correction"),
            reasons=content.get("review_reasons"),
            changed=content.get("review_reply"),
        )
        words = told(delivery.what, petition, facts, self.connector.ways(origin))
        if words is None:
            return None
        outgoing = Outgoing(
            key=delivery.id,
            mark=mark_of(delivery.id, unit.outbox),
            origin=origin,
            way=words.way,
            title=None if in_confidence(petition.kind, petition.hidden) else content["title"],
            text=words.text,
            automatic=delivery.what not in WORDS_OF_PEOPLE,
        )
        return outgoing, words

    async def _announce(self, delivery: Delivery, unit: Unit) -> tuple[Outgoing, Told] | None:
        """Say what of a bulletin goes out; None if nothing does: it was withdrawn before, or its last day is over."""
        wanted = BULLETINS.within(EVERYTHING).where(col(BulletinRow.id) == UUID(delivery.petition))
        (stored,) = await BULLETINS.fetch(unit.session, wanted)
        taken_back = delivery.what is What.WITHDRAWAL
        text = withdrawn(stored.case) if taken_back else published(stored.case, day_of(unit.now))
        if text is None:
            return None
        channel, source = delivery.channel, delivery.source
        outgoing = Outgoing(
            key=delivery.id,
            mark=mark_of(delivery.id, unit.outbox),
            origin=Origin(channel=channel, source=source),
            way=Way.PUBLIC,
            title=None,
            text=text,
            automatic=False,
            withdraws=id_at(delivery.petition, What.BULLETIN, channel, source) if taken_back else None,
        )
        return outgoing, Told(Way.PUBLIC, text)

    async def _send(self, outgoing: Outgoing) -> None:
        """Send it, within bounds.

        Raises:
            SendError: See there.
        """
        try:
            async with asyncio.timeout(ANSWER_S) as limit:
                await self.connector.send(outgoing)
        except SendError:
            raise
        except TimeoutError as error:
            raise AwayError("too-slow") if limit.expired() else SendError("failed") from error
        except Exception as error:
            log.warning("a connector failed: %s", describe(error))
            raise SendError("failed") from error

    async def _try_later(self, waiting: StoredDelivery, error: SendError, unit: Unit) -> None:
        attempts = waiting.row.attempts or 0
        if attempts + 1 >= MOST_ATTEMPTS:
            await self._park(waiting.case, error.reason, unit)
            return
        pause_s = max(error.retry_after_s or 0.0, FIRST_PAUSE_S * 2**attempts)
        await store.try_again(unit, waiting.case, pause_s=min(pause_s, LONGEST_PAUSE_S))
        self._count("put-off", unit)

    async def _park(self, delivery: Delivery, reason: str, unit: Unit) -> None:
        await DELIVERIES.save(unit, domain.park(delivery, reason))
        self._count("parked", unit)

    async def _put_off(self, error: AwayError, unit: Unit, *, first: bool) -> None:
        await cursors.put_off(unit.session, self.connector, Direction.OUT, retry_after_s=error.retry_after_s)
        self._count("away", unit)
        log.log(
            logging.WARNING if first else logging.INFO,
            "a channel takes no answers and is asked again later",
            extra={
                "event.name": "outbound.put_off",
                "yiwangban.source": self.connector.source,
                "yiwangban.reason": error.reason,
            },
        )

    def _count(self, outcome: str, unit: Unit) -> None:
        unit.after_commit(partial(telemetry().attempted, self.connector, outcome))


def tasks_of(connectors: Sequence[SendConnector], code_page: str | None) -> tuple[Task, ...]:
    """Give the periodic work of a worker."""

    async def measure(unit: Unit) -> None:
        for each in connectors:
            waiting, oldest_s, parked = await store.standing(unit, each)
            telemetry().standing(each, waiting=waiting, oldest_s=oldest_s, parked=parked)

    sending = (
        Task(
            name=f"deliver {each.channel}/{each.source}",
            every_s=LOOK_EVERY_S,
            run=Sender(each, code_page).run,
            timeout_s=TASK_S,
        )
        for each in connectors
    )
    measuring = Task(name="measure deliveries", every_s=MEASURE_EVERY_S, run=measure)
    return (*sending, measuring) if connectors else ()
