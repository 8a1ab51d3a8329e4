"""Open311 GeoReport v2: what an application sends and is told, as the protocol has it (wiki.open311.org). Pure."""

import hashlib
from collections.abc import Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Any, Final
from xml.etree import ElementTree as ET

import orjson
from chassis.api.models import VISIBLE, View
from pydantic import BaseModel, ConfigDict, Field

from petition.channels.message import MOST_ADDRESS, MOST_TEXT, ChannelMessage, bounded, headline
from petition.channels.origin import Origin
from petition.departments import DEPARTMENTS
from petition.kinds import Ground
from petition.petition import Channel, Petition
from petition.sorting.topics import CLUE, CONDUCT, ELSEWHERE, TOPICS, Topic
from petition.views import EmergencyView
from petition.workflow import State

SERVICES: Final = {code.replace("/", "."): topic for code, topic in TOPICS.items() if topic.field != ELSEWHERE}
"""What may be asked for: the topics of police work."""
DECLARED: Final = {CLUE: Ground.CRIME, CONDUCT: Ground.POLICE}
"""Whoever chooses one of these says that theirs is for a small circle."""
IN_HAND: Final = "已转承办部门。Handed over to the department that answers."
ANSWERED: Final = "已答复，请凭编号和查询码查看。Answered: ask with number and code."
NOTES: Final = {
    State.RECEIVED: "已收件。Received.",
    State.CLASSIFIED: "已收件。Received.",
    State.AUTO_ANSWERED: ANSWERED,
    State.REPLIED: ANSWERED,
    State.CLOSED: "已办结。Closed.",
    State.IN_REVIEW: "复查中。Under review.",
    State.REVIEWED: "已复查。Reviewed.",
    State.IN_FINAL: "复核中。Under final review.",
    State.FINAL: "已复核，终局。Finally reviewed.",
}
"""How far it is; whatever else may be between is the department's."""
_Short = Annotated[str | None, Field(default=None, max_length=200, pattern=VISIBLE)]


class Form(StrEnum):
    """How an answer is written."""

    JSON = "json"
    XML = "xml"


class ServiceRequest(BaseModel):
    """What an application sends for one of its users; what else the protocol has is ignored."""

    model_config = ConfigDict(extra="ignore", frozen=True, str_strip_whitespace=True)

    api_key: str = Field(max_length=255, description="应用的密钥 · The application's key")
    service_code: str = Field(max_length=64, json_schema_extra={"enum": list(SERVICES)})
    description: str = Field(min_length=1, max_length=MOST_TEXT, pattern=VISIBLE)
    lat: Annotated[float | None, Field(ge=-90, le=90)] = None
    long: Annotated[float | None, Field(ge=-180, le=180)] = None
    address_string: _Short
    email: _Short
    phone: _Short
    first_name: _Short
    last_name: _Short
    account_id: _Short
    device_id: _Short
    media_url: _Short

    @property
    def person(self) -> str | None:
        """By what whoever sent it is told from others in this application, and shown; None: by nothing."""
        return self.email or self.account_id or self.phone or self.device_id

    @property
    def address(self) -> str | None:
        """Where to answer."""
        name = f"{self.last_name or ''}{self.first_name or ''}"
        return ", ".join(filter(None, (name, self.email, self.phone)))[:MOST_ADDRESS] or None


class Service(View):
    """Something that may be asked for."""

    service_code: str
    service_name: str
    description: str
    metadata: bool = False
    type: str = "realtime"
    keywords: str = ""
    group: str


class Taken(View):
    """A request that was taken in. Its id is a secret between the sender and the police: it shows how far it is."""

    service_request_id: str
    service_notice: str
    account_id: str = ""


class Token(View):
    """A request is taken in at once, so its token is its id."""

    token: str
    service_request_id: str


class Status(View):
    """How far a request is. What it says is told to nobody here."""

    service_request_id: str
    status: str
    status_notes: str
    requested_datetime: datetime
    agency_responsible: str


def message_of(sent: ServiceRequest, source: str, day: date) -> ChannelMessage:
    """Read a request; the same one again on the same day is the same message, because the protocol has no id for it.

    Args:
        sent: As it came.
        source: The application.
        day: Shanghai's.
    """
    said = orjson.dumps([day, sent.model_dump(exclude={"api_key"})], option=orjson.OPT_SORT_KEYS)
    topic = SERVICES[sent.service_code]
    position = f"{sent.lat:.6f}, {sent.long:.6f}" if sent.lat is not None and sent.long is not None else ""
    besides = {"地点 Place": sent.address_string, "坐标 Position": position, "图片 Picture": sent.media_url}
    note = "".join(f"\n{name}：{value}" for name, value in besides.items() if value)
    return ChannelMessage(
        origin=Origin(
            channel=Channel.OPEN311, source=source, message=hashlib.sha256(said).hexdigest(), address=sent.address
        ),
        title=headline(sent.description),
        text=bounded(sent.description, note),
        author=sent.person,
        declared=DECLARED.get(topic.field),
    )


def services() -> list[Service]:
    """Give what may be asked for."""
    return [_service(code, topic) for code, topic in SERVICES.items()]


def taken(id_: str) -> Taken:
    """Say that it was taken in, and whom to call first in an emergency."""
    emergency = EmergencyView()
    return Taken(service_request_id=id_, service_notice=f"{emergency.zh} {emergency.en}")


def status_of(petition: Petition, id_: str) -> Status:
    """Tell its sender how far it is; of what is in a small circle, whether it is done and no more."""
    closed = petition.state in {State.CLOSED, State.FINAL}
    department = None if petition.hidden else DEPARTMENTS.get(petition.department or "")
    state = petition.state if closed or not petition.hidden else State.RECEIVED
    return Status(
        service_request_id=id_,
        status="closed" if closed else "open",
        status_notes=NOTES.get(state, IN_HAND),
        requested_datetime=petition.received_at,
        agency_responsible=department.name_zh if department else "",
    )


def written(form: Form, whole: str, each: str, found: Sequence[View]) -> tuple[bytes, str]:
    """Write an answer; give it and its media type.

    Args:
        form: See there.
        whole: Name of all of it, in XML.
        each: Name of one of its parts.
        found: The parts.
    """
    rows: list[dict[str, Any]] = [one.model_dump(mode="json") for one in found]
    if form is Form.JSON:
        return orjson.dumps(rows), "application/json"
    root = ET.Element(whole)
    for row in rows:
        part = ET.SubElement(root, each)
        for name, value in row.items():
            ET.SubElement(part, name).text = str(value).lower() if isinstance(value, bool) else str(value)
    return ET.tostring(root, encoding="utf-8", xml_declaration=True), "application/xml"


def _service(code: str, topic: Topic) -> Service:
    group, _, name = topic.name_zh.partition("/")
    return Service(service_code=code, service_name=name, description=f"{topic.name_zh} · {topic.name_en}", group=group)
