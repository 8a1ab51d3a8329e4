"""Events to be moved: real ones of the contracts, each with an id and a subject of its own."""

import json
import uuid
from dataclasses import dataclass

from contracts.registry import Registry
from uuid_utils import uuid7

TYPE = "yiwangban.petition.petition.received.v1"
TOPIC = "petition.petitions.v1"
HEADERS = [("content-type", b"application/cloudevents+json; charset=UTF-8")]


@dataclass(frozen=True, slots=True)
class Event:
    """One event, ready to be sent."""

    id: uuid.UUID
    subject: str
    body: bytes


def events(number: int) -> list[Event]:
    """Make events from the contracts' first example of a received petition, about 1 KB each."""
    registry = Registry.load()
    example = json.loads(registry.example(registry.types[TYPE].examples[0]))
    made = []
    for _ in range(number):
        id_, subject = uuid.UUID(str(uuid7())), str(uuid7())
        example |= {"id": str(id_), "subject": subject, "sequence": f"{1:020}"}
        made.append(Event(id_, subject, json.dumps(example, ensure_ascii=False, separators=(",", ":")).encode()))
    return made
