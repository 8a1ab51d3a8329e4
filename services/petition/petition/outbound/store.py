"""Where deliveries lie."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from casework.access import Asker, columns_of
from casework.repository import Repository, Stored
from casework.rows import newest
from chassis.api.errors import NOT_FOUND, Problem
from chassis.api.pages import cut
from chassis.database import driver_of
from chassis.policy import EVERYTHING
from chassis.unit import Unit
from sqlalchemy import Select, and_, exists, func, or_, select
from sqlalchemy.orm import aliased
from sqlmodel import col

from petition.bulletins.bulletin import Bulletin
from petition.bulletins.tables import BulletinRow
from petition.channels.connector import Connector
from petition.outbound.delivery import Delivery, Way, What, begin, id_at, id_of, replay
from petition.outbound.reach import outlets_of
from petition.outbound.tables import DeliveryRow
from petition.outbound.workflow import State
from petition.petition import Channel, Petition
from petition.tables import PetitionRow

StoredDelivery = Stored[DeliveryRow, Delivery]

# Known already: an own event was imported, or the report was handed over before.
_QUEUE: Final = """
INSERT INTO deliveries (id, tenant, sequence, petition, told, what, channel, source, state, since)
SELECT %(id)s::uuid, %(tenant)s, 0, %(petition)s::uuid, %(told)s, %(what)s::text, %(channel)s, %(source)s, 'waiting',
       %(since)s
WHERE %(what)s::text <> 'handed-over' OR NOT EXISTS (
    SELECT FROM deliveries WHERE petition = %(petition)s::uuid AND what = 'handed-over'
)
ON CONFLICT (id) DO NOTHING
"""
_PLACES: Final = """
SELECT channel, source FROM deliveries WHERE petition = %(bulletin)s::uuid AND what = 'bulletin' ORDER BY 1, 2
"""
_AGAIN: Final = """
UPDATE deliveries SET next_at = now() + %(pause_s)s * interval '1 second', attempts = coalesce(attempts, 0) + 1
WHERE id = %(id)s::uuid
"""
_ANEW: Final = "UPDATE deliveries SET next_at = NULL, attempts = NULL, since = %(since)s WHERE id = %(id)s::uuid"
_DROP: Final = "DELETE FROM deliveries WHERE id = %(id)s::uuid"
_STANDING: Final = """
SELECT count(*) FILTER (WHERE state = 'waiting'),
       coalesce(extract(epoch FROM now() - min(since) FILTER (WHERE state = 'waiting')), 0)::float,
       count(*) FILTER (WHERE state = 'parked')
FROM deliveries WHERE channel = %(channel)s AND source = %(source)s AND state IN ('waiting', 'parked')
"""


async def queue(unit: Unit, petition: Petition, told: int, what: What, source: str, since: datetime) -> None:
    """Have something told, in the transaction of what is told; what is known already changes nothing.

    Args:
        unit: That transaction's.
        petition: Of whom.
        told: Sequence of its event.
        what: Is told.
        source: Where it came from.
        since: When the event happened.
    """
    delivery = {"id": id_of(petition.id, told), "tenant": petition.tenant, "petition": petition.id, "told": told}
    where = {"channel": petition.channel.value, "source": source, "what": what.value, "since": since}
    await driver_of(unit.session).execute(_QUEUE, delivery | where)


async def announce(unit: Unit, bulletin: Bulletin, told: int, what: What, since: datetime) -> None:
    """Have something of a bulletin told wherever it is carried, in the transaction of what is told.

    A withdrawal goes wherever the bulletin was to go, also where it went out of sight since.
    """
    places = [(each.channel.value, each.source) for each in outlets_of(bulletin.tenant)]
    if what is What.WITHDRAWAL:
        places = await (await driver_of(unit.session).execute(_PLACES, {"bulletin": bulletin.id})).fetchall()
    for channel, source in places:
        id_ = id_at(bulletin.id, what, Channel(channel), source)
        delivery = {"id": id_, "tenant": bulletin.tenant, "petition": bulletin.id, "told": told}
        where = {"channel": channel, "source": source, "what": what.value, "since": since}
        await driver_of(unit.session).execute(_QUEUE, delivery | where)


async def due(unit: Unit, connector: Connector, most: int) -> Sequence[StoredDelivery]:
    """Give what is to be sent to a source now, the oldest first, locked; of each petition what was told first.

    Their rows tell, too, whether the same is told again later (``outdated``), and whether something before it is parked
    (``behind``).
    """
    other = aliased(DeliveryRow)
    row, of_the_same = DeliveryRow, and_(col(other.petition) == col(DeliveryRow.petition), *_there(other))
    before, later = col(other.told) < col(row.told), col(other.told) > col(row.told)
    statement = (
        DELIVERIES.within(EVERYTHING)
        .add_columns(
            exists().where(of_the_same, later, col(other.what) == col(row.what)).label("outdated"),
            exists().where(of_the_same, before, col(other.state) == State.PARKED.value).label("behind"),
        )
        .where(
            col(row.channel) == connector.channel.value,
            col(row.source) == connector.source,
            col(row.state) == State.WAITING.value,
            or_(col(row.next_at).is_(None), col(row.next_at) <= func.now()),
            ~exists().where(of_the_same, before, col(other.state) == State.WAITING.value),
        )
        .order_by(col(row.since), col(row.id))
        .limit(most)
        .with_for_update(of=row, skip_locked=True)
    )
    return await DELIVERIES.fetch(unit.session, statement)


async def try_again(unit: Unit, delivery: Delivery, *, pause_s: float) -> None:
    """Leave it waiting, for later."""
    await driver_of(unit.session).execute(_AGAIN, {"id": delivery.id, "pause_s": pause_s})


async def wait_anew(unit: Unit, delivery: Delivery) -> None:
    """Forget how long it has waited and how often it was tried."""
    await driver_of(unit.session).execute(_ANEW, {"id": delivery.id, "since": unit.now})


async def drop(unit: Unit, delivery: Delivery) -> None:
    """Forget what isn't told by message."""
    await driver_of(unit.session).execute(_DROP, {"id": delivery.id})


