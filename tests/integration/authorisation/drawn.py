"""What volunteer supervisors may read, in a world: a day's draw of one petition whose author agrees to be read."""

import secrets
from dataclasses import replace

from casework.decision import Decision
from casework.numbers import human_number
from casework.roles import Actor, Role
from chassis.envelope import new_id
from chassis.unit import Unit
from petition.domain import Place, receive
from petition.petition import Channel, Message, Sender
from petition.publishing.publication import Publication
from petition.samples.draw import Sample, begin, text_of
from petition.samples.store import DRAWS
from petition.store import PETITIONS
from petition.suggesting import classify
from petition.workflow import State

from contracts.events import SampleDrawn

from .duty import NOW
from .oracle import Row


async def sample(unit: Unit, row: Row) -> None:
    """Have a petition answered, and drawn as a sample of its own id."""
    message = Message(channel=Channel.PORTAL, title=row.secret, text=row.secret)
    place = Place(id=new_id(), tenant=row.tenant, number=human_number(row.tenant, NOW, secrets.randbelow))
    citizen = Actor(pseudonym="p", roles=frozenset({Role.CITIZEN}))
    received = receive(
        message, classify("请问", "怎么办"), place, sender=Sender(author="p", informant="i"), by=citizen, now=NOW
    )
    answered = replace(received.after, state=State.REPLIED, kind="consult", publication=Publication(consent=True))
    content = dict.fromkeys(("title", "text"), row.secret)
    await PETITIONS.add(unit, Decision(answered, received.events), content, posted_at=None)
    samples = text_of([Sample(id=row.key, petition=place.id, told={})])
    drawn = SampleDrawn(day="2026-11-02", pool=5, drawn=1, samples=samples)
    draw = begin(drawn, id=new_id(), tenant=row.tenant)
    await DRAWS.add(unit, Decision(draw, (drawn,)), {"samples": samples})
