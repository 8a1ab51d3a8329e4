"""Files that were taken in and belong to no petition yet: a row each, their uploader's alone, for a day (上传暂存)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from casework.workflow import Refused
from chassis.database import driver_of
from chassis.envelope import new_id
from chassis.sealed_columns import Sealed, SealedColumns
from chassis.unit import Unit
from sqlmodel.ext.asyncio.session import AsyncSession

from petition.access import asker
from petition.attachments.attachment import MOST, Attachment, Kept, named, names_of, read, text_of

LIFE: Final = timedelta(hours=24)
"""After so long without a petition it is forgotten."""
_SEALED: Final = SealedColumns("uploads")

# Whoever uploads twice at once waits for the first: otherwise both would count without the other.
_ALONE: Final = "SELECT pg_advisory_xact_lock(hashtextextended(%(owner)s, 0))"
_ADD: Final = """
INSERT INTO uploads (id, owner, uploaded_at, file, keyid, attachment)
SELECT %(id)s, %(owner)s, %(now)s, %(file)s, %(keyid)s, %(attachment)s
WHERE (SELECT count(*) FROM uploads WHERE owner = %(owner)s AND uploaded_at > %(since)s) < %(most)s
"""
_CLAIM: Final = """
DELETE FROM uploads WHERE id = ANY(%(ids)s) AND owner = %(owner)s AND uploaded_at > %(since)s
RETURNING id, keyid, attachment
"""
_EXPIRE: Final = """
DELETE FROM uploads WHERE id IN (SELECT id FROM uploads WHERE uploaded_at <= %(since)s LIMIT 1000)
"""


class TooManyUploads(Refused):
    """As many as a petition can have are waiting already."""


class UnknownUpload(Refused):
    """There is none of this id, it is somebody else's, its time is over, or it belongs to a petition already."""


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that waits for its petition.

    Attributes:
        id: By which its uploader names it.
        expires_at: UTC.
    """

    id: UUID
    expires_at: datetime


async def add(kept: Kept, unit: Unit) -> Upload:
    """Let a file wait for the petition of whoever brought it.

    Raises:
        TooManyUploads: See there.
    """
    owner, id_ = asker(unit).owner, new_id()
    await driver_of(unit.session).execute(_ALONE, {"owner": owner})
    content = {"attachment": text_of([named(kept, "")])}
    sealed = await _SEALED.seal(unit.outbox.keyring, person=owner, row=id_, columns=content)
    (name,) = names_of([kept], None, unit.outbox.pseudonym)
    values = {
        "id": id_, "owner": owner, "now": unit.now, "file": name, "keyid": sealed.keyid,
        "attachment": sealed.columns["attachment"], "since": unit.now - LIFE, "most": MOST,
    }  # fmt: skip
    if (await driver_of(unit.session).execute(_ADD, values)).rowcount != 1:
        raise TooManyUploads
    return Upload(UUID(id_), unit.now + LIFE)


async def claim(names: Mapping[UUID, str], unit: Unit) -> tuple[Attachment, ...]:
    """Give the files that somebody attaches, in their order; they wait no more, unless the unit is rolled back.

    Args:
        names: What each is called, by the id of its upload.
        unit: Of whoever uploaded them.

    Raises:
        UnknownUpload: See there.
    """
    if not names:
        return ()
    values = {"ids": list(names), "owner": asker(unit).owner, "since": unit.now - LIFE}
    found = await (await driver_of(unit.session).execute(_CLAIM, values)).fetchall()
    rows = [(str(id_), [Sealed(keyid, {"attachment": sealed})]) for id_, keyid, sealed in found]
    opened = await _SEALED.open(unit.outbox.keyring, rows)
    known = {UUID(id_): content for (id_, _), content in zip(rows, opened, strict=True) if content is not None}
    if known.keys() != names.keys():
        raise UnknownUpload
    kept = {id_: read(content["attachment"])[0] for id_, content in known.items()}
    return tuple(named(kept[id_], name) for id_, name in names.items())


async def expire(session: AsyncSession, now: datetime) -> None:
    """Forget what has waited for too long, a bounded number at once."""
    await driver_of(session).execute(_EXPIRE, {"since": now - LIFE})