async def standing(unit: Unit, connector: Connector) -> tuple[int, float, int]:
    """Tell of a source how many wait, for how many seconds the first has, and how many are parked."""
    where = {"channel": connector.channel.value, "source": connector.source}
    found = await (await driver_of(unit.session).execute(_STANDING, where)).fetchone()
    waiting, oldest_s, parked = found or (0, 0.0, 0)
    return waiting, oldest_s, parked


async def page(
    unit: Unit, who: Asker, *, state: State, after: UUID | None, limit: int
) -> tuple[Sequence[tuple[StoredDelivery, str | None]], str | None]:
    """Give a page of what goes out of the petitions that somebody may look after, with their numbers."""
    statement = newest(_visible(who, "list").where(col(DeliveryRow.state) == state.value), col(DeliveryRow.id),
                       after=after, limit=limit + 1)  # fmt: skip
    found = await DELIVERIES.fetch(unit.session, statement)
    return cut([(each, each.row.number) for each in found], limit, lambda one: one[0].case.id)  # type: ignore[attr-defined]


async def shown(unit: Unit, who: Asker, id_: UUID) -> tuple[StoredDelivery, str | None]:
    """Give one that somebody may look after, with its petition's number if it is one of a petition.

    Raises:
        Problem: 404.
    """
    found = await DELIVERIES.fetch(unit.session, _visible(who, "read").where(col(DeliveryRow.id) == id_))
    if not found:
        raise Problem(NOT_FOUND)
    return found[0], found[0].row.number  # type: ignore[attr-defined]


async def parked_with(unit: Unit, who: Asker, id_: UUID) -> Sequence[Delivery]:
    """Give a delivery that somebody may have sent again, and all that are parked of its petition, locked, in order.

    Raises:
        Problem: 404.
    """
    found = await DELIVERIES.fetch(unit.session, _visible(who, "resend").where(col(DeliveryRow.id) == id_))
    if not found:
        raise Problem(NOT_FOUND)
    parked = (
        DELIVERIES.within(EVERYTHING)
        .where(col(DeliveryRow.petition) == found[0].row.petition)
        .where(col(DeliveryRow.channel) == found[0].row.channel, col(DeliveryRow.source) == found[0].row.source)
        .where(or_(col(DeliveryRow.id) == id_, col(DeliveryRow.state) == State.PARKED.value))
        .order_by(col(DeliveryRow.told))
        .with_for_update()
    )
    return [stored.case for stored in await DELIVERIES.fetch(unit.session, parked)]


def _visible(who: Asker, action: str) -> Select[Any]:
    """Begin a query for deliveries: whose they are to look after, their petitions say.

    Of a bulletin everybody may know; whoever looks after deliveries looks after those of the bulletins that they see.
    """
    petitions = PetitionRow.__table__  # type: ignore[attr-defined]
    reach = who.reach("delivery", action).where(columns_of(petitions, owner="author"))
    bulletins = BulletinRow.__table__  # type: ignore[attr-defined]
    seen = who.reach("bulletin", "read").where(columns_of(bulletins, owner="id"))
    number = select(petitions.c.number).where(petitions.c.id == col(DeliveryRow.petition)).scalar_subquery()
    return (
        DELIVERIES.within(EVERYTHING)
        .add_columns(number.label("number"))
        .where(
            or_(
                exists().where(petitions.c.id == col(DeliveryRow.petition)).where(reach),
                exists().where(bulletins.c.id == col(DeliveryRow.petition)).where(seen),
            )
        )
    )


def _there(other: Any) -> tuple[Any, Any]:
    return col(other.channel) == col(DeliveryRow.channel), col(other.source) == col(DeliveryRow.source)


def _write(delivery: Delivery) -> dict[str, Any]:
    return {
        "id": UUID(delivery.id),
        "tenant": delivery.tenant,
        "sequence": delivery.sequence,
        "petition": UUID(delivery.petition),
        "told": delivery.told,
        "what": delivery.what.value,
        "channel": delivery.channel.value,
        "source": delivery.source,
        "state": delivery.state.value,
        "way": delivery.way.value if delivery.way else None,
        "reason": delivery.reason,
        "code_until": delivery.code_until,
        "code_taken": delivery.code_taken,
    }


def _read(row: DeliveryRow) -> Delivery:
    return Delivery(
        id=str(row.id),
        tenant=row.tenant,
        sequence=row.sequence,
        petition=str(row.petition),
        told=row.told,
        what=What(row.what),
        channel=Channel(row.channel),
        source=row.source,
        state=State(row.state),
        way=Way(row.way) if row.way else None,
        reason=row.reason,
        code_until=row.code_until,
        code_taken=row.code_taken,
    )


DELIVERIES = Repository(DeliveryRow, resource="delivery", read=_read, write=_write, begin=begin, replay=replay)
