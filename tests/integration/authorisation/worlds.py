"""Services on real databases with rows of every relation to whoever asks."""

import json
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path
from string import ascii_lowercase
from typing import Any
from uuid import UUID, uuid4

import accept.bootstrap
import accept.domain
import accept.store
import approve.bootstrap
import approve.domain
import approve.store
import intel_sink.bootstrap
import intel_sink.tables as mirror
import petition.attachments.attachment
import petition.attachments.keeping
import petition.bootstrap
import petition.bulletins.bulletin
import petition.bulletins.store
import petition.config
import petition.domain
import petition.replies.answer
import petition.replies.library
import petition.replies.store
import petition.replies.workflow
import petition.store
import pytest
import query.bootstrap
from casework.decision import Decision
from casework.informants import informant_of
from casework.numbers import human_number
from casework.roles import Actor, Role
from chassis.app import Bootstrap
from chassis.envelope import new_id
from chassis.files import Folder
from chassis.unit import Unit
from petition.feedback.rating import CallBack, Level, Rating
from petition.handling.course import Extension
from petition.kinds import Ground
from petition.petition import Channel, Message, Sender
from petition.publishing.publication import Publication
from petition.suggesting import classify
from query.handlers import Projection
from query.tables import Colour
from sqlalchemy import Table, insert, text

from contracts.events import AnswerDrafted, AnswerPublished, BulletinWritten, CaseAccepted, CaseSubmitted, LegalBasis
from tests.integration.kit.attached import PNG, parts
from tests.integration.kit.bulletins import BULLETIN
from tests.integration.kit.databases import Databases, migrations_of
from tests.integration.kit.in_process import InProcess, environment
from tests.integration.query.lives import by_topic, case_life, codec, log_of, petition_life, records_of, report_life

from .drawn import sample
from .duty import NOW, alarm_of, invitations_of, said_of, shift
from .oracle import CITY, DEPARTMENT, OTHER_DEPARTMENT, PROVINCE, TENANTS, Row
from .relations import INVOLVED, PARKED, PETITIONS, of
from .stages import review_of, state_of

ASKER = "asker"
BADLY = Rating(level=Level.DISSATISFIED, solved=False, call_back=CallBack.WAITING, call_back_due=NOW)
ITEM = "security-system-review"
"""Offered in every city, and by the province."""


@dataclass
class World:
    """A service, and the rows in it.

    Attributes:
        service: On its database.
        rows: By resource.
    """

    service: InProcess
    rows: dict[str, list[Row]] = field(default_factory=dict)

    def pseudonym(self, *, own: bool = True, context: str = "") -> str:
        """Give the asker's pseudonym, or somebody else's."""
        who = ASKER if own else "somebody"
        outbox = self.service.units.outbox
        return outbox.pseudonym(who, context=context) if context else outbox.pseudonym(who)

    async def keep(self, resource: str, row: Row, make: Callable[[Unit, Row], Awaitable[None]]) -> None:
        """Make a row, past the policy."""
        async with self.service.units.begin() as unit:
            await make(unit, row)
        self.rows.setdefault(resource, []).append(row)


def fresh(tenant: str, **relation: Any) -> Row:
    """Describe a row that will be."""
    letters = "".join(secrets.choice(ascii_lowercase) for _ in range(24))  # digits might be taken for a telephone's
    return Row(key=new_id(), tenant=tenant, secret=letters, **relation)


async def cases(world: World) -> None:
    """Fill accept."""

    async def make(unit: Unit, row: Row) -> None:
        submitted = CaseSubmitted(
            number=human_number(row.tenant, NOW, secrets.randbelow),
            item=ITEM,
            channel="portal",
            submitted_at=NOW,
            applicant=world.pseudonym(own=row.own, context="applicant"),
            form=json.dumps({"secret": row.secret}),
        )
        case = accept.domain.begin(submitted, id=row.key, tenant=row.tenant)
        await accept.store.CASES.add(unit, Decision(case, (submitted,)), {"form": submitted.form})

    world.rows["service-item"] = [Row(key=ITEM, tenant=PROVINCE)]
    for tenant in TENANTS:
        for own in (False, True):
            await world.keep("case", fresh(tenant, own=own), make)


async def reviews(world: World) -> None:
    """Fill approve."""

    async def make(unit: Unit, row: Row) -> None:
        accepted = CaseAccepted(
            number=human_number(row.tenant, NOW, secrets.randbelow),
            item=ITEM,
            applicant=world.pseudonym(own=row.own, context="applicant"),
            accepted_at=NOW,
            workdays=20,
            by="p_window",
            form="{}",
        )
        form = json.dumps({"secret": row.secret})
        started = approve.domain.start(accepted, form, id=row.key, case=str(uuid4()), tenant=row.tenant)
        await approve.store.REVIEWS.add(unit, started, {"form": form})
        examiner = {"examiner": world.pseudonym(own=row.examined), "id": UUID(row.key)}
        await unit.session.execute(text("UPDATE reviews SET examiner = :examiner WHERE id = :id"), examiner)

    for tenant in TENANTS:
        for relation in ({}, {"own": True}, {"examined": True}):
            await world.keep("review", fresh(tenant, **relation), make)


