"""Sees from outside whether a program is at work again: it gets something to do, and it is seen that it was done."""

import asyncio
import itertools
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import LiteralString, TypeVar

import psycopg

from contracts.events import CaseSubmitted, PetitionReceived, ReportReceived, ReviewTaskAssigned, ReviewTaskReleased
from demo.applications import Application, Fate, Item, applications
from demo.counters import Counters
from demo.havoc import UP_WITHIN_S, NotBackError, Sign
from demo.history import Log
from demo.job import Crew, submit
from demo.messages import Message, for_load, tenants
from demo.readers import Readers

T = TypeVar("T", int, str)

WITNESS = "witness"
FIRST_NUMBER = 1_000_000
"""Of the applications that are made to see whether something works; far from those of the load."""

AGAIN_S = 0.25
BURST = 5
"""So many reports of fraud in one city raise an alert."""

RECENT = 2_000
"""Records of one log among which a new one is looked for."""

MIRRORED = """
    SELECT FROM mirror_logs AS log JOIN mirror_records AS record USING (log)
    WHERE log.topic = ANY(%s) AND record."offset" >= log.base_offset + log.size - %s
      AND record.key = %s AND position(%s::bytea IN record.value) > 0
"""
VISIBLE = "SELECT FROM timeline WHERE subject = %s AND sequence = %s"


@dataclass(frozen=True, slots=True)
class Witness:
    """A review that is only there to be taken on and given back."""

    review: str
    tenant: str


class Probes:
    """Gives each program something to do.

    Args:
        crew: Their way to the suite.
        readers: Look into the databases.
        bursts: Cities in which no alert was provoked yet.
    """

    def __init__(self, crew: Crew, readers: Readers, bursts: Iterator[str]) -> None:
        self._crew = crew
        self._readers = readers
        self._bursts = bursts
        self._messages = itertools.cycle(for_load(tenants()))
        self._applications: Iterator[Application] = iter(())
        self._witness: Witness | None = None

    async def prepare(self, items: Sequence[Item]) -> None:
        """Make the review that bears witness, while everything still works.

        Raises:
            NotBackError: Something doesn't.
        """
        likely = (each for each in applications(items, FIRST_NUMBER) if each.fate is Fate.APPROVED)
        self._applications = likely
        counters = Counters(self._crew.gateway, self._crew.target.token_for, reviewed=lambda _: None)
        filed = await counters.submit(next(likely))
        if filed is None or not (await counters.accept(filed)).accepted:
            raise NotBackError("the witness was refused")
        tenant, deadline = filed.application.tenant, time.monotonic() + UP_WITHIN_S
        while self._witness is None:
            if time.monotonic() > deadline:
                raise NotBackError("the witness's review did not start")
            async for review in self._crew.reviewers.queue(tenant):
                if review["case"] == filed.case:
                    self._witness = Witness(str(review["id"]), tenant)
            await asyncio.sleep(AGAIN_S)

    async def __call__(self, target: str) -> Sign:
        """Give a program something to do, and the sign that it has done it."""
        service, _, role = target.rpartition("-")
        provoke = {"petition": self._alarm, "accept": self._touch, "approve": self._apply}.get(service)
        if role == "worker" and provoke is not None:
            # Read first: what is provoked may have been consumed before all of it was accepted.
            before = await asyncio.to_thread(self._read, service)
            await provoke()
            return lambda: self._readers.moved(service, before)
        if service == "query":
            petition = await self._write()
            return lambda: self._has("query", VISIBLE, petition, 1)
        if service == "accept":
            return self._mirrored([CaseSubmitted.TOPIC], await self._apply(), 1)
        if service == "approve":
            return self._mirrored([ReviewTaskAssigned.TOPIC], *await self._touch())
        return self._mirrored([PetitionReceived.TOPIC, ReportReceived.TOPIC], await self._write(), 1)

    async def _write(self) -> str:
        """Have a petition accepted; give its id."""
        return await _accepted(lambda: submit(self._crew.target, self._crew.gateway, next(self._messages)))

    async def _apply(self) -> str:
        """Have an application accepted; give its id."""
        return await _accepted(lambda: self._crew.counters.handle(next(self._applications)))

    async def _alarm(self) -> None:
        """Have an alert raised, by reports from one city; once each has had one, write something."""
        tenant = next(self._bursts, None)
        if tenant is None:
            await self._write()
            return
        reports = (submit(self._crew.target, self._crew.gateway, _report(tenant, place)) for place in range(BURST))
        await asyncio.gather(*reports)

    async def _touch(self) -> tuple[str, int]:
        """Take the witness on, or give it back; give its id and the event's sequence."""
        if self._witness is None:
            raise NotBackError("there is no witness")
        review, tenant = self._witness.review, self._witness.tenant
        token = self._crew.target.token_for(WITNESS, tenant, "examiner", None)

        async def touch() -> int | None:
            seen = await self._crew.gateway.read(f"/v1/reviews/{review}", token)
            mine = seen.body.get("mine")
            action, event = ("release", ReviewTaskReleased) if mine else ("claim", ReviewTaskAssigned)
            reply = await self._crew.reviewers.act(
                review, tenant, "examiner", action, event, {}, seen.etag, who=WITNESS
            )
            return int(reply.body["version"]) if reply.accepted else None

        return review, await _accepted(touch)

    def _mirrored(self, topics: Sequence[str], subject: str, sequence: int) -> Sign:
        told = f'"sequence":"{sequence:020}"'.encode()
        return lambda: self._has("intel-sink", MIRRORED, list(topics), RECENT, subject.encode(), told)

    def _has(self, service: str, statement: LiteralString, *values: object) -> bool:
        try:
            return bool(self._readers.fetch(service, statement, *values))
        except psycopg.Error:
            return False

    def _read(self, service: str) -> dict[tuple[str, Log], int]:
        while True:
            with suppress(psycopg.Error):
                return self._readers.positions(service)
            time.sleep(AGAIN_S)


async def _accepted(attempt: Callable[[], Awaitable[T | None]]) -> T:
    """Repeat until it is accepted; whoever waits for it has a limit."""
    while True:
        if (done := await attempt()) is not None:
            return done
        await asyncio.sleep(AGAIN_S)


def _report(tenant: str, place: int) -> Message:
    text = "有人冒充客服骗取验证码，已被骗，特此举报。"
    return Message(0, f"witness-{place}", tenant, "portal", "举报电话诈骗", text, None)
