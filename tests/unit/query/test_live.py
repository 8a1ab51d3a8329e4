"""Somebody who follows a matter sees it for as long as the policy lets them."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from chassis import vector
from chassis.policy import SCOPES, Demand, Reach, Scope
from query.domain import Kind, Matter, Step
from query.feed import Change, LetGo, Watch
from query.live import Live
from query.store import History
from query.wording import Wording

NOW = datetime(2026, 11, 2, 1, tzinfo=UTC)
MATTER = Matter(id="m", kind=Kind.CASE, tenant="440100", owner="p_1", updated_at=NOW)
OWN = Reach(((Demand(SCOPES[Scope.OWN][0], ("p_1",)),),))


def step(sequence: int) -> Step:
    type_ = "yiwangban.accept.case.accepted.v1"
    return Step(
        matter="m", topic="accept.cases.v1", subject="m", sequence=sequence, type=type_, time=NOW, wording=type_
    )


def test_what_leaves_the_reach_of_whoever_follows_it_is_followed_no_further() -> None:
    watch = Watch()
    live = Live(History(MATTER, ()), {}, watch, OWN, Wording.load())
    watch.tell(Change(MATTER, step(1)))
    watch.tell(Change(replace(MATTER, owner="p_2"), step(2)))

    async def follow() -> None:
        assert vector.from_text((await live.next()).position) == {"m": 1}
        with pytest.raises(LetGo):
            await live.next()

    asyncio.run(follow())
