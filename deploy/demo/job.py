"""The main job: messages and applications in, officers at work, and a judgement of what arrived."""

import asyncio
import itertools
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from demo import journal
from demo.applications import Application, Fate, applications, read_catalogue
from demo.counters import Counters, Filed
from demo.editors import Editors
from demo.figures import told
from demo.follow import Follower
from demo.gateway import Gateway
from demo.informant import TENANT, Informant
from demo.journal import Journal
from demo.judge import Step, judge, promised_by_topic, records_by_topic, settle, topics_of, watching
from demo.library import Librarians
from demo.messages import TYPED_IN, Message, Unreadable, neighbours, tenants
from demo.officers import Officers
from demo.promises import received
from demo.readers import Readers
from demo.report import Outcome
from demo.reviewers import Reviewers
from demo.target import Target
from demo.volunteers import Volunteers

WORKERS = 16
APPLICANTS = 4
"""So many applications are at a counter at once."""

LOOK_S = 0.1
DECIDED_WITHIN_S = 120.0
"""After the last application was accepted, or whatever was decided since."""
FOLLOWED_WITHIN_S = 20.0
"""After the last one was decided."""

Submitted = Callable[[Filed], None]
"""Told of an application as soon as it is submitted."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What to do.

    Attributes:
        applications: So many are made.
        handle_every: The officers take every so-manieth accepted petition.
        workers: So many petitions are in somebody's hands at once.
        patience_s: How long a request is retried.
        rate: At most so many writes a second.
        informant: Somebody of whom nothing may be found afterwards.
        library: Whether the reply library is filled first.
    """

    messages: Iterable[Message | Unreadable]
    journal: Path
    applications: int = 0
    handle_every: int = 1
    workers: int = WORKERS
    patience_s: float = 30.0
    rate: float | None = None
    informant: Informant | None = None
    library: bool = False

    def gateway(self, url: str, written: Journal) -> Gateway:
        """Give the client that the plan asks for."""
        connections = 2 * (self.workers + APPLICANTS)
        return Gateway(url, written, connections=connections, patience_s=self.patience_s, rate=self.rate)


@dataclass(frozen=True, slots=True)
class Crew:
    """Everybody who works in a run, and their way to the suite."""

    target: Target
    gateway: Gateway
    officers: Officers
    counters: Counters
    reviewers: Reviewers

    @classmethod
    def of(cls, target: Target, gateway: Gateway) -> Self:
        """Give everybody their way to the suite."""
        reviewers = Reviewers(gateway, target.token_for)
        counters = Counters(gateway, target.token_for, reviewers.expect)
        return cls(target, gateway, Officers(gateway, target.token_for), counters, reviewers)

    def report(self, step: Step) -> None:
        """Tell how many applications have come to their end."""
        step("applications", len(self.counters.filed) - self.reviewers.waiting)

    async def decided(self, step: Step) -> None:
        """Wait until the reviewers have nothing more to do, or get no further; what they leave is found astray.

        Nothing new comes while this waits, so it ends: each decision makes what is left less.
        """
        left, deadline = self.reviewers.waiting, time.monotonic() + DECIDED_WITHIN_S
        while self.reviewers.waiting and time.monotonic() < deadline:
            if self.reviewers.waiting < left:
                left, deadline = self.reviewers.waiting, time.monotonic() + DECIDED_WITHIN_S
            self.report(step)
            await asyncio.sleep(LOOK_S)
        self.report(step)

    async def look_up(self, outcome: Outcome) -> None:
        """Find every application by number and code, once everything can be seen, and note what isn't found."""
        outcome.filed, outcome.decided = len(self.counters.filed), self.reviewers.decided
        outcome.astray += await self.counters.astray()


async def run(target: Target, plan: Plan, step: Step) -> Outcome:
    """Do the job.

    Raises:
        CatalogueError: The catalogue can't be read.
        UnreadableTopicError: The broker doesn't deliver what it holds.
        psycopg.Error: A database can't be read.
    """
    with topics_of(target) as topics, Readers(target.databases) as readers, watching(target) as watches:
        before = await asyncio.to_thread(topics.ends)
        with Journal(plan.journal) as written:
            async with plan.gateway(target.gateway, written) as gateway:
                crew = Crew.of(target, gateway)
                started = time.monotonic()
                follower = await _work(crew, plan, step)
                outcome = Outcome(time.monotonic() - started, gateway.tally, crew.officers.closed, settled=False)
                if plan.library:
                    outcome.sampled = await Volunteers(gateway, target.token_for).read(tenants())
                    outcome.published = await Editors(gateway, target.token_for).warn(tenants())
                goals = promised_by_topic(journal.read(plan.journal)) + records_by_topic(before)
                outcome.settled = await asyncio.to_thread(settle, topics, readers, watches.mirror, goals, step)
                if missing := plan.applications - len(crew.counters.filed):
                    outcome.astray.append(f"{missing} applications were not handled at their counter")
                await crew.look_up(outcome)
                if follower is not None:
                    outcome.followed, outcome.misled = len(follower.steps), await follower.judge()
        requests = journal.read(plan.journal)
        await asyncio.to_thread(judge, target, topics, watches, requests, before, outcome, step)
    outcome.figures = await asyncio.to_thread(
        told, target.mirror, {(log.uuid, log.partition): end for log, end in before.items()}
    )
    if plan.informant is not None:
        outcome.search = await asyncio.to_thread(plan.informant.searched, target.places)
    return outcome


