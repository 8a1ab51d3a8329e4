"""Simulated officers, and the citizens they deal with: they take petitions through their courses, by the API."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from contracts.tenants import PROVINCE

from demo.courses import ANSWER, CLOSE_ANSWERED, Step, Turns, Who
from demo.gateway import Gateway, Reply
from demo.matter import DEPARTMENTS, OTHERWISE, Matter
from demo.promises import changed, changed_to, changed_together, linked
from demo.target import TokenFor

NEAR = 0.18
"""An officer takes an answer of the library that is as near as that."""

ASKED = frozenset({"household", "exit-entry", "traffic", "service", "network"})
"""About this the library is asked."""

PAGE = 100
AT_ONCE = 5
"""So many questions with the same answer are answered on one confirmation."""
HOTTEST = "/v1/hot-matters?least=2&samples=2&waiting=true"


class Officers:
    """The officers of all tenants.

    Args:
        gateway: Their way to the API.
        token_for: Gives each of them a token.
    """

    def __init__(self, gateway: Gateway, token_for: TokenFor) -> None:
        self._gateway = gateway
        self._token_for = token_for
        self._turns = Turns()
        self._arrived: set[str] = set()
        self.closed = 0

    def arrived(self, petition: str) -> None:
        """Note what came in during this run: nothing else is anybody's here."""
        self._arrived.add(petition)

    async def handle(
        self, petition: str, tenant: str, sender: str | None = None, held: tuple[str, str] | None = None
    ) -> None:
        """Bring a petition from the queue to its end; a refusal is tallied and ends the work on it.

        Args:
            petition: Its id.
            tenant: Where it came in.
            sender: Account of whoever wrote it, if they have one here.
            held: Number and query code, if whoever wrote it asks with them.
        """
        # What complains about police is for the supervision desk above, and no queue here.
        for place, role in ((tenant, Who.DESK), (PROVINCE, Who.SUPERIOR)):
            seen = await self._gateway.read(f"/v1/petitions/{petition}", self._desk(place, role))
            if not seen.refused:
                break
        if not seen.accepted:
            self._gateway.tally.refuse(f"read {seen.reason}", petition)
            return
        matter = replace(_matter(petition, place, seen.body, sender), held=held)
        if matter.kind == "consult" and matter.answer is None and not matter.hidden:
            matter = replace(matter, answer=await self._nearest(matter))
        await self._follow(matter, seen.etag, role)

    async def answer_at_once(self, tenant: str) -> None:
        """Look through a city's queue for questions that the reply library answers, and answer them."""
        queue = f"/v1/petitions/queue?state=classified&limit={PAGE}"
        alike: dict[tuple[str, int], list[tuple[Matter, int]]] = {}
        async for waiting in self._gateway.items(queue, self._desk(tenant, Who.DESK)):
            matter = _matter(str(waiting["id"]), tenant, waiting, None)
            ours = waiting["tenant"] == tenant and matter.id in self._arrived and not matter.hidden
            asks = matter.kind == "consult" and str(matter.topic).partition("/")[0] in ASKED
            if ours and asks and (answer := await self._nearest(matter)):
                alike.setdefault(answer, []).append((replace(matter, answer=answer), int(waiting["version"])))
        for found in alike.values():
            together = [each for each in found if not each[0].urgent][:AT_ONCE]
            if len(together) > 1:
                await self._answer_together(together)
                found = [each for each in found if each not in together]  # noqa: PLW2901
            for matter, version in found:
                await self._follow(matter, f'"{version}"', Who.DESK)

    async def link_the_hottest(self, tenant: str) -> None:
        """Link the two newest petitions of what most people in a city write about, if it has such a matter.

        Only petitions of one city are linked, so the province, which sees all of them, leaves that to the cities.
        """
        if tenant == PROVINCE:
            return
        token = self._desk(tenant, Who.DESK)
        hot = (await self._gateway.read(HOTTEST, token)).body.get("matters", ())
        for one, other in (matter["samples"] for matter in hot[:1] if len(matter["samples"]) > 1):
            if not self._arrived.issuperset((one["id"], other["id"])):
                continue
            body = {"other": other["id"], "version": other["version"], "basis": "same-matter"}
            reply = await self._gateway.write(
                f"/v1/petitions/{one['id']}/link", token, body, action="link", tenant=tenant, subject=one["id"],
                if_match=f'"{one["version"]}"', promise=linked,
            )  # fmt: skip
            if not reply.accepted:
                self._gateway.tally.refuse(f"link {reply.reason}", one["id"])

    async def _answer_together(self, alike: Sequence[tuple[Matter, int]]) -> None:
        """Answer several on one confirmation, and close each."""
        (read, version), *others = alike
        token, path = self._desk(read.tenant, Who.DESK), f"/v1/petitions/{read.id}"
        chosen = [{"id": matter.id, "version": seen} for matter, seen in others]
        body = {**ANSWER.body(read, {}), "others": chosen}
        reply = await self._gateway.write(
            f"{path}/answer-alike", token, body, action="answer-alike", tenant=read.tenant, subject=read.id,
            if_match=f'"{version}"', promise=changed_together(ANSWER.event),
        )  # fmt: skip
        if not reply.accepted:
            self._gateway.tally.refuse(f"answer-alike {reply.reason}", read.id)
            return
        versions = {str(each["id"]): int(each["version"]) for each in (reply.body, *_done(reply))}
        for other in reply.body["others"]:
            if not other["done"]:
                self._gateway.tally.refuse(f"answer-alike {other['problem']['type']}", other["id"])
        for matter, _ in alike:
            if matter.id in versions:
                closed = await self._take(CLOSE_ANSWERED, matter, Who.DESK, f'"{versions[matter.id]}"')
                self.closed += closed.accepted

    async def _follow(self, matter: Matter, version: str | None, desk: Who) -> None:
        for step in self._turns.course_of(matter):
            reply = await self._take(step, matter, desk, version)
            if not reply.accepted:
                self._gateway.tally.refuse(f"{step.action} {reply.reason}", matter.id)
                return
            version = reply.etag
        self.closed += 1

    async def _nearest(self, matter: Matter) -> tuple[str, int] | None:
        path = f"/v1/petitions/{matter.id}/suggested-answers?limit=1"
        found = await self._gateway.read(path, self._desk(matter.tenant, Who.DESK))
        return next(
            ((each["id"], each["number"]) for each in found.body.get("answers", ()) if each["score"] >= NEAR), None
        )

    async def _take(self, step: Step, matter: Matter, desk: Who, version: str | None) -> Reply:
        if step.who is Who.HOLDER and matter.held and version:
            return await self._take_by_code(step, matter, matter.held, int(version.strip('"')) + 1)
        token, path = self._token_of(step.who, matter, desk), f"/v1/{step.of}/{matter.id}"
        seen_at = f"/v1/{step.at or step.of}/{matter.id}"
        looked = (await self._gateway.read(seen_at, token)).body if step.look else {}
        return await self._gateway.write(
            f"{path}/{step.action}",
            token,
            step.body(matter, looked),
            action=step.action,
            tenant=matter.tenant,
            subject=matter.id,
            if_match=version,
            promise=changed(step.event),
        )

    async def _take_by_code(self, step: Step, matter: Matter, held: tuple[str, str], version: int) -> Reply:
        """Act as whoever has number and query code, who is told of no version: it is the one that follows."""
        number, query_code = held
        code = {"number": number, "query_code": query_code}
        if step.look:
            await self._gateway.ask(f"/v1/{step.of}/{step.at}", code)
        reply = await self._gateway.write(
            f"/v1/{step.of}/{step.action}", "", {**code, **step.body(matter, {})}, action=step.action,
            tenant=matter.tenant, subject=matter.id, promise=changed_to(step.event, matter.id, version),
        )  # fmt: skip
        return replace(reply, etag=f'"{version}"')

    def _token_of(self, who: Who, matter: Matter, desk: Who) -> str:
        match who:
            case Who.DESK | Who.REVIEWER:
                above = who is Who.REVIEWER
                return self._desk(PROVINCE if above else matter.tenant, Who.SUPERIOR if above else desk)
            case Who.DEPARTMENT | Who.ASTRAY:
                department = matter.astray if who is Who.ASTRAY else matter.department
                return self._token_for(matter.handler_of(department), matter.tenant, "handler", department)
            case Who.NEIGHBOUR | Who.ABOVE:
                tenant = matter.neighbour if who is Who.NEIGHBOUR else PROVINCE
                return self._token_for(matter.handler_of(matter.helper, tenant), tenant, "handler", matter.helper)
            case Who.SECOND_LOOK:
                return self._token_for(f"visits-{matter.tenant}", matter.tenant, "triage", None)
            case Who.SENDER:
                return self._token_for(matter.sender or "", matter.tenant, "citizen", None)
        return self._token_for(f"{who.value}-{matter.tenant}", matter.tenant, who.value, None)

    def _desk(self, tenant: str, role: Who) -> str:
        return self._token_for(f"{role.value}-{tenant}", tenant, role.value, None)


def _done(reply: Reply) -> Iterator[Mapping[str, Any]]:
    return (each["changed"] for each in reply.body["others"] if each["done"])


def _matter(petition: str, tenant: str, seen: Mapping[str, Any], sender: str | None) -> Matter:
    answer = seen.get("answer")
    return Matter(
        id=petition,
        tenant=tenant,
        state=str(seen.get("state")),
        sender=sender,
        kind=seen.get("kind"),
        topic=seen.get("topic"),
        hidden=seen.get("hidden"),
        urgent=seen.get("danger") not in {None, "none"},
        department=DEPARTMENTS.get(str(seen.get("matter")), OTHERWISE),
        answer=(answer, seen["answer_version"]) if answer else None,
    )