def seen_as(tenant: str) -> Iterator[tuple[str, Row]]:
    """Describe petitions of every relation to the asker, and as what they are seen."""
    for resource, besides, relations in PETITIONS:
        for relation in relations:
            whole: dict[str, Any] = {"department": DEPARTMENT, "kind": "consult", **besides, **relation}
            yield resource, fresh(tenant, **whole)


async def petitions(world: World) -> None:
    """Fill petition."""
    store = Folder(Path(petition.config.PetitionSettings().attachments))
    kept = petition.attachments.attachment.named(await petition.attachments.keeping.keep(parts(PNG), store), "p")
    attachments = petition.attachments.attachment.text_of([kept])

    async def make(unit: Unit, row: Row) -> None:
        message = Message(channel=Channel.PORTAL, title=row.secret, text=row.secret)
        author = world.pseudonym(own=row.own, context="author")
        sender = Sender(author=author, informant=informant_of(author, unit.outbox))
        hidden = Ground(row.hidden) if row.hidden else None
        place = petition.domain.Place(
            id=row.key,
            tenant=row.tenant,
            number=human_number(row.tenant, NOW, secrets.randbelow),
            ground=None if hidden is Ground.MOVED else hidden,
        )
        citizen, asked = Actor(pseudonym="p", roles=frozenset({Role.CITIZEN})), classify("请问", "怎么办")
        received = petition.domain.receive(message, asked, place, sender=sender, by=citizen, now=NOW)
        there = replace(
            received.after,
            hidden=hidden,
            kind=row.kind,
            department=row.department,
            accused=(DEPARTMENT,) if row.accused else (OTHER_DEPARTMENT,),
            named=(world.pseudonym(own=row.named),),
            handlers=(world.pseudonym(own=row.entrusted == "asker"),) if row.entrusted else (),
            state=state_of(row),
            course=replace(
                received.after.course,
                contender=DEPARTMENT if row.contending else None,
                extension=Extension(row.extension) if row.extension else None,
                extension_asked_by=world.pseudonym(own=row.made == "asked"),
                warned=row.card is not None,
            ),
            answer=new_id(),
            spam_proposed_by=world.pseudonym(own=row.made == "doubted"),
            drafted_by=world.pseudonym(own=row.made == "drafted"),
            repliers=(world.pseudonym(own=row.made == "answered"),),
            rating=BADLY if row.rated else None,
            publication=Publication(consent=row.consented),
            invitations=invitations_of(row),
            review=review_of(row),
            alarm=alarm_of(row, world.pseudonym(own=row.taken == "asker") if row.taken else None),
        )
        secrets_of = dict.fromkeys(("title", "text", "draft", "comment"), row.secret)
        content = {**secrets_of, "attachments": attachments, "collaboration": said_of(row)}
        await petition.store.PETITIONS.add(unit, Decision(there, received.events), content, posted_at=None)

    async def answer(unit: Unit, row: Row) -> None:
        drafted = AnswerDrafted(
            by=world.pseudonym(own=row.made == "written"),
            version=1,
            variants=("护照怎么换",),
            text=f"请到大厅办理。{row.secret}",
            basis=(LegalBasis(provision="护照法 第十一条", source="公报"),),
            effective_from="2020-01-01",
        )
        begun = petition.replies.answer.begin(drafted, id=row.key, tenant=row.tenant)
        proposed_by = world.pseudonym(own=row.made == "proposed")
        state = petition.replies.workflow.State.PUBLISHED
        there = replace(begun, state=state, published=begun.newest, proposed_by=proposed_by)
        await petition.replies.store.ANSWERS.add(unit, Decision(there, (drafted,)))
        await petition.replies.store.follow(unit.session, there, {AnswerPublished.TYPE})

    for tenant in TENANTS:
        await world.keep("shift", fresh(tenant), shift)
        await world.keep("sample", fresh(tenant), sample)
        for resource, row in seen_as(tenant):
            await world.keep(resource, row, make)
        for made in (None, "written", "proposed"):
            await world.keep("answer", fresh(tenant, made=made), answer)
    await bulletins(world)
    world.rows |= dict.fromkeys(("suggestion", "alike"), seen := world.rows["petition"])
    world.rows["delivery"] = of(world.service.rows(PARKED), seen)
    for resource in ("rating", "publication"):  # one that is neither rated nor to be published
        world.rows[resource].append(next(row for row in seen if row.tenant == CITY))
    world.rows["draft"] += [row for row in seen if row.department == DEPARTMENT][: len(INVOLVED)]
    for part in world.service.service.parts:
        if isinstance(part, petition.replies.library.Library):
            part.refresh()


async def bulletins(world: World) -> None:
    """Fill petition with bulletins, too."""

    async def draft(unit: Unit, row: Row) -> None:
        said = BULLETIN | {"text": row.secret}
        written = BulletinWritten(by=world.pseudonym(own=row.made == "written"), **said)
        there = petition.bulletins.bulletin.begin(written, id=row.key, tenant=row.tenant)
        await petition.bulletins.store.BULLETINS.add(unit, Decision(there, (written,)))

    for tenant in TENANTS:
        for made in (None, "written"):
            await world.keep("bulletin", fresh(tenant, made=made), draft)