async def _work(crew: Crew, plan: Plan, step: Step) -> Follower | None:
    """Messages and applications at once, all to their end; give who followed the first one that was approved."""
    if plan.library:
        await Librarians(crew.gateway, crew.target.token_for).fill()
    if plan.informant and (reported := await plan.informant.report(crew.gateway, crew.target.token_for)):
        await crew.officers.handle(reported, TENANT)
    items = await read_catalogue(crew.gateway, crew.target.token_for) if plan.applications else []
    due = itertools.islice(applications(items), plan.applications)
    followers: list[Follower] = []
    async with asyncio.TaskGroup() as beside:

        def submitted(filed: Filed) -> None:
            if not followers and filed.ends is Fate.APPROVED:
                followers.append(Follower(crew.gateway, filed.number, filed.code))
                background.append(beside.create_task(followers[0].follow()))

        background = [beside.create_task(crew.reviewers.work())]
        async with asyncio.TaskGroup() as sending:
            sending.create_task(send(crew, plan, step))
            sending.create_task(apply(crew, due, step, submitted))
        if plan.library:
            for message in neighbours():
                if petition := await submit(crew.target, crew.gateway, message):
                    crew.officers.arrived(petition)
            for tenant in tenants():
                await crew.officers.answer_at_once(tenant)
                await crew.officers.link_the_hottest(tenant)
        await crew.decided(step)
        await asyncio.wait(background[1:] or background, timeout=FOLLOWED_WITHIN_S if followers else 0)
        for task in background:
            task.cancel()
    return followers[0] if followers else None


async def send(crew: Crew, plan: Plan, step: Step) -> None:
    """Let the workers take the messages one by one, each to its end."""
    messages = iter(plan.messages)
    accepted = itertools.count(1)
    done = itertools.count(1)

    async def work(messages: Iterator[Message | Unreadable]) -> None:
        for message in messages:
            if isinstance(message, Unreadable):
                crew.gateway.tally.refuse(f"– {message.reason}", f"line {message.line}")
            elif receipt := await received_by(crew.target, crew.gateway, message):
                petition = str(receipt["id"])
                crew.officers.arrived(petition)
                if next(accepted) % plan.handle_every == 0:
                    sender = message.user if message.channel == "portal" else None
                    # A code's step has no key: it is nothing for a run in which answers are lost.
                    held = (receipt["number"], receipt["query_code"]) if plan.library else None
                    await crew.officers.handle(petition, message.tenant, sender, held)
            step("messages", next(done))

    async with asyncio.TaskGroup() as group:
        for _ in range(plan.workers):
            group.create_task(work(messages))


async def apply(crew: Crew, due: Iterator[Application], step: Step, submitted: Submitted = lambda _: None) -> None:
    """Let applicants and windows take the applications one by one, each as far as it goes without a review."""

    async def work(due: Iterator[Application]) -> None:
        for application in due:
            await crew.counters.handle(application, submitted)
            crew.report(step)

    async with asyncio.TaskGroup() as group:
        for _ in range(APPLICANTS):
            group.create_task(work(due))


async def submit(target: Target, gateway: Gateway, message: Message) -> str | None:
    """Send a message in, and give the petition's id."""
    receipt = await received_by(target, gateway, message)
    return str(receipt["id"]) if receipt else None


async def received_by(target: Target, gateway: Gateway, message: Message) -> Mapping[str, Any] | None:
    """Send a message in, as a citizen, the forum's connector, or a window; give the receipt."""
    body = {"channel": message.channel, "title": message.title, "text": message.text}
    if message.channel == "forum":
        token = target.token_for(f"forum-{message.tenant}", message.tenant, "connector", None)
        body["author"] = message.user
        if message.posted_at is not None:
            body["posted_at"] = message.posted_at
    elif message.channel in TYPED_IN:
        token = target.token_for(f"window-{message.tenant}", message.tenant, "window", None)
    else:
        token = target.token_for(message.user, message.tenant, "citizen", None)
    reply = await gateway.write("/v1/petitions", token, body, action="receive", tenant=message.tenant, promise=received)
    if not reply.accepted:
        gateway.tally.refuse(reply.reason, f"line {message.line}")
        return None
    return reply.body
