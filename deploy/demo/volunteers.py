"""Simulated volunteer supervisors (义务监督员): each reads the samples that were drawn for their city."""

import asyncio
import time
from collections.abc import Iterable
from dataclasses import dataclass

from demo.gateway import Gateway
from demo.target import TokenFor

WITHIN_S = 15.0
"""A draw is made seconds after enough was settled."""
LOOK_S = 1.0


@dataclass(frozen=True, slots=True)
class Sampled:
    """What they have read.

    Attributes:
        cities: In so many of them something was drawn.
        samples: So many samples in all.
        texts: Of them, those whose authors agreed to be read.
    """

    cities: int = 0
    samples: int = 0
    texts: int = 0


@dataclass(frozen=True, slots=True)
class Volunteers:
    """One in each city.

    Attributes:
        gateway: Their way to the API.
        token_for: Gives each of them a token.
    """

    gateway: Gateway
    token_for: TokenFor

    async def read(self, tenants: Iterable[str]) -> Sampled:
        """Read the samples of each city; wait a while for the first draw of all. A refusal is tallied."""
        cities, deadline = tuple(tenants), time.monotonic() + WITHIN_S
        while (sampled := await self._looked(cities)) is not None:
            if sampled.cities or time.monotonic() > deadline:
                return sampled
            await asyncio.sleep(LOOK_S)
        return Sampled()

    async def _looked(self, tenants: Iterable[str]) -> Sampled | None:
        cities = samples = texts = 0
        for tenant in tenants:
            token = self.token_for(f"volunteer-{tenant}", tenant, "volunteer-supervisor", None)
            seen = await self.gateway.read("/v1/samples", token)
            if not seen.accepted:
                self.gateway.tally.refuse(f"samples {seen.reason}", tenant)
                return None
            items = seen.body.get("items", ())
            cities += bool(items)
            samples += len(items)
            texts += sum(item["text"] is not None for item in items)
        return Sampled(cities, samples, texts)