async def matters(world: World) -> None:
    """Fill query, as its batch would."""
    lives = {"case": (case_life, "applicant"), "petition": (petition_life, "author"), "report": (report_life, "author")}
    relations: list[dict[str, Any]] = [{"kind": kind, "own": own} for kind in lives for own in (False, True)]
    relations += [{"kind": "petition", "accused": True}, {"kind": "petition", "named": True}]

    def named_by_petition(*, own: bool) -> str:
        return world.pseudonym(own=own, context="actor.petition")

    async def make(unit: Unit, row: Row) -> None:
        life, context = lives[str(row.kind)]
        owner = world.pseudonym(own=row.own, context=context)
        if row.kind == "report":
            owner = informant_of(owner, unit.outbox)
        name: Any = {str(row.kind): row.key}
        events = life(human_number(row.tenant, NOW, secrets.randbelow), owner, tenant=row.tenant, **name)
        if row.kind == "petition":
            accused = DEPARTMENT if row.accused else OTHER_DEPARTMENT
            events[2]["data"] |= {"accused": [accused], "named": [named_by_petition(own=row.named), "p_another"]}
        for topic, found in by_topic(events).items():
            await Projection(Colour.BLUE, codec()).store(unit.session, log_of(topic), records_of(found))

    for tenant in TENANTS:
        for relation in relations:
            await world.keep("matter", replace(fresh(tenant, **relation), secret=""), make)


async def mirrored(world: World) -> None:
    """Fill intel-sink: its mirror with records of one subject, and its projections."""

    async def put(unit: Unit, table: Table, **values: Any) -> None:
        await (await unit.session.connection()).execute(insert(table).values(**values))

    async def record(unit: Unit, row: Row) -> None:
        offset = TENANTS.index(row.tenant) + len(TENANTS) * (row.audience == "restricted")
        await put(
            unit, mirror.mirror_records, log=1, offset=offset, event_id=UUID(row.key), status="ok", timestamp_ms=0,
            headers=b"", value=row.secret.encode(), leaf_hash=b"", stored_at=NOW,
        )  # fmt: skip
        await put(
            unit, mirror.entries, log=1, offset=offset, topic="t", event_id=UUID(row.key), type="t", subject="s",
            sequence=offset, tenant=row.tenant, time=NOW, status="ok", audience=row.audience,
        )  # fmt: skip

    async def count(unit: Unit, row: Row) -> None:
        day = date(2026, 11, 2)
        await put(unit, mirror.counts, tenant=row.tenant, kind=row.key, day=day, total=1, audience=row.audience)

    async def alert(unit: Unit, row: Row) -> None:
        await put(
            unit, mirror.alerts, id=UUID(row.key), rule="r", tenant=row.tenant, kind="report", matter="fraud",
            window_start=NOW, window_end=NOW + timedelta(hours=1), count=1, threshold=1, evidence=[], raised_at=NOW,
        )  # fmt: skip

    async def refused(unit: Unit, row: Row) -> None:
        offset = TENANTS.index(row.tenant)
        await put(
            unit, mirror.invalid, log=1, offset=offset, topic="t", partition=0, tenant=row.tenant, reason=row.key,
            stored_at=NOW,
        )  # fmt: skip

    async with world.service.units.begin() as unit:
        log = {"topic": "t", "topic_uuid": uuid4(), "partition": 0, "base_offset": 0, "size": 0}
        await put(unit, mirror.mirror_logs, **log, frontier=b"")
    for tenant in TENANTS:
        for audience in ("service", "restricted"):
            await world.keep("record", fresh(tenant, audience=audience), record)
            await world.keep("count", replace(fresh(tenant, audience=audience), secret=""), count)
        for resource, make in (("alert", alert), ("invalid-record", refused)):
            await world.keep(resource, replace(fresh(tenant), secret=""), make)


FILLED: dict[str, tuple[Bootstrap, Callable[[World], Awaitable[None]]]] = {
    "ACCEPT": (accept.bootstrap.bootstrap, cases),
    "APPROVE": (approve.bootstrap.bootstrap, reviews),
    "PETITION": (petition.bootstrap.bootstrap, petitions),
    "QUERY": (query.bootstrap.bootstrap, matters),
    "INTEL_SINK": (intel_sink.bootstrap.bootstrap, mirrored),
}
"""Each service by the prefix of its settings: how it starts, and what fills it."""


@asynccontextmanager
async def world_of(
    prefix: str, databases: Databases, keyring_url: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[World]:
    """Start a service, filled."""
    bootstrap, fill = FILLED[prefix]
    with databases.fresh(migrations_of(prefix.lower().replace("_", "-"))) as url:
        issuer = environment(prefix, url, keyring_url, folder, monkeypatch)
        async with InProcess.on(bootstrap, url, issuer) as service:
            world = World(service)
            await fill(world)
            yield world
