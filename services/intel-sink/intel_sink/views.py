"""What the API answers."""

import base64
from datetime import date, datetime
from typing import Annotated, Generic, TypeVar
from uuid import UUID

from pydantic import BaseModel, BeforeValidator

Item = TypeVar("Item")


class Page(BaseModel, Generic[Item]):
    """A part of a list; ``next`` is the cursor of the following part, null at the end."""

    items: list[Item]
    next: str | None


class CountView(BaseModel):
    """How many petitions of a kind were first classified on a day (Asia/Shanghai)."""

    tenant: str
    kind: str
    day: date
    total: int


class PlaceView(BaseModel):
    """Where a record lies."""

    topic: str
    topic_uuid: UUID
    partition: int
    offset: int


def _in_base64(value: object) -> object:
    return base64.b64encode(value).decode() if isinstance(value, bytes) else value


def _in_hex(value: object) -> object:
    return value.hex() if isinstance(value, bytes) else value


class RecordView(PlaceView):
    """A record's envelope; ``raw`` is its value in base64 and is given to auditors only."""

    event_id: UUID
    type: str
    subject: str
    sequence: int
    tenant: str
    time: datetime
    status: str
    leaf_hash: Annotated[str, BeforeValidator(_in_hex)]
    raw: Annotated[str | None, BeforeValidator(_in_base64)] = None


class InvalidView(PlaceView):
    """A record that its contract refuses: where, when and why, never what."""

    tenant: str | None
    reason: str
    stored_at: datetime


class EvidenceView(BaseModel):
    """One record behind an alert."""

    topic: str
    topic_uuid: UUID
    partition: int
    offset: int
    id: UUID


class AlertView(BaseModel):
    """A burst of like matters in one tenant."""

    id: UUID
    rule: str
    tenant: str
    kind: str
    matter: str
    window_start: datetime
    window_end: datetime
    count: int
    threshold: int
    evidence: list[EvidenceView]
    raised_at: datetime


class LogView(BaseModel):
    """One log of the mirror: the next offset it will store, and the root over all before it."""

    topic: str
    topic_uuid: UUID
    partition: int
    next_offset: int
    root: str


class CheckpointView(BaseModel):
    """The newest signed checkpoint."""

    ordinal: int
    signed_at: datetime
    digest: str
    key_id: str


class StatusView(BaseModel):
    """How the mirror is doing."""

    records: int
    last_stored_at: datetime | None
    projections_behind: int
    invalid: int
    last_checkpoint: CheckpointView | None
    logs: list[LogView]
