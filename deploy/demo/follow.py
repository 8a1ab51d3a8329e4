"""Follows one matter live from its submission to its end, as somebody with number and query code does."""

import asyncio
import base64
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from demo.gateway import Gateway, Reply

AGAIN_S = 0.25
ENDS = frozenset({"approved", "denied", "not-accepted", "withdrawn"})
"""Stages after which nothing more happens."""


@dataclass(slots=True)
class Follower:
    """Keeps what a stream of server-sent events says about one matter; goes on after each break where it was.

    Attributes:
        number: 办件编号.
        code: 查询码.
        steps: What came, in the order in which it came.
    """

    gateway: Gateway
    number: str
    code: str
    steps: list[dict[str, Any]] = field(default_factory=list)

    async def follow(self) -> None:
        """Follow until everything has come that there is to come."""
        seen = ""
        while not await self._over():
            ticket = (await self.look_up()).body.get("ticket")
            if ticket is not None:
                async for id_, step in self.gateway.events(f"/v1/progress/events?ticket={ticket}", seen):
                    seen = id_
                    self.steps.append(step)
                    if await self._over():
                        return
            await asyncio.sleep(AGAIN_S)

    async def look_up(self) -> Reply:
        """Ask by number and code."""
        return await self.gateway.ask("/v1/progress", {"number": self.number, "query_code": self.code})

    async def judge(self) -> list[str]:
        """Say what is wrong with what came."""
        return list(faults(self.steps, (await self.look_up()).body.get("timeline", [])))

    async def _over(self) -> bool:
        if not self.steps or self.steps[-1]["stage"]["code"] not in ENDS:
            return False
        return len(self.steps) >= len((await self.look_up()).body.get("timeline", []))


def faults(steps: Sequence[dict[str, Any]], told: Sequence[dict[str, Any]]) -> Iterator[str]:
    """Compare the steps that came live with the whole timeline: each once, and those of one subject in their order.

    Args:
        steps: As they came, each with the position that it led to.
        told: The timeline as it is in the end.
    """
    came = Counter(_said(said) for step in steps for said in step["timeline"])
    wanted = Counter(map(_said, told))
    if not told:
        yield "nothing is known about the matter"
    for said in wanted - came:
        yield f"a step never came: {said[1]}"
    for said in came - wanted:
        yield f"a step came once too often: {said[1]}"
    before: dict[str, int] = {}
    for step in steps:
        after = positions(step["position"])
        if not any(last > before.get(subject, 0) for subject, last in after.items()) or any(
            after.get(subject, 0) < last for subject, last in before.items()
        ):
            yield f"a step came out of order: {step['timeline'][0]['en']}"
        before = after


def positions(position: str) -> dict[str, int]:
    """Read how far each subject was seen out of a stream's position."""
    text = base64.urlsafe_b64decode(position + "=" * (-len(position) % 4)).decode()
    return {subject: int(last) for subject, _, last in (entry.partition("=") for entry in text.split(","))}


def _said(step: dict[str, Any]) -> tuple[str, str]:
    return step["time"], step["en"]
