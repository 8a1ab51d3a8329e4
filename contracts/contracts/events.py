"""Generated from the schemas by ``contracts generate``. Don't edit: the next run overwrites it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import ClassVar, Literal

from contracts.event import ContractEvent


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """One record in a log."""

    topic_uuid: str | None = None
    """The broker's id of the topic: a topic made again is another log."""
    topic: str
    """Topic as the broker knows it."""
    partition: int
    """Partition."""
    offset: int
    """Offset."""
    id: str
    """Event id of the record."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TreeHead:
    """One tree's head."""

    topic: str
    """Topic as the broker knows it."""
    topic_uuid: str
    """The broker's id of the topic."""
    partition: int
    """Partition."""
    size: int
    """Leaves in the tree: that many records, from the first one that the log still had, without a gap."""
    root: str
    """Root hash, SHA-256 in hex."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertRaised(ContractEvent):
    """Matters came in bursts (预警), in the tenant in the envelope; the evidence says where to look."""

    TYPE: ClassVar[str] = "yiwangban.intel.alert.raised.v1"
    TOPIC: ClassVar[str] = "intel.alerts.v1"
    DATASCHEMA: ClassVar[str] = "urn:yiwangban:schema:alert-raised:v1"
    PERSONAL: ClassVar[tuple[str, ...]] = ()

    rule: str
    """The rule that spoke."""
    kind: Literal["consult", "suggest", "complain", "report", "help"]
    """What the message is, of five: consult 咨询, suggest 建议, complain 投诉, report 举报, help 求助."""
    matter: str
    """What it is about. An open list; readers have to bear new ones."""
    window_start: datetime
    """Start of the window, included."""
    window_end: datetime
    """End of the window, excluded."""
    count: int
    """How many in the window."""
    threshold: int
    """How many it takes."""
    evidence: tuple[Evidence, ...]
    """Records behind it; if there are more than 100, the first 100."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckpointTreeHeadSigned(ContractEvent):
    """The mirror signed the heads of its Merkle trees, one tree (RFC 6962) a log partition."""

    TYPE: ClassVar[str] = "yiwangban.intel.checkpoint.tree-head-signed.v1"
    TOPIC: ClassVar[str] = "intel.checkpoints.v1"
    DATASCHEMA: ClassVar[str] = "urn:yiwangban:schema:checkpoint-tree-head-signed:v1"
    PERSONAL: ClassVar[tuple[str, ...]] = ()

    ordinal: int
    """1, 2, 3 … without gaps."""
    heads: tuple[TreeHead, ...]
    """Heads, ordered by topic, topic_uuid, partition."""
    previous: str
    """SHA-256 in hex of the previous checkpoint's signed body; 64 zeros in the first."""
    key_id: str
    """Id of the signing key."""
    signature: str
    """Signature in base64."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BulletinDrafted(ContractEvent):
    """A public warning or notice was drafted (通报草稿), for the tenant in the envelope."""

    TYPE: ClassVar[str] = "yiwangban.petition.bulletin.drafted.v1"
    TOPIC: ClassVar[str] = "petition.bulletins.v1"
    DATASCHEMA: ClassVar[str] = "urn:yiwangban:schema:bulletin-drafted:v1"
    PERSONAL: ClassVar[tuple[str, ...]] = ()

    alert: str
    """Id of the alert that asked for it: the event id of alert-raised."""
    title: str
    """Plain text without personal data."""
    text: str
    """Plain text without personal data."""
    kind: Literal["consult", "suggest", "complain", "report", "help"]
    """What the message is, of five: consult 咨询, suggest 建议, complain 投诉, report 举报, help 求助."""
    matter: str
    """What it is about. An open list; readers have to bear new ones."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PetitionReceived(ContractEvent):
    """A message to the police came in and got its number (受理)."""

    TYPE: ClassVar[str] = "yiwangban.petition.petition.received.v1"
    TOPIC: ClassVar[str] = "petition.petitions.v1"
    DATASCHEMA: ClassVar[str] = "urn:yiwangban:schema:petition-received:v1"
    PERSONAL: ClassVar[tuple[str, ...]] = ("title", "text")

    number: str
    """The number for people (办件编号); says nothing about the sender and can't be guessed."""
    channel: str
    """Where it came in. An open list; readers have to bear new ones."""
    received_at: datetime
    """First receipt, UTC: the citizen's clock starts here."""
    author: str
    """Pseudonym of the sender in this context; not linkable to other contexts."""
    title: str
    """The title as sent, 1 to 200 characters."""
    text: str
    """The text as sent, 1 to 20,000 characters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PetitionClassified(ContractEvent):
    """Rules or staff said what the message is and what it is about (分类)."""

    TYPE: ClassVar[str] = "yiwangban.petition.petition.classified.v1"
    TOPIC: ClassVar[str] = "petition.petitions.v1"
    DATASCHEMA: ClassVar[str] = "urn:yiwangban:schema:petition-classified:v1"
    PERSONAL: ClassVar[tuple[str, ...]] = ()

    kind: Literal["consult", "suggest", "complain", "report", "help"]
    """What the message is, of five: consult 咨询, suggest 建议, complain 投诉, report 举报, help 求助."""
    matter: str
    """What it is about. An open list; readers have to bear new ones."""
    confidence: float
    """How sure, 0 to 1; staff are 1."""
    reasons: tuple[str, ...]
    """Names of the rules that spoke, never words of the message."""
    by: Literal["rules", "staff"]
    """Who said so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PetitionTransferred(ContractEvent):
    """The message was handed to the department that has to answer it (转办)."""

    TYPE: ClassVar[str] = "yiwangban.petition.petition.transferred.v1"
    TOPIC: ClassVar[str] = "petition.petitions.v1"
    DATASCHEMA: ClassVar[str] = "urn:yiwangban:schema:petition-transferred:v1"
    PERSONAL: ClassVar[tuple[str, ...]] = ()

    department: str
    """The department that has to answer."""
    by: str
    """Pseudonym of the officer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PetitionReplied(ContractEvent):
    """The department answered (答复)."""

    TYPE: ClassVar[str] = "yiwangban.petition.petition.replied.v1"
    TOPIC: ClassVar[str] = "petition.petitions.v1"
    DATASCHEMA: ClassVar[str] = "urn:yiwangban:schema:petition-replied:v1"
    PERSONAL: ClassVar[tuple[str, ...]] = ("reply",)

    by: str
    """Pseudonym of the officer."""
    reply: str
    """The answer, 1 to 20,000 characters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PetitionClosed(ContractEvent):
    """Nothing more will happen to it (办结)."""

    TYPE: ClassVar[str] = "yiwangban.petition.petition.closed.v1"
    TOPIC: ClassVar[str] = "petition.petitions.v1"
    DATASCHEMA: ClassVar[str] = "urn:yiwangban:schema:petition-closed:v1"
    PERSONAL: ClassVar[tuple[str, ...]] = ()

    by: str
    """Pseudonym of the officer."""
    outcome: str
    """How it ended. An open list; readers have to bear new ones."""


EVENTS: Mapping[str, type[ContractEvent]] = MappingProxyType(
    {
        "yiwangban.intel.alert.raised.v1": AlertRaised,
        "yiwangban.intel.checkpoint.tree-head-signed.v1": CheckpointTreeHeadSigned,
        "yiwangban.petition.bulletin.drafted.v1": BulletinDrafted,
        "yiwangban.petition.petition.received.v1": PetitionReceived,
        "yiwangban.petition.petition.classified.v1": PetitionClassified,
        "yiwangban.petition.petition.transferred.v1": PetitionTransferred,
        "yiwangban.petition.petition.replied.v1": PetitionReplied,
        "yiwangban.petition.petition.closed.v1": PetitionClosed,
    }
)
"""Event classes by CloudEvents ``type``."""
