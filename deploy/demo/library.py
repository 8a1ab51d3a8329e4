"""Simulated officers fill the province's reply library (答复口径库): a department drafts, the spokesperson checks."""

import asyncio
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import orjson
from contracts.event import ContractEvent
from contracts.tenants import PROVINCE

from contracts.events import AnswerDrafted, AnswerPublished, AnswerSubmitted
from demo.gateway import Gateway, Reply
from demo.promises import begun, changed
from demo.target import TokenFor

OWN: Final = Path(__file__).with_name("answers.jsonl")
SHOWN_WITHIN_S: Final = 20.0
LOOK_S: Final = 0.2


class Librarians:
    """Whoever writes answers, and whoever checks them.

    Args:
        gateway: Their way to the API.
        token_for: Gives each of them a token.
    """

    def __init__(self, gateway: Gateway, token_for: TokenFor) -> None:
        self._gateway = gateway
        self._writer = token_for(f"handler-household-{PROVINCE}", PROVINCE, "handler", "household")
        self._checker = token_for(f"spokesperson-{PROVINCE}", PROVINCE, "spokesperson", None)

    async def fill(self) -> None:
        """Publish every answer that isn't there yet, and wait until petitions can be answered with the last one."""
        there = {str(each["question"]) async for each in self._gateway.items("/v1/answers?limit=100", self._writer)}
        last = None
        for content in contents():
            if content["variants"][0] not in there and await self._publish(content):
                last = content
        deadline = time.monotonic() + SHOWN_WITHIN_S
        while last is not None and not await self._finds(last):
            if time.monotonic() > deadline:
                self._gateway.tally.refuse("not found in the library in time", last["variants"][0])
                return
            await asyncio.sleep(LOOK_S)

    async def _publish(self, content: Mapping[str, Any]) -> bool:
        drafted = await self._write("/v1/answers", self._writer, content, AnswerDrafted, None)
        path, version = f"/v1/answers/{drafted.body.get('id')}", drafted.etag
        for action, token, event in (
            ("submit", self._writer, AnswerSubmitted),
            ("publish", self._checker, AnswerPublished),
        ):
            reply = await self._write(f"{path}/{action}", token, {}, event, version)
            if not reply.accepted:
                self._gateway.tally.refuse(f"{action} {reply.reason}", content["variants"][0])
                return False
            version = reply.etag
        return True

    async def _write(
        self, path: str, token: str, body: Mapping[str, Any], event: type[ContractEvent], version: str | None
    ) -> Reply:
        *_, action = path.split("/")
        promise = changed(event) if version else begun(event)
        return await self._gateway.write(
            path, token, body, action=action, tenant=PROVINCE, if_match=version, promise=promise
        )

    async def _finds(self, content: Mapping[str, Any]) -> bool:
        question = content["variants"][0]
        found = await self._gateway.read(f"/v1/answers/search?question={question}&limit=3", self._writer)
        return any(question in each["variants"] for each in found.body.get("answers", ()))


def contents(path: Path = OWN) -> Iterator[Mapping[str, Any]]:
    """Yield what the answers say, as the API takes it."""
    with path.open("rb") as lines:
        for line in lines:
            yield orjson.loads(line)
